"""What runs by itself, and when: one table, in code."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

from celery.schedules import crontab


@dataclass(frozen=True)
class Job:
    """A task that runs by itself. `late_after` is when `/readyz` starts to complain."""

    name: str
    task: str
    every: crontab | timedelta
    expires: int
    late_after: timedelta

    @property
    def validity(self) -> timedelta:
        return timedelta(seconds=self.expires)


JOBS = (
    Job(
        name="pouls",
        task="filiere.tasks.beat_pulse",
        every=timedelta(seconds=30),
        expires=25,
        late_after=timedelta(minutes=3),
    ),
    Job(
        name="scellement du journal",
        task="projects.activity.tasks.seal_journal",
        every=timedelta(minutes=1),
        expires=50,
        late_after=timedelta(minutes=10),
    ),
    Job(
        name="invitations à envoyer",
        task="accounts.invitations.tasks.send_waiting",
        every=timedelta(minutes=1),
        expires=50,
        late_after=timedelta(minutes=10),
    ),
    Job(
        name="ménage",
        task="accounts.tasks.forget_what_expired",
        every=crontab(hour="3", minute="20"),
        expires=6 * 3600,
        late_after=timedelta(hours=30),
    ),
    Job(
        name="droits du jour",
        task="projects.groups.tasks.begin_the_day",
        every=crontab(hour="0", minute="1"),
        expires=6 * 3600,
        late_after=timedelta(hours=30),
    ),
    Job(
        name="lectures d’urgence à annoncer",
        task="projects.groups.tasks.tell_of_emergencies",
        every=timedelta(minutes=5),
        expires=280,
        late_after=timedelta(minutes=30),
    ),
    Job(
        name="versions à examiner",
        task="projects.deliverables.tasks.examine_versions",
        every=timedelta(minutes=2),
        expires=110,
        late_after=timedelta(minutes=20),
    ),
    Job(
        name="approbations à conclure",
        task="projects.deliverables.tasks.settle_approvals",
        every=timedelta(hours=1),
        expires=50 * 60,
        late_after=timedelta(hours=3),
    ),
    Job(
        name="fichiers sans version",
        task="projects.deliverables.tasks.sweep_files",
        every=crontab(hour="3", minute="40"),
        expires=6 * 3600,
        late_after=timedelta(hours=30),
    ),
)


def beat() -> dict[str, dict[str, Any]]:
    return {
        job.name: {
            "task": job.task,
            "schedule": job.every,
            "options": {"expires": job.expires, "headers": {"job": job.name}},
        }
        for job in JOBS
    }


def broker_url(redis_url: str) -> str:
    """Celery writes unix sockets its own way."""
    if not redis_url.startswith("unix://"):
        return redis_url
    path, _, query = redis_url.removeprefix("unix://").partition("?")
    return f"redis+socket://{path}?virtual_host={parse_qs(query).get('db', ['0'])[-1]}"
