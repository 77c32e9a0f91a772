import pytest
from django.core import mail

from projects.access.enums import Role
from projects.discussions import services
from projects.discussions.mail import mail_mentioned
from projects.groups.mandates.services import end_mandate
from projects.models import Membership, Mention
from tests.factories.deliverables import DeliverableFactory, a_group_at_work, a_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def said():
    """A comment that names the co-pilot, and its people."""
    group, people = a_group_at_work()
    version = a_version(DeliverableFactory(group=group, title="Titre à taire"))
    thread = services.open_thread(
        field="version",
        target=version,
        text=f"@{people[Role.CO_PILOT]}, un mot à taire\u202f?",
        by=people[Role.MEMBER],
    )
    return thread.comments.get(), people


def test_who_is_named_is_written_to_once(said):
    comment, people = said
    for _twice in range(2):
        mail_mentioned(comment.pk)
    assert [message.to for message in mail.outbox] == [[people[Role.CO_PILOT].email]]
    assert f"/discussions/{comment.thread_id}/" in mail.outbox[0].body
    assert "à taire" not in mail.outbox[0].body + mail.outbox[0].subject


def test_nothing_leaves_about_what_was_taken_back(said):
    comment, people = said
    services.take_back(comment=comment, by=people[Role.MEMBER])
    mail_mentioned(comment.pk)
    assert mail.outbox == []


def test_nothing_leaves_to_who_may_no_longer_read(said):
    comment, people = said
    mandate = Membership.objects.get(person=people[Role.CO_PILOT])
    end_mandate(mandate=mandate, by=None)
    mail_mentioned(comment.pk)
    assert mail.outbox == []


def test_a_mail_server_that_is_away_is_tried_again(said, monkeypatch):
    comment, _people = said

    def away(*args, **kwargs):
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.EmailMessage.send", away)
        with pytest.raises(OSError):
            mail_mentioned(comment.pk)
    assert Mention.objects.get().told_at is None
    mail_mentioned(comment.pk)
    assert len(mail.outbox) == 1


def test_it_leaves_after_the_commit(said, django_capture_on_commit_callbacks, tasks_at_once):
    comment, people = said
    with django_capture_on_commit_callbacks(execute=True):
        services.answer(thread=comment.thread, text=f"Oui, @{people[Role.PILOT]}.", by=people[Role.GUEST])
        assert mail.outbox == []
    assert [message.to for message in mail.outbox] == [[people[Role.PILOT].email]]
