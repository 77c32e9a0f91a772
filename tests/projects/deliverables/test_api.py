from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from filiere.days import today
from projects.access.enums import Permission, Role
from projects.deliverables import following, services
from projects.deliverables.approvals import bureau as in_bureau
from projects.deliverables.approvals import services as approvals
from projects.groups.enums import GroupKind
from tests.factories import AdministratorFactory, OrganisationFactory, UserFactory
from tests.factories.access import seat
from tests.factories.contracts import ProjectFactory
from tests.factories.deliverables import DeliverableFactory
from tests.factories.groups import DelegationFactory, WorkingGroupFactory
from tests.filiere.api.shapes import problem
from tests.projects.deliverables.asking import (
    DELIVERABLES,
    a_draft,
    api_of,
    approved,
    at,
    cost_of,
    titles,
)

pytestmark = pytest.mark.django_db


# --- Reading ---


def test_visitors_get_nothing(deliverable):
    for address in (DELIVERABLES, at(deliverable), at(deliverable, "history/")):
        problem(api_of().get(address), 401, "authentification")


def test_deliverable_is_told_whole(group, people, member):
    project, organisation = ProjectFactory(contract=group.contract), OrganisationFactory()
    parent = DeliverableFactory(group=group)
    made = services.create_deliverable(
        group=group,
        by=people["pilote"],
        title="Feuille de route",
        code="L2",
        description="Ce que le groupe propose.",
        due="T1 2027",
        criteria=["Chiffrée", "Partagée"],
        projects=[project],
        owners=[people["membre"]],
        organisations=[organisation],
        parent=parent,
        needs_bureau=True,
    )
    document = member.get(at(made)).json()
    assert document.pop("created_at") < document.pop("changed_at")
    assert document.pop("waiting_for") == [
        {
            "move": "deposit",
            "person": str(people["membre"].pk),
            "name": people["membre"].get_full_name(),
            "organisation": str(people["membre"].mandates.get().organisation_id),
        }
    ]
    assert document == {
        "id": str(made.pk),
        "group": "antibioresistance",
        "code": "L2",
        "title": "Feuille de route",
        "description": "Ce que le groupe propose.",
        "criteria": [{"text": "Chiffrée", "met": False}, {"text": "Partagée", "met": False}],
        "projects": [str(project.pk)],
        "owners": [str(people["membre"].pk)],
        "organisations": [str(organisation.pk)],
        "parent": str(parent.pk),
        "due": "T1 2027",
        "due_start": "2027-01-01",
        "due_end": "2027-03-31",
        "due_precision": "trimestre",
        "late": False,
        "progress": "a_lancer",
        "recurrent": False,
        "stopped_because": "",
        "stopped_on": None,
        "resumes_on": None,
        "health": "",
        "confidentiality": "groupe",
        "college": "",
        "needs_bureau": True,
        "approval_state": "aucune_version",
        "current_version": None,
        "validated_version": None,
        "moves": ["deposit"],
        "waiting_since": None,
        "recused": False,
    }


@pytest.mark.parametrize(
    "outsider",
    [
        lambda group: UserFactory(),
        lambda group: UserFactory(is_superuser=True),
        lambda group: AdministratorFactory(),
        lambda group: seat(Role.PILOT, WorkingGroupFactory()),
        lambda group: seat(Role.PILOT, group, ends_on=today() - timedelta(days=1)),
        lambda group: seat(Role.PILOT, group, starts_on=today() + timedelta(days=1)),
        lambda group: seat(Role.OBSERVER, group),
    ],
)
@pytest.mark.parametrize(
    ("method", "rest", "body"),
    [
        ("get", "", None),
        ("patch", "", {"title": "x"}),
        ("get", "health/", None),
        ("get", "history/", None),
        ("get", "versions/", None),
        ("get", "dependencies/", None),
        ("post", "dependencies/", {}),
        ("post", "recusal/", {"reason": "x"}),
        ("delete", "recusal/", None),
    ],
)
def test_draft_does_not_exist_for_who_may_not_read_it(deliverable, outsider, method, rest, body):
    api = api_of(outsider(deliverable.group))
    assert titles(api.get(DELIVERABLES)) == []
    unknown = f"{DELIVERABLES}0193b0a0-0000-7000-8000-000000000000/{rest}"
    answers = [
        problem(getattr(api, method)(path, body), 404, "introuvable") for path in (at(deliverable, rest), unknown)
    ]
    assert [{**answer, "request_id": ""} for answer in answers] == [{**answers[0], "request_id": ""}] * 2


@pytest.mark.parametrize("identifier", ["1", "abc", "feuille-de-route"])
@pytest.mark.parametrize("rest", ["", "versions/", "history/"])
def test_malformed_identifier_is_404(member, identifier, rest):
    problem(member.get(f"{DELIVERABLES}{identifier}/{rest}"), 404, "introuvable")


def test_restricted_one_is_hidden_from_members_and_its_parts_do_not_name_it(group, people, member, pilot):
    parent = DeliverableFactory(group=group, title="Secret", confidentiality="restreint")
    part = DeliverableFactory(group=group, title="Partie", parent=parent)
    assert titles(member.get(DELIVERABLES)) == ["Partie"]
    assert member.get(at(part)).json()["parent"] is None
    assert pilot.get(at(part)).json()["parent"] == str(parent.pk)


def test_observers_read_the_last_validated_and_nothing_of_the_work(deliverable, people, observer, member):
    services.change_deliverable(deliverable=deliverable, by=people["pilote"], criteria=["Chiffrée"])
    first = approved(deliverable, people)
    following.set_health(deliverable=deliverable, health="orage", sentence="Grève", by=people["pilote"])
    second = a_draft(deliverable)
    approvals.submit(version=second, by=people["membre"])
    following.suspend(deliverable=deliverable, reason="Budget gelé", by=people["pilote"])
    seen, known = observer.get(at(deliverable)).json(), member.get(at(deliverable)).json()
    assert (known["approval_state"], known["current_version"]["number"], known["health"]) == ("soumis", 2, "orage")
    assert known["stopped_because"] == "Budget gelé"
    assert (seen["approval_state"], seen["current_version"]["number"]) == ("approuve_pilotes", 1)
    assert seen["validated_version"]["sha256"] == first.sha256
    assert (seen["health"], seen["stopped_because"], seen["moves"], seen["waiting_for"]) == ("", "", [], [])
    for rest in ("health/", "history/", "dependencies/"):
        problem(observer.get(at(deliverable, rest)), 403, "interdit")
    assert [each["number"] for each in observer.get(at(deliverable, "versions/")).json()["results"]] == [1]


def test_filters_tell_observers_no_more_than_the_rows(deliverable, people, observer, member):
    approved(deliverable, people)
    following.set_health(deliverable=deliverable, health="orage", sentence="Grève", by=people["pilote"])
    a_draft(deliverable)
    for parameters, observed, worked in (
        ({"approval_state": "brouillon"}, 0, 1),
        ({"approval_state": "approuve_pilotes"}, 1, 0),
        ({"health": "orage"}, 0, 1),
        ({"health": "soleil"}, 0, 0),
    ):
        assert len(titles(observer.get(DELIVERABLES, parameters))) == observed, parameters
        assert len(titles(member.get(DELIVERABLES, parameters))) == worked, parameters


def test_bureau_reads_what_its_pilots_approved_and_not_the_draft_after_it(group, people):
    bureau = WorkingGroupFactory(slug="bureau", kind=GroupKind.BUREAU)
    sits = seat(Role.MEMBER, bureau)
    api = api_of(sits)
    deliverable = DeliverableFactory(group=group, needs_bureau=True)
    problem(api.get(at(deliverable)), 404, "introuvable")
    version = approved(deliverable, people)
    document = api.get(at(deliverable)).json()
    assert (document["approval_state"], document["current_version"]["number"]) == ("approuve_pilotes", 1)
    assert (document["moves"], document["waiting_for"]) == ([], [])
    assert api_of(people["membre"]).get(at(deliverable)).json()["waiting_for"] == [
        {"move": "validate", "person": None, "name": "Bureau", "organisation": None}
    ]
    rapporteur = seat(Role.RAPPORTEUR, bureau)
    in_bureau.validate(version=version, sha256=version.sha256, bureau=bureau, reference="2026-1", by=rapporteur)
    a_draft(deliverable)
    problem(api.get(at(deliverable)), 404, "introuvable")  # kept to its group again, and no draft is the Bureau's
    observer = api_of(people["observateur"]).get(at(deliverable)).json()
    assert (observer["approval_state"], observer["current_version"]["number"]) == ("valide_bureau", 1)


def test_waiting_names_those_whose_approval_is_missing(deliverable, people, member, pilot):
    version = a_draft(deliverable)
    assert member.get(at(deliverable)).json()["moves"] == ["deposit", "submit"]
    approvals.submit(version=version, by=people["membre"])
    document = pilot.get(at(deliverable)).json()
    assert {each["person"] for each in document["waiting_for"]} == {
        str(people["pilote"].pk),
        str(people["copilote"].pk),
    }
    assert {each["move"] for each in document["waiting_for"]} == {"approve"}
    assert document["waiting_since"]
    assert document["moves"] == ["deposit", "withdraw", "approve", "request-changes"]
    assert member.get(at(deliverable)).json()["moves"] == ["deposit", "withdraw"]
    assert api_of(people["invite"]).get(at(deliverable)).json()["moves"] == []
    approvals.declare_recusal(deliverable=deliverable, reason="Conflit", by=people["pilote"])
    document = pilot.get(at(deliverable)).json()
    assert [each["person"] for each in document["waiting_for"]] == [str(people["copilote"].pk)]
    assert document["recused"]
    assert document["moves"] == ["deposit"]


def test_who_holds_a_loan_is_offered_the_approval(deliverable, people):
    version = a_draft(deliverable)
    approvals.submit(version=version, by=people["rapporteur"])
    DelegationFactory(
        group=deliverable.group, lender=people["pilote"], borrower=people["membre"], permission=Permission.APPROVE
    )
    assert "approve" in api_of(people["membre"]).get(at(deliverable)).json()["moves"]


def test_draft_waits_for_its_author_then_for_who_answers_for_it_and_suspended_for_nobody(deliverable, people, member):
    def awaited():
        return [(each["move"], each["person"]) for each in member.get(at(deliverable)).json()["waiting_for"]]

    a_draft(deliverable)
    assert awaited() == []
    deliverable.owners.add(people["rapporteur"])
    assert awaited() == [("submit", str(people["rapporteur"].pk))]
    a_draft(deliverable, b"Autre", author=people["membre"])
    assert awaited() == [("submit", str(people["membre"].pk))]
    following.suspend(deliverable=deliverable, reason="x", by=people["pilote"])
    document = member.get(at(deliverable)).json()
    assert (document["waiting_for"], document["waiting_since"], document["moves"]) == ([], None, [])


# --- Lists ---


def test_filters_search_and_order(group, people, member, deliverable):
    project, organisation = ProjectFactory(contract=group.contract), OrganisationFactory()
    full = services.create_deliverable(
        group=group,
        by=None,
        title="Étude d’impact",
        due="T1 2020",
        projects=[project],
        owners=[people["membre"]],
        organisations=[organisation],
        confidentiality="filiere",
    )
    a_draft(full)
    following.set_health(deliverable=full, health="soleil", by=None)
    following.set_progress(deliverable=full, progress="en_cours", by=None)
    both = {"Étude d’impact", "Feuille de route"}
    DeliverableFactory(title="D’un autre groupe", confidentiality="filiere", group__slug="voisin")
    for parameters, expected in (
        ({}, both),
        ({"group": "antibioresistance"}, both),
        ({"group": str(group.pk)}, both),
        ({"group": "inconnu"}, set()),
        ({"project": project.pk}, {"Étude d’impact"}),
        ({"owner": people["membre"].pk}, {"Étude d’impact"}),
        ({"organisation": organisation.pk}, {"Étude d’impact"}),
        ({"progress": "en_cours"}, {"Étude d’impact"}),
        ({"health": "soleil"}, {"Étude d’impact"}),
        ({"approval_state": "brouillon"}, {"Étude d’impact"}),
        ({"approval_state": "aucune_version"}, {"Feuille de route"}),
        ({"late": "true"}, {"Étude d’impact"}),
        ({"late": "false"}, {"Feuille de route"}),
        ({"due_before": "2020-03-31"}, {"Étude d’impact"}),
        ({"due_before": "2020-03-30"}, set()),
        ({"due_after": "2020-03-31"}, {"Étude d’impact"}),
        ({"due_after": "2020-04-01"}, set()),
        ({"confidentiality": "filiere"}, {"Étude d’impact"}),
        ({"needs_bureau": "true"}, set()),
        ({"recurrent": "false"}, both),
        ({"search": "etude IMPACT"}, {"Étude d’impact"}),
    ):
        assert set(titles(member.get(DELIVERABLES, parameters))) == expected, parameters
    assert titles(member.get(DELIVERABLES, {"ordering": "-title"})) == ["Feuille de route", "Étude d’impact"]
    assert titles(member.get(DELIVERABLES, {"ordering": "due"})) == ["Étude d’impact", "Feuille de route"]


@pytest.mark.parametrize(
    "parameters",
    [
        {"group": "\x00"},
        {"project": "x"},
        {"owner": "moi"},
        {"progress": "fini"},
        {"health": "pluie"},
        {"late": "oui"},
        {"due_before": "hier"},
        {"confidentiality": "secret"},
        {"nonsense": "1"},
        {"ordering": "group"},
    ],
)
def test_parameter_that_makes_no_sense_is_named(member, parameters):
    assert list(problem(member.get(DELIVERABLES, parameters), 400, "validation")["errors"]) == list(parameters)


def a_busy_one(group, people, number):
    made = services.create_deliverable(
        group=group,
        by=None,
        title=f"Livrable {number}",
        criteria=["Un", "Deux"],
        projects=[ProjectFactory(contract=group.contract)],
        owners=[people["membre"]],
        organisations=[OrganisationFactory()],
        parent=DeliverableFactory(group=group),
    )
    approvals.submit(version=a_draft(made, f"Texte {number}".encode()), by=people["membre"])
    made.refresh_from_db()
    return made


def test_list_costs_the_same_for_one_deliverable_and_for_thirty(group, people, pilot, member, observer):
    a_busy_one(group, people, 0)
    approved(DeliverableFactory(group=group), people, b"0")
    before = [cost_of(api, DELIVERABLES) for api in (pilot, member, observer)]
    for number in range(1, 30):
        a_busy_one(group, people, number)
    approved(DeliverableFactory(group=group), people, b"1")
    after = [cost_of(api, DELIVERABLES) for api in (pilot, member, observer)]
    for (few, count), (many, more) in zip(before, after, strict=True):
        assert more > count
        assert few == many <= 12


def test_item_costs_as_much_whatever_it_holds(group, people, pilot):
    made = a_busy_one(group, people, 0)
    few, _count = cost_of_item(pilot, made)
    for number in range(20):
        made.owners.add(seat(Role.MEMBER, group))
        made.projects.add(ProjectFactory(contract=group.contract, number=100 + number))
    many, _count = cost_of_item(pilot, made)
    assert few == many <= 12


def cost_of_item(api, deliverable):
    api.get(at(deliverable))
    with CaptureQueriesContext(connection) as queries:
        document = api.get(at(deliverable)).json()
    return len(queries), len(document["owners"])
