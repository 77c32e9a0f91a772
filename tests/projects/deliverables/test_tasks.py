from uuid import uuid4

import pytest

from filiere.celery import app
from filiere.schedule import JOBS
from projects.access.enums import Role
from projects.deliverables import tasks
from projects.deliverables.approvals.services import approve
from projects.deliverables.enums import ApprovalState, TextState
from projects.deliverables.versions.services import deposit_version
from projects.groups.enums import ApprovalRule
from projects.models import Deliverable, Membership, Version, VersionText
from tests.factories.access import seat
from tests.factories.deliverables import DeliverableFactory, a_file, submitted_version
from tests.factories.groups import WorkingGroupFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def deliverable():
    return DeliverableFactory()


def deposit(deliverable):
    return deposit_version(deliverable=deliverable, file=a_file(), by=seat(Role.MEMBER, deliverable.group))


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("tasks_at_once")
def test_version_is_examined_as_soon_as_it_is_deposited(deliverable):
    deposit(deliverable)
    assert VersionText.objects.get().state == TextState.READ


@pytest.mark.usefixtures("tasks_at_once")
def test_examine_versions_takes_up_what_was_interrupted(deliverable):
    deposit(deliverable)  # the test's transaction never commits: nothing was asked of the broker
    assert VersionText.objects.get().state == TextState.WAITING
    tasks.examine_versions()
    assert VersionText.objects.get().state == TextState.READ


@pytest.mark.django_db(transaction=True)
def test_deposit_does_without_a_broker(deliverable, monkeypatch):
    from kombu.exceptions import OperationalError

    def away(*_):
        raise OperationalError("no broker")

    monkeypatch.setattr(tasks.examine_version, "delay", away)
    deposit(deliverable)
    assert Version.objects.count() == 1


def test_examine_version_of_what_is_gone_does_nothing():
    tasks.examine_version(str(uuid4()))


def test_settle_approvals_concludes_what_waits_for_nobody():
    group = WorkingGroupFactory(approval_rule=ApprovalRule.ALL)
    pilot, leaving = seat(Role.PILOT, group), seat(Role.CO_PILOT, group)
    version = submitted_version(DeliverableFactory(group=group))
    approve(version=version, sha256=version.sha256, by=pilot)
    Membership.objects.filter(person=leaving).update(ends_on="2025-01-01")
    tasks.settle_approvals()
    assert Deliverable.objects.get().approval_state == ApprovalState.APPROVED


def test_sweep_files_runs():
    tasks.sweep_files()


def test_every_job_of_deliverables_is_known_to_the_worker():
    app.loader.import_default_modules()
    names = {job.task for job in JOBS if job.task.startswith("projects.deliverables.")}
    assert names == {
        f"projects.deliverables.tasks.{name}" for name in ("examine_versions", "settle_approvals", "sweep_files")
    }
    assert names <= set(app.tasks)
