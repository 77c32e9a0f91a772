from datetime import date, timedelta

import pytest
from django.core.files.storage import default_storage

from accounts.models import User
from filiere.days import today
from projects.activity.models import Event
from projects.activity.verification import verify
from projects.deliverables.approvals.bureau import queue
from projects.deliverables.enums import ApprovalState, Progress, TextState
from projects.deliverables.files.comparison import compare
from projects.demonstration import contract, deliverables, groups, organisations, people
from projects.demonstration.dossiers import INVENTED, NOT_IN_THE_CONTRACT, STORIES
from projects.demonstration.facts import facts
from projects.groups.mandates.services import end_mandate
from projects.models import Approval, Deliverable, Membership, Opinion, Version, VersionText, WorkingGroup

pytestmark = pytest.mark.django_db


@pytest.fixture
def _room():
    for loader in (organisations, people, contract, groups):
        loader.load()


@pytest.fixture
def _loaded(_room):
    """Long to load: each test below asks several questions of it."""
    deliverables.load()


def coded(code):
    return Deliverable.objects.select_related("current", "validated", "group").get(code=code)


def person(account):
    return User.objects.get(email=f"{account}@demo.example")


@pytest.mark.usefixtures("_loaded")
def test_every_deliverable_of_the_contract_is_in_its_group_as_the_contract_writes_it():
    promised = {fact["ref"]: fact for project in facts()["projects"] for fact in project["deliverables"] or []}
    found = {
        row.code: row for row in Deliverable.objects.select_related("group", "parent").prefetch_related("projects")
    }
    assert found.keys() == promised.keys() | INVENTED.keys()
    slugs = {groups.slug_of(body["code"]) for body in facts()["bodies"]}
    for code, fact in promised.items():
        row = found[code]
        assert (row.title, row.due) == (fact["label"], fact["calendar_verbatim"] or "")
        assert row.group.slug in slugs
        if fact["working_group"]:
            assert row.group.slug == groups.slug_of(fact["working_group"])
        assert (row.parent.code if row.parent else None) == fact["parent"]
        assert [project.number for project in row.projects.all()] == [int(code[1:3])]
    organisations_of = {each.acronym or each.name for each in found["P04-L01"].organisations.all()}
    assert {"bioMérieux", "Leem", "DGS"} <= organisations_of
    # What the contract does not say is not passed off as its own.
    for code in INVENTED:
        assert NOT_IN_THE_CONTRACT in found[code].description

    _tells_the_journal_in_the_name_of_who_did_it()


def _tells_the_journal_in_the_name_of_who_did_it():
    events = Event.objects.filter(verb__startswith="deliverable.")
    assert events.get(verb="deliverable.changes_requested").actor == person("copilote-amr")
    assert events.get(verb="deliverable.changes_requested").capacity.startswith("copilote, ")
    assert set(events.filter(verb="deliverable.created").values_list("actor", flat=True)) == {None}
    assert not verify().faults


@pytest.mark.usefixtures("_loaded")
def test_something_of_everything_happens_on_the_day_it_is_loaded(django_assert_max_num_queries):
    late = Deliverable.objects.late().filter(group__slug="antibioresistance")
    assert [row.code for row in late] == ["AMR-D2"]
    week = coded("AMR-D1")
    assert today() <= week.due_end <= today() + timedelta(days=4)
    assert (coded("P04-L07").progress, coded("P01-L04").progress) == (Progress.SUSPENDED, Progress.ABANDONED)
    assert coded("P04-L07").stopped_because
    assert not coded("P04-L07").is_late
    assert set(Deliverable.objects.exclude(health="").values_list("health", flat=True)) == {"soleil", "nuages", "orage"}
    kept = set(Deliverable.objects.values_list("confidentiality", "college"))
    assert {("restreint", ""), ("college", "etat"), ("public", ""), ("filiere", ""), ("groupe", "")} == kept
    assert coded("P01-L03").dependencies.get().needs.group.slug == "p02-gt1"
    assert set(Deliverable.objects.values_list("progress", flat=True)) == set(Progress)
    _again_adds_nothing(django_assert_max_num_queries)


@pytest.mark.usefixtures("_loaded")
def test_versions_are_at_every_stage_and_approved_by_those_who_may():
    states = {
        "P04-L01": ApprovalState.SUBMITTED,
        "P04-L02": ApprovalState.CHANGES_ASKED,
        "P04-L03": ApprovalState.APPROVED,
        "P04-L08": ApprovalState.APPROVED,
        "AMR-D1": ApprovalState.DRAFT,
        "P01-L01": ApprovalState.VALIDATED,
        "P01-L02": ApprovalState.APPROVED,
        "DIV-D1": ApprovalState.SUBMITTED,
        "DIV-D2": ApprovalState.VALIDATED,
        "IMG-D1": ApprovalState.APPROVED,
    }
    told = {code: row.approval_state for code, row in ((code, coded(code)) for code in states)}
    assert told == states
    # Every story was told to its end: none stopped at a step that is not possible.
    with_versions = {code for code, story in STORIES.items() if story.get("versions")}
    with_versions |= {code for code, dossier in INVENTED.items() if dossier.versions}
    assert with_versions == states.keys()
    waiting = coded("P04-L01").current
    assert (waiting.number, waiting.submitted_by) == (2, person("rapporteur-amr"))
    assert [row.code for row in queue(WorkingGroup.objects.get(slug="bureau"))] == ["P04-L03"]
    borrowed = Approval.objects.get(version__deliverable__code="IMG-D1")
    assert (borrowed.person, borrowed.voice) == (person("rapporteur-imagerie"), person("pilote-imagerie"))
    assert set(Opinion.objects.filter(version=waiting).values_list("kind", flat=True)) == {"", "favorable_reserves"}
    assert coded("P01-L01").validated == coded("P01-L01").current
    assert Approval.objects.get(version=coded("P01-L01").current, verdict="valide").reference == "Décision 2026-04"
    _files_are_real_read_and_comparable()


def _files_are_real_read_and_comparable():
    assert {version.format for version in Version.objects.all()} >= {"docx", "pdf", "txt", "md"}
    for text in VersionText.objects.select_related("version"):
        assert (text.state, bool(text.words)) == (TextState.READ, True), text.version.name
        assert default_storage.exists(text.version.file.name)
    first, second = (
        VersionText.objects.get(version__deliverable__code="P04-L01", version__number=number).words for number in (1, 2)
    )
    assert first != second
    assert compare(first, second)


def _again_adds_nothing(django_assert_max_num_queries):
    before = Deliverable.objects.count(), Version.objects.count(), Event.objects.count()
    with django_assert_max_num_queries(2):
        assert deliverables.load() == 0
    assert (Deliverable.objects.count(), Version.objects.count(), Event.objects.count()) == before


@pytest.mark.usefixtures("_room")
def test_deliverables_are_entered_even_where_somebody_left_since():
    for mandate in Membership.objects.filter(person=person("rapporteur-amr")):
        end_mandate(mandate=mandate, by=None)
    User.objects.filter(email="membre-decarbonation@demo.example").update(is_active=False)
    assert deliverables.load() == len(INVENTED) + sum(len(each["deliverables"] or []) for each in facts()["projects"])
    assert coded("P04-L01").approval_state == ApprovalState.NO_VERSION
    assert not coded("P04-L01").owners.exists()
    assert coded("DIV-D2").approval_state == ApprovalState.VALIDATED


@pytest.mark.usefixtures("_room")
def test_loading_writes_to_nobody(django_capture_on_commit_callbacks):
    """Nor does it wait for a broker that `make run` has not started yet."""
    with django_capture_on_commit_callbacks() as afterwards:
        deliverables.load()
    assert {hook.__module__ for hook in afterwards} <= {
        "projects.activity.sealing",
        "projects.deliverables.versions.services",
    }


@pytest.mark.parametrize(
    ("day", "due"),
    [
        ("2026-11-16", "2026-11-20"),
        ("2026-11-20", "2026-11-20"),
        ("2026-11-21", "2026-11-21"),
        ("2026-11-22", "2026-11-22"),
    ],
)
def test_this_week_is_over_on_friday_or_today(day, due):
    assert deliverables._this_week(date.fromisoformat(day)) == date.fromisoformat(due)
