import io

import pytest

from filiere.launch.terminal import SIGN_OF_LIFE, Terminal, duration


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


class Gone(io.StringIO):
    def write(self, text: str) -> int:
        raise BrokenPipeError


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.04, "0,0 s"), (18.26, "18,3 s"), (60, "1 min 00 s"), (125.4, "2 min 05 s")]
)
def test_duration_is_written_the_french_way(seconds, text):
    assert duration(seconds) == text


def test_step_says_what_how_much_and_how_long(screen, clock):
    with Terminal(screen, clock).step("Installation") as step:
        step.progress("12/53 paquets")
        step.progress("53 paquets")
        clock.now += 3.21
    assert screen.getvalue() == "✓ Installation : 53 paquets (3,2 s)\n"


def test_step_that_fails_is_marked_and_the_error_goes_on(screen, clock):
    with pytest.raises(RuntimeError), Terminal(screen, clock).step("Installation"):
        raise RuntimeError
    assert screen.getvalue().startswith("✗ Installation")


def test_long_step_gives_a_sign_of_life_in_a_file(screen, clock):
    with Terminal(screen, clock).step("Installation") as step:
        for done in range(1, 5):
            clock.now += SIGN_OF_LIFE / 2
            step.progress(f"{done}/53 paquets")
    assert screen.getvalue().splitlines() == [
        "… Installation : 2/53 paquets (10,0 s)",
        "… Installation : 4/53 paquets (20,0 s)",
        "✓ Installation : 4/53 paquets (20,0 s)",
    ]


def test_step_is_redrawn_in_place_on_a_screen_and_an_event_keeps_its_own_line():
    screen = Screen()
    terminal = Terminal(screen)
    with terminal.step("Migration") as step:
        step.progress("1 migration")
        terminal.line("! un événement")
        step.progress("2 migrations")
    drawn = screen.getvalue()
    assert "\r\x1b[K… Migration : 1 migration\r\x1b[K! un événement\n… Migration : 2 migrations" in drawn
    assert drawn.endswith("\n")


def test_redrawn_line_never_wraps(monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    screen = Screen()
    with Terminal(screen).step("Installation") as step:
        step.progress("x" * 100)
        assert max(len(part) for part in screen.getvalue().split("\r\x1b[K")) == 19


def test_terminal_that_nobody_reads_does_not_stop_the_work():
    terminal = Terminal(Gone())
    terminal.line("bonjour")
    with terminal.step("Installation"):
        pass


def test_terminal_without_typographic_signs_still_speaks():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    Terminal(stream).line("c’est prêt")
    assert raw.getvalue() == b"c?est pr?t\n"
