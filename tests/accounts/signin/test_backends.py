import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import Argon2PasswordHasher

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def tried(rf, **credentials):
    return authenticate(rf.post("/connexion/"), **credentials)


def test_person_is_found_by_address_without_case_or_spaces(rf, person):
    assert tried(rf, email=" Claire@Demo.Example ", password="filiere-demo") == person
    assert tried(rf, username="claire@demo.example", password="filiere-demo") == person


@pytest.mark.parametrize("password", ["filiere-demO", "", " filiere-demo", None])
def test_wrong_password_opens_nothing(rf, person, password):
    assert tried(rf, email=person.email, password=password) is None


def test_closed_account_opens_nothing(rf, person):
    person.is_active = False
    person.save()
    assert tried(rf, email=person.email, password="filiere-demo") is None


def test_session_of_a_closed_account_is_a_visitors(client, person):
    client.force_login(person)
    person.is_active = False
    person.save()
    assert client.get("/compte/securite/").url.startswith("/connexion/")


def test_former_address_kept_by_allauth_opens_nothing(rf, person):
    EmailAddress.objects.create(user=person, email="ancienne@demo.example", verified=True, primary=True)
    assert tried(rf, email="ancienne@demo.example", password="filiere-demo") is None
    assert tried(rf, email=person.email, password="filiere-demo") == person


def test_person_without_password_enters_with_none(rf, person):
    person.set_unusable_password()
    person.save()
    assert tried(rf, email=person.email, password="!") is None


def test_unknown_address_costs_as_much_as_a_known_one(rf, person, settings, monkeypatch):
    """One hash either way: the time taken tells nothing."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    person.set_password("filiere-demo")
    person.save()
    hashed = []
    encode, verify = Argon2PasswordHasher.encode, Argon2PasswordHasher.verify
    monkeypatch.setattr(Argon2PasswordHasher, "encode", lambda *args: hashed.append(1) or encode(*args))
    monkeypatch.setattr(Argon2PasswordHasher, "verify", lambda *args: hashed.append(1) or verify(*args))
    tried(rf, email=person.email, password="mauvais")
    known = len(hashed)
    tried(rf, email="inconnue@demo.example", password="mauvais")
    assert known == len(hashed) - known == 1


def test_passwords_are_kept_with_argon2(settings):
    from filiere import settings as real

    assert real.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    settings.PASSWORD_HASHERS = real.PASSWORD_HASHERS
    assert UserFactory().password.startswith("argon2$argon2id$")


def test_no_other_backend_lets_in(settings):
    first, *others = settings.AUTHENTICATION_BACKENDS
    assert first == "axes.backends.AxesStandaloneBackend"
    assert others == ["accounts.signin.backends.EmailBackend", "guardian.backends.ObjectPermissionBackend"]
