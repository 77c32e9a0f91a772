"""The whole way, through the real broker and a real worker."""

import re
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from django.conf import settings

from accounts.invitations.enums import Sending
from accounts.invitations.selectors import opened_by
from accounts.invitations.services import invite
from accounts.invitations.tasks import send_waiting
from accounts.invitations.tokens import hash_of
from accounts.models import Invitation
from tests.factories import AdministratorFactory
from tests.factories.invitations import a_sent_invitation
from tests.filiere.workers import worker
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def running(django_db_setup, django_db_blocker, broker, tmp_path_factory):
    with django_db_blocker.unblock():
        log = tmp_path_factory.mktemp("worker") / "log"
        with worker(log) as process:
            yield process


def mails_to(address):
    folder = Path(settings.EMAIL_FILE_PATH)
    read = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in sorted(folder.glob("*.eml"))]
    return [message for message in read if message["To"] == address]


def token_in(message):
    return re.search(r"/invitation/([\w-]+)/", message.get_body(("plain",)).get_content())[1]


def test_invitation_travels_by_its_id_alone_and_reaches_its_receiver(running):
    made = invite(email="par-le-courtier@demo.example", by=AdministratorFactory())
    until(lambda: mails_to("par-le-courtier@demo.example"), what="the mail")
    (message,) = mails_to("par-le-courtier@demo.example")
    assert opened_by(hash_of(token_in(message))) == made
    until(lambda: Invitation.objects.get(pk=made.pk).sending == Sending.SENT, what="the sending to be noted")
    log = running.log.read_text()
    assert str(message["Subject"]) not in log
    assert "par-le-courtier" not in log
    assert token_in(message) not in log


def test_what_a_dead_worker_left_is_taken_up_by_the_sweep(running):
    left, _token = a_sent_invitation("reprise@demo.example", sending=Sending.UNDER_WAY, attempts=1, sent_at=None)
    send_waiting()
    until(lambda: mails_to("reprise@demo.example"), what="the mail")
    (message,) = mails_to("reprise@demo.example")
    assert opened_by(hash_of(token_in(message))) == left
