"""What the ORM lets nobody do, before the database is even asked."""

import pytest
from django.core import serializers
from django.db import IntegrityError, transaction

from projects.activity.models import Event, JournalIsAppendOnly, Link
from projects.activity.verification import verify
from tests.factories import AdministratorFactory
from tests.factories.activity import sealed

pytestmark = pytest.mark.django_db


def changed(instance, **values):
    for name, value in values.items():
        setattr(instance, name, value)
    return instance


FORBIDDEN = {
    "save an event": lambda: changed(Event.objects.first(), verb="x").save(),
    "save one column": lambda: changed(Event.objects.first(), verb="x").save(update_fields=["verb"]),
    "force an update": lambda: changed(Event.objects.first(), verb="x").save(force_update=True),
    "delete an event": lambda: Event.objects.first().delete(),
    "update a set": lambda: Event.objects.update(verb="x"),
    "update a filtered set": lambda: Event.objects.filter(verb="organisation.changed").update(verb="x"),
    "delete a set": lambda: Event.objects.all().delete(),
    "bulk update": lambda: Event.objects.bulk_update([changed(Event.objects.first(), verb="x")], ["verb"]),
    "insert over": lambda: Event.objects.bulk_create(
        [changed(Event.objects.first(), verb="x")],
        update_conflicts=True,
        update_fields=["verb"],
        unique_fields=["id"],
    ),
    "update or create": lambda: Event.objects.update_or_create(pk=Event.objects.first().pk, defaults={"verb": "x"}),
    "the base manager": lambda: Event._base_manager.update(verb="x"),
    "the default manager": lambda: Event._default_manager.all().delete(),
    "save a link": lambda: changed(Link.objects.first(), hash="x").save(),
    "delete a link": lambda: Link.objects.first().delete(),
    "update links": lambda: Link.objects.update(hash="x"),
    "delete links": lambda: Link.objects.filter(position=1).delete(),
    "save the link of an event": lambda: changed(Event.objects.first().link, hash="x").save(),
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_forbidden(name):
    sealed(2)
    with pytest.raises(JournalIsAppendOnly):
        FORBIDDEN[name]()
    assert Event.objects.filter(verb="organisation.changed").count() == 2
    assert verify().intact


@pytest.mark.parametrize(
    "attempt",
    [
        lambda event: event.save_base(raw=True),
        lambda event: serializers.deserialize("json", serializers.serialize("json", [event])).__next__().save(),
        lambda event: Event.objects.filter(pk=event.pk)._raw_delete("default"),
    ],
    ids=["raw save", "loaded from a file", "raw delete"],
)
def test_what_goes_round_the_models_meets_the_database(attempt):
    (event,) = sealed(1)
    with pytest.raises(IntegrityError), transaction.atomic():
        attempt(changed(event, verb="x"))
    assert verify().intact


def test_copy_under_the_same_identifier_is_refused():
    (event,) = sealed(1)
    copy = Event(pk=event.pk, verb="x", object_type="x", object_id="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save()
    assert Event.objects.get().verb == "organisation.changed"


def test_events_are_read_newest_first():
    events = sealed(3)
    assert list(Event.objects.all()) == events[::-1]


def test_event_can_be_read_again():
    actor = AdministratorFactory()
    (event,) = sealed(1, actor=actor)
    event.refresh_from_db()
    assert event.actor == actor
    assert event.link.position == 1
    assert str(event).endswith(f"organisation.changed accounts.organisation {event.object_id}")
