"""The admin site is a reading room: it shows an administrator what they would read elsewhere, and changes nothing."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from projects.access.enums import Role
from projects.access.models import EmergencyReading
from projects.deliverables import dependencies, following
from projects.deliverables.approvals import services as approvals
from projects.deliverables.opinions import services as opinions
from projects.models import (
    Approval,
    Comment,
    Deliverable,
    Dependency,
    HealthNote,
    Opinion,
    Recusal,
    Thread,
    Version,
)
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.access import seat
from tests.factories.deliverables import DeliverableFactory, a_version
from tests.factories.groups import MembershipFactory, WorkingGroupFactory

# Django's own templates lean on variables that are not there.
pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]

SHOWN = (Deliverable, HealthNote, Dependency, Version, Opinion, Approval, Recusal, Thread, Comment)
SECRET = "Secret industriel"


def populate(group, title=SECRET, **fields):
    """One row of each kind, about a deliverable of that group."""
    deliverable = DeliverableFactory(group=group, title=title, **fields)
    pilot, member = seat(Role.PILOT, group), seat(Role.MEMBER, group)
    other = DeliverableFactory(title=f"{title}, ailleurs")
    dependencies.depend(deliverable=deliverable, needs=other, by=None, why=SECRET)
    following.set_health(deliverable=deliverable, health="orage", sentence=SECRET, by=pilot)
    version = a_version(Deliverable.objects.get(pk=deliverable.pk), author=None)
    opinions.ask(version=version, people=[pilot], by=member)
    approvals.submit(version=version, by=member)
    approvals.request_changes(version=version, reason=SECRET, by=pilot)
    approvals.declare_recusal(deliverable=deliverable, reason=SECRET, by=pilot)
    thread = Thread.objects.create(version=version, about=SECRET)
    Comment.objects.create(thread=thread, author=member, text=SECRET)
    return Deliverable.objects.get(pk=deliverable.pk)


@pytest.fixture
def group():
    return WorkingGroupFactory()


@pytest.fixture
def deliverable(group):
    return populate(group)


def sitting(group, role=Role.MEMBER):
    person = AdministratorFactory(is_superuser=True)
    MembershipFactory(person=person, group=group, role=role)
    return person


def address(model, kind, *arguments):
    return reverse(f"admin:projects_{model._meta.model_name}_{kind}", args=arguments)


@pytest.mark.parametrize("model", SHOWN)
def test_administrator_who_works_there_reads_and_searches(client, group, deliverable, model):
    client.force_login(sitting(group))
    assert client.get(address(model, "changelist")).context["cl"].result_count == 1
    assert client.get(address(model, "changelist"), {"q": "secret"}).context["cl"].result_count == 1
    assert client.get(address(model, "changelist"), {"q": "rien"}).context["cl"].result_count == 0
    page = client.get(address(model, "change", model.objects.visible_to(sitting(group)).first().pk))
    assert page.status_code == 200
    assert f"{SECRET}, ailleurs" not in page.content.decode()  # a deliverable of another group


@pytest.mark.parametrize("level", ["restreint", "groupe", "filiere", "public"])
@pytest.mark.parametrize("model", SHOWN)
def test_administering_shows_nothing_of_it(client, group, deliverable, model, level):
    Deliverable.objects.filter(pk=deliverable.pk).update(confidentiality=level, validated=deliverable.current)
    for person in (AdministratorFactory(is_superuser=True), sitting(group, Role.OBSERVER)):
        client.force_login(person)
        page = client.get(address(model, "changelist"))
        assert page.context["cl"].result_count == 0
        assert SECRET not in page.content.decode()
        pk = model.objects.order_by("pk").first().pk
        # As for a key that nobody ever gave: back to the site's first page.
        answer = client.get(address(model, "change", pk), follow=True)
        assert answer.redirect_chain
        assert SECRET not in answer.content.decode()


@pytest.mark.parametrize("model", SHOWN)
def test_emergency_shows_it_for_an_hour(client, group, deliverable, model):
    person = AdministratorFactory()
    client.force_login(person)
    closes_at = timezone.now() + timedelta(hours=1)
    EmergencyReading.objects.create(person=person, group=group, reason="Raison d’essai", closes_at=closes_at)
    assert client.get(address(model, "changelist")).context["cl"].result_count == 1


@pytest.mark.parametrize("model", SHOWN)
def test_admin_changes_nothing_even_for_a_superuser_who_pilots(client, group, deliverable, model):
    client.force_login(sitting(group, Role.PILOT))
    before, pk = list(model.objects.order_by("pk").values()), model.objects.filter().order_by("pk").first().pk
    assert client.get(address(model, "add")).status_code == 403
    for path in (address(model, "add"), address(model, "change", pk), address(model, "delete", pk)):
        assert client.post(path, {"title": "x", "state": "valide_bureau", "post": "yes"}).status_code in {302, 403}
    client.post(address(model, "changelist"), {"action": "delete_selected", "_selected_action": str(pk), "post": "yes"})
    assert list(model.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("fields", [{}, {"is_delegate": True}, {"is_superuser": True}])
def test_admin_is_for_administrators_alone(client, group, deliverable, fields):
    person = UserFactory(**fields)
    MembershipFactory(person=person, group=group, role=Role.PILOT)
    client.force_login(person)
    for model in SHOWN:
        assert client.get(address(model, "changelist")).status_code == 403


@pytest.mark.parametrize("model", SHOWN)
def test_admin_list_costs_the_same_for_few_and_for_many(client, group, deliverable, model, django_assert_num_queries):
    client.force_login(sitting(group))
    client.get(address(model, "changelist"))
    with CaptureQueriesContext(connection) as counted:
        client.get(address(model, "changelist"))
    few = len(counted)
    for number in range(10):
        populate(group, f"Livrable {number}")
    client.get(address(model, "changelist"))  # a session notes every few minutes that it lives
    with django_assert_num_queries(few):
        client.get(address(model, "changelist"))
