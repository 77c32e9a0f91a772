"""« Bris de glace »: said, written down, told to those who steer, and over within the hour."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone
from kombu.exceptions import OperationalError
from rest_framework.test import APIClient

from accounts.models import User
from filiere.refusals import Refused
from projects.access.enums import Permission, Role
from projects.access.models import EmergencyReading
from projects.access.standing import standing_of
from projects.groups import tasks
from projects.groups.access import emergency_mail
from projects.groups.access.emergencies import LASTS, close_emergency, open_emergency
from projects.models import Event
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.access import seat
from tests.factories.groups import WorkingGroupFactory

pytestmark = pytest.mark.django_db

REASON = "Un fichier signalé comme dangereux par un membre"


@pytest.fixture
def group():
    return WorkingGroupFactory(slug="div", name="Diagnostic in vitro")


@pytest.fixture
def administrator():
    return AdministratorFactory()


def reading(group, person, **fields):
    now = timezone.now()
    return EmergencyReading.objects.create(
        **{"person": person, "group": group, "reason": REASON, "closes_at": now + LASTS, **fields}
    )


def test_opening_is_told_in_the_journal_with_its_reason(group, administrator):
    opened = open_emergency(group=group, reason=f"  {REASON} ", by=administrator)
    event = Event.objects.get(verb="emergency.opened")
    assert (event.actor, event.group, event.capacity) == (administrator, group, "administrateur")
    assert event.changes["reason"] == [None, REASON]
    assert opened.closes_at - opened.opened_at == LASTS


@pytest.mark.parametrize("reason", ["", "   ", "trop court", " " * 30 + "court"])
def test_opening_demands_a_reason(group, administrator, reason):
    with pytest.raises(ValidationError, match="20 caractères"):
        open_emergency(group=group, reason=reason, by=administrator)
    assert not EmergencyReading.objects.exists()


@pytest.mark.parametrize("fields", [{}, {"is_delegate": True}, {"is_superuser": True}])
def test_opening_is_for_administrators(group, fields):
    with pytest.raises(PermissionDenied):
        open_emergency(group=group, reason=REASON, by=UserFactory(**fields))


def test_opening_is_refused_to_who_is_no_longer_an_administrator(group, administrator):
    User.objects.filter(pk=administrator.pk).update(is_staff=False)
    with pytest.raises(PermissionDenied):
        open_emergency(group=group, reason=REASON, by=administrator)


def test_opening_twice_is_heard_once(group, administrator):
    open_emergency(group=group, reason=REASON, by=administrator)
    with pytest.raises(Refused, match="déjà ouverte"):
        open_emergency(group=group, reason=REASON, by=administrator)
    assert EmergencyReading.objects.count() == 1


def test_closing_is_at_once_and_by_who_opened_it(group, administrator):
    opened = open_emergency(group=group, reason=REASON, by=administrator)
    with pytest.raises(PermissionDenied):
        close_emergency(reading=opened, by=AdministratorFactory())
    close_emergency(reading=opened, by=administrator)
    assert not standing_of(administrator).may(Permission.READ_RESTRICTED, group)
    close_emergency(reading=opened, by=administrator)
    assert Event.objects.filter(verb="emergency.closed").count() == 1


# --- Mail -------------------------------------------------------------------


def test_those_who_steer_are_told_once_it_is_committed(
    group, administrator, django_capture_on_commit_callbacks, tasks_at_once
):
    pilot, copilot = seat(Role.PILOT, group), seat(Role.CO_PILOT, group)
    seat(Role.MEMBER, group)
    former = seat(Role.PILOT, group)
    former.mandates.update(ends_on="2025-01-01")
    User.objects.filter(pk=seat(Role.PILOT, group).pk).update(is_active=False)
    with django_capture_on_commit_callbacks(execute=True):
        open_emergency(group=group, reason=REASON, by=administrator)
        assert not mail.outbox
    assert {address for message in mail.outbox for address in message.to} == {pilot.email, copilot.email}
    message = mail.outbox[0]
    assert message.subject == "Lecture d’urgence : Diagnostic in vitro"
    for text in (message.body, message.alternatives[0][0]):
        assert REASON in text
        assert administrator.get_full_name() in text
        assert "/groupes/div/lectures-d-urgence/" in text
    assert EmergencyReading.objects.get().tell_after is None


def test_delegates_are_told_where_nobody_steers(group, administrator):
    delegate = UserFactory(is_delegate=True)
    emergency_mail.tell(reading(group, administrator).pk)
    assert [message.to for message in mail.outbox] == [[delegate.email]]


def test_who_reads_is_not_told_of_themselves(group):
    both = seat(Role.PILOT, group, person=AdministratorFactory())
    emergency_mail.tell(reading(group, both).pk)
    assert not mail.outbox


def test_telling_twice_tells_once(group, administrator):
    seat(Role.PILOT, group)
    opened = reading(group, administrator)
    emergency_mail.tell(opened.pk)
    emergency_mail.tell(opened.pk)
    tasks.tell_of_emergencies()
    assert len(mail.outbox) == 1


def test_broker_or_mail_server_that_is_away_delays_and_loses_nothing(
    group, administrator, monkeypatch, django_capture_on_commit_callbacks, tasks_at_once
):
    seat(Role.PILOT, group)

    def away(*arguments):
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(tasks.tell_of_emergency, "delay", away)
        with django_capture_on_commit_callbacks(execute=True):
            open_emergency(group=group, reason=REASON, by=administrator)

    def refused(*arguments):
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", refused)
        tasks.tell_of_emergencies()
    tasks.tell_of_emergencies()  # the attempt that failed may still be under way
    assert not mail.outbox
    with time_machine.travel(timezone.now() + emergency_mail.LEASE + timedelta(seconds=1), tick=False):
        tasks.tell_of_emergencies()
    assert len(mail.outbox) == 1


def test_old_news_are_not_told(group, administrator):
    seat(Role.PILOT, group)
    old = timezone.now() - timedelta(days=3)
    reading(group, administrator, opened_at=old, closes_at=old + LASTS, tell_after=old)
    tasks.tell_of_emergencies()
    assert not mail.outbox


def test_unknown_reading_is_told_to_nobody(group, administrator):
    opened = reading(group, administrator)
    pk = opened.pk
    opened.delete()
    tasks.tell_of_emergency(str(pk))
    assert not mail.outbox


# --- Pages and API ----------------------------------------------------------


def test_page_says_what_will_happen_opens_and_closes(client, group, administrator):
    pilot = seat(Role.PILOT, group)
    client.force_login(administrator)
    text = client.get("/groupes/div/lecture-d-urgence/").content.decode()
    assert "Ce qui va se passer" in text
    assert pilot.get_full_name() in text
    response = client.post("/groupes/div/lecture-d-urgence/", {"reason": REASON}, follow=True)
    assert "Refermer maintenant" in response.content.decode()
    opened = EmergencyReading.objects.get()
    client.post(f"/groupes/div/lecture-d-urgence/{opened.pk}/refermer/")
    opened.refresh_from_db()
    assert opened.closes_at <= timezone.now()


def test_page_keeps_what_was_typed_when_it_is_too_short(client, group, administrator):
    client.force_login(administrator)
    text = client.post("/groupes/div/lecture-d-urgence/", {"reason": "trop court"}).content.decode()
    assert "trop court</textarea>" in text
    assert not EmergencyReading.objects.exists()


def test_page_closes_nobody_else_s_reading(client, group, administrator):
    opened = open_emergency(group=group, reason=REASON, by=administrator)
    client.force_login(AdministratorFactory())
    assert client.post(f"/groupes/div/lecture-d-urgence/{opened.pk}/refermer/").status_code == 404
    assert standing_of(administrator).behind_glass


def test_group_reads_of_it_while_it_lasts_and_afterwards(client, group, administrator):
    member, observer = seat(Role.MEMBER, group), seat(Role.OBSERVER, group)
    opened = open_emergency(group=group, reason=REASON, by=administrator)
    client.force_login(member)
    assert "Lecture d’urgence en cours" in client.get("/groupes/div/membres/").content.decode()
    assert REASON in client.get("/groupes/div/lectures-d-urgence/").content.decode()
    close_emergency(reading=opened, by=administrator)
    assert "Lecture d’urgence en cours" not in client.get("/groupes/div/membres/").content.decode()
    assert REASON in client.get("/groupes/div/lectures-d-urgence/").content.decode()
    client.force_login(observer)
    assert client.get("/groupes/div/lectures-d-urgence/").status_code == 403


def test_page_without_any_reading_says_so(client, group):
    client.force_login(seat(Role.MEMBER, group))
    assert "Aucune lecture d’urgence" in client.get("/groupes/div/lectures-d-urgence/").content.decode()


def test_api_opens_lists_and_closes(group, administrator):
    api, path = APIClient(), "/api/v1/groups/div/emergencies/"
    api.force_login(administrator)
    made = api.post(path, {"reason": REASON})
    assert made.status_code == 201
    assert made.json()["reason"] == REASON
    assert api.post(path, {"reason": REASON}).status_code == 409
    assert api.post(path, {"reason": "court"}).status_code == 400
    assert api.get(path).json()["count"] == 1
    item = f"{path}{made.json()['id']}/"
    assert api.get(item).status_code == 200
    assert api.post(f"{item}close/").status_code == 200
    assert not standing_of(administrator).behind_glass


def test_api_tells_the_members_and_not_the_observers(group, administrator):
    reading(group, administrator)
    reading(WorkingGroupFactory(), administrator)
    path, api = "/api/v1/groups/div/emergencies/", APIClient()
    api.force_login(seat(Role.MEMBER, group))
    assert api.get(path).json()["count"] == 1
    assert api.post(path, {"reason": REASON}).status_code == 403
    api.force_login(seat(Role.OBSERVER, group))
    assert api.get(path).status_code == 403
    api.force_login(UserFactory())
    assert api.get(path).status_code == 404
