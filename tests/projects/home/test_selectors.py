from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.invitations.enums import Sending
from projects.activity.services import record
from projects.home.selectors import LAST_ACTS, expectations_of, last_acts_of
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.invitations import a_sent_invitation
from tests.factories.signin import ApplicationFactory

pytestmark = pytest.mark.django_db


def titles(person):
    return [each.title for each in expectations_of(person)]


def test_nothing_is_expected_of_a_member():
    assert expectations_of(UserFactory()) == []


def test_nothing_is_expected_of_an_administrator_when_all_is_well():
    a_sent_invitation()
    assert expectations_of(AdministratorFactory()) == []


@pytest.mark.parametrize("role", ["is_staff", "is_delegate"])
def test_second_factor_is_expected_of_roles_that_must_hold_one(settings, role):
    settings.REQUIRE_MFA = True
    person = UserFactory(**{role: True})
    (expected,) = expectations_of(person)
    assert expected.title == "Choisissez un second facteur"
    assert expected.href == "/compte/securite/"
    assert expected.late
    ApplicationFactory(user=person)
    assert expectations_of(person) == []


def test_second_factor_is_not_expected_of_a_member_or_where_it_is_not_required(settings):
    settings.REQUIRE_MFA = True
    assert titles(UserFactory()) == []
    settings.REQUIRE_MFA = False
    assert titles(AdministratorFactory()) == []


@pytest.mark.parametrize(
    ("number", "title"), [(1, "1 invitation a expiré sans réponse"), (3, "3 invitations ont expiré sans réponse")]
)
def test_expired_invitations_are_counted(number, title):
    for _ in range(number):
        a_sent_invitation(expires_at=timezone.now() - timedelta(hours=1))
    assert titles(AdministratorFactory()) == [title]


def test_accepted_revoked_and_pending_invitations_expect_nothing():
    now = timezone.now()
    a_sent_invitation(accepted_at=now, accepted_by=UserFactory(), expires_at=now - timedelta(days=1))
    a_sent_invitation(revoked_at=now, sending=Sending.FAILED)
    a_sent_invitation(sending=Sending.WAITING)
    assert titles(AdministratorFactory()) == []


def test_invitations_are_the_business_of_whoever_keeps_them():
    a_sent_invitation(sending=Sending.FAILED)
    assert titles(UserFactory()) == []
    assert len(titles(UserFactory(is_delegate=True))) == 1
    assert len(titles(AdministratorFactory())) == 1


@pytest.mark.parametrize("number", [1, 30])
def test_expectations_cost_one_query_for_an_administrator(number, django_assert_num_queries):
    for _ in range(number):
        a_sent_invitation(sending=Sending.FAILED)
    person = AdministratorFactory()
    with django_assert_num_queries(1):
        expectations_of(person)


# --- What they did last ---


def note(actor, verb, target):
    with transaction.atomic():
        record(actor=actor, verb=verb, target=target)


def test_last_acts_are_the_newest_first_and_a_few():
    person = UserFactory(given_name="Camille", family_name="M.")
    for _ in range(LAST_ACTS):
        note(person, "token.created", person)
    note(person, "token.revoked", person)
    acts = last_acts_of(person)
    assert len(acts) == LAST_ACTS
    assert acts[0].title == "Camille M. a révoqué un jeton d’API"
    assert acts[0].at > acts[-1].at


def test_last_acts_name_what_an_administrator_may_read_and_nothing_to_a_member():
    member, administrator = UserFactory(), AdministratorFactory()
    other = UserFactory(given_name="Dominique", family_name="Secret")
    note(administrator, "person.closed", other)
    note(member, "person.closed", other)
    assert last_acts_of(administrator)[0].text == "Dominique Secret"
    assert last_acts_of(member)[0].text == ""


def test_last_acts_do_not_repeat_the_name_of_the_person():
    administrator = AdministratorFactory()
    note(administrator, "person.preferences_changed", administrator)
    assert last_acts_of(administrator)[0].text == ""


def test_last_acts_of_others_are_not_told():
    note(UserFactory(), "token.created", UserFactory())
    assert last_acts_of(UserFactory()) == []


@pytest.mark.parametrize(("factory", "queries"), [(UserFactory, 1), (AdministratorFactory, 2)])
@pytest.mark.parametrize("number", [1, 30])
def test_last_acts_cost_the_same_however_many(number, factory, queries, django_assert_num_queries):
    person = factory()
    for _ in range(number):
        note(person, "person.closed", UserFactory())
    with django_assert_num_queries(queries):
        last_acts_of(person)
