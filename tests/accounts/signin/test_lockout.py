import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.core.cache import cache
from django.utils import timezone

from accounts.signin import lockout, services
from projects.activity.models import Event
from tests.factories import AdministratorFactory
from tests.factories.signin import ApplicationFactory, AttemptFactory, code_now

pytestmark = pytest.mark.django_db
WRONG = "un-mauvais-mot-de-passe"
SENTENCE = "suspendue pendant 15 minutes"


def text(response):
    return response.content.decode()


def signed_in(client):
    return "_auth_user_id" in client.session


def fail(typed, times, **given):
    for _ in range(times):
        response = typed(password=WRONG, **given)
    return response


def test_wrong_password_is_told_beside_nothing_that_exists(client, person, typed):
    known, unknown = typed(password=WRONG), typed(email="inconnue@demo.example", password=WRONG)
    for response in (known, unknown):
        assert response.status_code == 200
        assert "Adresse ou mot de passe incorrect." in text(response)


def test_eighth_wrong_password_locks_with_a_page_that_says_how_long(client, person, typed):
    assert fail(typed, 7).status_code == 200
    response = fail(typed, 1)
    assert response.status_code == 429
    assert SENTENCE in text(response)
    assert response["Retry-After"] == "900"
    assert "no-store" in response["Cache-Control"]


def test_right_password_does_not_open_a_locked_account(client, person, typed):
    fail(typed, 8)
    assert typed().status_code == 429
    assert not signed_in(client)


def test_lockout_is_the_same_for_an_account_that_does_not_exist(client, person, typed):
    known, unknown = fail(typed, 8), fail(typed, 8, email="inconnue@demo.example")
    assert known.status_code == unknown.status_code == 429
    without_token = [re.sub(r'"[A-Za-z0-9]{64}"', "", text(response)) for response in (known, unknown)]
    assert without_token[0] == without_token[1]


def test_lockout_counts_an_address_however_it_is_typed(client, person, typed):
    for email in ("claire@demo.example", "CLAIRE@demo.example", " Claire@Demo.Example ", "claire@demo.EXAMPLE"):
        fail(typed, 2, email=email)
    assert typed().status_code == 429
    assert AccessAttempt.objects.count() == 1


def test_lockout_is_of_one_account_from_one_address(client, client_elsewhere, person, typed):
    fail(typed, 8)
    credentials = {"login": person.email, "password": "filiere-demo"}
    assert client_elsewhere.post("/connexion/", credentials).status_code == 302
    other = AdministratorFactory()
    assert typed(email=other.email).status_code == 302


def test_lockout_counts_all_browsers_of_an_address_together(client, person):
    for number in range(8):
        response = client.post(
            "/connexion/",
            {"login": person.email, "password": WRONG},
            headers={"User-Agent": f"Navigateur {number}"},
        )
    assert response.status_code == 429


def test_lockout_passes_with_time(client, person, typed, time_machine):
    time_machine.move_to("2026-05-04T10:00:00Z", tick=False)
    fail(typed, 8)
    time_machine.move_to("2026-05-04T10:09:30Z", tick=False)
    assert "pendant 6 minutes" in text(typed())
    time_machine.move_to("2026-05-04T10:14:30Z", tick=False)
    assert "pendant 1 minute." in text(typed())
    time_machine.move_to("2026-05-04T10:15:01Z", tick=False)
    assert typed().status_code == 302


def test_trying_again_while_locked_does_not_lengthen_the_wait(client, person, typed, time_machine):
    time_machine.move_to("2026-05-04T10:00:00Z", tick=False)
    fail(typed, 8)
    time_machine.move_to("2026-05-04T10:14:00Z", tick=False)
    fail(typed, 3)
    time_machine.move_to("2026-05-04T10:15:01Z", tick=False)
    assert typed().status_code == 302


def test_lockout_survives_a_restart(client, person, typed):
    fail(typed, 8)
    cache.clear()
    assert typed().status_code == 429


def test_entering_forgives_what_went_before(client, person, typed):
    fail(typed, 7)
    typed()
    client.post("/deconnexion/")
    assert fail(typed, 7).status_code == 200


def test_administrator_lifts_the_lockout(client, person, typed):
    fail(typed, 8)
    services.unlock(person=person, by=AdministratorFactory())
    assert typed().status_code == 302


def test_lockout_of_an_account_is_written_once_in_the_journal(client, person, typed):
    fail(typed, 11)
    event = Event.objects.get(verb="person.locked_out")
    assert (event.actor, event.object_id) == (None, str(person.pk))


def test_lockout_of_nobody_is_not_written_in_the_journal(client, typed):
    fail(typed, 9, email="inconnue@demo.example")
    assert not Event.objects.exists()


def test_attempts_keep_no_password_and_no_other_field(client, person, typed):
    typed(password=WRONG)
    attempt = AccessAttempt.objects.get()
    kept = f"{attempt.post_data} {attempt.get_data}"
    assert WRONG not in kept
    assert person.email not in kept


@pytest.mark.parametrize(
    "email", ["a" * 300 + "@demo.example", "é@demo.example", "claire@demo.example\0", "", "claire"]
)
def test_strange_addresses_are_refused_quietly(client, typed, email):
    assert typed(email=email, password=WRONG).status_code == 200


def test_wrong_password_while_confirming_identity_counts(client, person, typed):
    typed()
    AttemptFactory(username=person.email, failures_since_start=7)
    response = client.post("/confirmer-identite/", {"password": WRONG})
    assert response.status_code == 429


def test_wrong_current_password_while_changing_it_counts(client, person, typed):
    typed()
    AttemptFactory(username=person.email, failures_since_start=7)
    new = "quatre mots pour entrer"
    response = client.post("/mot-de-passe/changer/", {"oldpassword": WRONG, "password1": new, "password2": new})
    assert response.status_code == 429
    person.refresh_from_db()
    assert person.check_password("filiere-demo")


@pytest.fixture
def half_way(client, person, typed):
    """The password is given, the code is asked for."""
    ApplicationFactory(user=person)
    typed()


def code(client, given):
    return client.post("/connexion/code/", {"code": given})


def test_wrong_codes_lock_like_wrong_passwords(client, person, half_way):
    for _ in range(7):
        assert "Ce code n’est pas le bon" in text(code(client, "000000"))
    response = code(client, "000000")
    assert response.status_code == 429
    assert SENTENCE in text(response)
    assert code(client, code_now()).status_code == 429
    assert not signed_in(client)


def test_wrong_codes_and_wrong_passwords_add_up(client, person, typed):
    fail(typed, 4)
    ApplicationFactory(user=person)
    typed()
    for _ in range(4):
        response = code(client, "000000")
    assert response.status_code == 429


def test_wrong_codes_are_counted_from_every_address_together(client, person, half_way, settings, monkeypatch):
    monkeypatch.setattr(lockout.AxesProxyHandler, "is_allowed", lambda *_: True)
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "second_factor": "3/h/key"}
    for _ in range(3):
        code(client, "000000")
    assert "Patientez une heure" in text(code(client, code_now()))


def test_right_code_enters_and_serves_once(client, person, half_way, typed):
    given = code_now()
    assert code(client, given).status_code == 302
    assert signed_in(client)
    client.post("/deconnexion/")
    typed()
    cache.clear()
    assert "il a déjà servi" in text(code(client, given))


@pytest.mark.parametrize("shift", [-1, 0, 1])
def test_code_of_a_clock_that_drifts_enters(client, person, half_way, shift, time_machine):
    time_machine.move_to("2026-05-04T10:00:15Z", tick=False)
    assert code(client, code_now(shift=shift)).status_code == 302


@pytest.mark.parametrize("shift", [-2, 2])
def test_code_of_another_moment_does_not(client, person, half_way, shift, time_machine):
    time_machine.move_to("2026-05-04T10:00:15Z", tick=False)
    assert code(client, code_now(shift=shift)).status_code == 200


def test_remaining_is_what_is_left_of_the_pause(rf, person):
    attempt = AttemptFactory(username=person.email)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=5))
    left = lockout.remaining(rf.get("/"), {"email": attempt.username})
    assert timedelta(minutes=9) < left <= timedelta(minutes=10)


def test_remaining_of_a_pause_that_is_over_is_nothing(rf, person):
    AttemptFactory(username=person.email)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(hours=2))
    assert lockout.remaining(rf.get("/"), {"email": person.email}) == timedelta()


def test_code_page_without_password_leads_to_the_entrance(client):
    assert client.get("/connexion/code/").url == "/connexion/"
    assert client.post("/connexion/code/", {"code": "123456"}).url == "/connexion/"


def test_second_factor_removed_while_it_was_asked_for_leads_back(client, person, half_way):
    Authenticator.objects.all().delete()
    assert client.get("/connexion/code/").url == "/connexion/"
