"""What a deliverable is: who says so, what is refused, what the journal keeps of it."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from accounts.organisations.enums import College
from filiere.refusals import Refused
from filiere.versions import Stale, version_of
from projects.access.enums import Confidentiality, Role
from projects.deliverables.enums import ApprovalState, Verdict
from projects.deliverables.services import change_deliverable, create_deliverable, period_of, tick_criteria
from projects.models import AcceptanceCriterion, Approval, Deliverable, Version
from tests.factories import OrganisationFactory, UserFactory
from tests.factories.access import seat
from tests.factories.contracts import ContractFactory, ProjectFactory
from tests.factories.deliverables import DeliverableFactory, a_group_at_work, a_version, decided, submitted_version
from tests.factories.groups import WorkingGroupFactory
from tests.projects.deliverables.stories import archive, hidden_from, onlookers, refuses, story, strangers, verbs

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return a_group_at_work()


@pytest.fixture
def group(room):
    return room[0]


@pytest.fixture
def people(room):
    return room[1]


@pytest.fixture
def deliverable(group):
    return DeliverableFactory(group=group, title="Un modèle économique")


def wrong(act, **arguments):
    with pytest.raises(ValidationError) as caught:
        act(**arguments)
    return caught.value.message_dict


# --- Creating ---------------------------------------------------------------


def test_create_writes_everything_that_is_expected_and_tells_it(group, people):
    project, organisation = ProjectFactory(code="P04"), OrganisationFactory(acronym="Leem")
    made = create_deliverable(
        group=group,
        title="  Un modèle   économique ",
        description="Pour les\r\nantibiotiques. ",
        code="P04-L1",
        due="S1 2024",
        needs_bureau=True,
        criteria=["Chiffré", "Relu", "Chiffré", " "],
        projects=[project],
        owners=[people["membre"]],
        organisations=[organisation],
        by=people["rapporteur"],
    )
    row = Deliverable.objects.get()
    assert row == made
    assert (row.title, row.description, row.code) == ("Un modèle économique", "Pour les\nantibiotiques.", "P04-L1")
    assert (row.due, row.due_start, row.due_end, row.due_precision) == (
        "S1 2024",
        date(2024, 1, 1),
        date(2024, 6, 30),
        "semestre",
    )
    assert row.due_order == date(2024, 6, 30)
    assert (row.needs_bureau, row.confidentiality, row.approval_state) == (True, "groupe", "aucune_version")
    assert [(each.position, each.text, each.met) for each in row.criteria.all()] == [
        (1, "Chiffré", False),
        (2, "Relu", False),
    ]
    assert (list(row.projects.all()), list(row.owners.all())) == ([project], [people["membre"]])
    assert list(row.organisations.all()) == [organisation]
    (event,) = story(row)
    assert (event.verb, event.actor) == ("deliverable.created", people["rapporteur"])
    assert event.capacity.startswith("rapporteur, ")
    assert event.changes == {
        "code": [None, "P04-L1"],
        "title": [None, "Un modèle économique"],
        "description": [None, "Pour les\nantibiotiques."],
        "projects": [None, ["P04"]],
        "owners": [None, [str(people["membre"].pk)]],
        "organisations": [None, ["Leem"]],
        "due": [None, "S1 2024"],
        "needs_bureau": [None, True],
        "confidentiality": [None, "groupe"],
        "criteria": [None, ["Chiffré", "Relu"]],
    }


def test_create_is_for_those_who_plan(group, people):
    for person in (people["pilote"], people["copilote"], people["rapporteur"], UserFactory(is_delegate=True), None):
        create_deliverable(group=group, title="Livrable", by=person)
    refuses(
        create_deliverable,
        {name: people[name] for name in ("membre", "observateur", "invite")} | strangers(group),
        group=group,
        title="Livrable",
    )
    archive(group)
    refuses(create_deliverable, {"pilot": people["pilote"]}, group=group, title="Livrable")
    assert Deliverable.objects.count() == 5


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"description": "x" * 10001}, "description"),
        ({"code": "avec espace"}, "code"),
        ({"due": "un de ces jours"}, "due"),
        ({"criteria": ["x" * 501]}, "criteria"),
        ({"criteria": [f"Critère {n}" for n in range(51)]}, "criteria"),
        ({"confidentiality": "secret"}, "confidentiality"),
        ({"confidentiality": "college"}, "college"),
        ({"confidentiality": "groupe", "college": "industrie"}, "college"),
        ({"needs_bureau": True, "confidentiality": "restreint"}, "needs_bureau"),
    ],
)
@pytest.mark.parametrize("who", ["rapporteur", None])
def test_create_says_what_is_wrong_by_its_field(group, people, fields, field, who):
    """To a person, and to the application that loads a file, alike."""
    found = wrong(create_deliverable, **{"group": group, "title": "Livrable", "by": people.get(who), **fields})
    assert field in found
    assert not Deliverable.objects.exists()


def test_create_takes_nothing_that_the_way_to_approval_decides(group, people):
    for field in ("approval_state", "current", "validated", "progress", "health", "due_end"):
        with pytest.raises(TypeError):
            create_deliverable(group=group, title="Livrable", by=people["pilote"], **{field: "finalise"})


def test_code_is_given_once_in_a_group_and_again_in_another(group, people):
    create_deliverable(group=group, title="Un", code="P04-L1", by=people["pilote"])
    found = wrong(create_deliverable, group=group, title="Deux", code="P04-L1", by=people["pilote"])
    assert found == {"code": ["Un livrable de ce groupe porte déjà ce code."]}
    create_deliverable(group=WorkingGroupFactory(), title="Trois", code="P04-L1", by=None)
    for _ in range(2):
        create_deliverable(group=group, title="Sans code", by=people["pilote"])


def test_owner_sits_in_the_group(group, people):
    sentence = {"owners": ["Un responsable siège dans le groupe."]}
    for person in (seat(Role.MEMBER, WorkingGroupFactory()), *strangers(group).values()):
        if person.is_active:
            assert wrong(create_deliverable, group=group, title="L", owners=[person], by=people["pilote"]) == sentence


def test_project_is_of_the_contract_of_the_group(group, people):
    other = ProjectFactory(axis__contract=ContractFactory(code="autre"))
    found = wrong(create_deliverable, group=group, title="Livrable", projects=[other], by=people["pilote"])
    assert found == {"projects": ["Un livrable ne sert que des projets du contrat de son groupe."]}


@pytest.mark.parametrize(
    ("habit", "needs_bureau", "level"),
    [
        ("filiere", False, "filiere"),
        ("restreint", False, "restreint"),
        ("restreint", True, "groupe"),
        ("college", False, "groupe"),
    ],
)
def test_level_left_unsaid_is_the_habit_of_the_group_where_it_can_be(habit, needs_bureau, level):
    group = WorkingGroupFactory(default_confidentiality=habit)
    made = create_deliverable(group=group, title="L", needs_bureau=needs_bureau, by=seat(Role.PILOT, group))
    assert made.confidentiality == level


def test_nobody_keeps_for_a_college_what_it_is_not_theirs_to_keep(group, people):
    kept = {"confidentiality": "college", "college": "etat"}
    assert wrong(create_deliverable, group=group, title="L", by=people["pilote"], **kept).keys() == {"college"}
    assert create_deliverable(group=group, title="L", by=None, **kept).college == College.STATE


def test_delegate_keeps_nothing_restricted_that_they_could_not_read(group):
    found = wrong(
        create_deliverable, group=group, title="L", confidentiality="restreint", by=UserFactory(is_delegate=True)
    )
    assert found.keys() == {"confidentiality"}


@pytest.mark.parametrize(
    "words", ["selon calendrier de l’INSERM", "sur la durée du contrat", "", "fin 2023/début 2024"]
)
def test_vague_due_date_is_kept_as_it_is_written(group, people, words):
    made = create_deliverable(group=group, title="L", due=words, by=people["pilote"])
    assert made.due == words
    assert period_of(group.contract, words) == made.period


# --- Changing ---------------------------------------------------------------


def test_change_tells_what_was_and_what_became_and_nothing_else(deliverable, people):
    change_deliverable(
        deliverable=deliverable, title="Un modèle économique durable", due="T3 2025", by=people["rapporteur"]
    )
    (event,) = story(deliverable)
    assert (event.verb, event.actor) == ("deliverable.changed", people["rapporteur"])
    assert event.changes == {
        "title": ["Un modèle économique", "Un modèle économique durable"],
        "due": ["", "T3 2025"],
    }
    deliverable.refresh_from_db()
    assert (deliverable.due_end, deliverable.due_order) == (date(2025, 9, 30), date(2025, 9, 30))
    assert "durable" in deliverable.searchable


def test_change_of_nothing_tells_nothing(deliverable, people):
    change_deliverable(
        deliverable=deliverable, title=deliverable.title, description="", criteria=[], owners=[], by=people["pilote"]
    )
    assert story(deliverable) == []


def test_change_is_for_those_who_plan(deliverable, group, people):
    for person in (people["pilote"], people["copilote"], people["rapporteur"], UserFactory(is_delegate=True)):
        change_deliverable(deliverable=deliverable, title=f"Pour {person.pk}", by=person)
    hidden_from(change_deliverable, strangers(group), deliverable=deliverable, title="Non")
    hidden_from(change_deliverable, {"observer": people["observateur"]}, deliverable=deliverable, title="Non")
    refuses(
        change_deliverable,
        {"member": people["membre"], "guest": people["invite"]},
        deliverable=deliverable,
        title="Non",
    )
    archive(group)
    refuses(change_deliverable, {"pilot": people["pilote"]}, deliverable=deliverable, title="Non")


def test_change_of_what_is_hidden_from_one_does_not_exist(group):
    restricted = DeliverableFactory(group=group, confidentiality=Confidentiality.RESTRICTED)
    state = DeliverableFactory(group=group, confidentiality=Confidentiality.COLLEGE, college=College.STATE)
    delegate = UserFactory(is_delegate=True)
    hidden_from(change_deliverable, {"delegate": delegate}, deliverable=restricted, title="Non")
    pilot = seat(Role.PILOT, group, college=College.INDUSTRY)
    hidden_from(change_deliverable, {"delegate": delegate, "pilot": pilot}, deliverable=state, title="Non")
    change_deliverable(deliverable=state, title="Position de l’État", by=seat(Role.PILOT, group, college=College.STATE))


def test_change_of_what_somebody_changed_meanwhile_shows_both(deliverable, people):
    seen = version_of(deliverable)
    change_deliverable(deliverable=deliverable, title="D’abord", by=people["pilote"], seen=seen)
    with pytest.raises(Stale) as caught:
        change_deliverable(deliverable=deliverable, title="Ensuite", by=people["copilote"], seen=seen)
    assert caught.value.current.title == "D’abord"


def test_change_takes_no_state(deliverable, people):
    with pytest.raises(TypeError):
        change_deliverable(deliverable=deliverable, approval_state="valide_bureau", by=people["pilote"])


@pytest.mark.parametrize(("state", "bureau"), [(ApprovalState.APPROVED, True), (ApprovalState.APPROVED, False)])
def test_who_must_validate_is_not_changed_once_the_pilots_approved(group, people, state, bureau):
    deliverable = DeliverableFactory(group=group, needs_bureau=bureau)
    decided(a_version(deliverable), state)
    with pytest.raises(Refused) as caught:
        change_deliverable(deliverable=deliverable, needs_bureau=not bureau, by=people["pilote"])
    assert caught.value.sentence == (
        "La version courante est déjà approuvée\u00a0: déposez-en une nouvelle "
        "avant de changer qui doit valider ce livrable."
    )
    change_deliverable(deliverable=deliverable, needs_bureau=bureau, title="Le reste", by=people["pilote"])


def test_who_must_validate_is_changed_while_it_is_submitted(deliverable, people):
    submitted_version(deliverable)
    change_deliverable(deliverable=deliverable, needs_bureau=True, by=people["pilote"])
    assert story(deliverable)[-1].changes == {"needs_bureau": [False, True]}


@pytest.mark.parametrize("level", [Confidentiality.RESTRICTED, Confidentiality.COLLEGE])
def test_position_of_the_comite_is_not_kept_from_a_part_of_its_bureau(group, people, level):
    deliverable = DeliverableFactory(group=group, needs_bureau=True)
    college = College.INDUSTRY if level == Confidentiality.COLLEGE else ""
    for person in (people["pilote"], None):
        found = wrong(change_deliverable, deliverable=deliverable, confidentiality=level, college=college, by=person)
        assert found.keys() == {"needs_bureau"}


def test_deliverable_is_part_of_another_of_its_group_and_never_of_itself(deliverable, group, people):
    whole, other = DeliverableFactory(group=group), DeliverableFactory()
    change_deliverable(deliverable=deliverable, parent=whole, by=people["pilote"])
    assert story(deliverable)[-1].changes == {"parent": ["", str(whole.pk)]}
    for parent, sentence in (
        (other, "Un livrable fait partie d’un livrable du même groupe."),
        (deliverable, "Un livrable ne peut pas faire partie de lui-même, même de loin."),
    ):
        found = wrong(change_deliverable, deliverable=whole, parent=parent, by=None)
        assert found == {"parent": [sentence]}


def test_parent_that_one_may_not_read_does_not_exist(deliverable, group, people):
    hidden = DeliverableFactory(group=group, confidentiality=Confidentiality.COLLEGE, college=College.STATE)
    with pytest.raises(Http404):
        change_deliverable(deliverable=deliverable, parent=hidden, by=people["pilote"])
    with pytest.raises(Http404):
        create_deliverable(group=group, title="L", parent=hidden, by=people["pilote"])


def test_lists_are_given_whole(deliverable, people):
    first, second = ProjectFactory(code="P01"), ProjectFactory(code="P02")
    change_deliverable(deliverable=deliverable, projects=[first], by=people["pilote"])
    change_deliverable(deliverable=deliverable, projects=[second], title="Autre", by=people["pilote"])
    assert list(deliverable.projects.all()) == [second]
    assert story(deliverable)[-1].changes["projects"] == [["P01"], ["P02"]]
    change_deliverable(deliverable=deliverable, title="Encore", by=people["pilote"])
    assert list(deliverable.projects.all()) == [second]


# --- Acceptance criteria ----------------------------------------------------


def test_criterion_whose_words_stay_keeps_whether_it_is_met(deliverable, people):
    change_deliverable(deliverable=deliverable, criteria=["Chiffré", "Relu"], by=people["pilote"])
    tick_criteria(deliverable=deliverable, met=[deliverable.criteria.get(text="Relu")], by=people["membre"])
    change_deliverable(deliverable=deliverable, criteria=["Relu", "Traduit"], by=people["pilote"])
    assert [(each.text, each.met) for each in deliverable.criteria.all()] == [("Relu", True), ("Traduit", False)]


def test_tick_criteria_sets_all_of_them_and_tells_which_changed(deliverable, people):
    change_deliverable(deliverable=deliverable, criteria=["Chiffré", "Relu", "Traduit"], by=people["pilote"])
    first, second, _third = deliverable.criteria.all()
    tick_criteria(deliverable=deliverable, met=[first, second], by=people["membre"])
    tick_criteria(deliverable=deliverable, met=[second], by=people["rapporteur"])
    assert [each.met for each in deliverable.criteria.all()] == [False, True, False]
    event = story(deliverable)[-1]
    assert (event.verb, event.actor) == ("deliverable.criteria_ticked", people["rapporteur"])
    assert event.changes == {"Chiffré": [True, False]}
    tick_criteria(deliverable=deliverable, met=[second], by=people["rapporteur"])
    assert verbs(deliverable).count("criteria_ticked") == 2


def test_tick_criteria_of_another_deliverable_ticks_nothing(deliverable, group, people):
    other = AcceptanceCriterion.objects.create(deliverable=DeliverableFactory(group=group), text="Ailleurs")
    tick_criteria(deliverable=deliverable, met=[other], by=people["membre"])
    other.refresh_from_db()
    assert not other.met


def test_tick_criteria_is_for_those_who_contribute(deliverable, group):
    hidden_from(tick_criteria, strangers(group), deliverable=deliverable, met=[])
    refuses(tick_criteria, onlookers(group, Role.GUEST), deliverable=deliverable, met=[])


def test_ticked_criteria_approve_nothing(deliverable, people):
    version = a_version(deliverable)
    criterion = AcceptanceCriterion.objects.create(deliverable=deliverable, text="Chiffré")
    tick_criteria(deliverable=deliverable, met=[criterion], by=people["pilote"])
    assert Version.objects.get(pk=version.pk).state == ApprovalState.DRAFT


def test_expired_mandate_creates_nothing(group):
    former = strangers(group)["after their mandate"]
    with pytest.raises(PermissionDenied, match="Votre mandat ne vous permet pas"):
        create_deliverable(group=group, title="L", by=former)


def test_what_the_bureau_ruled_upon_goes_back_to_it(group, people):
    deliverable = DeliverableFactory(group=group, needs_bureau=True)
    version = decided(a_version(deliverable, author=None), ApprovalState.CHANGES_ASKED)
    Approval.objects.create(version=version, sha256=version.sha256, verdict=Verdict.SENT_BACK, reason="À chiffrer")
    with pytest.raises(Refused, match="Le Bureau s’est déjà prononcé"):
        change_deliverable(deliverable=deliverable, by=people["pilote"], needs_bureau=False)
