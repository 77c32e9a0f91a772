import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import Alias, Organisation
from accounts.organisations.selectors import other_names
from accounts.organisations.services import MOST_ALIASES, change_organisation, create_organisation, hold
from filiere.refusals import Refused
from filiere.versions import Stale, version_of
from projects.activity.models import Event
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.organisations import an_organisation
from tests.racing import race

pytestmark = pytest.mark.django_db

DGE = {
    "name": "Direction générale des Entreprises",
    "acronym": "DGE",
    "kind": "administration",
    "college": "etat",
    "region": "nationale",
}


def spellings(organisation):
    return {(alias.text, alias.own) for alias in Alias.objects.filter(organisation=organisation)}


def errors_of(caught):
    return caught.value.message_dict


def test_create_organisation_is_known_under_its_name_its_acronym_and_its_aliases():
    made = create_organisation(**DGE, aliases=["Dir. gén. des entreprises"], by=None)
    assert spellings(made) == {
        ("Direction générale des Entreprises", True),
        ("DGE", True),
        ("Dir. gén. des entreprises", False),
    }
    assert (made.region, made.merged_into) == ("nationale", None)


def test_create_organisation_is_journaled_with_who_and_in_what_capacity():
    delegate = UserFactory(is_delegate=True)
    made = create_organisation(**DGE, aliases=["Les entreprises"], by=delegate)
    event = Event.objects.get(object_id=str(made.pk))
    assert (event.verb, event.actor, event.capacity) == ("organisation.created", delegate, "délégué permanent")
    assert event.changes["name"] == [None, DGE["name"]]
    assert event.changes["aliases"] == [None, ["Les entreprises"]]


def test_create_organisation_by_administrator_says_administrator():
    made = create_organisation(**DGE, by=AdministratorFactory(is_delegate=True))
    assert Event.objects.get(object_id=str(made.pk)).capacity == "administrateur"


def test_create_organisation_tidies_spaces_and_drops_aliases_that_repeat_it():
    made = create_organisation(
        **{**DGE, "name": "  Direction   générale des Entreprises "},
        aliases=["direction generale des entreprises", "dge", "", "  ", "L’Économie", "l'economie"],
        by=None,
    )
    assert made.name == DGE["name"]
    assert spellings(made) == {(DGE["name"], True), ("DGE", True), ("L’Économie", False)}


def test_create_organisation_without_acronym_has_one_own_spelling():
    made = create_organisation(**{**DGE, "acronym": ""}, by=None)
    assert spellings(made) == {(DGE["name"], True)}


def test_create_organisation_whose_acronym_is_its_name_has_one_own_spelling():
    made = create_organisation(**{**DGE, "name": "SNITEM", "acronym": "Snitem"}, by=None)
    assert spellings(made) == {("SNITEM", True)}


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "—"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "Direction\u200bgénérale"}, "name"),
        ({"acronym": "x" * 41}, "acronym"),
        ({"acronym": "!"}, "acronym"),
        ({"kind": "club"}, "kind"),
        ({"college": ""}, "college"),
        ({"region": "Bavière"}, "region"),
        ({"aliases": ["bien", "x" * 201]}, "aliases"),
        ({"aliases": ["…"]}, "aliases"),
        ({"aliases": [f"Nom {n}" for n in range(MOST_ALIASES + 1)]}, "aliases"),
    ],
)
def test_create_organisation_names_the_field_at_fault(fields, at_fault):
    with pytest.raises(ValidationError) as caught:
        create_organisation(**{**DGE, **fields}, by=None)
    assert at_fault in errors_of(caught)
    assert not Organisation.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.parametrize("name", ["direction generale des entreprises", "DGE", "Les Entreprises", "LES ENTREPRISES"])
def test_create_organisation_under_a_name_already_known_is_refused_even_confirmed(name):
    an_organisation(DGE["name"], "DGE", "Les entreprises")
    with pytest.raises(ValidationError) as caught:
        create_organisation(**{**DGE, "name": name, "acronym": "AUTRE"}, by=None, confirmed=True)
    assert "l’organisation « Direction générale des Entreprises »" in errors_of(caught)["name"][0]
    assert Organisation.objects.count() == 1


def test_create_organisation_with_anothers_acronym_asks_for_confirmation():
    an_organisation(DGE["name"], "DGE")
    other = {**DGE, "name": "Délégation générale à l’emploi"}
    with pytest.raises(ValidationError) as caught:
        create_organisation(**other, by=None)
    assert caught.value.error_dict["acronym"][0].code == "shared"
    assert "confirmez" in errors_of(caught)["acronym"][0]
    assert create_organisation(**other, by=None, confirmed=True).acronym == "DGE"


def test_create_organisation_with_anothers_alias_asks_for_confirmation():
    an_organisation(DGE["name"], "DGE", "Bercy")
    with pytest.raises(ValidationError) as caught:
        create_organisation(**{**DGE, "name": "Trésor", "acronym": "DGT"}, aliases=["bercy"], by=None)
    assert list(errors_of(caught)) == ["aliases"]


def test_create_organisation_with_anothers_name_as_alias_is_refused_even_confirmed():
    an_organisation(DGE["name"], "DGE")
    with pytest.raises(ValidationError) as caught:
        create_organisation(
            **{**DGE, "name": "Trésor", "acronym": "DGT"}, aliases=[DGE["name"]], by=None, confirmed=True
        )
    assert caught.value.error_dict["aliases"][0].code == "duplicate"


@pytest.mark.django_db(transaction=True)
def test_two_people_creating_one_organisation_at_once_make_one():
    outcomes = race(*[lambda: create_organisation(**DGE, by=None)] * 4)
    assert sum(isinstance(outcome, Organisation) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, ValidationError) for outcome in outcomes) == 3
    assert Organisation.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_name_and_anothers_alias_written_at_once_never_both_stand():
    treasury = an_organisation("Trésor", "DGT")
    outcomes = race(
        lambda: create_organisation(**DGE, by=None),
        lambda: change_organisation(organisation=treasury, seen=None, aliases=[DGE["name"]], by=None),
    )
    assert sum(isinstance(outcome, ValidationError) for outcome in outcomes) == 1
    assert Alias.objects.filter(folded="direction generale des entreprises").count() == 1


def test_change_organisation_keeps_own_spellings_in_step():
    made = an_organisation(DGE["name"], "DGE", "Bercy")
    change_organisation(organisation=made, seen=None, name="Direction des entreprises", acronym="", by=None)
    assert spellings(made) == {("Direction des entreprises", True), ("Bercy", False)}


def test_change_organisation_leaves_what_is_not_named():
    made = an_organisation(DGE["name"], "DGE", "Bercy", region="corse")
    changed = change_organisation(organisation=made, seen=None, college="industrie", by=None)
    changed.refresh_from_db()
    assert (changed.name, changed.acronym, changed.region, changed.college) == (
        DGE["name"],
        "DGE",
        "corse",
        "industrie",
    )
    assert ("Bercy", False) in spellings(made)


def test_change_organisation_replaces_its_aliases_and_journals_before_and_after():
    made = an_organisation(DGE["name"], "DGE", "Bercy")
    administrator = AdministratorFactory()
    change_organisation(organisation=made, seen=None, aliases=["Entreprises", "Industrie"], by=administrator)
    event = Event.objects.filter(verb="organisation.changed").get()
    assert event.changes == {"aliases": [["Bercy"], ["Entreprises", "Industrie"]]}
    assert (event.actor, event.capacity) == (administrator, "administrateur")


def test_change_organisation_with_nothing_new_writes_nothing():
    made = an_organisation(DGE["name"], "DGE", "Bercy")
    before = made.changed_at
    change_organisation(organisation=made, seen=None, name=DGE["name"], aliases=["Bercy"], by=None)
    made.refresh_from_db()
    assert made.changed_at == before
    assert not Event.objects.filter(verb="organisation.changed").exists()


def test_change_organisation_may_keep_its_own_name_and_correct_its_accents():
    made = an_organisation("Direction generale des entreprises", "DGE")
    change_organisation(organisation=made, seen=None, name=DGE["name"], by=None)
    assert spellings(made) == {(DGE["name"], True), ("DGE", True)}


def test_change_organisation_to_a_name_already_known_is_refused():
    an_organisation(DGE["name"], "DGE")
    other = an_organisation("Trésor", "DGT")
    with pytest.raises(ValidationError) as caught:
        change_organisation(organisation=other, seen=None, name="Direction Générale des Entreprises", by=None)
    assert list(errors_of(caught)) == ["name"]
    other.refresh_from_db()
    assert other.name == "Trésor"


def test_change_organisation_to_an_alias_that_names_another_is_refused():
    an_organisation("Trésor", "DGT")
    made = an_organisation(DGE["name"], "DGE")
    with pytest.raises(ValidationError):
        change_organisation(organisation=made, seen=None, aliases=["tresor"], by=None, confirmed=True)
    assert spellings(made) == {(DGE["name"], True), ("DGE", True)}


def test_change_organisation_seen_before_another_change_is_stale_and_shows_what_stands():
    made = an_organisation(DGE["name"], "DGE")
    seen = version_of(made)
    change_organisation(organisation=made, seen=seen, college="autre", by=None)
    with pytest.raises(Stale) as caught:
        change_organisation(organisation=made, seen=seen, college="recherche", by=None)
    assert caught.value.current.college == "autre"


@pytest.mark.django_db(transaction=True)
def test_two_people_changing_one_organisation_at_once_second_is_stale():
    made = an_organisation(DGE["name"], "DGE")
    seen = version_of(made)
    outcomes = race(
        lambda: change_organisation(organisation=made, seen=seen, region="corse", by=None),
        lambda: change_organisation(organisation=made, seen=seen, region="bretagne", by=None),
    )
    assert sum(isinstance(outcome, Stale) for outcome in outcomes) == 1
    assert Event.objects.filter(verb="organisation.changed").count() == 1


def test_change_organisation_that_was_merged_is_refused():
    kept = an_organisation("Trésor", "DGT")
    made = an_organisation(DGE["name"], "DGE")
    Organisation.objects.filter(pk=made.pk).update(merged_into=kept)
    with pytest.raises(Refused, match="fusionnée"):
        change_organisation(organisation=made, seen=None, college="autre", by=None)


def test_organisation_merged_into_itself_is_refused_by_the_database():
    made = an_organisation(DGE["name"], "DGE")
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.filter(pk=made.pk).update(merged_into=made)


def test_hold_leads_to_the_survivor():
    kept = an_organisation("Trésor", "DGT")
    gone = an_organisation(DGE["name"], "DGE")
    Organisation.objects.filter(pk=gone.pk).update(merged_into=kept)
    with transaction.atomic():
        assert hold(gone.pk) == kept
        assert hold(kept.pk) == kept


def test_hold_unknown_organisation_raises_does_not_exist():
    with pytest.raises(Organisation.DoesNotExist), transaction.atomic():
        hold(UserFactory().pk)


def test_alias_stays_an_alias_when_acronym_and_name_are_one_spelling():
    organisation = create_organisation(
        name="Leem",
        acronym="LEEM",
        kind="federation",
        college="industrie",
        aliases=["Les entreprises du médicament"],
        by=None,
    )
    assert other_names(organisation) == ["Les entreprises du médicament"]
