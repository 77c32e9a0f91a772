"""No test waits for ever: past its time it fails where it stood, and its report shows every thread.

The alarm keeps ringing until the phase is over: what a stuck test opened may be stuck again when it is put away.
"""

import faulthandler
import signal
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from types import FrameType

import pytest

# Far more than the longest needs: a busy machine is no reason to fail.
SECONDS = 300.0
AGAIN = 30.0
STDERR = 2


@contextmanager
def bounded(seconds: float = SECONDS, again: float = AGAIN) -> Iterator[None]:
    handler = signal.signal(signal.SIGALRM, _fail)
    timer = signal.setitimer(signal.ITIMER_REAL, seconds, again)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *timer)
        signal.signal(signal.SIGALRM, handler)


def _fail(number: int, frame: FrameType | None) -> None:
    faulthandler.dump_traceback(STDERR)
    pytest.fail("It was still waiting when its time was over.")


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_setup() -> Generator[None, object, object]:
    with bounded():
        return (yield)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    with bounded():
        return (yield)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_teardown() -> Generator[None, object, object]:
    with bounded():
        return (yield)
