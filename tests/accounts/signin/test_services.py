import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.signin import services, tasks
from accounts.signin.notices import Notice
from projects.activity.models import Event
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.signin import ApplicationFactory, AttemptFactory, SessionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return AdministratorFactory()


def verbs():
    return list(Event.objects.order_by("id").values_list("verb", flat=True))


def test_end_all_sessions_leaves_none_and_tells_the_journal(person, administrator):
    SessionFactory.create_batch(3, user=person)
    assert services.end_all_sessions(person=person, by=administrator) == 3
    assert not UserSession.objects.exists()
    assert not Session.objects.exists()
    event = Event.objects.get()
    assert (event.verb, event.actor, event.capacity) == ("person.sessions_ended", administrator, "administrateur")
    assert event.changes == {"sessions": [3, 0]}


def test_end_all_sessions_of_who_has_none_leaves_no_event(person, administrator):
    assert services.end_all_sessions(person=person, by=administrator) == 0
    assert not Event.objects.exists()


def test_end_all_sessions_by_the_application_itself(person):
    SessionFactory(user=person)
    services.end_all_sessions(person=person, by=None)
    assert Event.objects.get().actor is None


def test_end_all_sessions_leaves_others_alone(person, administrator):
    other = SessionFactory(user=UserFactory())
    services.end_all_sessions(person=person, by=administrator)
    assert UserSession.objects.get() == other
    assert Session.objects.filter(session_key=other.session_key).exists()


@pytest.mark.parametrize("count", [1, 30])
def test_end_all_sessions_costs_the_same_whatever_their_number(
    person, administrator, count, django_assert_max_num_queries
):
    SessionFactory.create_batch(count, user=person)
    with django_assert_max_num_queries(14):
        services.end_all_sessions(person=person, by=administrator)


def test_end_other_sessions_keeps_one(person):
    kept, _other = SessionFactory.create_batch(2, user=person)
    assert services.end_other_sessions(person=person, kept=kept.session_key, by=person) == 1
    assert UserSession.objects.get() == kept
    assert Event.objects.get().changes == {"sessions": [2, 1]}


def test_end_other_sessions_of_somebody_else_is_refused(person, administrator):
    SessionFactory(user=person)
    with pytest.raises(PermissionDenied):
        services.end_other_sessions(person=person, kept="", by=administrator)
    assert UserSession.objects.count() == 1


def test_end_session_ends_that_one(person):
    ended, other = SessionFactory.create_batch(2, user=person)
    assert services.end_session(person=person, session_id=ended.pk, by=person) is True
    assert UserSession.objects.get() == other
    assert not Session.objects.filter(session_key=ended.session_key).exists()
    assert verbs() == ["person.session_ended"]


def test_end_session_twice_says_so(person):
    session = SessionFactory(user=person)
    services.end_session(person=person, session_id=session.pk, by=person)
    assert services.end_session(person=person, session_id=session.pk, by=person) is False
    assert len(verbs()) == 1


def test_end_session_of_another_person_does_nothing(person):
    session = SessionFactory(user=UserFactory())
    assert services.end_session(person=person, session_id=session.pk, by=person) is False
    assert UserSession.objects.get() == session
    with pytest.raises(PermissionDenied):
        services.end_session(person=session.user, session_id=session.pk, by=person)


def test_change_password_keeps_this_session_and_ends_the_others(person, mail):
    kept, _other = SessionFactory.create_batch(2, user=person)
    with mail() as messages:
        services.change_password(
            person=person, password="quatre mots pour entrer", kept=kept.session_key, origin="Firefox sur Linux"
        )
    person.refresh_from_db()
    assert person.check_password("quatre mots pour entrer")
    assert UserSession.objects.get() == kept
    assert verbs() == ["person.password_changed"]
    assert [message.subject for message in messages] == ["Votre mot de passe a été changé"]
    assert "Firefox sur Linux" in messages[0].body


def test_change_password_touches_nothing_else_of_the_person(person):
    before = person.changed_at
    services.change_password(person=person, password="quatre mots pour entrer", kept="", origin="")
    person.refresh_from_db()
    assert person.changed_at == before


def test_change_password_that_fails_changes_nothing(person, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError

    monkeypatch.setattr(services, "record", fail)
    SessionFactory(user=person)
    with pytest.raises(RuntimeError):
        services.change_password(person=person, password="quatre mots pour entrer", kept="", origin="")
    person.refresh_from_db()
    assert person.check_password("filiere-demo")
    assert UserSession.objects.exists()


def test_reset_password_ends_every_session_and_lifts_the_lockout(person, mail):
    SessionFactory.create_batch(2, user=person)
    AttemptFactory(username=person.email)
    AttemptFactory(username=person.email, ip_address="192.0.2.9")
    other = AttemptFactory(username="autre@demo.example")
    with mail() as messages:
        services.reset_password(person=person, password="quatre mots pour entrer", origin="")
    assert not UserSession.objects.exists()
    assert AccessAttempt.objects.get() == other
    assert verbs() == ["person.password_reset"]
    assert messages[0].subject == "Votre mot de passe a été réinitialisé"


def test_unlock_lifts_the_lockout_of_one_account(person, administrator):
    AttemptFactory(username=person.email)
    other = AttemptFactory(username="autre@demo.example")
    services.unlock(person=person, by=administrator)
    assert AccessAttempt.objects.get() == other
    assert verbs() == ["person.unlocked"]


def test_unlock_is_for_administrators(person):
    AttemptFactory(username=person.email)
    for by in (person, UserFactory(), UserFactory(is_delegate=True), AdministratorFactory(is_active=False)):
        with pytest.raises(PermissionDenied):
            services.unlock(person=person, by=by)
    assert AccessAttempt.objects.exists()
    assert not Event.objects.exists()


def test_unlock_by_a_command_of_the_server(person):
    services.unlock(person=person, by=None)
    assert Event.objects.get().actor is None


def test_remove_second_factors_ends_sessions_and_tells_the_person(person, administrator, mail):
    ApplicationFactory(user=person)
    SessionFactory(user=person)
    with mail() as messages:
        assert services.remove_second_factors(person=person, by=administrator) == 1
    assert not Authenticator.objects.exists()
    assert not UserSession.objects.exists()
    assert Event.objects.get().changes == {"second_factors": [1, 0]}
    assert messages[0].to == [person.email]
    assert "Depuis" not in messages[0].body


def test_remove_second_factors_of_who_has_none_does_nothing(person, administrator):
    SessionFactory(user=person)
    assert services.remove_second_factors(person=person, by=administrator) == 0
    assert UserSession.objects.exists()
    assert not Event.objects.exists()


def test_remove_second_factors_is_for_administrators(person):
    ApplicationFactory(user=person)
    for by in (person, UserFactory()):
        with pytest.raises(PermissionDenied):
            services.remove_second_factors(person=person, by=by)
    assert Authenticator.objects.exists()


@pytest.mark.parametrize(
    ("act", "verb", "changes", "notice"),
    [
        (
            lambda person: services.second_factor_added(person=person, kind="cle", origin=""),
            "person.second_factor_added",
            {"kind": [None, "cle"]},
            Notice.SECOND_FACTOR_ADDED,
        ),
        (
            lambda person: services.second_factor_removed(person=person, kind="cle", origin=""),
            "person.second_factor_removed",
            {"kind": ["cle", None]},
            Notice.SECOND_FACTOR_REMOVED,
        ),
        (
            lambda person: services.recovery_codes_renewed(person=person, origin=""),
            "person.recovery_codes_renewed",
            {},
            Notice.RECOVERY_CODES_RENEWED,
        ),
        (
            lambda person: services.recovery_code_used(person=person, remaining=9, origin=""),
            "person.recovery_code_used",
            {"remaining": [10, 9]},
            Notice.RECOVERY_CODE_USED,
        ),
    ],
)
def test_change_of_second_factor_is_told_in_the_journal_and_by_mail(
    person, monkeypatch, django_capture_on_commit_callbacks, act, verb, changes, notice
):
    told = []
    monkeypatch.setattr(tasks, "deliver", lambda task, **arguments: told.append((task, arguments["notice"])))
    with django_capture_on_commit_callbacks(execute=True):
        act(person)
    event = Event.objects.get()
    assert (event.actor, event.verb, event.changes) == (person, verb, changes)
    assert told == [(tasks.send_notice, notice)]


def test_notice_of_an_act_that_is_undone_is_not_sent(person, monkeypatch, django_capture_on_commit_callbacks):
    told = []
    monkeypatch.setattr(tasks, "deliver", lambda *_, **__: told.append(1))
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(RuntimeError):
        _renewed_then_undone(person)
    assert not told


def _renewed_then_undone(person):
    with transaction.atomic():
        services.recovery_codes_renewed(person=person, origin="")
        raise RuntimeError


def test_journal_holds_neither_name_nor_address(person, administrator):
    SessionFactory(user=person)
    ApplicationFactory(user=person)
    services.change_password(person=person, password="quatre mots pour entrer", kept="", origin="adresse 192.0.2.1")
    services.reset_password(person=person, password="quatre mots pour entrer", origin="adresse 192.0.2.1")
    services.unlock(person=person, by=administrator)
    services.remove_second_factors(person=person, by=administrator)
    services.locked_out(person=person)
    written = str(list(Event.objects.values("changes", "capacity", "object_id", "verb")))
    for private in (person.email, person.given_name, person.family_name, "192.0.2.1"):
        assert private not in written
