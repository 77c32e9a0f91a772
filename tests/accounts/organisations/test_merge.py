from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import Alias, Organisation
from accounts.organisations.pointing import pointers, what_would_move
from accounts.organisations.selectors import matching, organisations, survivor
from accounts.organisations.services import create_organisation, hold, merge_organisations
from filiere.refusals import Refused
from filiere.versions import version_of
from projects.activity.models import Event
from projects.models import Membership
from tests.accounts.organisations.later_features import later_features
from tests.factories import AdministratorFactory
from tests.factories.groups import MembershipFactory
from tests.factories.organisations import an_organisation
from tests.racing import race

pytestmark = pytest.mark.django_db


@pytest.fixture
def keep():
    return an_organisation("Direction générale du Trésor", "DGT", "Trésor")


@pytest.fixture
def absorb():
    return an_organisation("Direction du Trésor", "DT", "tresor", "Le Trésor public")


@pytest.fixture
def later(transactional_db):
    with later_features() as models:
        yield models


def test_merge_moves_what_pointed_at_the_absorbed_one(keep, absorb):
    moved, stayed = MembershipFactory(organisation=absorb), MembershipFactory(organisation=keep)
    merge_organisations(keep=keep, absorb=absorb, by=None)
    assert set(Membership.objects.filter(organisation=keep)) == {moved, stayed}
    assert not Membership.objects.filter(organisation=absorb).exists()


def test_merge_unites_spellings_and_the_absorbed_ones_are_no_longer_own(keep, absorb):
    merge_organisations(keep=keep, absorb=absorb, by=None)
    assert {(alias.text, alias.own) for alias in keep.aliases.all()} == {
        ("Direction générale du Trésor", True),
        ("DGT", True),
        ("Trésor", False),
        ("Direction du Trésor", False),
        ("DT", False),
        ("Le Trésor public", False),
    }
    assert not absorb.aliases.exists()


@pytest.mark.parametrize("text", ["DT", "direction du tresor", "public tresor", "DGT"])
def test_merge_every_spelling_finds_the_survivor_alone(keep, absorb, text):
    merge_organisations(keep=keep, absorb=absorb, by=None)
    assert list(matching(organisations(), text)) == [keep]


def test_merge_keeps_the_absorbed_row_pointing_at_what_it_became(keep, absorb):
    merge_organisations(keep=keep, absorb=absorb, by=None)
    absorb.refresh_from_db()
    assert absorb.merged_into == keep
    assert absorb.name == "Direction du Trésor"
    assert survivor(absorb.pk) == keep


def test_merge_is_journaled_on_both_with_the_counts_moved(keep, absorb):
    MembershipFactory(organisation=absorb)
    MembershipFactory(organisation=absorb)
    administrator = AdministratorFactory()
    merge_organisations(keep=keep, absorb=absorb, by=administrator)
    on_keep = Event.objects.get(object_id=str(keep.pk), verb="organisation.merged")
    assert on_keep.changes == {
        "absorbed": [None, str(absorb.pk)],
        "moved": [None, {"projects.membership.organisation": 2, "spellings": 3}],
    }
    assert (on_keep.actor, on_keep.capacity) == (administrator, "administrateur")
    on_absorbed = Event.objects.get(object_id=str(absorb.pk), verb="organisation.absorbed")
    assert on_absorbed.changes == {"merged_into": [None, str(keep.pk)]}


def test_merge_changes_the_version_of_both(keep, absorb):
    before = version_of(keep), version_of(absorb)
    merge_organisations(keep=keep, absorb=absorb, by=None)
    keep.refresh_from_db()
    absorb.refresh_from_db()
    assert version_of(keep) != before[0]
    assert version_of(absorb) != before[1]


def test_merge_with_itself_is_refused(keep):
    with pytest.raises(ValidationError, match="elle-même"):
        merge_organisations(keep=keep, absorb=keep, by=None)


def test_merge_of_one_already_absorbed_is_refused(keep, absorb):
    third = an_organisation("Bercy")
    merge_organisations(keep=keep, absorb=absorb, by=None)
    for into, gone in [(third, absorb), (absorb, third), (absorb, keep)]:
        with pytest.raises(Refused, match="fusionnée"):
            merge_organisations(keep=into, absorb=gone, by=None)


def test_merge_flattens_chains(keep, absorb):
    last = an_organisation("Ministère de l’Économie")
    merge_organisations(keep=keep, absorb=absorb, by=None)
    merge_organisations(keep=last, absorb=keep, by=None)
    assert survivor(absorb.pk) == survivor(keep.pk) == last
    absorb.refresh_from_db()
    assert absorb.merged_into_id == last.pk
    assert list(matching(organisations(), "DT")) == [last]


def test_merge_frees_no_name_for_a_new_organisation(keep, absorb):
    merge_organisations(keep=keep, absorb=absorb, by=None)
    with pytest.raises(ValidationError, match="désigne déjà"):
        create_organisation(name="Direction du Trésor", acronym="", kind="agence", college="etat", by=None)


def test_merge_moves_later_features_through_every_kind_of_key(later, keep, absorb):
    sheet = later.sheet.objects.create(organisation=absorb)
    seats = [
        later.seat.objects.create(organisation=absorb, room="a", hidden=True),
        later.seat.objects.create(organisation=absorb, room="b", closed=True),
    ]
    later.seat.objects.create(organisation=keep, room="b")
    letter = later.letter.objects.create(sender=absorb, receiver=keep)
    letter.copies.set([absorb, keep])
    copied = later.letter.objects.create(sender=keep, receiver=absorb)
    copied.copies.set([absorb])
    merge_organisations(keep=keep, absorb=absorb, by=None)
    for row in [sheet, *seats]:
        row.refresh_from_db(from_queryset=type(row)._base_manager.all())
        assert row.organisation == keep
    for row in [letter, copied]:
        row.refresh_from_db()
        assert (row.sender, row.receiver) == (keep, keep)
        assert list(row.copies.all()) == [keep]
    assert not any(pointer.rows(absorb).exists() for pointer in pointers())


@pytest.mark.parametrize(
    ("kind", "title", "fields"),
    [
        ("sheet", "Fiches", {}),
        ("seat", "Sièges", {"room": "a"}),
        ("vote", "Votes", {"subject": "budget"}),
        ("label", "Étiquettes", {"text": "pilote"}),
    ],
)
def test_merge_that_a_uniqueness_rule_forbids_is_refused_and_changes_nothing(later, keep, absorb, kind, title, fields):
    model = getattr(later, kind)
    mine = model.objects.create(organisation=keep, **fields)
    other = model.objects.create(organisation=absorb, **fields)
    mandate = MembershipFactory(organisation=absorb)
    events = Event.objects.count()
    with pytest.raises(Refused, match=title) as caught:
        merge_organisations(keep=keep, absorb=absorb, by=None)
    assert "« Direction générale du Trésor »" in caught.value.sentence
    for row, owner in [(mine, keep), (other, absorb), (mandate, absorb)]:
        row.refresh_from_db()
        assert row.organisation == owner
    absorb.refresh_from_db()
    assert absorb.merged_into is None
    assert absorb.aliases.count() == 4
    assert Event.objects.count() == events


def test_what_would_move_tells_collisions_beforehand(later, keep, absorb):
    for owner in (keep, absorb):
        later.sheet.objects.create(organisation=owner)
        later.vote.objects.create(organisation=owner, subject="budget")
    later.vote.objects.create(organisation=absorb, subject="calendrier")
    moves = {move.title: (move.rows, move.colliding) for move in what_would_move(keep=keep, absorb=absorb)}
    assert moves == {"Fiches": (1, 1), "Votes": (2, 1)}


@pytest.mark.django_db(transaction=True)
def test_two_merges_that_cross_make_one(keep, absorb):
    outcomes = race(
        lambda: merge_organisations(keep=keep, absorb=absorb, by=None),
        lambda: merge_organisations(keep=absorb, absorb=keep, by=None),
    )
    assert sum(isinstance(outcome, Organisation) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 1
    assert organisations().count() == 1


@pytest.mark.django_db(transaction=True)
def test_merges_in_a_ring_close_no_circle():
    ring = [an_organisation(f"Anneau {n}", f"A{n}") for n in range(4)]
    outcomes = race(*[partial(merge_organisations, keep=ring[(n + 1) % 4], absorb=ring[n], by=None) for n in range(4)])
    done = sum(isinstance(outcome, Organisation) for outcome in outcomes)
    assert done + sum(isinstance(outcome, Refused) for outcome in outcomes) == 4
    living = set(organisations())
    assert len(living) == 4 - done >= 1
    assert {survivor(each.pk) for each in ring} == living


@pytest.mark.django_db(transaction=True)
def test_a_mandate_given_during_a_merge_points_at_the_survivor(keep, absorb):
    def give():
        with transaction.atomic():
            return MembershipFactory(organisation=hold(absorb.pk))

    outcomes = race(lambda: merge_organisations(keep=keep, absorb=absorb, by=None), give, give)
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert Membership.objects.filter(organisation=keep).count() == 2


class TestAnySequenceOfMerges(TestCase):
    """Whatever is merged into whatever, in whatever order."""

    @settings(max_examples=40, deadline=None, derandomize=True, database=None)
    @given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=12))
    def test_every_spelling_finds_the_survivor_and_nothing_points_at_an_absorbed_one(self, merges):
        made = [an_organisation(f"Organisme {n}", f"O{n}", f"Autre {n}", "Commun") for n in range(7)]
        for each in made:
            MembershipFactory(organisation=each)
        expected = list(range(7))
        for keep, absorb in merges:
            allowed = keep != absorb and expected[keep] == keep and expected[absorb] == absorb
            try:
                merge_organisations(keep=made[keep], absorb=made[absorb], by=None)
            except (Refused, ValidationError):
                assert not allowed
            else:
                assert allowed
                expected = [keep if into == absorb else into for into in expected]
        for n, each in enumerate(made):
            into = made[expected[n]]
            assert survivor(each.pk) == into
            for text in (f"organisme {n}", f"o{n}", f"{n} autre"):
                assert list(matching(organisations(), text)) == [into]
        assert set(matching(organisations(), "commun")) == {made[n] for n in expected}
        absorbed = [made[n] for n in range(7) if expected[n] != n]
        assert not Membership.objects.filter(organisation__in=absorbed).exists()
        assert not Alias.objects.filter(organisation__in=absorbed).exists()
        assert not Organisation.objects.filter(merged_into__merged_into__isnull=False).exists()
        assert Membership.objects.count() == 7
