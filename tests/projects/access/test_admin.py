"""The admin site shows who may do what, and changes none of it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from projects.access.enums import Role
from projects.access.models import EmergencyReading, Grant
from projects.models import Delegation, Membership, WorkingGroup
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.access import seat
from tests.factories.groups import DelegationFactory, WorkingGroupFactory

# Django's own templates lean on variables that are not there.
pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]

SHOWN = (WorkingGroup, Membership, Delegation, Grant, EmergencyReading)


def populate():
    group = WorkingGroupFactory()
    pilot, member = seat(Role.PILOT, group), seat(Role.MEMBER, group)
    DelegationFactory(group=group, lender=pilot, borrower=member)
    EmergencyReading.objects.create(
        person=AdministratorFactory(),
        group=group,
        reason="Raison d’essai",
        closes_at=timezone.now() + timedelta(hours=1),
    )


@pytest.fixture
def office(client):
    populate()
    client.force_login(AdministratorFactory(is_superuser=True))
    return client


def address(model, kind, *arguments):
    return reverse(f"admin:projects_{model._meta.model_name}_{kind}", args=arguments)


@pytest.mark.parametrize("model", SHOWN)
def test_admin_lists_searches_and_shows(office, model):
    assert office.get(address(model, "changelist")).status_code == 200
    assert office.get(address(model, "changelist"), {"q": "nom"}).status_code == 200
    assert office.get(address(model, "change", model.objects.first().pk)).status_code == 200


@pytest.mark.parametrize("model", SHOWN)
def test_admin_changes_nothing_even_for_a_superuser(office, model):
    before, pk = list(model.objects.order_by("pk").values()), model.objects.first().pk
    assert office.get(address(model, "add")).status_code == 403
    for path in (address(model, "add"), address(model, "change", pk), address(model, "delete", pk)):
        assert office.post(path, {"name": "x", "role": "pilote", "post": "yes"}).status_code == 403
    office.post(address(model, "changelist"), {"action": "delete_selected", "_selected_action": str(pk), "post": "yes"})
    assert list(model.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("fields", [{}, {"is_delegate": True}, {"is_superuser": True}])
def test_admin_is_for_administrators_alone(client, fields):
    populate()
    client.force_login(UserFactory(**fields))
    for model in SHOWN:
        assert client.get(address(model, "changelist")).status_code == 403


@pytest.mark.parametrize("model", SHOWN)
def test_admin_list_costs_the_same_for_few_and_for_many(office, model, django_assert_num_queries):
    office.get(address(model, "changelist"))
    with CaptureQueriesContext(connection) as counted:
        office.get(address(model, "changelist"))
    for _ in range(10):
        populate()
    with django_assert_num_queries(len(counted)):
        office.get(address(model, "changelist"))
