"""What waits in the broker, and what a dead worker held.

Apart from the other tests on tasks: there a worker runs all along, and would take what must wait here.
"""

import pytest

from filiere import broker
from tests.filiere import laboratory
from tests.filiere.workers import worker
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


def test_task_whose_whole_worker_is_killed_comes_back_to_the_next_one(tmp_path):
    mark = tmp_path / "mark"
    with worker(tmp_path / "first", FILIERE_ENV="embedded") as process:
        laboratory.hold.delay(str(mark))
        until(mark.exists, what="the task to begin")
        process.kill_everything()
    with worker(tmp_path / "second", FILIERE_ENV="embedded"):
        until(lambda: len(mark.read_text().split()) == 2, what="the second attempt")


def test_worker_takes_nothing_back_where_others_may_be_at_work(tmp_path):
    mark = tmp_path / "mark"
    with worker(tmp_path / "first") as busy:
        laboratory.hold.delay(str(mark))
        until(mark.exists, what="the task to begin")
        with worker(tmp_path / "second") as other:
            # The busy worker may already be asking for one more, and keep it: two of them, so that one is free.
            for _ in range(2):
                laboratory.say.delay("libre")
            until(lambda: other.events("said", word="libre"), what="the free worker to speak")
        assert len(mark.read_text().split()) == 1
        assert busy.popen.poll() is None


def test_taking_back_nothing_is_nothing():
    assert broker.take_back_what_nobody_holds() == 0
    assert broker.waiting(timeout=2) == 0


def test_waiting_counts_what_nobody_took():
    for word in "ab":
        laboratory.say.delay(word)
    assert broker.waiting(timeout=2) == 2
