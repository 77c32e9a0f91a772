from pathlib import Path

import pytest

from filiere.launch import options
from filiere.launch.failure import Failure
from filiere.launch.options import ROOT


def test_nothing_asked_gives_the_demonstration_on_this_machine_alone(tmp_path):
    found = options.read({}, root=tmp_path)
    assert (found.host, found.port, found.demo) == ("127.0.0.1", 8000, True)
    assert found.places.data == tmp_path / "var"
    assert found.address == "http://localhost:8000"
    assert found.embedded_broker
    assert not found.open_to_others


def test_root_is_the_project():
    assert (ROOT / "pyproject.toml").exists()


@pytest.mark.parametrize(("asked", "found"), [("autre", "autre"), ("../ailleurs", "../ailleurs"), ("/srv/f", "/srv/f")])
def test_data_folder_is_relative_to_the_project(tmp_path, asked, found):
    assert options.read({"DATA_DIR": asked}, root=tmp_path).places.data == (tmp_path / found).resolve()


def test_empty_values_as_make_exports_them_are_the_defaults(tmp_path):
    found = options.read({"PORT": "", "DATA_DIR": "", "DEMO": "", "HOST": ""}, root=tmp_path)
    assert (found.port, found.host, found.demo, found.places.data) == (8000, "127.0.0.1", True, tmp_path / "var")


@pytest.mark.parametrize("port", ["0", "65536", "80a", "-1", "8 000", "٣"])
def test_impossible_port_is_refused_with_a_sentence(port):
    with pytest.raises(Failure, match="PORT vaut") as caught:
        options.read({"PORT": port})
    assert caught.value.code == 2


def test_unclear_demo_is_refused():
    with pytest.raises(Failure, match="DEMO vaut « oui »"):
        options.read({"DEMO": "oui"})


@pytest.mark.parametrize(
    ("host", "listens", "probed", "opened"),
    [
        ("0.0.0.0", "0.0.0.0", "127.0.0.1", True),
        ("::", "::", "::1", True),
        ("::1", "::1", "::1", False),
        ("192.0.2.7", "192.0.2.7", "192.0.2.7", True),
        ("localhost", "127.0.0.1", "127.0.0.1", False),
        ("ma-machine", "127.0.0.1", "127.0.0.1", False),
    ],
)
def test_host_is_an_address_and_a_shell_variable_of_that_name_publishes_nothing(host, listens, probed, opened):
    found = options.read({"HOST": host})
    assert (found.host, found.probe_host, found.open_to_others) == (listens, probed, opened)


def test_children_get_an_embedded_environment_and_keep_what_the_person_set(tmp_path):
    asked = {
        "DATA_DIR": str(tmp_path),
        "PORT": "8123",
        "FILIERE_ENV": "production",
        "EMAIL_URL": "smtp://relay",
        "PYTHONHOME": "/opt/python",
        "MAKEFLAGS": "-j4",
        "DJANGO_SETTINGS_MODULE": "other.settings",
    }
    given = options.read(asked).environment
    assert given["FILIERE_ENV"] == "embedded"
    assert given["FILIERE_DATA_DIR"] == str(tmp_path)
    assert given["FILIERE_BASE_URL"] == "http://localhost:8123"
    assert given["EMAIL_URL"] == "smtp://relay"
    assert given["PYTHONUNBUFFERED"] == "1"
    assert not {"PYTHONHOME", "MAKEFLAGS", "DJANGO_SETTINGS_MODULE"} & set(given)


def test_address_and_broker_of_the_person_win():
    found = options.read({"FILIERE_BASE_URL": "https://filiere.exemple.fr", "REDIS_URL": "redis://serveur/0"})
    assert found.address == "https://filiere.exemple.fr"
    assert not found.embedded_broker


def test_home_in_the_data_folder_is_understood(monkeypatch):
    monkeypatch.setenv("HOME", "/home/claire")
    assert options.read({"DATA_DIR": "~/filiere"}).places.data == Path("/home/claire/filiere")
