import pytest

from projects.access.enums import Role
from projects.deliverables import following, services
from projects.deliverables.enums import ApprovalState
from projects.models import Deliverable, Dependency, Recusal
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.access import seat
from tests.factories.deliverables import DeliverableFactory
from tests.factories.groups import MembershipFactory
from tests.filiere.api.shapes import problem
from tests.projects.deliverables.asking import a_draft, api_of, at, cost_of

pytestmark = pytest.mark.django_db


# --- Recusal ---


def test_pilot_stands_aside_and_comes_back(deliverable, people, pilot):
    assert list(problem(pilot.post(at(deliverable, "recusal/"), {}), 400, "validation")["errors"]) == ["reason"]
    made = pilot.post(at(deliverable, "recusal/"), {"reason": "Mon entreprise y répond"})
    assert made.status_code == 201
    assert (made.json()["person"], made.json()["lifted_at"]) == (str(people["pilote"].pk), None)
    assert problem(pilot.post(at(deliverable, "recusal/"), {"reason": "x"}), 409, "refus")["code"] == "recused"
    assert pilot.delete(at(deliverable, "recusal/")).status_code == 204
    assert problem(pilot.delete(at(deliverable, "recusal/")), 409, "refus")["code"] == "not_recused"
    assert Recusal.objects.get().lifted_at


@pytest.mark.parametrize("role", [Role.RAPPORTEUR, Role.MEMBER, Role.GUEST])
def test_only_who_could_approve_stands_aside(deliverable, people, role):
    api = api_of(people[role.value])
    problem(api.post(at(deliverable, "recusal/"), {"reason": "x"}), 403, "interdit")
    problem(api.delete(at(deliverable, "recusal/")), 403, "interdit")


# --- Beside ---


def test_health_keeps_its_history(deliverable, people, pilot, member):
    pilot.patch(at(deliverable), {"health": "soleil"})
    pilot.patch(at(deliverable), {"health": "orage", "health_sentence": "Le budget manque"})
    last, first = member.get(at(deliverable, "health/")).json()["results"]
    assert (first["health"], last["health"], last["sentence"]) == ("soleil", "orage", "Le budget manque")
    assert last["by_name"] == people["pilote"].get_full_name()
    assert last["capacity"].startswith("pilote")


def test_history_tells_what_happened(deliverable, people, pilot, member):
    pilot.patch(at(deliverable), {"title": "Autre"})
    (event,) = member.get(at(deliverable, "history/")).json()["results"]
    assert event["verb"] == "deliverable.changed"
    assert event["changes"] == {"title": ["Feuille de route", "Autre"]}
    assert event["object_name"] == "Autre"


def test_dependencies_are_noted_and_removed(deliverable, group, people, pilot, member):
    needed = DeliverableFactory(group=group, title="Données")
    address = at(deliverable, "dependencies/")
    made = pilot.post(address, {"needs": str(needed.pk), "why": "Les chiffres"})
    assert made.status_code == 201, made.json()
    assert made["Location"].endswith(f"{address}{made.json()['id']}/")
    (listed,) = member.get(address).json()["results"]
    assert listed == made.json() == member.get(made["Location"]).json()
    assert (listed["needs"], listed["title"], listed["group"]) == (str(needed.pk), "Données", "antibioresistance")
    problem(member.delete(made["Location"]), 403, "interdit")
    problem(pilot.delete(f"{at(needed, 'dependencies/')}{listed['id']}/"), 404, "introuvable")
    assert pilot.delete(made["Location"]).status_code == 204
    assert not Dependency.objects.exists()


def test_circle_is_refused_whoever_closes_it(deliverable, group, pilot):
    needed = DeliverableFactory(group=group)
    assert pilot.post(at(deliverable, "dependencies/"), {"needs": str(needed.pk)}).status_code == 201
    for one, other in ((needed, deliverable), (deliverable, deliverable), (deliverable, needed)):
        response = pilot.post(at(one, "dependencies/"), {"needs": str(other.pk)})
        assert list(problem(response, 400, "validation")["errors"]) == ["needs"]


def test_hidden_deliverable_is_neither_needed_nor_told(deliverable, people, pilot, member):
    hidden = DeliverableFactory(group__slug="voisin", title="Secret")
    response = pilot.post(at(deliverable, "dependencies/"), {"needs": str(hidden.pk)})
    unknown = pilot.post(at(deliverable, "dependencies/"), {"needs": "0193b0a0-0000-7000-8000-000000000000"})
    errors = [problem(each, 400, "validation")["errors"] for each in (response, unknown)]
    assert errors[0] == errors[1] == {"needs": ["Ce livrable n’existe pas."]}
    Dependency.objects.create(deliverable=deliverable, needs=hidden, why="Parce que")
    assert member.get(at(deliverable, "dependencies/")).json()["count"] == 0
    delegate = api_of(UserFactory(is_delegate=True))
    assert delegate.get(at(deliverable, "dependencies/")).json()["count"] == 1


@pytest.mark.parametrize("role", [Role.MEMBER, Role.GUEST])
def test_dependencies_are_planned_by_who_plans(deliverable, group, people, role):
    needed = DeliverableFactory(group=group)
    response = api_of(people[role.value]).post(at(deliverable, "dependencies/"), {"needs": str(needed.pk)})
    problem(response, 403, "interdit")


@pytest.mark.parametrize("rest", ["health/", "history/", "dependencies/"])
def test_lists_beside_cost_the_same_for_one_and_for_thirty(deliverable, group, people, member, rest):
    def fill(count):
        for number in range(count):
            Dependency.objects.create(deliverable=deliverable, needs=DeliverableFactory(group=group))
            following.set_health(
                deliverable=deliverable, health="orage", sentence=f"{number}", by=seat(Role.PILOT, group)
            )

    fill(1)
    few, _count = cost_of(member, at(deliverable, rest))
    fill(29)
    many, count = cost_of(member, at(deliverable, rest))
    assert count == 30
    assert few == many <= 12


# --- What is told elsewhere ---


def test_journal_of_the_group_tells_of_no_deliverable(deliverable, people, member):
    services.change_deliverable(deliverable=deliverable, by=people["pilote"], title="Secret industriel")
    response = member.get("/api/v1/events/", {"group": str(deliverable.group_id)})
    assert response.json()["count"] >= 0
    assert "Secret industriel" not in response.content.decode()
    assert member.get("/api/v1/events/", {"object_id": str(deliverable.pk)}).json()["count"] == 0


def told_to_an_administrator(person, deliverable):
    (event,) = api_of(person).get("/api/v1/events/", {"object_id": str(deliverable.pk)}).json()["results"]
    return event["object_name"], event["changes"]


@pytest.mark.parametrize("level", ["restreint", "groupe", "filiere", "public"])
def test_administering_tells_nothing_of_a_deliverable(deliverable, people, level):
    services.change_deliverable(deliverable=deliverable, by=None, title="Secret industriel", confidentiality=level)
    assert told_to_an_administrator(AdministratorFactory(), deliverable) == ("", None)


@pytest.mark.parametrize("level", ["filiere", "public"])
def test_administrator_who_reads_what_was_validated_is_not_told_the_work(deliverable, people, level):
    Deliverable.objects.filter(pk=deliverable.pk).update(confidentiality=level)
    deliverable.refresh_from_db()
    version = a_draft(deliverable)
    Deliverable.objects.filter(pk=deliverable.pk).update(validated=version, approval_state=ApprovalState.APPROVED)
    services.change_deliverable(deliverable=deliverable, by=None, title="Autre titre")
    administrator = AdministratorFactory()
    assert api_of(administrator).get(at(deliverable)).status_code == 200
    assert told_to_an_administrator(administrator, deliverable) == ("", None)
    sitting = AdministratorFactory()
    MembershipFactory(person=sitting, group=deliverable.group, role=Role.MEMBER)
    name, changes = told_to_an_administrator(sitting, deliverable)
    assert (name, changes["title"][1]) == ("Autre titre", "Autre titre")
