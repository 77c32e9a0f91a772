from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.invitations.enums import Sending
from filiere.days import today
from projects.access.enums import Role
from projects.activity.services import record
from projects.groups.selectors import mandates_in_force
from projects.groups.services import archive_group
from projects.home.selectors import LAST_ACTS, last_acts_of
from projects.home.selectors import expectations_of as expected_of
from tests.factories import AdministratorFactory, OrganisationFactory, UserFactory
from tests.factories.groups import MembershipFactory
from tests.factories.invitations import a_sent_invitation
from tests.factories.signin import ApplicationFactory

pytestmark = pytest.mark.django_db


def expectations_of(person):
    return expected_of(person, list(mandates_in_force(person)))


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
        expected_of(person, [])


# --- In their groups ---


def complete(group):
    """Every seat is taken, but the pilot's."""
    state, industry = OrganisationFactory(college="etat"), OrganisationFactory(college="industrie")
    for role, organisation in ((Role.CO_PILOT, state), (Role.RAPPORTEUR, industry)):
        MembershipFactory(group=group, role=role, organisation=organisation)


@pytest.mark.parametrize("role", [Role.PILOT, Role.CO_PILOT])
def test_gaps_are_the_business_of_those_who_steer_the_group(role):
    mandate = MembershipFactory(role=role, group__name="Imagerie", organisation__college="etat")
    (expected,) = expectations_of(mandate.person)
    assert expected.title == "Imagerie n’est pas au complet"
    missing = "copilote" if role == Role.PILOT else "pilote"
    assert expected.text == f"Aucun {missing}, aucun rapporteur, aucun représentant de l’industrie."
    assert expected.href == f"/groupes/{mandate.group.slug}/membres/"


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.PILOT, Role.CO_PILOT}])
def test_gaps_expect_nothing_of_the_others(role):
    assert expectations_of(MembershipFactory(role=role).person) == []


def test_group_that_lacks_nobody_or_is_archived_expects_nothing_of_its_pilot():
    mandate = MembershipFactory(role=Role.PILOT)
    complete(mandate.group)
    archived = MembershipFactory(person=mandate.person, role=Role.PILOT)
    archive_group(group=archived.group, by=None)
    assert expectations_of(mandate.person) == []


@pytest.mark.parametrize(("days", "told"), [(0, True), (60, True), (61, False)])
def test_own_mandate_that_ends_soon_is_told(days, told):
    mandate = MembershipFactory(ends_on=today() + timedelta(days=days), group__name="Imagerie")
    found = expectations_of(mandate.person)
    assert bool(found) is told
    if told:
        assert found[0].title.startswith("Votre mandat se termine le")
        assert found[0].text.startswith("Imagerie, pour ")
        assert not found[0].late


@pytest.mark.parametrize("number", [1, 30])
def test_expectations_of_a_pilot_cost_the_same_whatever_their_groups(number, django_assert_num_queries):
    person = UserFactory()
    for _ in range(number):
        MembershipFactory(person=person, role=Role.PILOT)
    mandates = list(mandates_in_force(person))
    expected_of(person, mandates)  # the first of a day brings the grants up to it
    # Who they are (2), the deliverables that concern them, the groups that lack somebody.
    with django_assert_num_queries(4):
        assert len(expected_of(person, mandates)) == number


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
