import os
import signal
import subprocess
import sys
import time

import pytest

from filiere.launch import attention as module
from filiere.launch.attention import Attention, Interrupted


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_each_signal_asks_to_stop(attention, number):
    attention.check()
    os.kill(os.getpid(), number)
    with pytest.raises(Interrupted):
        attention.check()


def test_pause_ends_as_soon_as_a_signal_arrives(attention):
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", f"import os; os.kill({os.getpid()}, 15)"], check=True)
    attention.pause(30)
    assert time.monotonic() - began < 20
    assert attention.stop_asked


def test_pause_ends_as_soon_as_a_child_does(attention):
    began = time.monotonic()
    with subprocess.Popen([sys.executable, "-c", "pass"]):
        attention.pause(30)
    assert time.monotonic() - began < 20
    assert not attention.stop_asked


def test_two_signals_at_once_are_one_wish(attention):
    os.kill(os.getpid(), signal.SIGTERM)
    os.kill(os.getpid(), signal.SIGTERM)
    assert attention.stop_asked
    assert not attention.insisted


def test_second_signal_later_insists(attention, monkeypatch):
    os.kill(os.getpid(), signal.SIGINT)
    later = time.monotonic() + 2
    monkeypatch.setattr(module.time, "monotonic", lambda: later)
    os.kill(os.getpid(), signal.SIGINT)
    assert attention.insisted


def test_loss_of_the_parent_asks_to_stop(attention, monkeypatch):
    monkeypatch.setattr(module.os, "getppid", lambda: 1)
    assert attention.orphaned
    with pytest.raises(Interrupted):
        attention.check()


def test_hangup_is_still_ignored_under_nohup():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Attention() as attention:
            os.kill(os.getpid(), signal.SIGHUP)
            assert not attention.stop_asked
    finally:
        signal.signal(signal.SIGHUP, before)


def test_handlers_are_given_back():
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)]
    with Attention():
        pass
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)] == before
