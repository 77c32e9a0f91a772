"""A group at work, and some of its people as the API knows them."""

import pytest

from tests.factories.deliverables import DeliverableFactory, a_group_at_work
from tests.projects.deliverables.asking import api_of


@pytest.fixture
def room():
    return a_group_at_work()


@pytest.fixture
def group(room):
    return room[0]


@pytest.fixture
def people(room):
    return room[1]


@pytest.fixture
def deliverable(group):
    return DeliverableFactory(group=group, title="Feuille de route", code="L1")


@pytest.fixture
def pilot(people):
    return api_of(people["pilote"])


@pytest.fixture
def member(people):
    return api_of(people["membre"])


@pytest.fixture
def observer(people):
    return api_of(people["observateur"])
