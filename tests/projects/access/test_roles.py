"""Rules that the table of roles must keep, whatever is changed in it."""

from accounts.organisations.enums import College
from projects.access.enums import ContractRole, Permission, Role
from projects.access.roles import (
    BEHIND_GLASS,
    COLLEGES,
    CONTRACT_ROLES,
    KEPT_IN_ARCHIVES,
    MAY_BE_LENT,
    MAY_BORROW,
    MAY_GIVE,
    ROLES,
    permissions_of,
)

WRITING = {
    Permission.DISCUSS,
    Permission.CONTRIBUTE,
    Permission.HOLD_MEETINGS,
    Permission.APPROVE,
    Permission.INVITE,
    Permission.EDIT_GROUP,
    Permission.LEND,
}


def test_every_role_and_every_college_has_its_row():
    assert set(ROLES) == set(Role)
    assert set(CONTRACT_ROLES) == set(ContractRole)
    assert set(COLLEGES) == set(College)


def test_observers_never_write():
    assert not ROLES[Role.OBSERVER] & WRITING
    assert Role.OBSERVER not in MAY_BORROW


def test_no_wider_role_reads_what_is_restricted_or_kept_for_a_college():
    for opened in CONTRACT_ROLES.values():
        assert not opened & {Permission.READ_RESTRICTED, *COLLEGES.values()}


def test_administrators_read_no_content_of_groups():
    assert not CONTRACT_ROLES[ContractRole.ADMINISTRATOR] & {
        Permission.READ,
        Permission.READ_WORK,
        Permission.READ_JOURNAL,
    }


def test_nothing_is_written_in_an_archived_group_nor_behind_glass():
    assert not KEPT_IN_ARCHIVES & WRITING
    assert not BEHIND_GLASS & (WRITING | {Permission.MANAGE_GROUP})


def test_nobody_gives_a_role_that_may_do_more_than_theirs():
    for giver, given in MAY_GIVE.items():
        assert Permission.INVITE in ROLES[giver]
        for role in given:
            assert ROLES[role] < ROLES[giver]
    assert all(Role.PILOT not in given and Role.CO_PILOT not in given for given in MAY_GIVE.values())


def test_what_is_lent_is_held_by_those_who_lend_and_is_never_the_right_to_lend():
    lenders = [role for role in Role if Permission.LEND in ROLES[role]]
    assert lenders
    assert all(ROLES[role] >= MAY_BE_LENT for role in lenders)
    assert not MAY_BE_LENT & {Permission.LEND, Permission.INVITE, Permission.MANAGE_GROUP}


def test_whoever_reads_sees():
    for role in Role:
        given = permissions_of(role, college=College.STATE, in_bureau=True, archived=False)
        assert {Permission.SEE, Permission.READ} <= given
