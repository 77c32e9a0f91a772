"""What guardian holds is what the table says, no less and no more: for every role, in every kind of group."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission as StoredPermission
from guardian.shortcuts import get_objects_for_user, get_perms

from accounts.organisations.enums import College
from filiere.days import today
from projects.access import grants
from projects.access.enums import Permission, Role
from projects.access.models import Grant
from projects.access.roles import COLLEGES, KEPT_IN_ARCHIVES, MAY_BE_LENT, MAY_BORROW, ROLES, SPEAKING
from projects.access.standing import standing_of
from projects.groups.enums import GroupKind
from projects.groups.projection import project, reconcile
from projects.groups.services import archive_group, reopen_group
from projects.models import WorkingGroup
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.access import seat
from tests.factories.groups import DelegationFactory, WorkingGroupFactory

pytestmark = pytest.mark.django_db


def granted(person, group):
    """As guardian itself answers, by each of its doors."""
    stored = {right for where, who, right in grants.stored() if (where, who) == (group.pk, person.pk)}
    assert set(get_perms(person, group)) == stored
    assert (group in reached(person, stored)) is bool(stored)
    assert group not in reached(person, set(Permission.values) - stored)
    return stored


def reached(person, permissions):
    names = [f"projects.{permission}" for permission in permissions]
    return get_objects_for_user(person, names, WorkingGroup, any_perm=True, accept_global_perms=False) if names else []


def expected(role, college):
    return set(ROLES[role]) | ({COLLEGES[college]} if role in SPEAKING else set())


@pytest.mark.parametrize("college", College)
@pytest.mark.parametrize("role", Role)
def test_role_is_granted_what_its_row_says(role, college):
    group = WorkingGroupFactory()
    assert granted(seat(role, group, college=college), group) == expected(role, college)


@pytest.mark.parametrize("role", Role)
def test_role_is_granted_nothing_elsewhere(role):
    person, elsewhere = seat(role, WorkingGroupFactory()), WorkingGroupFactory()
    assert granted(person, elsewhere) == set()


@pytest.mark.parametrize("kind", GroupKind)
@pytest.mark.parametrize("role", Role)
def test_bureau_seats_those_who_speak_in_it(role, kind):
    group = WorkingGroupFactory(kind=kind)
    seated = {Permission.SIT_ON_BUREAU} if kind == GroupKind.BUREAU and role in SPEAKING else set()
    assert granted(seat(role, group), group) == expected(role, College.INDUSTRY) | seated


@pytest.mark.parametrize("role", Role)
def test_archived_group_grants_what_is_kept_and_all_again_once_reopened(role):
    group, administrator = WorkingGroupFactory(), AdministratorFactory()
    person = seat(role, group)
    archive_group(group=group, by=administrator)
    assert granted(person, group) == expected(role, College.INDUSTRY) & KEPT_IN_ARCHIVES
    reopen_group(group=group, by=administrator)
    assert granted(person, group) == expected(role, College.INDUSTRY)


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("role", Role)
def test_delegation_grants_what_may_be_lent_to_who_may_borrow(role, permission):
    group = WorkingGroupFactory()
    pilot, borrower = seat(Role.PILOT, group), seat(role, group)
    DelegationFactory(group=group, lender=pilot, borrower=borrower, permission=permission)
    lent = {permission} if permission in MAY_BE_LENT and role in MAY_BORROW else set()
    assert granted(borrower, group) == expected(role, College.INDUSTRY) | lent
    assert granted(pilot, group) == expected(Role.PILOT, College.INDUSTRY)


def test_two_mandates_add_up():
    group = WorkingGroupFactory()
    person = seat(Role.OBSERVER, group)
    seat(Role.RAPPORTEUR, group, person=person, college=College.STATE)
    assert granted(person, group) == expected(Role.OBSERVER, College.INDUSTRY) | expected(
        Role.RAPPORTEUR, College.STATE
    )


@pytest.mark.parametrize("days", [-1, 1])
@pytest.mark.parametrize("role", Role)
def test_mandate_out_of_its_days_grants_nothing(role, days):
    group, day = WorkingGroupFactory(), today() + timedelta(days=days)
    assert granted(seat(role, group, starts_on=day, ends_on=day), group) == set()


@pytest.mark.parametrize("fields", [{"is_superuser": True}, {"is_staff": True}, {"is_delegate": True}])
def test_wider_roles_are_no_grants(fields):
    person, group = UserFactory(**fields), WorkingGroupFactory()
    assert not Grant.objects.filter(user=person).exists()
    assert standing_of(person).groups(Permission.SEE) == []
    assert not standing_of(person).may(Permission.READ_RESTRICTED, group)


def test_replace_takes_few_statements_whatever_the_number(django_assert_max_num_queries):
    group = WorkingGroupFactory()
    people = [UserFactory() for _ in range(60)]
    wanted = {(group.pk, person.pk, permission) for person in people for permission in ROLES[Role.PILOT]}
    # SQLite takes few values in one statement; PostgreSQL needs two.
    with django_assert_max_num_queries(14):
        assert grants.replace(wanted) == len(wanted)
    assert grants.stored() == wanted
    with django_assert_max_num_queries(4):
        assert grants.replace(set()) == len(wanted)
    assert grants.stored() == set()


def test_replace_leaves_other_groups_alone():
    group, other = WorkingGroupFactory(), WorkingGroupFactory()
    person = seat(Role.MEMBER, other)
    grants.replace(set(), groups=[group.pk])
    assert granted(person, other) == expected(Role.MEMBER, College.INDUSTRY)


def test_permission_that_the_code_forgot_harms_nobody_and_goes_at_the_next_reconciliation():
    group = WorkingGroupFactory()
    person = seat(Role.MEMBER, group)
    assert reconcile() == 0
    former = StoredPermission.objects.get(codename=Permission.DISCUSS)
    forgotten = StoredPermission.objects.create(
        codename="former_right", name="Ancien droit", content_type=former.content_type
    )
    Grant.objects.create(user=person, content_object=group, permission=forgotten)
    assert standing_of(person).may(Permission.SEE, group)
    assert reconcile() == 1
    assert granted(person, group) == expected(Role.MEMBER, College.INDUSTRY)


def test_permission_rows_that_were_lost_come_back_with_the_first_grant():
    StoredPermission.objects.filter(codename__in=Permission.values).delete()
    group = WorkingGroupFactory()
    person = seat(Role.PILOT, group)
    assert granted(person, group) == expected(Role.PILOT, College.INDUSTRY)


def test_mandate_in_a_role_that_the_code_forgot_opens_nothing_and_closes_nothing():
    group = WorkingGroupFactory()
    person, gone = seat(Role.MEMBER, group), seat(Role.MEMBER, group)
    gone.mandates.update(role="secretaire")
    project(group)
    assert granted(gone, group) == set()
    assert granted(person, group) == expected(Role.MEMBER, College.INDUSTRY)
