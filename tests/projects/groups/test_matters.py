from datetime import timedelta

import pytest
from django.utils import timezone

from filiere.days import today
from projects.access.enums import Role
from projects.groups.matters import Matter, matters_of
from projects.groups.selectors import turning_in, turns
from projects.groups.services import archive_group
from projects.models import InvitedMandate, Membership
from tests.factories import OrganisationFactory, UserFactory
from tests.factories.groups import MembershipFactory, WorkingGroupFactory
from tests.factories.invitations import a_sent_invitation

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def group():
    return WorkingGroupFactory(slug="imagerie")


def offer(group, email, **fields):
    invitation, *_ = a_sent_invitation(email, **fields)
    return InvitedMandate.objects.create(
        invitation=invitation, group=group, role=Role.MEMBER, organisation=OrganisationFactory()
    )


def told(group, reader):
    return matters_of([group], reader, turning=turning_in([group])).get(group.pk, [])


@pytest.mark.parametrize(
    ("starts_in", "ends_in", "title"),
    [
        (-100, 0, "Fin du mandat de "),
        (-100, 60, "Fin du mandat de "),
        (-100, 61, None),
        (-100, -1, None),
        (1, None, "Début du mandat de "),
        (61, None, None),
        (1, 2, "Début du mandat de "),
        (-100, None, None),
    ],
)
def test_mandate_that_begins_or_ends_within_sixty_days_is_told(group, starts_in, ends_in, title):
    ends_on = None if ends_in is None else today() + ends_in * DAY
    mandate = MembershipFactory(group=group, starts_on=today() + starts_in * DAY, ends_on=ends_on)
    found = told(group, UserFactory())
    assert [matter.title for matter in found] == ([f"{title}{mandate.person}"] if title else [])
    assert turns(mandate) is bool(title)
    if title:
        assert found[0].href == f"/groupes/imagerie/mandats/{mandate.pk}/"


def test_mandate_that_was_withdrawn_is_not_told(group):
    MembershipFactory(group=group, ends_on=today())
    Membership.objects.update(withdrawn_at=timezone.now())
    assert told(group, UserFactory()) == []


def test_invitations_are_told_to_those_who_invite_there_what_is_late_first(group):
    pilot, member = (MembershipFactory(group=group, role=role).person for role in (Role.PILOT, Role.MEMBER))
    MembershipFactory(group=group, ends_on=today() + DAY)
    offer(group, "a@demo.example")
    offer(group, "b@demo.example", expires_at=timezone.now() - DAY)
    offer(group, "c@demo.example", expires_at=timezone.now() - DAY)
    offer(group, "d@demo.example", accepted_at=timezone.now(), accepted_by=UserFactory())
    offer(WorkingGroupFactory(), "e@demo.example")
    titles = [(matter.title, matter.late) for matter in told(group, pilot)]
    assert titles[0] == ("2 invitations ont expiré sans réponse", True)
    assert titles[1][0].startswith("Fin du mandat de ")
    assert titles[2] == ("1 invitation attend une réponse", False)
    assert [matter.title[:3] for matter in told(group, member)] == ["Fin"]


def test_archived_group_awaits_nothing(group):
    pilot = MembershipFactory(group=group, role=Role.PILOT, ends_on=today() + DAY).person
    offer(group, "a@demo.example")
    assert told(archive_group(group=group, by=None), pilot) == []


def a_feature(groups, reader):
    for group in groups:
        yield group.pk, Matter(f"Livrable de {group.slug}", "/", "flag", late=True)


def test_features_above_add_theirs(group, settings):
    settings.GROUP_MATTERS = [f"{__name__}.a_feature"]
    MembershipFactory(group=group, ends_on=today() + DAY)
    assert [matter.title[:8] for matter in told(group, UserFactory())] == ["Livrable", "Fin du m"]


@pytest.mark.parametrize("number", [1, 30])
def test_matters_cost_the_same_however_many_groups(number, django_assert_num_queries):
    delegate = UserFactory(is_delegate=True)
    groups = [WorkingGroupFactory() for _ in range(number)]
    for group in groups:
        MembershipFactory(group=group, ends_on=today() + DAY)
        offer(group, f"{group.slug}@demo.example")
    matters_of(groups, delegate, turning=())  # the first of a day brings the grants up to it
    with django_assert_num_queries(6):  # outside of a request, who the reader is takes three of them
        found = matters_of(groups, delegate, turning=turning_in(groups))
    assert all(len(found[group.pk]) == 2 for group in groups)
