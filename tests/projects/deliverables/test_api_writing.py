from datetime import timedelta

import pytest

from accounts.organisations.enums import College
from accounts.tokens.models import Scope
from filiere.days import today
from filiere.versions import Stale, version_of
from projects.access.enums import Role
from projects.deliverables import following, services
from projects.deliverables.enums import Progress
from projects.deliverables.whole import change_whole
from projects.models import Deliverable, Event, HealthNote
from tests.factories import OrganisationFactory, UserFactory
from tests.factories.access import seat
from tests.factories.contracts import ContractFactory, ProjectFactory
from tests.factories.deliverables import DeliverableFactory
from tests.factories.groups import WorkingGroupFactory
from tests.factories.tokens import script_of
from tests.filiere.api.shapes import problem
from tests.projects.deliverables.asking import (
    DELIVERABLES,
    WRITERS,
    api_of,
    approved,
    at,
    whole,
)

pytestmark = pytest.mark.django_db


# --- Creating ---


@pytest.mark.parametrize("role", Role)
def test_who_plans_creates(group, people, role):
    response = api_of(people[role.value]).post(DELIVERABLES, whole())
    if role in WRITERS:
        assert response.status_code == 201, response.json()
        assert Event.objects.get(verb="deliverable.created").object_id == response.json()["id"]
    else:
        problem(response, 403, "interdit")
        assert not Deliverable.objects.exists()


def test_created_with_everything_in_one_request(group, people, pilot):
    project, organisation = ProjectFactory(contract=group.contract), OrganisationFactory()
    response = pilot.post(
        DELIVERABLES,
        whole(
            group=str(group.pk),
            code="L9",
            description="Un mot.",
            criteria=["Chiffré", {"text": "Relu", "met": True}],
            projects=[str(project.pk)],
            owners=[str(people["membre"].pk)],
            organisations=[str(organisation.pk)],
            due="d’ici fin 2026",
            progress="en_cours",
            health="nuages",
            health_sentence="On attend les chiffres",
            recurrent=True,
            confidentiality="filiere",
        ),
        format="json",
    )
    assert response.status_code == 201, response.json()
    document = response.json()
    assert response["Location"].endswith(f"{DELIVERABLES}{document['id']}/")
    assert response["ETag"] == pilot.get(response["Location"])["ETag"]
    assert document["criteria"] == [{"text": "Chiffré", "met": False}, {"text": "Relu", "met": True}]
    assert (document["progress"], document["health"], document["due_end"]) == ("en_cours", "nuages", "2026-12-31")
    assert (document["confidentiality"], document["recurrent"]) == ("filiere", True)
    assert HealthNote.objects.get().sentence == "On attend les chiffres"


def test_creation_that_fails_half_way_leaves_nothing(people):
    rapporteur = api_of(people["rapporteur"])  # who plans, and gives no météo
    problem(rapporteur.post(DELIVERABLES, whole(health="soleil")), 403, "interdit")
    assert not Deliverable.objects.exists()
    assert not Event.objects.filter(object_type="projects.deliverable").exists()


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"title": ""}, "title"),
        ({"group": "inconnu"}, "group"),
        ({"group": None}, "group"),
        ({"code": "à la mode"}, "code"),
        ({"code": "pris"}, "code"),
        ({"criteria": [3]}, "criteria"),
        ({"criteria": [""]}, "criteria"),
        ({"criteria": [{"text": "x", "sûr": True}]}, "criteria"),
        ({"criteria": [f"Critère {n}" for n in range(51)]}, "criteria"),
        ({"projects": ["x"]}, "projects"),
        ({"projects": ["0193b0a0-0000-7000-8000-000000000000"]}, "projects"),
        ({"owners": ["0193b0a0-0000-7000-8000-000000000000"]}, "owners"),
        ({"organisations": ["0193b0a0-0000-7000-8000-000000000000"]}, "organisations"),
        ({"parent": "0193b0a0-0000-7000-8000-000000000000"}, "parent"),
        ({"due": "bientôt, sans doute"}, "due"),
        ({"due": "x" * 201}, "due"),
        ({"progress": "fini"}, "progress"),
        ({"progress": "suspendu"}, "reason"),
        ({"health": "pluie"}, "health"),
        ({"health": "orage"}, "health_sentence"),
        ({"health_sentence": "Tout va"}, "health"),
        ({"resumes_on": "2099-01-01"}, "resumes_on"),
        ({"confidentiality": "college"}, "college"),
        ({"confidentiality": "restreint", "needs_bureau": True}, "needs_bureau"),
        ({"due_end": "2026-12-31"}, "due_end"),
        ({"approval_state": "soumis"}, "approval_state"),
        ({"inconnu": 1}, "inconnu"),
    ],
)
def test_refused_deliverable_names_the_field_at_fault(group, pilot, fields, at_fault):
    DeliverableFactory(group=group, code="pris")
    document = problem(pilot.post(DELIVERABLES, whole(**fields), format="json"), 400, "validation")
    assert [name.partition(".")[0] for name in document["errors"]] == [at_fault]
    assert Deliverable.objects.count() == 1


def test_owner_sits_in_the_group_and_project_is_of_the_contract(group, people, pilot):
    other = seat(Role.MEMBER, WorkingGroupFactory())
    elsewhere = ProjectFactory(axis__contract=ContractFactory(code="autre"))
    delegate = api_of(UserFactory(is_delegate=True))
    for fields, name in (({"owners": [str(other.pk)]}, "owners"), ({"projects": [str(elsewhere.pk)]}, "projects")):
        for api in (pilot, delegate):
            assert list(
                problem(api.post(DELIVERABLES, whole(**fields), format="json"), 400, "validation")["errors"]
            ) == [name]


def test_group_that_is_hidden_is_unknown_and_an_archived_one_is_closed(group, people):
    stranger = api_of(seat(Role.PILOT, WorkingGroupFactory()))
    assert "group" in problem(stranger.post(DELIVERABLES, whole()), 400, "validation")["errors"]
    type(group).objects.filter(pk=group.pk).update(archived_at="2025-01-01T00:00:00Z")
    problem(api_of(people["pilote"]).post(DELIVERABLES, whole()), 403, "interdit")


def test_repeated_creation_makes_one_deliverable(people, pilot):
    answers = [pilot.post(DELIVERABLES, whole(), headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert Deliverable.objects.count() == 1
    problem(pilot.post(DELIVERABLES, whole(title="Autre"), headers={"Idempotency-Key": "k"}), 409, "cle-reutilisee")


# --- Changing ---

ACTS = [
    ({"title": "Autre titre"}, WRITERS),
    ({"due": "mars 2027"}, WRITERS),
    ({"criteria": ["Un critère"]}, WRITERS),
    ({"progress": "en_cours"}, {*WRITERS, Role.MEMBER}),
    ({"health": "soleil"}, {Role.PILOT, Role.CO_PILOT}),
    ({"progress": "suspendu", "reason": "Budget"}, {Role.PILOT, Role.CO_PILOT}),
    ({"progress": "abandonne", "reason": "Sans objet"}, {Role.PILOT, Role.CO_PILOT}),
]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("changes", "whom"), ACTS)
def test_each_field_takes_the_right_of_its_act(deliverable, people, role, changes, whom):
    if role == Role.OBSERVER:
        approved(deliverable, people)
    tag = deliverable.changed_at
    response = api_of(people[role.value]).patch(at(deliverable), changes, format="json")
    deliverable.refresh_from_db()
    if role in whom:
        assert response.status_code == 200, response.json()
        assert deliverable.changed_at > tag
    else:
        problem(response, 403, "interdit")
        assert deliverable.changed_at == tag


def test_member_ticks_criteria_and_changes_none(deliverable, people, member):
    services.change_deliverable(deliverable=deliverable, by=None, criteria=["Un", "Deux"])
    ticked = [{"text": "Un", "met": True}, {"text": "Deux"}]
    response = member.patch(at(deliverable), {"criteria": ticked}, format="json")
    assert response.json()["criteria"] == [{"text": "Un", "met": True}, {"text": "Deux", "met": False}]
    assert Event.objects.filter(verb="deliverable.criteria_ticked").count() == 1
    assert member.patch(at(deliverable), {"criteria": ["Un", "Deux"]}, format="json").status_code == 200
    assert Event.objects.filter(verb__startswith="deliverable.c").count() == 2  # nothing more was done
    problem(member.patch(at(deliverable), {"criteria": ["Un"]}, format="json"), 403, "interdit")
    assert member.get(at(deliverable)).json()["criteria"][0]["met"]


def test_pilot_rewrites_criteria_and_ticks_them_at_once(deliverable, pilot):
    wanted = [{"text": "Neuf", "met": True}, "Autre"]
    document = pilot.patch(at(deliverable), {"criteria": wanted}, format="json").json()
    assert document["criteria"] == [{"text": "Neuf", "met": True}, {"text": "Autre", "met": False}]
    verbs = set(Event.objects.filter(object_id=str(deliverable.pk)).values_list("verb", flat=True))
    assert verbs == {"deliverable.changed", "deliverable.criteria_ticked"}


def test_several_fields_are_one_write(deliverable, pilot, people):
    tag = pilot.get(at(deliverable))["ETag"]
    response = pilot.patch(
        at(deliverable),
        {"title": "Autre", "progress": "en_finalisation", "health": "nuages", "health_sentence": "Ça tangue"},
        headers={"If-Match": tag},
    )
    assert response.status_code == 200, response.json()
    assert response["ETag"] == pilot.get(at(deliverable))["ETag"] != tag
    assert {event.verb for event in Event.objects.filter(object_id=str(deliverable.pk))} == {
        "deliverable.changed",
        "deliverable.progress_changed",
        "deliverable.health_changed",
    }


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"title": "Autre", "health": "orage"}, 400),
        ({"progress": "en_cours", "resumes_on": "2099-01-01"}, 400),
        ({"title": "Autre", "progress": "suspendu"}, 400),
    ],
)
def test_all_or_nothing(deliverable, pilot, fields, status):
    assert pilot.patch(at(deliverable), fields).status_code == status
    deliverable.refresh_from_db()
    assert (deliverable.title, deliverable.progress) == ("Feuille de route", "a_lancer")
    assert not Event.objects.filter(object_id=str(deliverable.pk)).exists()


def test_member_who_may_do_half_of_it_does_none(deliverable, member):
    problem(member.patch(at(deliverable), {"progress": "en_cours", "health": "soleil"}), 403, "interdit")
    deliverable.refresh_from_db()
    assert deliverable.progress == Progress.TO_START


def test_stale_change_answers_what_stands(deliverable, pilot):
    tag = pilot.get(at(deliverable))["ETag"]
    following.set_progress(deliverable=deliverable, progress="en_cours", by=None)
    response = pilot.patch(at(deliverable), {"title": "Autre"}, headers={"If-Match": tag})
    assert problem(response, 412, "version-perimee")["current"]["progress"] == "en_cours"
    assert Deliverable.objects.get().title == "Feuille de route"


def test_version_is_compared_again_under_the_lock(deliverable, people):
    read = version_of(deliverable)
    following.set_progress(deliverable=deliverable, progress="en_cours", by=None)
    with pytest.raises(Stale):
        change_whole(deliverable=deliverable, by=people["pilote"], seen=read, title="Autre")


def test_suspension_is_given_changed_and_lifted(deliverable, pilot):
    later = (today() + timedelta(days=30)).isoformat()
    document = pilot.patch(
        at(deliverable), {"progress": "suspendu", "reason": "Budget gelé", "resumes_on": later}
    ).json()
    assert (document["progress"], document["stopped_because"], document["resumes_on"]) == (
        "suspendu",
        "Budget gelé",
        later,
    )
    assert not document["late"]
    # What was read is sent back: nothing happens, and no reason is asked for.
    assert pilot.patch(at(deliverable), {"progress": "suspendu"}).status_code == 200
    sooner = (today() + timedelta(days=10)).isoformat()
    document = pilot.patch(at(deliverable), {"resumes_on": sooner}).json()
    assert (document["stopped_because"], document["resumes_on"]) == ("Budget gelé", sooner)
    document = pilot.patch(at(deliverable), {"progress": "en_finalisation"}).json()
    assert (document["progress"], document["stopped_because"], document["resumes_on"]) == ("en_finalisation", "", None)
    assert list(Event.objects.filter(object_id=str(deliverable.pk)).order_by("pk").values_list("verb", flat=True)) == [
        "deliverable.suspended",
        "deliverable.suspended",
        "deliverable.taken_up_again",
        "deliverable.progress_changed",
    ]


def test_what_is_abandoned_has_no_resumption(deliverable, pilot):
    fields = {"progress": "abandonne", "reason": "Sans objet", "resumes_on": "2099-01-01"}
    assert list(problem(pilot.patch(at(deliverable), fields), 400, "validation")["errors"]) == ["resumes_on"]


def test_member_takes_nothing_up_again(deliverable, people, member):
    following.suspend(deliverable=deliverable, reason="x", by=people["pilote"])
    problem(member.patch(at(deliverable), {"progress": "en_cours"}), 403, "interdit")


def test_health_that_stays_leaves_no_note(deliverable, pilot):
    for fields in ({"health": "soleil"}, {"health": "soleil"}, {"health": "soleil", "health_sentence": "Toujours"}):
        assert pilot.patch(at(deliverable), fields).status_code == 200
    assert [note["sentence"] for note in pilot.get(at(deliverable, "health/")).json()["results"]] == ["Toujours", ""]


def test_college_is_dropped_with_the_level_that_wanted_it(deliverable, people, pilot):
    kept = {"confidentiality": "college", "college": College.INDUSTRY.value}
    assert pilot.patch(at(deliverable), kept).json()["college"] == "industrie"
    document = pilot.patch(at(deliverable), {"confidentiality": "groupe"}).json()
    assert (document["confidentiality"], document["college"]) == ("groupe", "")


def test_group_and_computed_fields_do_not_change(deliverable, pilot):
    fields = {"group": "bureau", "late": True, "moves": []}
    assert set(problem(pilot.patch(at(deliverable), fields, format="json"), 400, "validation")["errors"]) == set(fields)


def test_deliverable_below_itself_is_refused(deliverable, group, pilot):
    part = DeliverableFactory(group=group, parent=deliverable)
    document = problem(pilot.patch(at(deliverable), {"parent": str(part.pk)}), 400, "validation")
    assert list(document["errors"]) == ["parent"]


def test_stages_do_not_change_under_an_approved_version(deliverable, people, pilot):
    approved(deliverable, people)
    assert problem(pilot.patch(at(deliverable), {"needs_bureau": True}), 409, "refus")["code"] == "already_approved"


def test_token_that_only_reads_changes_nothing(deliverable, people):
    script = script_of(people["pilote"], scope=Scope.READ)
    assert script.get(at(deliverable)).status_code == 200
    problem(script.patch(at(deliverable), {"title": "x"}), 403, "interdit")
    problem(script.post(DELIVERABLES, whole()), 403, "interdit")
    problem(script.post(at(deliverable, "recusal/"), {"reason": "x"}), 403, "interdit")
    writes = script_of(people["pilote"], value="flr_writes")
    assert writes.patch(at(deliverable), {"title": "x"}).status_code == 200


def test_deliverable_is_not_deleted(deliverable, pilot):
    problem(pilot.delete(at(deliverable)), 405, "methode")
