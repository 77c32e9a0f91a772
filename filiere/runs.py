"""When each scheduled job last succeeded, which are late, and how a missed run is caught up."""

from dataclasses import dataclass
from datetime import datetime

from celery import current_app
from celery.schedules import crontab
from django.db.models import Q
from django.utils import timezone

from filiere.models import JobRun
from filiere.schedule import JOBS, Job


@dataclass(frozen=True)
class State:
    job: Job
    succeeded_at: datetime | None
    late: bool


def job_succeeded(name: str) -> None:
    JobRun.objects.update_or_create(name=name, defaults={"succeeded_at": timezone.now()})


def expect_jobs() -> None:
    """A job is due from the first pulse that knows it, be it a new installation or a new version."""
    JobRun.objects.bulk_create([JobRun(name=job.name) for job in JOBS], ignore_conflicts=True)


def states(*, at: datetime) -> list[State]:
    """Before the first pulse nothing proves that scheduler and worker exist: every job counts as late."""
    known = {run.name: run for run in JobRun.objects.all()}
    return [_state(job, known.get(job.name), at) for job in JOBS]


def late_jobs(*, at: datetime) -> list[str]:
    return [state.job.name for state in states(at=at) if state.late]


def catch_up(*, at: datetime) -> list[str]:
    """Sends late jobs again: on a machine that sleeps at night, the hour of a nightly job never strikes.

    Jobs that run every so often come back by themselves. The scheduler may send the same job at the same moment; jobs
    are written to bear it.
    """
    sent = []
    for state in states(at=at):
        if state.late and isinstance(state.job.every, crontab) and _claim(state.job, at):
            current_app.send_task(state.job.task, expires=state.job.expires, headers={"job": state.job.name})
            sent.append(state.job.name)
    return sent


def _state(job: Job, run: JobRun | None, at: datetime) -> State:
    if run is None:
        return State(job, None, late=True)
    return State(job, run.succeeded_at, late=at - (run.succeeded_at or run.expected_since) > job.late_after)


def _claim(job: Job, at: datetime) -> bool:
    """Once per validity of the message sent: the pulse comes back long before a long job ends."""
    unclaimed = Q(caught_up_at=None) | Q(caught_up_at__lt=at - job.validity)
    return bool(JobRun.objects.filter(unclaimed, name=job.name).update(caught_up_at=at))
