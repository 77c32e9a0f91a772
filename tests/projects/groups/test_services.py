import pytest
from django.core.exceptions import ValidationError

from projects.groups.enums import GroupKind
from projects.groups.services import create_group
from projects.models import Event, WorkingGroup
from tests.factories import AdministratorFactory
from tests.factories.contracts import ContractFactory
from tests.factories.groups import WorkingGroupFactory

pytestmark = pytest.mark.django_db


def test_create_group_is_told_in_the_journal():
    administrator = AdministratorFactory()
    group = create_group(
        contract=ContractFactory(), slug="div", name="Diagnostic in vitro", kind=GroupKind.STEERING, by=administrator
    )
    event = Event.objects.get(object_id=str(group.pk))
    assert (event.actor, event.verb, event.group) == (administrator, "group.created", group)
    assert event.changes["name"] == [None, "Diagnostic in vitro"]


def test_create_group_refuses_an_address_already_taken():
    WorkingGroupFactory(slug="div")
    with pytest.raises(ValidationError, match="adresse"):
        create_group(contract=ContractFactory(), slug="div", name="Autre", by=None)
    assert WorkingGroup.objects.count() == 1
