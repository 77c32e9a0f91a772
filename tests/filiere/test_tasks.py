"""Tasks on the real broker, run by a real worker: what travels with them, and what survives a kill."""

import pytest
import structlog
from celery.exceptions import Retry
from django.utils import timezone

from filiere import schedule
from filiere.celery import app
from filiere.models import JobRun
from tests.filiere import laboratory
from tests.filiere.workers import scheduler, worker
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def running(django_db_setup, django_db_blocker, broker, tmp_path_factory):
    with django_db_blocker.unblock():
        log = tmp_path_factory.mktemp("worker") / "log"
        with worker(log) as process:
            yield process


@pytest.fixture
def request_id():
    with structlog.contextvars.bound_contextvars(request_id="req-from-a-page"):
        yield "req-from-a-page"


def test_request_id_follows_into_the_task_and_its_lines(running, request_id):
    laboratory.say.delay("bonjour")
    until(lambda: running.events("said", word="bonjour"), what="the task to speak")
    until(lambda: running.events("task", task="tests.filiere.laboratory.say"), what="the line of the task")
    (said,) = running.events("said", word="bonjour")
    assert said["request_id"] == request_id
    line = running.events("task", task="tests.filiere.laboratory.say")[-1]
    assert line["request_id"] == request_id
    assert line["state"] == "SUCCESS"
    assert line["ms"] >= 0


def test_request_id_follows_into_the_task_of_a_task(running, request_id):
    laboratory.say_later.delay("ricochet")
    until(lambda: running.events("said", word="ricochet"), what="the second task to speak")
    assert running.events("said", word="ricochet")[0]["request_id"] == request_id


def test_task_of_nobody_gets_an_id_of_its_own(running):
    laboratory.say.delay("seul")
    laboratory.say.delay("seule")
    until(lambda: running.events("said", word="seule"), what="both tasks to speak")
    first, second = running.events("said", word="seul")[0], running.events("said", word="seule")[0]
    assert first["request_id"] != second["request_id"]
    assert len(first["request_id"]) == 36


def test_failed_task_is_told_without_what_is_personal(running, request_id):
    laboratory.fail.delay()
    until(lambda: running.events("task", state="FAILURE"), what="the line of the failure")
    (line,) = running.events("task", state="FAILURE")
    assert line["request_id"] == request_id
    written = running.log.read_text()
    assert "IntegrityError" in written
    assert "secrete@demo.example" not in written
    assert "flr_abcdefghijklmnop" not in written


def test_job_that_succeeds_is_noted(running):
    laboratory.say.apply_async(["travail"], headers={"job": "pouls"})
    until(JobRun.objects.filter(name="pouls").exists, what="the success to be noted")
    assert (timezone.now() - JobRun.objects.get(name="pouls").succeeded_at).total_seconds() < PATIENCE
    assert running.events("task", job="pouls", state="SUCCESS")


def test_job_that_fails_is_not_noted(running):
    laboratory.fail.apply_async(headers={"job": "ménage"})
    until(lambda: running.events("task", job="ménage", state="FAILURE"), what="the failure")
    assert not JobRun.objects.filter(name="ménage").exists()


def test_job_that_succeeds_at_its_second_attempt_is_noted(running, request_id):
    laboratory.succeed_the_second_time.apply_async(headers={"job": "ménage"})
    until(JobRun.objects.filter(name="ménage").exists, what="the success to be noted")
    states = [line["state"] for line in running.events("task", job="ménage", request_id=request_id)]
    assert states == ["RETRY", "SUCCESS"]


def test_task_whose_process_is_killed_comes_back(running, tmp_path):
    mark = tmp_path / "mark"
    laboratory.kill_the_child_once.delay(str(mark))
    until(lambda: mark.exists() and len(mark.read_text().split()) == 2, what="the second attempt")
    first, second = mark.read_text().split()
    assert first != second


def test_scheduler_passes_the_name_of_the_job_on(running, tmp_path):
    """The real schedule, by the real scheduler: only its first period is shortened."""
    with scheduler(tmp_path / "beat", "tests.filiere.quick_schedule"):
        until(JobRun.objects.filter(name="pouls", succeeded_at__isnull=False).exists, what="the pulse")
    assert JobRun.objects.count() == len(schedule.JOBS)


# --- In this process --------------------------------------------------------


def test_task_run_on_the_spot_leaves_the_request_s_context_as_it_was(request_id, tmp_path):
    laboratory.write_request_id.apply([str(tmp_path / "id")])
    assert (tmp_path / "id").read_text() == request_id
    assert structlog.contextvars.get_contextvars() == {"request_id": request_id}


def test_task_that_asks_to_be_retried_on_the_spot_leaves_no_context():
    with pytest.raises(Retry):
        laboratory.succeed_the_second_time.apply(throw=True, retries=0).get()
    assert structlog.contextvars.get_contextvars() == {}


def test_tasks_survive_their_worker_by_default():
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1


def test_no_task_outlives_the_moment_the_broker_gives_it_to_another_worker():
    longest = max(task.time_limit or app.conf.task_time_limit for task in app.tasks.values())
    # It may have waited, taken, behind another one as long.
    assert 2 * longest < app.conf.broker_transport_options["visibility_timeout"]


def test_broker_that_accepts_and_says_nothing_holds_a_page_for_seconds_alone():
    options, policy = app.conf.broker_transport_options, app.conf.task_publish_retry_policy
    assert (options["socket_timeout"] + options["socket_connect_timeout"]) * (policy["max_retries"] + 1) <= 10
