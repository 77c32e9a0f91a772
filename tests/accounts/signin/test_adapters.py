from types import SimpleNamespace

import pytest
from allauth.account.adapter import get_adapter
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.socialaccount.adapter import get_adapter as get_social_adapter
from django.core.cache import cache

from accounts.signin.adapters import AccountAdapter, MFAAdapter, SocialAccountAdapter
from tests.factories import AdministratorFactory
from tests.factories.signin import ApplicationFactory

pytestmark = pytest.mark.django_db


def test_allauth_asks_our_adapters():
    assert isinstance(get_adapter(), AccountAdapter)
    assert isinstance(get_mfa_adapter(), MFAAdapter)
    assert isinstance(get_social_adapter(), SocialAccountAdapter)


def test_nobody_signs_up(rf):
    assert get_adapter().is_open_for_signup(rf.get("/")) is False
    assert get_social_adapter().is_open_for_signup(rf.get("/"), None) is False


def test_provider_of_identity_comes_from_the_environment_alone(rf, settings):
    settings.OIDC = None
    assert get_social_adapter().list_apps(rf.get("/")) == []


def test_address_matching_of_allauth_is_never_used():
    assert get_social_adapter().authenticate_by_email(SimpleNamespace(email_addresses=[])) is None


@pytest.mark.parametrize("name", ["email_password_mismatch", "incorrect_password", "too_many_login_attempts"])
def test_sentences_are_ours(name):
    assert str(AccountAdapter.error_messages[name]) not in {"", name}
    assert str(AccountAdapter.error_messages[name])[0].isupper()


def test_failures_are_counted_under_the_address_whatever_the_host(rf):
    adapter = get_adapter()
    keys = {
        adapter._get_login_attempts_cache_key(rf.get("/", headers={"Host": host}), email=email)
        for host in ("localhost", "127.0.0.1")
        for email in ("claire@demo.example", " Claire@Demo.Example")
    }
    assert keys == {"claire@demo.example"}


def test_last_factor_is_kept_by_the_adapter_too(settings):
    settings.REQUIRE_MFA = True
    application = ApplicationFactory(user=AdministratorFactory())
    assert get_mfa_adapter().can_delete_authenticator(application) is False


def test_drawing_of_the_secret_has_a_white_ground():
    drawing = get_mfa_adapter().build_totp_svg("otpauth://totp/claire")
    assert drawing.lstrip().startswith("<svg")
    assert 'fill="white"' in drawing


def test_key_is_first_called_after_the_device(client, person, typed):
    typed()
    page = client.get(
        "/compte/securite/cles/ajouter/",
        headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"},
    )
    assert 'value="Firefox sur Linux"' in page.content.decode()


def test_brakes_of_the_cache_do_not_outlive_it(client, person, typed, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_failed": "1/h/key"}
    typed(password="mauvais")
    typed(password="mauvais")
    cache.clear()
    assert typed().status_code == 302
