import signal
import threading

import pytest

from tests.limits import bounded

TIME_IS_OVER = "when its time was over"


def test_endless_wait_fails_where_it_stands():
    with pytest.raises(pytest.fail.Exception, match=TIME_IS_OVER), bounded(0.05):
        threading.Event().wait()


def test_what_tidies_up_after_an_endless_wait_is_bounded_too():
    def stuck_twice():
        try:
            threading.Event().wait()
        finally:
            threading.Event().wait()

    with pytest.raises(pytest.fail.Exception, match=TIME_IS_OVER) as failure, bounded(0.05, again=0.05):
        stuck_twice()
    assert isinstance(failure.value.__context__, pytest.fail.Exception)


def test_limit_of_a_part_leaves_that_of_the_whole():
    with bounded(1000, again=20):
        with bounded(5):
            pass
        seconds, again = signal.getitimer(signal.ITIMER_REAL)
    assert 900 < seconds <= 1000
    assert again == 20


def test_every_test_is_bounded():
    assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= 300
