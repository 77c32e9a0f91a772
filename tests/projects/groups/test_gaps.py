from datetime import date

import pytest

from filiere.days import today
from projects.access.enums import Role
from projects.groups.enums import Gap, GroupKind
from projects.groups.gaps import gaps_of, lacking, said, with_gaps
from projects.groups.services import archive_group
from projects.models import WorkingGroup
from tests.factories import OrganisationFactory
from tests.factories.groups import MembershipFactory, WorkingGroupFactory

pytestmark = pytest.mark.django_db

NOW = date(2026, 3, 10)


def gaps(group, day=NOW):
    return gaps_of(with_gaps(WorkingGroup.objects.filter(pk=group.pk), day).get())


def seat(group, role, college="autre", **fields):
    return MembershipFactory(group=group, role=role, organisation=OrganisationFactory(college=college), **fields)


def test_empty_group_lacks_everybody():
    assert gaps(WorkingGroupFactory()) == list(Gap)


@pytest.mark.parametrize(
    ("role", "college", "filled"),
    [
        (Role.PILOT, "autre", {Gap.PILOT}),
        (Role.CO_PILOT, "etat", {Gap.CO_PILOT, Gap.STATE}),
        (Role.RAPPORTEUR, "industrie", {Gap.RAPPORTEUR, Gap.INDUSTRY}),
        (Role.MEMBER, "etat", {Gap.STATE}),
        (Role.MEMBER, "recherche", set()),
        # Who only looks on represents nobody.
        (Role.OBSERVER, "etat", set()),
        (Role.GUEST, "industrie", set()),
    ],
)
def test_mandate_fills_what_its_role_and_its_college_say(role, college, filled):
    group = WorkingGroupFactory()
    seat(group, role, college)
    assert set(Gap) - set(gaps(group)) == filled


@pytest.mark.parametrize(
    ("dates", "fills"),
    [
        ({"starts_on": NOW}, True),
        ({"starts_on": NOW, "ends_on": NOW}, True),
        ({"starts_on": date(2026, 3, 11)}, False),
        ({"ends_on": date(2026, 3, 9)}, False),
    ],
)
def test_mandate_fills_a_seat_while_it_is_in_force(dates, fills):
    group = WorkingGroupFactory()
    seat(group, Role.PILOT, **dates)
    assert (Gap.PILOT not in gaps(group)) is fills


def test_mandate_that_was_withdrawn_fills_nothing():
    group = WorkingGroupFactory()
    mandate = seat(group, Role.PILOT)
    mandate.withdrawn_at = "2026-01-01T00:00:00Z"
    mandate.save()
    assert Gap.PILOT in gaps(group)


def test_mandate_elsewhere_fills_nothing_here():
    group = WorkingGroupFactory()
    seat(WorkingGroupFactory(), Role.PILOT)
    assert Gap.PILOT in gaps(group)


@pytest.mark.parametrize("kind", [GroupKind.BUREAU, GroupKind.PLENARY])
def test_bureau_and_plenary_have_neither_copilot_nor_rapporteur(kind):
    assert gaps(WorkingGroupFactory(kind=kind)) == [Gap.PILOT, Gap.STATE, Gap.INDUSTRY]


def test_archived_group_lacks_nobody():
    assert gaps(archive_group(group=WorkingGroupFactory(), by=None), today()) == []


def test_groups_are_found_by_what_they_lack(django_assert_num_queries):
    whole, headless = WorkingGroupFactory(), WorkingGroupFactory()
    for role, college in ((Role.PILOT, "etat"), (Role.CO_PILOT, "industrie"), (Role.RAPPORTEUR, "autre")):
        seat(whole, role, college)
        if role != Role.PILOT:
            seat(headless, role, "etat" if role == Role.CO_PILOT else "industrie")
    groups = with_gaps(WorkingGroup.objects.all(), NOW)
    with django_assert_num_queries(3):
        assert set(groups.filter(lacking())) == {headless}
        assert set(groups.filter(lacking(Gap.PILOT))) == {headless}
        assert not groups.filter(lacking(Gap.STATE))


def test_gaps_are_said_in_one_sentence():
    assert said([Gap.CO_PILOT, Gap.STATE]) == "Aucun copilote, aucun représentant de l’État."
    assert said([Gap.PILOT]) == "Aucun pilote."
