"""Two people edit one thing: the second learns it, whatever the interleaving."""

import pytest
from django.db import transaction

from accounts.models import Organisation
from filiere.versions import Stale, locked, version_of
from tests.factories import OrganisationFactory
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)


def rename(pk, name, seen):
    with transaction.atomic():
        organisation = locked(Organisation.objects.all(), pk, seen=seen)
        organisation.name = name
        organisation.save()
    return organisation


def test_version_stays_while_nothing_changes():
    organisation = OrganisationFactory()
    assert version_of(organisation) == version_of(Organisation.objects.get(pk=organisation.pk))
    assert version_of(organisation).isdigit()


def test_version_changes_with_every_save():
    organisation = OrganisationFactory()
    seen = {version_of(organisation)}
    for _ in range(20):
        organisation.save()
        seen.add(version_of(organisation))
    assert len(seen) == 21


def test_version_is_the_same_in_every_time_zone():
    from datetime import timedelta, timezone

    organisation = OrganisationFactory()
    here = version_of(organisation)
    organisation.changed_at = organisation.changed_at.astimezone(timezone(timedelta(hours=5, minutes=45)))
    assert version_of(organisation) == here


def test_first_to_save_what_they_saw_wins_and_the_other_sees_what_stands():
    organisation = OrganisationFactory(name="Avant")
    seen = version_of(organisation)
    rename(organisation.pk, "Première", seen)
    with pytest.raises(Stale) as caught:
        rename(organisation.pk, "Seconde", seen)
    assert caught.value.current.name == "Première"
    assert Organisation.objects.get().name == "Première"


def test_whoever_says_nothing_of_what_they_saw_is_not_refused():
    organisation = OrganisationFactory()
    rename(organisation.pk, "Après", None)
    assert Organisation.objects.get().name == "Après"


@pytest.mark.parametrize("seen", ["", "0", "pas un nombre"])
def test_version_that_never_was_is_stale(seen):
    with pytest.raises(Stale):
        rename(OrganisationFactory().pk, "Après", seen)


def test_two_at_the_very_same_moment_are_one_winner_and_one_stale():
    organisation = OrganisationFactory(name="Avant")
    seen = version_of(organisation)
    outcomes = race(*[lambda name=name: rename(organisation.pk, name, seen) for name in ("A", "B", "C")])
    winners = [outcome for outcome in outcomes if isinstance(outcome, Organisation)]
    assert len(winners) == 1
    assert sum(isinstance(outcome, Stale) for outcome in outcomes) == 2
    assert Organisation.objects.get().name == winners[0].name


def test_lock_outside_a_transaction_is_a_mistake():
    organisation = OrganisationFactory()
    with pytest.raises(RuntimeError, match="inside a transaction"):
        locked(Organisation.objects.all(), organisation.pk)


def test_object_that_is_not_in_sight_does_not_exist():
    organisation = OrganisationFactory()
    with transaction.atomic(), pytest.raises(Organisation.DoesNotExist):
        locked(Organisation.objects.none(), organisation.pk)
