import pytest

from filiere.launch import roster
from filiere.launch.processes import Group
from filiere.launch.roster import Roster

GROUPS = (Group("web", 12, "boot:345"), Group("worker", 13, "boot:346"))


def test_roster_is_read_as_written(tmp_path):
    path = tmp_path / "processes.json"
    roster.write(path, "mark", GROUPS)
    assert roster.read(path) == Roster("mark", GROUPS)
    assert list(tmp_path.iterdir()) == [path], "no draft stays behind"


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"token": "x", "groups": [{"name": "web"}]}', '{"token": 1}'])
def test_damaged_roster_designates_nobody(tmp_path, text):
    path = tmp_path / "processes.json"
    path.write_text(text, encoding="utf-8")
    assert roster.read(path) == Roster()


def test_absent_roster_designates_nobody(tmp_path):
    assert roster.read(tmp_path / "none") == Roster()
