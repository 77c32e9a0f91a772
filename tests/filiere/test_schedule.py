"""What should run by itself, when it is late, and how a missed hour is made up for."""

from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from celery.schedules import crontab

from filiere import runs, schedule, tasks
from filiere.celery import app
from filiere.models import JobRun
from filiere.schedule import JOBS

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db
EVERY_NIGHT = [job for job in JOBS if isinstance(job.every, crontab)]
NIGHTLY = EVERY_NIGHT[0]


@pytest.fixture
def sent(monkeypatch):
    found = []
    monkeypatch.setattr(runs.current_app, "send_task", lambda name, **options: found.append((name, options)))
    return found


@pytest.fixture
def ran():
    """Every job succeeded at that moment."""

    def ran(at):
        JobRun.objects.all().delete()
        for job in JOBS:
            JobRun.objects.create(name=job.name, expected_since=at, succeeded_at=at)

    return ran


# --- The table --------------------------------------------------------------


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_every_scheduled_task_exists(job):
    module, _, name = job.task.rpartition(".")
    assert getattr(import_module(module), name).name == job.task
    assert job.task in app.tasks


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_message_dies_before_the_next_one_is_due(job):
    """A worker that comes back after a day finds one pulse, not three thousand."""
    period = timedelta(days=1) if isinstance(job.every, crontab) else job.every
    assert job.validity < period


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_complaint_waits_for_one_missed_run_at_least(job):
    period = timedelta(days=1) if isinstance(job.every, crontab) else job.every
    assert job.late_after > period


def test_jobs_have_names_of_their_own():
    assert len({job.name for job in JOBS}) == len(JOBS)


def test_scheduler_is_given_the_table():
    assert set(app.conf.beat_schedule) == {job.name for job in JOBS}
    for job in JOBS:
        entry = schedule.beat()[job.name]
        assert entry["task"] == job.task
        assert entry["options"]["headers"] == {"job": job.name}
        assert entry["options"]["expires"] == job.expires


@pytest.mark.parametrize(
    ("redis", "celery"),
    [
        ("redis://h:6379/2", "redis://h:6379/2"),
        ("rediss://:m@h/0", "rediss://:m@h/0"),
        ("unix:///r/v.sock?db=3", "redis+socket:///r/v.sock?virtual_host=3"),
        ("unix:///r/v.sock", "redis+socket:///r/v.sock?virtual_host=0"),
        ("unix:///r/a%23b.sock?db=0", "redis+socket:///r/a%23b.sock?virtual_host=0"),
    ],
)
def test_broker_is_told_the_way_celery_reads_it(redis, celery):
    assert schedule.broker_url(redis) == celery


# --- Late or not ------------------------------------------------------------


def test_before_the_first_pulse_everything_is_late():
    assert runs.late_jobs(at=NOW) == [job.name for job in JOBS]


def test_job_is_on_time_until_its_delay_is_over(ran):
    for job in JOBS:
        ran(NOW)
        assert job.name not in runs.late_jobs(at=NOW + job.late_after)
        assert job.name in runs.late_jobs(at=NOW + job.late_after + timedelta(seconds=1))


def test_job_that_never_ran_counts_from_when_it_was_expected(time_machine):
    time_machine.move_to(NOW, tick=False)
    runs.expect_jobs()
    assert runs.late_jobs(at=NOW) == []
    # The pulse goes on for days; the nightly job does not.
    later = NOW + NIGHTLY.late_after + timedelta(minutes=1)
    time_machine.move_to(later, tick=False)
    for job in JOBS:
        if job is not NIGHTLY:
            runs.job_succeeded(job.name)
    assert runs.late_jobs(at=later) == [NIGHTLY.name]


def test_expecting_again_changes_nothing(ran, time_machine):
    ran(NOW)
    time_machine.move_to(NOW + timedelta(days=9), tick=False)
    runs.expect_jobs()
    assert set(JobRun.objects.values_list("expected_since", "succeeded_at")) == {(NOW, NOW)}


def test_success_is_noted_over_and_over(time_machine):
    time_machine.move_to(NOW, tick=False)
    runs.job_succeeded("pouls")
    time_machine.move_to(NOW + timedelta(hours=1), tick=False)
    runs.job_succeeded("pouls")
    assert JobRun.objects.get().succeeded_at == NOW + timedelta(hours=1)


def test_job_that_is_no_longer_in_the_table_is_forgotten(ran):
    ran(NOW)
    JobRun.objects.create(name="tâche d’autrefois", succeeded_at=NOW - timedelta(days=900))
    assert runs.late_jobs(at=NOW) == []


def test_asking_costs_one_query(ran, django_assert_num_queries):
    ran(NOW)
    with django_assert_num_queries(1):
        runs.states(at=NOW)


# --- Caught up --------------------------------------------------------------


def test_hour_that_struck_while_the_machine_slept_is_made_up_for(ran, sent):
    ran(NOW - NIGHTLY.late_after - timedelta(hours=1))
    assert runs.catch_up(at=NOW) == [job.name for job in EVERY_NIGHT]
    assert sent == [(job.task, {"expires": job.expires, "headers": {"job": job.name}}) for job in EVERY_NIGHT]


def test_nothing_is_sent_when_nothing_is_late(ran, sent):
    ran(NOW)
    assert runs.catch_up(at=NOW) == []
    assert sent == []


def test_missed_job_is_sent_once_until_its_message_has_died(ran, sent):
    ran(NOW - NIGHTLY.late_after - timedelta(hours=1))
    for minutes in range(0, 60, 10):
        runs.catch_up(at=NOW + timedelta(minutes=minutes))
    assert len(sent) == len(EVERY_NIGHT)
    runs.catch_up(at=NOW + max(job.validity for job in EVERY_NIGHT) + timedelta(seconds=1))
    assert len(sent) == 2 * len(EVERY_NIGHT)


def test_pulse_expects_every_job_and_catches_up(sent):
    tasks.beat_pulse()
    assert set(JobRun.objects.values_list("name", flat=True)) == {job.name for job in JOBS}
    assert sent == []
    JobRun.objects.filter(name=NIGHTLY.name).update(expected_since=NOW - timedelta(days=900))
    tasks.beat_pulse()
    assert [name for name, _ in sent] == [NIGHTLY.task]
