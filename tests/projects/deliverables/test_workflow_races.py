"""Several people on one deliverable at the very same moment. Real transactions, real threads: one outcome."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.http import Http404

from filiere.refusals import Refused
from projects.access.enums import Role
from projects.activity.models import Event
from projects.activity.sealing import seal
from projects.activity.verification import verify
from projects.deliverables.approvals.bureau import validate
from projects.deliverables.approvals.services import (
    approve,
    declare_recusal,
    request_changes,
    settle_everywhere,
    submit,
    withdraw,
)
from projects.deliverables.dependencies import depend
from projects.deliverables.enums import ApprovalState, TextState
from projects.deliverables.files.scanner import Verdict as Scan
from projects.deliverables.services import change_deliverable
from projects.deliverables.versions import services as versions
from projects.deliverables.versions.services import deposit_version, examine, sweep
from projects.groups.delegations.services import take_back
from projects.groups.enums import ApprovalRule
from projects.groups.mandates.services import end_mandate
from projects.models import (
    Approval,
    Delegation,
    Deliverable,
    Dependency,
    Membership,
    Version,
    VersionText,
    WorkingGroup,
)
from tests.factories.access import seat
from tests.factories.deliverables import DeliverableFactory, a_file, a_group_at_work, submitted_version
from tests.projects.activity.test_concurrency import database_url
from tests.projects.deliverables.acts import FEW, NAMES, Room
from tests.projects.deliverables.stories import a_bureau, borrower
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[3]
TURNS = 3


@pytest.fixture
def room():
    return a_group_at_work()


@pytest.fixture
def group(room):
    return room[0]


@pytest.fixture
def people(room):
    return room[1]


def fresh(group, people, **fields):
    """Another deliverable, with a version before the pilots."""
    deliverable = DeliverableFactory(group=group, **fields)
    return deliverable, submitted_version(deliverable, author=people["membre"])


def demand_all(group):
    WorkingGroup.objects.filter(pk=group.pk).update(approval_rule=ApprovalRule.ALL)


def yes(version, by):
    return lambda: approve(version=version, sha256=version.sha256, by=by)


def kinds(results):
    return [type(result) if isinstance(result, Exception) else "done" for result in results]


def state(deliverable):
    row = Deliverable.objects.select_related("current").get(pk=deliverable.pk)
    assert row.current.state == row.approval_state
    return row.approval_state


def verbs(deliverable):
    events = Event.objects.filter(object_id=str(deliverable.pk)).order_by("id")
    return [event.verb.removeprefix("deliverable.") for event in events]


def test_approval_against_a_new_version_never_outlives_it(group, people):
    for _turn in range(TURNS):
        deliverable, version = fresh(group, people)
        approved, deposited = race(
            yes(version, people["pilote"]),
            lambda deliverable=deliverable: deposit_version(
                deliverable=deliverable, file=a_file(b"Autre texte."), by=people["membre"]
            ),
        )
        assert isinstance(deposited, Version)
        assert isinstance(approved, Version | Refused)
        assert state(deliverable) == ApprovalState.DRAFT
        assert not Approval.objects.standing().filter(version__deliverable=deliverable).exists()
        # Approved in time, it stays what was validated last; too late, it never was.
        validated = Deliverable.objects.get(pk=deliverable.pk).validated
        assert validated == (version if isinstance(approved, Version) else None)


def test_same_pilot_approving_twice_is_heard_once(group, people):
    demand_all(group)
    for _turn in range(TURNS):
        deliverable, version = fresh(group, people)
        results = race(yes(version, people["pilote"]), yes(version, people["pilote"]))
        assert sorted(map(str, kinds(results))) == sorted(map(str, ["done", Refused]))
        assert Approval.objects.filter(version=version).count() == 1
        assert state(deliverable) == ApprovalState.SUBMITTED


def test_two_pilots_approving_at_once_where_all_are_asked_conclude_it_once(group, people):
    demand_all(group)
    for _turn in range(TURNS):
        deliverable, version = fresh(group, people)
        results = race(yes(version, people["pilote"]), yes(version, people["copilote"]))
        assert kinds(results) == ["done", "done"]
        assert state(deliverable) == ApprovalState.APPROVED
        assert verbs(deliverable) == ["version_approved_in_part", "version_approved"]


def test_two_pilots_approving_at_once_where_one_is_enough_conclude_it_once(group, people):
    for _turn in range(TURNS):
        deliverable, version = fresh(group, people)
        results = race(yes(version, people["pilote"]), yes(version, people["copilote"]))
        assert sorted(map(str, kinds(results))) == sorted(map(str, ["done", Refused]))
        assert Approval.objects.filter(version=version).count() == 1
        assert verbs(deliverable) == ["version_approved"]


def test_pilot_and_who_borrowed_their_voice_are_one_voice(group, people):
    demand_all(group)
    hand = borrower(group, people["pilote"])
    for _turn in range(TURNS):
        _deliverable, version = fresh(group, people)
        results = race(yes(version, people["pilote"]), yes(version, hand))
        assert sorted(map(str, kinds(results))) == sorted(map(str, ["done", Refused]))
        assert Approval.objects.get(version=version).voice == people["pilote"]


def test_submission_against_withdrawal_ends_one_way_or_the_other(group, people):
    for _turn in range(TURNS):
        deliverable, version = fresh(group, people)
        withdraw(version=version, by=people["membre"])
        submitted, withdrawn = race(
            lambda version=version: submit(version=version, by=people["membre"]),
            lambda version=version: withdraw(version=version, by=people["pilote"]),
        )
        assert isinstance(submitted, Version)
        assert kinds([withdrawn])[0] in {"done", Refused}
        expected = ApprovalState.SUBMITTED if isinstance(withdrawn, Refused) else ApprovalState.DRAFT
        assert state(deliverable) == expected


def test_approval_against_the_end_of_its_mandate_comes_before_or_not_at_all(group, people):
    for _turn in range(TURNS):
        deliverable, version = fresh(group, people)
        pilot = seat(Role.PILOT, group)
        approved, ended = race(
            yes(version, pilot),
            lambda pilot=pilot: end_mandate(mandate=Membership.objects.get(person=pilot), by=None),
        )
        assert isinstance(ended, Membership)
        assert isinstance(approved, Version | Http404 | PermissionDenied)
        order = list(
            Event.objects.filter(verb__in=["deliverable.version_approved", "mandate.ended"], group=group)
            .order_by("id")
            .values_list("verb", flat=True)
        )[-2:]
        if isinstance(approved, Version):
            assert order == ["deliverable.version_approved", "mandate.ended"]
            assert state(deliverable) == ApprovalState.APPROVED
        else:
            assert state(deliverable) == ApprovalState.SUBMITTED


def test_approval_against_the_end_of_its_loan_comes_before_or_not_at_all(group, people):
    for _turn in range(TURNS):
        deliverable, version = fresh(group, people)
        hand = borrower(group, people["pilote"])
        loan = Delegation.objects.get(borrower=hand)
        approved, ended = race(yes(version, hand), lambda loan=loan: take_back(delegation=loan, by=people["pilote"]))
        assert isinstance(ended, Delegation)
        assert isinstance(approved, Version | PermissionDenied)
        done = isinstance(approved, Version)
        assert state(deliverable) == (ApprovalState.APPROVED if done else ApprovalState.SUBMITTED)


def test_last_approval_against_a_recusal_concludes_it_once(group, people):
    demand_all(group)
    for _turn in range(TURNS):
        deliverable, version = fresh(group, people)
        results = race(
            yes(version, people["pilote"]),
            lambda deliverable=deliverable: declare_recusal(
                deliverable=deliverable, reason="Lien", by=people["copilote"]
            ),
            settle_everywhere,
        )
        assert kinds(results) == ["done", "done", "done"]
        assert state(deliverable) == ApprovalState.APPROVED
        assert verbs(deliverable).count("version_approved") == 1


def test_bureau_against_a_request_for_changes_ends_one_way_or_the_other(group, people):
    bureau, keeper = a_bureau()
    for _turn in range(TURNS):
        deliverable, version = fresh(group, people, needs_bureau=True)
        approve(version=version, sha256=version.sha256, by=people["pilote"])
        results = race(
            lambda version=version: validate(
                version=version, sha256=version.sha256, bureau=bureau, reference="2026-01", by=keeper
            ),
            lambda version=version: request_changes(version=version, reason="Une erreur", by=people["copilote"]),
        )
        assert sorted(map(str, kinds(results))) == sorted(map(str, ["done", Refused]))
        expected = ApprovalState.CHANGES_ASKED if isinstance(results[0], Refused) else ApprovalState.VALIDATED
        assert state(deliverable) == expected


def test_circle_closed_from_both_sides_at_once_is_refused_to_one(group, people):
    for _turn in range(TURNS):
        here, there = DeliverableFactory(group=group), DeliverableFactory(group=group)
        elsewhere = WorkingGroup.objects.create(contract=group.contract, slug=f"autre-{here.pk.hex}", name="Autre")
        Deliverable.objects.filter(pk=there.pk).update(group=elsewhere)
        there.refresh_from_db()
        results = race(
            lambda here=here, there=there: depend(deliverable=here, needs=there, by=None),
            lambda here=here, there=there: depend(deliverable=there, needs=here, by=None),
        )
        assert sorted(map(str, kinds(results))) == sorted(map(str, ["done", ValidationError]))
        assert Dependency.objects.filter(deliverable__in=[here, there]).count() == 1


def test_deliverables_put_in_each_other_at_once_are_refused_to_one(group, people):
    for _turn in range(TURNS):
        here, there = DeliverableFactory(group=group), DeliverableFactory(group=group)
        results = race(
            lambda here=here, there=there: change_deliverable(deliverable=here, parent=there, by=people["pilote"]),
            lambda here=here, there=there: change_deliverable(deliverable=there, parent=here, by=people["copilote"]),
        )
        assert sorted(map(str, kinds(results))) == sorted(map(str, ["done", ValidationError]))


def test_two_deposits_at_once_are_two_versions_and_the_second_counts(group, people):
    for _turn in range(TURNS):
        deliverable = DeliverableFactory(group=group)
        results = race(
            *(
                lambda deliverable=deliverable, who=who: deposit_version(
                    deliverable=deliverable, file=a_file(f"Texte de {who}".encode()), by=people[who]
                )
                for who in ("membre", "rapporteur", "pilote")
            )
        )
        assert kinds(results) == ["done"] * 3
        found = list(Version.objects.filter(deliverable=deliverable).order_by("number"))
        assert [version.number for version in found] == [1, 2, 3]
        assert [version.replaced_at is None for version in found] == [False, False, True]
        assert Deliverable.objects.get(pk=deliverable.pk).current == found[-1]


def test_same_file_deposited_by_a_double_click_is_one_version(group, people):
    for _turn in range(TURNS):
        deliverable = DeliverableFactory(group=group)
        results = race(
            *[
                lambda deliverable=deliverable: deposit_version(
                    deliverable=deliverable, file=a_file(), by=people["membre"]
                )
            ]
            * 2
        )
        assert sorted(map(str, kinds(results))) == sorted(map(str, ["done", ValidationError]))
        version = Version.objects.get(deliverable=deliverable)
        assert default_storage.exists(version.file.name)


def test_version_examined_twice_at_once_is_judged_once(group, people, monkeypatch, settings):
    settings.CLAMAV = object()
    monkeypatch.setattr(versions, "scan", lambda stream: (Scan.INFECTED, "EICAR"))
    deliverable = DeliverableFactory(group=group)
    version = deposit_version(deliverable=deliverable, file=a_file(), by=people["membre"])
    results = race(*[lambda: examine(version.pk)] * 3)
    assert kinds(results) == ["done"] * 3
    assert verbs(deliverable).count("version_quarantined") == 1
    monkeypatch.setattr(versions, "scan", lambda stream: (Scan.CLEAN, ""))
    clean = deposit_version(deliverable=deliverable, file=a_file(b"Sain."), by=people["membre"])
    assert kinds(race(*[lambda: examine(clean.pk)] * 3)) == ["done"] * 3
    assert VersionText.objects.get(version=clean).state == TextState.READ


def test_antivirus_and_a_new_version_at_once_both_leave_what_they_found(group, people, monkeypatch, settings):
    settings.CLAMAV = object()
    monkeypatch.setattr(versions, "scan", lambda stream: (Scan.CLEAN, ""))
    for _turn in range(TURNS):
        deliverable = DeliverableFactory(group=group)
        first = deposit_version(deliverable=deliverable, file=a_file(), by=people["membre"])
        results = race(
            lambda first=first: examine(first.pk),
            lambda deliverable=deliverable: deposit_version(
                deliverable=deliverable, file=a_file(b"Autre texte."), by=people["membre"]
            ),
        )
        assert kinds(results) == ["done", "done"]
        first.refresh_from_db()
        assert (first.scan, first.replaced_at is not None) == (Scan.CLEAN, True)


def test_machine_stopped_between_the_file_and_its_row_leaves_a_file_that_is_swept(group, people):
    deliverable = DeliverableFactory(group=group)
    child = subprocess.run(
        [sys.executable, "-m", "tests.projects.deliverables.dying", str(deliverable.pk), str(people["membre"].pk)],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "filiere.settings"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert child.returncode == -signal.SIGKILL, child.stderr
    orphan = child.stdout.strip()
    assert default_storage.exists(orphan)
    assert not Version.objects.exists()
    assert Deliverable.objects.get().approval_state == ApprovalState.NO_VERSION
    sweep()
    assert default_storage.exists(orphan)  # it might be written at this moment
    long_ago = time.time() - 25 * 3600
    os.utime(default_storage.path(orphan), (long_ago, long_ago))
    sweep()
    assert not default_storage.exists(orphan)


@pytest.mark.postgresql
@pytest.mark.parametrize("rule", ApprovalRule)
@pytest.mark.parametrize("luck", range(2))
def test_crowd_acting_at_random_at_once_leaves_a_story_that_replays(rule, luck):
    """As the properties of the workflow, in four transactions at a time. Every error but a refusal is a fault."""
    room = Room(rule, FEW)
    room.try_to("deposit", 3, 0, 1)
    room.try_to("submit", 3, 0, 0)

    def crowd(seed):
        draw = Random(seed)

        def act():
            done = 0
            for _ in range(20):
                who = draw.choice([0, 0, 0, 1, 1, 1, 2, 3, 4, 5, 6])
                done += room.try_to(draw.choice(NAMES), who, draw.randrange(7), draw.randrange(31))
            return done

        return act

    results = race(*(crowd(100 * luck + number) for number in range(4)))
    assert [result for result in results if isinstance(result, Exception)] == []
    assert sum(results) >= 5
    room.check()
    seal(rounds=1000)
    assert verify().intact
