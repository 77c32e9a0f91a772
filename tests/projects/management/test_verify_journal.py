import json

import pytest
from django.core.management import CommandError, call_command

from projects.activity.models import Link
from projects.activity.sealing import head
from tests.factories.activity import recorded, sealed, tamper

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(capsys):
    def run(*arguments):
        capsys.readouterr()
        try:
            call_command("verify_journal", *arguments)
        except SystemExit as end:
            return (end.code, *capsys.readouterr())
        return (0, *capsys.readouterr())

    return run


def test_intact_journal_ends_well_and_tells_its_head(run):
    sealed(3)
    recorded(1)
    code, out, err = run()
    assert code == 0
    assert out.splitlines() == [
        "Le journal est intact\u00a0: 3 maillons vérifiés.",
        f"Tête de la chaîne\u00a0: {head()}",
        "En attente de scellement\u00a0: 1",
    ]
    assert err == ""


def test_empty_journal_is_intact(run):
    code, out, _ = run()
    assert code == 0
    assert "Tête de la chaîne\u00a0: 0:" + "0" * 64 in out


def test_altered_row_ends_badly_and_names_the_first_broken_event(run):
    events = sealed(5)
    tamper("UPDATE projects_event SET verb = 'x' WHERE id = %s", events[3].pk)
    tamper("UPDATE projects_event SET verb = 'x' WHERE id = %s", events[1].pk)
    code, out, err = run()
    assert code == 1
    first, second, guards_are_down = err.splitlines()
    assert str(events[1].pk) in first
    assert "ne correspond plus à son empreinte" in first
    assert str(events[3].pk) in second
    assert "gardes" in guards_are_down
    assert out.startswith("Le journal n’est pas intact\u00a0: 2 anomalies.")


def test_noted_head_is_compared(run):
    sealed(3)
    noted = str(head())
    sealed(1)
    assert run("--expect", noted)[0] == 0
    assert run("--expect", noted, "--expect", str(head()))[0] == 0
    # Rewritten from the third link on, so that the chain agrees with itself.
    tamper("DELETE FROM projects_link WHERE position = 4")
    tamper("DELETE FROM projects_event WHERE id NOT IN (SELECT event_id FROM projects_link)")
    assert run()[0] == 0
    tamper("UPDATE projects_link SET hash = %s WHERE position = 3", "f" * 64)
    code, _, err = run("--expect", noted.upper())
    assert code == 1
    assert "Chaîne réécrite\u00a0: le maillon n°\u00a03" in err


@pytest.mark.parametrize("noted", ["", "3", "3:", "x:" + "0" * 64, "3:abc", "-1:" + "0" * 64])
def test_noted_head_that_cannot_be_read_is_refused(run, noted):
    with pytest.raises(CommandError, match="POSITION:EMPREINTE"):
        run(f"--expect={noted}")


def test_json_says_everything(run):
    events = sealed(2)
    recorded(1)
    code, out, err = run("--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == {
        "intact": True,
        "checked": 2,
        "pending": 1,
        "head": {"position": 2, "hash": Link.objects.get(position=2).hash},
        "faults": [],
        "warnings": [],
    }
    tamper("UPDATE projects_event SET verb = 'x' WHERE id = %s", events[0].pk)
    code, out, err = run("--json")
    document = json.loads(out)
    assert (code, err, document["intact"]) == (1, "", False)
    (fault,) = document["faults"]
    assert (fault["kind"], fault["event"], fault["position"], fault["verb"]) == (
        "evenement_modifie",
        str(events[0].pk),
        1,
        "x",
    )


def test_warning_is_told_and_does_not_end_badly(run):
    sealed(1)
    tamper("SELECT 1")  # lifts the guards
    code, out, err = run()
    assert code == 0
    assert err.startswith("Attention\u00a0: La base de données n’a plus toutes ses gardes")
    assert out.startswith("Le journal est intact")
