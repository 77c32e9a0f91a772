import pytest
from allauth.mfa.models import Authenticator

from accounts.signin import second_factor
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.signin import ApplicationFactory, recovery_codes

pytestmark = pytest.mark.django_db


def says_yes(user):
    return True


@pytest.fixture
def required(settings):
    settings.REQUIRE_MFA = True


@pytest.fixture
def key():
    def make(user):
        return Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "Clé"})

    return make


@pytest.mark.parametrize(("role", "demanded"), [({"is_staff": True}, True), ({"is_delegate": True}, True), ({}, False)])
def test_second_factor_is_required_of_administrators_and_delegates(required, role, demanded):
    assert second_factor.required_of(UserFactory(**role)) is demanded


def test_second_factor_is_required_of_nobody_where_the_installation_does_not_ask(settings):
    settings.REQUIRE_MFA = False
    assert second_factor.required_of(AdministratorFactory()) is False


def test_rule_of_another_feature_is_followed(required, settings, person):
    settings.SECOND_FACTOR_RULES = ["tests.accounts.signin.test_second_factor.says_yes"]
    assert second_factor.required_of(person) is True


def test_every_rule_named_in_the_settings_exists(settings, required, person):
    for path in settings.SECOND_FACTOR_RULES:
        settings.SECOND_FACTOR_RULES = [path]
        assert second_factor.required_of(person) is False


def test_recovery_codes_alone_are_no_second_factor(required):
    person = AdministratorFactory()
    recovery_codes(person)
    assert second_factor.missing_for(person) is True


@pytest.mark.parametrize("kind", ["application", "key"])
def test_second_factor_held_is_not_missing(required, kind, key):
    person = AdministratorFactory()
    ApplicationFactory(user=person) if kind == "application" else key(person)
    assert second_factor.held_by(person) is True
    assert second_factor.missing_for(person) is False


def test_second_factor_of_another_person_does_not_count(required):
    ApplicationFactory(user=UserFactory())
    assert second_factor.missing_for(AdministratorFactory()) is True


def test_missing_for_costs_nothing_where_nothing_is_required(settings, django_assert_num_queries):
    settings.REQUIRE_MFA = False
    person = AdministratorFactory()
    with django_assert_num_queries(0):
        second_factor.missing_for(person)


def test_missing_for_costs_one_query_whatever_the_number_of_keys(required, key, django_assert_num_queries):
    person = AdministratorFactory()
    for _ in range(30):
        key(person)
    with django_assert_num_queries(1):
        second_factor.missing_for(person)


def test_last_factor_stays_where_one_is_required(required, key):
    person = AdministratorFactory()
    application = ApplicationFactory(user=person)
    recovery_codes(person)
    assert second_factor.may_lose(application) is False
    first = key(person)
    assert second_factor.may_lose(application) is True
    assert second_factor.may_lose(first) is True


def test_last_factor_may_go_where_none_is_required(required, person):
    assert second_factor.may_lose(ApplicationFactory(user=person)) is True


def test_recovery_codes_may_always_go(required):
    person = AdministratorFactory()
    recovery_codes(person)
    assert second_factor.may_lose(Authenticator.objects.get()) is True


def test_code_opens_once(person):
    application = ApplicationFactory(user=person)
    assert second_factor.first_use(application, "123456") is True
    assert second_factor.first_use(application, "123 456") is False
    assert second_factor.first_use(application, "654321") is True
    assert second_factor.first_use(application, "123456") is False


def test_code_is_forgotten_once_it_cannot_serve_again(person, time_machine):
    application = ApplicationFactory(user=person)
    time_machine.move_to("2026-05-04T10:00:00Z", tick=False)
    second_factor.first_use(application, "123456")
    time_machine.move_to("2026-05-04T10:06:00Z", tick=False)
    assert second_factor.first_use(application, "123456") is True
    application.refresh_from_db()
    assert len(application.data["used"]) == 1


def test_code_keeps_the_secret_it_belongs_to(person):
    application = ApplicationFactory(user=person)
    secret = application.data["secret"]
    second_factor.first_use(application, "123456")
    application.refresh_from_db()
    assert application.data["secret"] == secret


def test_recovery_code_counts_its_own_uses(person):
    recovery_codes(person)
    codes = Authenticator.objects.get()
    assert second_factor.first_use(codes, "12345678") is True
    assert second_factor.first_use(codes, "12345678") is True
