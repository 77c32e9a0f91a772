import pytest

from tests.factories.deliverables import DeliverableFactory, a_group_at_work, submitted_version


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
    return DeliverableFactory(group=group)


@pytest.fixture
def version(deliverable, people):
    """A member's, submitted by them."""
    return submitted_version(deliverable, author=people["membre"])
