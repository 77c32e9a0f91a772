import os
import signal

import pytest

from filiere.launch import tree as tree_module
from filiere.launch.attention import Interrupted
from filiere.launch.failure import Failure, last_lines


def shell(script: str) -> list[str]:
    return tree_module.program("sh", "-c", script)


def run(workshop, script, **options):
    wanted = {"failing": "L’étape a échoué.", "advice": "Recommencez.", **options}
    return workshop.run("etape", shell(script), **wanted)


def test_step_gives_every_line_as_it_comes_and_keeps_a_log(workshop):
    seen: list[str] = []
    assert run(workshop, "echo un; echo deux >&2; printf trois", on_line=seen.append) == ["un", "deux", "trois"]
    assert seen == ["un", "deux", "trois"]
    assert (workshop.logs / "etape.log").read_text() == "un\ndeux\ntrois"


def test_failing_step_says_its_sentence_its_advice_and_its_log(workshop):
    with pytest.raises(Failure) as caught:
        run(workshop, "echo le moteur a calé; exit 3")
    assert caught.value.sentence == "L’étape a échoué."
    assert caught.value.advice == "Recommencez."
    assert caught.value.log
    assert last_lines(caught.value.log) == ["le moteur a calé"]


def test_step_leaves_no_process_behind(workshop):
    run(workshop, "sleep 600 & echo fini")
    assert workshop.tree._children == {}


def test_interrupted_step_is_asked_to_stop_first(workshop):
    def interrupt(line: str) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(Interrupted):
        run(workshop, "trap 'echo au revoir; exit' TERM; echo prêt; while :; do sleep 0.05; done", on_line=interrupt)
    assert (workshop.logs / "etape.log").read_text() == "prêt\nau revoir\n"


def test_services_are_looked_after_while_a_step_runs(workshop, tmp_path):
    workshop.meanwhile = (tmp_path / "regardé").touch
    run(workshop, f"while [ ! -e '{tmp_path}/regardé' ]; do sleep 0.05; done")


def test_last_lines_of_an_absent_log_are_none(tmp_path):
    assert last_lines(tmp_path / "none") == []


def test_last_lines_skip_the_empty_ones(tmp_path):
    (tmp_path / "log").write_text("un\n\n\ndeux\n\n", encoding="utf-8")
    assert last_lines(tmp_path / "log") == ["un", "deux"]
    assert last_lines(tmp_path / "log", 1) == ["deux"]
