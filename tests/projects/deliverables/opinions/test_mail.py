"""Who is asked an opinion is written to, once, as long as it is awaited."""

from datetime import date

import pytest
import time_machine
from django.core import mail

from accounts.organisations.enums import College
from projects.access.enums import Confidentiality
from projects.deliverables.opinions.mail import mail_asked
from projects.deliverables.opinions.services import ask, give, take_back
from projects.models import Deliverable, Version
from tests.factories.deliverables import DeliverableFactory, a_group_at_work, a_version

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _that_day():
    with time_machine.travel("2026-03-10T12:00:00+01:00", tick=False):
        yield


@pytest.fixture
def people():
    return a_group_at_work()


@pytest.fixture
def version(people):
    return a_version(DeliverableFactory(group=people[0], title="Feuille de route"), author=people[1]["membre"])


@pytest.fixture
def asked(version, people):
    def asked(who="invite"):
        return ask(version=version, people=[people[1][who]], by=people[1]["membre"], due_on=date(2026, 4, 1))[0]

    return asked


def test_the_letter_says_by_whom_for_when_and_where(
    asked, version, people, tasks_at_once, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        opinion = asked()
    [letter] = mail.outbox
    assert letter.to == [people[1]["invite"].email]
    assert letter.subject.startswith("Votre avis est demandé\u00a0: «\u00a0Feuille de route\u00a0»")
    assert people[1]["membre"].get_full_name() in letter.body
    assert "pour le 1er\u00a0avril 2026" in letter.body
    assert f"/livrables/{version.deliverable_id}/versions/1/mon-avis/" in letter.body
    mail_asked(opinion.pk)
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("moment", ["given", "taken back", "replaced", "suspended", "hidden"])
def test_what_is_no_longer_awaited_is_not_written_about(asked, version, people, moment):
    opinion = asked("rapporteur" if moment == "hidden" else "invite")
    guest = people[1]["invite"]
    if moment == "given":
        give(version=version, kind="favorable", by=guest)
    elif moment == "taken back":
        take_back(opinion=opinion, by=people[1]["membre"])
    elif moment == "replaced":
        Version.objects.filter(pk=version.pk).update(replaced_at=version.deposited_at)
    elif moment == "suspended":
        guest.is_active = False
        guest.save()
    else:
        Deliverable.objects.update(confidentiality=Confidentiality.COLLEGE, college=College.STATE)
    mail_asked(opinion.pk)
    assert mail.outbox == []


def test_the_title_of_what_is_kept_from_some_stays_out_of_it(asked, version):
    Deliverable.objects.update(confidentiality=Confidentiality.COLLEGE, college=College.INDUSTRY)
    mail_asked(asked("rapporteur").pk)
    [letter] = mail.outbox
    assert "Feuille de route" not in letter.subject + letter.body
    assert "un livrable restreint" in letter.subject
