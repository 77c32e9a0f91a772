from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
import structlog
from django.db import connection, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy

from accounts.organisations.enums import College
from projects.activity.chain import digest_of
from projects.activity.models import Event, Link, PendingLink
from projects.activity.services import NotInTransaction, PersonalDataInJournal, record
from tests.factories import AdministratorFactory, OrganisationFactory
from tests.factories.activity import recorded

pytestmark = pytest.mark.django_db


def test_record_tells_who_did_what_to_what():
    actor, target = AdministratorFactory(), OrganisationFactory()
    with structlog.contextvars.bound_contextvars(request_id="requete-0001"), transaction.atomic():
        record(
            actor=actor,
            verb="organisation.changed",
            target=target,
            changes={"region": ("", "bretagne")},
            capacity="administratrice",
        )
    event = Event.objects.get()
    assert event.actor == actor
    assert event.capacity == "administratrice"
    assert event.verb == "organisation.changed"
    assert (event.object_type, event.object_id) == ("accounts.organisation", str(target.pk))
    assert event.changes == {"region": ["", "bretagne"]}
    assert event.request_id == "requete-0001"
    assert event.digest == digest_of(event)


def test_record_of_the_application_itself_has_no_actor():
    (event,) = recorded(actor=None)
    event.refresh_from_db()
    assert event.actor is None
    assert event.request_id == ""


def test_record_waits_for_its_seal():
    (event,) = recorded()
    assert PendingLink.objects.get().event == event
    assert PendingLink.objects.get().digest == event.digest
    assert not Link.objects.exists()


def test_record_keeps_values_as_plain_json():
    given = {
        "jour": (None, date(2026, 11, 20)),
        "montant": (Decimal("1.10"), Decimal(2)),
        "groupe": (None, UUID("018f0000-0000-7000-8000-000000000001")),
        "college": (College.STATE, College.INDUSTRY),
        "libelle": (None, gettext_lazy("Annuler")),
        "liste": ([1, 2], (3,)),
    }
    (event,) = recorded(changes=given)
    event.refresh_from_db()
    assert event.changes == {
        "jour": [None, "2026-11-20"],
        "montant": ["1.10", "2"],
        "groupe": [None, "018f0000-0000-7000-8000-000000000001"],
        "college": [str(College.STATE), str(College.INDUSTRY)],
        "libelle": [None, "Annuler"],
        "liste": [[1, 2], [3]],
    }
    assert digest_of(event) == event.digest


def test_record_takes_a_capacity_of_any_length():
    (event,) = recorded(capacity=gettext_lazy("Annuler"))
    assert event.capacity == "Annuler"
    (event,) = recorded(capacity="pilote " * 100)
    event.refresh_from_db()
    assert event.capacity == "pilote " * 100


@pytest.mark.parametrize("field", ["email", "given_name", "family_name"])
@pytest.mark.parametrize("change", [(None, "quelqu’un"), ("quelqu’un", None), ("", "")])
def test_record_refuses_what_a_person_may_ask_to_be_forgotten(field, change):
    with pytest.raises(PersonalDataInJournal, match=field):
        recorded(changes={field: change})
    assert not Event.objects.exists()
    (event,) = recorded(changes={field: (None, None)})
    assert event.changes == {field: [None, None]}


def test_record_goes_with_its_act_when_that_fails():
    def act():
        with transaction.atomic():
            recorded()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()
    assert not Event.objects.exists()
    assert not PendingLink.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_record_outside_a_transaction_is_refused():
    target = OrganisationFactory()
    with pytest.raises(NotInTransaction, match=r"organisation\.changed"):
        record(actor=None, verb="organisation.changed", target=target)
    assert not Event.objects.exists()


def test_record_costs_two_statements(django_assert_num_queries):
    target = OrganisationFactory()
    with transaction.atomic(), django_assert_num_queries(2):
        record(actor=None, verb="organisation.changed", target=target)


def test_events_of_one_transaction_keep_their_order():
    target = OrganisationFactory()
    with transaction.atomic():
        events = [record(actor=None, verb="organisation.changed", target=target) for _ in range(20)]
    assert [event.pk for event in Event.objects.order_by("id")] == [event.pk for event in events]


def test_actor_with_events_cannot_be_deleted():
    actor = AdministratorFactory()
    recorded(actor=actor)
    with pytest.raises(ProtectedError):
        actor.delete()
    assert connection.is_usable()
