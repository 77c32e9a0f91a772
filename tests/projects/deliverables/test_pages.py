import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from filiere.days import today
from projects.access.enums import Confidentiality, Role
from projects.deliverables import dependencies, following, services
from projects.deliverables.approvals.services import approve, declare_recusal, submit
from projects.deliverables.enums import ApprovalState
from projects.deliverables.opinions.services import ask, give
from projects.deliverables.versions.services import deposit_version
from projects.models import AcceptanceCriterion, Deliverable, HealthNote
from tests.factories import OrganisationFactory, UserFactory
from tests.factories.access import seat
from tests.factories.contracts import ProjectFactory
from tests.factories.deliverables import (
    DeliverableFactory,
    a_file,
    a_group_at_work,
    a_version,
    submitted_version,
    validated_version,
)
from tests.factories.groups import DelegationFactory
from tests.projects.deliverables.reading import acts, page, turn
from tests.projects.deliverables.stories import a_bureau, archive, strangers
from tests.projects.groups.visits import enter, text

pytestmark = pytest.mark.django_db

READING = {"versions", "comparer", "fichier"}


@pytest.fixture
def room():
    return a_group_at_work(name="Antibiorésistance")


@pytest.fixture
def group(room):
    return room[0]


@pytest.fixture
def people(room):
    return room[1]


@pytest.fixture
def deliverable(group):
    return DeliverableFactory(group=group, title="Feuille de route", code="P04-L01", description="Vingt pages.")


def fresh(deliverable):
    return Deliverable.objects.get(pk=deliverable.pk)


# --- The doors ---

ACTS = {
    "deliverable-change": {"pilote", "copilote", "rapporteur"},
    "deliverable-dependencies": {"pilote", "copilote", "rapporteur"},
    "deliverable-progress": {"pilote", "copilote", "rapporteur", "membre"},
    "deliverable-criteria": {"pilote", "copilote", "rapporteur", "membre"},
    "deliverable-health": {"pilote", "copilote"},
    "deliverable-suspend": {"pilote", "copilote"},
    "deliverable-abandon": {"pilote", "copilote"},
    "deliverable-resume": {"pilote", "copilote"},
}


@pytest.mark.parametrize("name", ACTS)
def test_act_opens_to_those_whose_mandate_gives_it(client, deliverable, people, name):
    opened = set()
    for role, person in people.items():
        enter(client, person)
        status = page(client, deliverable, name).status_code
        assert status in ({200, 403} if role != "observateur" else {404}), role
        opened |= {role} if status == 200 else set()
    assert opened == ACTS[name]


@pytest.mark.parametrize("name", ["deliverable", *ACTS])
def test_hidden_deliverable_and_unknown_one_are_the_same(client, deliverable, name):
    unknown = Deliverable(group=deliverable.group)
    for who, person in strangers(deliverable.group).items():
        if not person.is_active:
            continue
        enter(client, person)
        hidden, never = page(client, deliverable, name), page(client, unknown, name)
        assert (hidden.status_code, never.status_code) == (404, 404), who
        assert _without_ids(hidden) == _without_ids(never), who


def _without_ids(response):
    return text(response).replace(response["X-Request-ID"], "")


@pytest.mark.parametrize("name", ["deliverable", *ACTS])
def test_visitor_is_led_to_the_sign_in(client, deliverable, name):
    assert page(client, deliverable, name)["Location"].startswith("/connexion/")


def test_new_deliverable_is_for_those_who_plan(client, group, people):
    address = reverse("deliverable-new", args=[group.slug])
    statuses = {}
    for role, person in people.items():
        enter(client, person)
        statuses[role] = client.get(address).status_code
    assert {role for role, status in statuses.items() if status == 200} == {"pilote", "copilote", "rapporteur"}
    assert set(statuses.values()) == {200, 403}
    enter(client, UserFactory())
    assert client.get(address).status_code == 404


def test_page_is_not_written_to(client, deliverable, people):
    enter(client, people["pilote"])
    assert client.post(reverse("deliverable", args=[deliverable.pk])).status_code == 405


# --- What each reader is shown, and lets do ---

ALWAYS = {
    "membre": {"avancement", "deposer"},
    "rapporteur": {"avancement", "deposer", "modifier", "dependances"},
    "pilote": {
        *("avancement", "deposer", "modifier", "dependances"),
        *("meteo", "suspendre", "abandonner", "deport"),
    },
    "copilote": {
        *("avancement", "deposer", "modifier", "dependances"),
        *("meteo", "suspendre", "abandonner", "deport"),
    },
    "invite": set(),
}


@pytest.mark.parametrize("role", ALWAYS)
def test_page_without_version_shows_only_what_would_not_refuse(client, deliverable, people, role):
    enter(client, people[role])
    assert acts(page(client, deliverable), deliverable) == ALWAYS[role]


@pytest.mark.parametrize("role", ALWAYS)
def test_page_of_a_draft_shows_only_what_would_not_refuse(client, deliverable, people, role):
    a_version(deliverable)
    enter(client, people[role])
    expected = ALWAYS[role] | {"fichier", "mon-avis", "versions/1"}
    if role != "invite":
        expected |= {"soumettre", "avis"}
    assert _numbered(acts(page(client, deliverable), deliverable)) == _numbered(expected)


@pytest.mark.parametrize("role", ALWAYS)
def test_page_under_approval_shows_only_what_would_not_refuse(client, deliverable, people, role):
    submitted_version(deliverable)
    enter(client, people[role])
    expected = ALWAYS[role] | {"fichier", "mon-avis"}
    if role != "invite":
        expected |= {"avis"}
    if role in {"pilote", "copilote"}:
        expected |= {"decision", "retirer"}
    assert _numbered(acts(page(client, deliverable), deliverable)) == _numbered(expected)


def _numbered(found):
    """Without the address of the version itself."""
    return {each for each in found if not each.startswith("versions/")}


def test_submitter_may_take_back_but_not_decide(client, deliverable, people):
    submitted_version(deliverable, author=people["membre"])
    enter(client, people["membre"])
    found = acts(page(client, deliverable), deliverable)
    assert "retirer" in found
    assert "decision" not in found


def test_pilot_who_deposited_is_not_offered_to_approve_alone(client, deliverable, people):
    submitted_version(deliverable, author=people["pilote"])
    enter(client, people["pilote"])
    said = turn(page(client, deliverable))
    assert "Votre approbation" not in said
    assert f"Attend l’approbation de {people['copilote']}" in said


def test_borrower_is_offered_to_decide(client, deliverable, group, people):
    submitted_version(deliverable)
    borrower = seat(Role.MEMBER, group)
    DelegationFactory(group=group, lender=people["pilote"], borrower=borrower)
    enter(client, borrower)
    response = page(client, deliverable)
    assert "decision" in acts(response, deliverable)
    assert "À vous : Votre approbation est attendue" in turn(response)


def test_pilot_who_stood_aside_is_offered_to_come_back_and_nothing_to_decide(client, deliverable, people):
    submitted_version(deliverable)
    declare_recusal(deliverable=deliverable, reason="J’ai écrit le rapport d’origine.", by=people["pilote"])
    enter(client, people["pilote"])
    response = page(client, deliverable)
    assert "decision" not in acts(response, deliverable)
    assert "Lever mon déport" in text(response)
    assert "J’ai écrit le rapport d’origine." in text(response)


def test_archived_group_lets_nothing_be_done(client, deliverable, group, people):
    submitted_version(deliverable)
    archive(group)
    enter(client, people["pilote"])
    response = page(client, deliverable)
    assert _numbered(acts(response, deliverable)) == {"fichier"}
    assert "Le groupe est archivé" in turn(response)


# --- What it says ---


def test_page_says_all_that_is_expected(client, deliverable, group, people):
    above = DeliverableFactory(group=group, title="Le tout")
    below = DeliverableFactory(group=group, title="La partie", parent=deliverable)
    services.change_deliverable(
        deliverable=deliverable,
        by=people["pilote"],
        parent=above,
        due="S1 2027",
        criteria=["Tient en vingt pages", "<b>Relue</b>"],
        owners=[people["membre"]],
        organisations=[OrganisationFactory(acronym="LEEM")],
        projects=[ProjectFactory(contract=group.contract, title="Antibiotiques")],
    )
    enter(client, people["membre"])
    read = text(page(client, deliverable))
    for words in (
        *("Feuille de route", "P04-L01", "Vingt pages.", "S1 2027", "du 1er janvier au 30 juin 2027"),
        *("Tient en vingt pages", "&lt;b&gt;Relue&lt;/b&gt;", str(people["membre"]), "LEEM", "Antibiotiques"),
        *(above.title, below.title, "0 satisfait sur 2", "Aucune version"),
    ):
        assert words in read, words


def test_parent_and_part_that_are_hidden_are_not_named(client, deliverable, group, people):
    secret = {"group": group, "confidentiality": Confidentiality.RESTRICTED}
    Deliverable.objects.filter(pk=deliverable.pk).update(parent=DeliverableFactory(title="Secret d’en haut", **secret))
    DeliverableFactory(title="Secret d’en bas", parent=deliverable, **secret)
    enter(client, people["membre"])
    assert "Secret" not in text(page(client, deliverable))
    enter(client, people["pilote"])
    assert "Secret d’en haut" in text(page(client, deliverable))


def test_replaced_version_keeps_its_void_approval_in_sight(client, deliverable, people):
    first = submitted_version(deliverable, author=people["membre"])
    approve(version=first, sha256=first.sha256, by=people["pilote"])
    deposit_version(deliverable=deliverable, file=a_file(b"Autre texte."), by=people["membre"])
    enter(client, people["membre"])
    read = text(page(client, deliverable))
    assert "Versions précédentes" in read
    assert first.short_hash in read
    assert f"Approuvé par {people['pilote']} caduque" in read
    assert "Une nouvelle version a été déposée" in read
    assert "1 approbation devenue caduque" in read  # in the history


def test_opinions_are_told_and_asked_for(client, deliverable, people):
    version = a_version(deliverable)
    ask(version=version, people=[people["rapporteur"], people["invite"]], by=people["membre"], due_on=today())
    give(version=version, kind="favorable_reserves", text="Le coût reste à vérifier.", by=people["invite"])
    enter(client, people["membre"])
    read = text(page(client, deliverable))
    assert "Favorable avec réserves" in read
    assert "Le coût reste à vérifier." in read
    assert f"{people['rapporteur']} Avis attendu" in read


def test_history_is_told_shortly_then_whole(client, deliverable, people):
    for progress in ("en_cours", "a_lancer") * 6:
        following.set_progress(deliverable=deliverable, progress=progress, by=people["membre"])
    enter(client, people["invite"])
    short = text(page(client, deliverable))
    assert short.count("a changé l’état d’avancement") == 8
    assert "À lancer → En cours de réalisation" in short
    whole = text(client.get(reverse("deliverable", args=[deliverable.pk]) + "?histoire=entiere"))
    assert whole.count("a changé l’état d’avancement") == 12


def test_change_is_told_by_the_names_of_what_changed(client, deliverable, people):
    services.change_deliverable(
        deliverable=deliverable, by=people["pilote"], title="Autre titre", owners=[people["membre"]]
    )
    enter(client, people["membre"])
    assert "responsables, intitulé" in text(page(client, deliverable)) or "intitulé, responsables" in text(
        page(client, deliverable)
    )


def test_health_is_drawn_once_there_are_two(client, deliverable, people):
    enter(client, people["membre"])
    assert "Météo" not in text(page(client, deliverable))
    following.set_health(deliverable=deliverable, health="soleil", by=people["pilote"])
    assert "sky-line" not in page(client, deliverable).content.decode()
    following.set_health(deliverable=deliverable, health="orage", by=people["pilote"], sentence="Tout est arrêté.")
    response = page(client, deliverable)
    assert "sky-line" in response.content.decode()
    assert "2 bulletins" in text(response)
    assert "Orage — Tout est arrêté." in text(response)


def test_dependencies_are_told_both_ways_unless_hidden(client, deliverable, group, people):
    open_one, hidden = (
        DeliverableFactory(group=group, title=title, confidentiality=level)
        for title, level in (("Cartographie", "groupe"), ("Affaire secrète", "restreint"))
    )
    for other in (open_one, hidden):
        dependencies.depend(deliverable=deliverable, needs=other, by=people["pilote"])
    above = DeliverableFactory(group=group, title="Synthèse secrète", confidentiality="restreint")
    dependencies.depend(deliverable=above, needs=deliverable, by=people["pilote"])
    enter(client, people["membre"])
    read = text(page(client, deliverable))
    assert "Cartographie" in read
    assert "secrète" not in read
    assert "Est attendu par" not in read
    enter(client, people["pilote"])
    assert "Synthèse secrète" in text(page(client, deliverable))


def test_citation_names_what_it_is_who_approved_and_where(client, deliverable, people, settings):
    settings.BASE_URL = "https://filiere.example"
    version = submitted_version(deliverable)
    enter(client, people["membre"])
    assert "non approuvée" in text(page(client, deliverable))
    approve(version=version, sha256=version.sha256, by=people["pilote"])
    read = text(page(client, deliverable))
    assert "« Feuille de route » (P04-L01), Antibiorésistance, version 1 du" in read
    assert f"approuvée par {people['pilote']} le" in read
    address = f"https://filiere.example/livrables/{deliverable.pk}/versions/1/"
    assert f"SHA-256 {version.short_hash}, {address}" in read


# --- Those who do not work on it ---


def test_observer_reads_what_was_validated_and_nothing_of_the_work(client, deliverable, people):
    validated = validated_version(deliverable)
    following.set_health(deliverable=deliverable, health="orage", by=people["pilote"], sentence="Rien ne va.")
    services.change_deliverable(deliverable=deliverable, by=people["pilote"], criteria=["Tient en vingt pages"])
    draft = deposit_version(deliverable=deliverable, file=a_file(b"Brouillon."), note="Tout revu", by=people["membre"])
    enter(client, people["observateur"])
    response = page(client, deliverable)
    read = text(response)
    assert response.status_code == 200
    assert turn(response).startswith("Approuvé")
    assert validated.sha256 in read
    assert "Tient en vingt pages" in read
    assert _numbered(acts(response, deliverable)) == {"fichier"}
    for hidden in (
        *(draft.sha256, "Tout revu", "Version 2", "v2", "caduque", "Rien ne va.", "Orage", "Brouillon"),
        *("Historique", "Discussion", "Dépendances", "Avis", "satisfait"),
    ):
        assert hidden not in read, hidden


def test_observer_may_not_know_of_a_deliverable_under_way(client, deliverable, people):
    submitted_version(deliverable)
    enter(client, people["observateur"])
    assert page(client, deliverable).status_code == 404


def test_bureau_reads_what_was_brought_before_it(client, deliverable, people):
    _bureau, keeper = a_bureau(contract=deliverable.group.contract)
    Deliverable.objects.filter(pk=deliverable.pk).update(needs_bureau=True)
    version = submitted_version(fresh(deliverable))
    enter(client, keeper)
    assert page(client, deliverable).status_code == 404
    approve(version=version, sha256=version.sha256, by=people["pilote"])
    response = page(client, deliverable)
    assert turn(response).startswith("Attend la validation du Bureau")
    assert f"Approuvé par {people['pilote']}." in turn(response)
    assert "Historique" not in text(response)


def test_guest_is_not_led_to_the_contract_which_is_closed_to_them(client, deliverable, group, people):
    project = ProjectFactory(contract=group.contract, title="Antibiotiques")
    deliverable.projects.add(project)
    address = reverse("project", args=[group.contract.code, project.code])
    enter(client, people["invite"])
    assert address not in page(client, deliverable).content.decode()
    enter(client, people["membre"])
    assert address in page(client, deliverable).content.decode()


# --- What it costs ---


def test_page_costs_the_same_with_little_and_with_much(client, group, people):
    poor, rich = (DeliverableFactory(group=group, needs_bureau=True) for _ in range(2))
    for deliverable, number in ((poor, 1), (rich, 12)):
        _fill(deliverable, people, number)
    enter(client, people["pilote"])
    page(client, poor)
    counted = []
    for deliverable in (poor, rich):
        with CaptureQueriesContext(connection) as queries:
            assert page(client, deliverable).status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[1]
    assert counted[0] <= MOST_QUERIES


# Session, person, grants; then one for each kind of thing that the page shows, the discussion included.
MOST_QUERIES = 22


def _fill(deliverable, people, number):
    group = deliverable.group
    for index in range(number):
        AcceptanceCriterion.objects.create(deliverable=deliverable, text=f"Critère {index}", position=index)
        HealthNote.objects.create(deliverable=deliverable, health="soleil", by=people["pilote"])
        HealthNote.objects.create(deliverable=deliverable, health="orage", by=people["pilote"])
        deliverable.owners.add(seat(Role.MEMBER, group))
        deliverable.organisations.add(OrganisationFactory())
        deliverable.projects.add(ProjectFactory(contract=group.contract))
        DeliverableFactory(group=group, parent=deliverable)
        dependencies.depend(deliverable=deliverable, needs=DeliverableFactory(group=group), by=None)
        dependencies.depend(deliverable=DeliverableFactory(group=group), needs=deliverable, by=None)
        version = submitted_version(deliverable, f"Texte {index}".encode(), author=people["membre"])
        approve(version=version, sha256=version.sha256, by=people["pilote"])
        ask(version=version, people=[seat(Role.MEMBER, group)], by=people["membre"])
        deliverable.refresh_from_db()
    version = deposit_version(deliverable=deliverable, file=a_file(b"Dernier."), by=people["membre"])
    submit(version=version, by=people["membre"])
    ask(version=version, people=[seat(Role.MEMBER, group) for _ in range(number)], by=people["membre"])
    assert fresh(deliverable).approval_state == ApprovalState.SUBMITTED
