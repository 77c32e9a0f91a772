import hashlib
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.core.management.base import CommandError

import projects.demonstration
from accounts.models import Organisation, User
from accounts.organisations.selectors import matching, organisations
from accounts.people.anonymisation import anonymise
from accounts.people.services import close_account
from filiere.text import fold
from projects.activity.models import Event
from projects.demonstration.facts import facts
from projects.demonstration.people import PASSWORD, seats
from projects.management.commands import load_demo
from projects.models import Membership
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

CODES = ("amr", "div", "imagerie", "decarbonation")
WORK = ("deliverable.", "discussion.")
SEATS = ("pilote", "copilote", "rapporteur", "membre", "membre-etat", "observateur", "invite")


@pytest.fixture
def _people_alone(monkeypatch):
    """Organisations and people come first, and take a tenth of the time: what is asked of them needs no more."""
    monkeypatch.setattr(load_demo, "LOADERS", load_demo.LOADERS[:2])


def load(capsys=None) -> str:
    call_command("load_demo")
    return capsys.readouterr().out if capsys else ""


def every_row() -> dict[str, list]:
    return {
        model._meta.label: sorted(map(str, model._base_manager.values_list()))
        for model in apps.get_models(include_auto_created=True)
    }


@pytest.mark.usefixtures("_people_alone")
def test_load_demo_opens_every_account_of_the_contract():
    load()
    expected = {f"{account}@demo.example" for account in ("admin", "deleguee", "bureau")}
    expected |= {f"{seat}-{code}@demo.example" for seat in SEATS for code in CODES}
    assert set(User.objects.values_list("email", flat=True)) == expected


@pytest.mark.usefixtures("_people_alone")
def test_load_demo_gives_roles_to_two_people_alone():
    load()
    assert User.objects.get(is_staff=True).email == "admin@demo.example"
    assert User.objects.get(is_delegate=True).email == "deleguee@demo.example"


@pytest.mark.usefixtures("_people_alone")
@pytest.mark.parametrize("email", ["admin@demo.example", "membre-etat-decarbonation@demo.example"])
def test_load_demo_accounts_open_with_the_public_password(email, rf):
    load()
    assert authenticate(rf.post("/connexion/"), username=email, password="filiere-demo").email == email


def test_load_demo_people_are_plainly_invented():
    """Each has their own name, and every surname is a plant of the list below: nobody is meant."""
    people = list(seats())
    assert len({(seat.given_name, seat.family_name) for seat in people}) == len(people)
    assert len({seat.family_name for seat in people}) == len(people)
    assert len({seat.given_name for seat in people}) == len(people)
    garden = {
        "romarin",
        "mirabelle",
        "cerfeuil",
        "coquelicot",
        "estragon",
        "groseille",
        "ciboulette",
        "aubepine",
        "noisette",
        "pervenche",
        "tilleul",
        "verveine",
        "myrtille",
        "genevrier",
        "primevere",
        "bruyere-rose",
        "chataigne",
        "eglantine",
        "fougere",
        "jonquille",
        "sarriette",
        "paquerette",
        "bergamote",
        "roseau",
        "muguet",
        "lavandin",
        "tournesol-d'or",
        "pimprenelle",
        "marjolaine",
        "bleuet",
        "nenuphar",
    }
    assert {fold(seat.family_name) for seat in people} == garden


@pytest.mark.usefixtures("_people_alone")
def test_load_demo_creates_the_organisations_of_the_contract_under_every_spelling():
    load()
    assert organisations().count() == len(facts()["organisations"]) == 95
    for each in facts()["organisations"]:
        for spelling in (each["acronym"], each["name"], *each["aliases"]):
            assert matching(organisations(), spelling).filter(name=each["name"]).exists(), spelling


@pytest.mark.usefixtures("_people_alone")
def test_load_demo_keeps_acronym_college_and_kind():
    load()
    agency = Organisation.objects.get(name="Agence de l’innovation en santé")
    assert (agency.acronym, agency.college, agency.kind, str(agency)) == ("AIS", "etat", "agence", "AIS")


def test_load_demo_writes_the_journal_as_the_application():
    load()
    verbs = {"organisation.created", "person.opened", "group.created", "mandate.given"}
    verbs |= {"group.archived", "delegation.given"}
    verbs |= {"contract.created", "amendment.added", "axis.added", "project.added", "project.changed"}
    # What people do in their groups is theirs: each feature's own test says whose.
    done = {(verb, actor) for verb, actor in Event.objects.values_list("verb", "actor") if not verb.startswith(WORK)}
    assert done == {(verb, None) for verb in verbs}


def test_load_demo_twice_writes_nothing_at_all():
    load()
    once = every_row()
    load()
    assert every_row() == once


def test_load_demo_twice_asks_little_of_the_database(django_assert_max_num_queries):
    """It runs at every start: what is already there is recognised without being read one by one."""
    load()
    with django_assert_max_num_queries(14):
        load()


@pytest.mark.usefixtures("_people_alone")
def test_load_demo_hashes_the_password_once(monkeypatch):
    hashed = []

    def slow(password: str) -> str:
        hashed.append(password)
        return "!"

    monkeypatch.setattr("projects.demonstration.people.make_password", slow)
    load()
    load()
    assert hashed == [PASSWORD]


def test_load_demo_leaves_alone_what_somebody_changed():
    load()
    person = User.objects.get(email="pilote-amr@demo.example")
    close_account(person=person, by=User.objects.get(is_staff=True))
    changed = every_row()
    load()
    assert every_row() == changed


def test_load_demo_brings_back_only_what_is_missing():
    load()
    # Somebody whom no work names: what names a person keeps them.
    Membership.objects.filter(person__email="observateur-amr@demo.example").delete()
    User.objects.filter(email="observateur-amr@demo.example").delete()
    load()
    assert User.objects.count() == 31
    assert Membership.objects.filter(person__email="observateur-amr@demo.example").exists()
    assert organisations().count() == 95


def test_load_demo_still_starts_when_a_demonstration_person_was_anonymised():
    load()
    person = User.objects.get(email="pilote-amr@demo.example")
    anonymise(person=person, confirmation=person.email, by=User.objects.get(is_staff=True))
    load()
    assert User.objects.count() == 32


@pytest.mark.parametrize("fields", [{}, {"is_active": False}, {"email": "x@demo.example.org"}])
def test_load_demo_refuses_where_real_people_are(fields):
    UserFactory(**{"email": "vraie@ministere.example", **fields})
    before = every_row()
    with pytest.raises(CommandError, match="vraie personne"):
        load()
    assert every_row() == before


@pytest.mark.usefixtures("_people_alone")
def test_load_demo_refuses_even_when_it_was_loaded_before():
    load()
    UserFactory(email="vraie@ministere.example")
    UserFactory(email="autre@ministere.example")
    with pytest.raises(CommandError, match="2 vraies personnes"):
        load()


def test_load_demo_that_fails_on_its_way_leaves_nothing(monkeypatch):
    def fail() -> int:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(load_demo, "LOADERS", (*load_demo.LOADERS, ("Panne", fail)))
    before = every_row()
    with pytest.raises(RuntimeError):
        load()
    assert every_row() == before


def test_load_demo_says_what_it_does_and_who_can_enter(capsys):
    first, second = load(capsys), load(capsys)
    assert "Organisations\u00a0: 95 de plus" in first
    assert "Personnes\u00a0: 31 de plus" in first
    assert second.count("déjà là") == len(load_demo.LOADERS)
    for word in ("filiere-demo", "admin@demo.example", "deleguee@demo.example", *SEATS, *CODES):
        assert word in second


def test_facts_are_the_public_contract_unchanged():
    """The file comes from a public text: correcting it by hand would make the demonstration say what nobody signed."""
    path = Path(projects.demonstration.__file__).with_name("contrat-its-2023-2026.json")
    assert (
        hashlib.sha256(path.read_bytes()).hexdigest()
        == "fb240454277e86fc9c13463ec0a069592f8016685049098e26d28dc3c702d4e0"
    )
    assert facts()["contract"]["start"] == "2023"
