"""What the journal tells of a deliverable, and who is refused what about it."""

import json
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts.models import User
from accounts.organisations.enums import College
from filiere.days import today
from projects.access.enums import Permission, Role
from projects.activity.models import Event
from projects.activity.sentences import SENTENCES
from projects.groups.enums import GroupKind
from projects.groups.projection import project
from projects.models import WorkingGroup
from tests.factories import UserFactory
from tests.factories.access import seat
from tests.factories.groups import DelegationFactory, WorkingGroupFactory

DAY = timedelta(days=1)


def story(deliverable):
    """Its events, the oldest first. None of them may name anybody: people can be forgotten, events cannot."""
    events = list(
        Event.objects.filter(object_type="projects.deliverable", object_id=str(deliverable.pk)).order_by("pk")
    )
    written = json.dumps([event.changes for event in events], ensure_ascii=False)
    for person in User.objects.all():
        for word in (person.email, person.family_name, person.given_name):
            assert f'"{word}"' not in written, word
    for event in events:
        assert event.verb in SENTENCES
        assert event.group_id == deliverable.group_id
    return events


def verbs(deliverable):
    return [event.verb.removeprefix("deliverable.") for event in story(deliverable)]


def strangers(group):
    """To whom nothing of this group exists."""
    return {
        "outsider": UserFactory(),
        "of another group": seat(Role.PILOT, WorkingGroupFactory()),
        "before their mandate": seat(Role.PILOT, group, starts_on=today() + DAY),
        "after their mandate": seat(Role.PILOT, group, starts_on=today() - 9 * DAY, ends_on=today() - DAY),
        "suspended": _suspended(seat(Role.PILOT, group)),
        "administrator": UserFactory(is_staff=True),
        "superuser": UserFactory(is_superuser=True),
    }


def onlookers(group, *roles):
    """Who sees the deliverable, as a rule, and holds one of these roles or comes from beside."""
    people = {role.value: seat(role, group) for role in roles}
    return people | {"delegate": UserFactory(is_delegate=True)}


def borrower(group, lender, permission=Permission.APPROVE, role=Role.MEMBER, **fields):
    person = seat(role, group)
    DelegationFactory(group=group, lender=lender, borrower=person, permission=permission, **fields)
    return person


def refuses(act, people, error=PermissionDenied, /, **arguments):
    """Every one of them, and leaves nothing behind."""
    before = Event.objects.count()
    assert [name for name, person in people.items() if not _is_refused(act, error, by=person, **arguments)] == []
    assert Event.objects.count() == before


def hidden_from(act, people, /, **arguments):
    refuses(act, people, Http404, **arguments)


def archive(group):
    WorkingGroup.objects.filter(pk=group.pk).update(archived_at="2025-01-01T00:00:00Z")
    group.refresh_from_db()
    project(group)


def a_bureau(**fields):
    """With somebody who keeps its minutes."""
    bureau = WorkingGroupFactory(slug="bureau", kind=GroupKind.BUREAU, **fields)
    return bureau, seat(Role.RAPPORTEUR, bureau, college=College.INDUSTRY)


def _suspended(person):
    person.is_active = False
    person.save()
    return person


def _is_refused(act, error, /, **arguments):
    try:
        act(**arguments)
    except error:
        return True
    return False
