"""A group where people are invited, who invites them, and a day that stands still for who asks it to."""

import pytest
import time_machine

from projects.access.enums import Role
from projects.groups.invitations.services import invite_into_group
from tests.factories import UserFactory
from tests.factories.groups import MembershipFactory, WorkingGroupFactory
from tests.factories.organisations import an_organisation
from tests.projects.groups.invitations.links import ADDRESS


@pytest.fixture
def on_that_day():
    with time_machine.travel("2026-03-10T12:00:00+01:00", tick=False):
        yield


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch):
    monkeypatch.setattr("accounts.invitations.sending.hurry", lambda pk: None)


@pytest.fixture
def group(db):
    return WorkingGroupFactory(slug="div", name="Diagnostic in vitro")


@pytest.fixture
def organisation(db):
    return an_organisation("Syndicat du diagnostic", "SDIV")


@pytest.fixture
def pilot(group):
    return MembershipFactory(group=group, role=Role.PILOT).person


@pytest.fixture
def delegate(db):
    return UserFactory(is_delegate=True)


@pytest.fixture
def ask(group, organisation):
    def invite_one(by, **fields):
        chosen = {"group": group, "email": ADDRESS, "role": Role.MEMBER, "organisation": organisation}
        return invite_into_group(by=by, **{**chosen, **fields})

    return invite_one
