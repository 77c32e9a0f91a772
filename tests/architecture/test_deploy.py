"""What is written for whoever installs Filière says the same as the code."""

import configparser
import re
from pathlib import Path

import pytest
import yaml

from filiere.env import VARIABLES, read
from tests.architecture.sources import ROOT, name, told
from tests.filiere.test_env import PRODUCTION

DEPLOY = ROOT / "deploy"
GUIDES = (ROOT / "README.md", ROOT / "docs/operations.md", *sorted(p for p in DEPLOY.rglob("*") if p.is_file()))
_VARIABLE = re.compile(r"\b(?:FILIERE_[A-Z_]+|(?:DATABASE_URL|REDIS_URL|EMAIL_URL|SENTRY_DSN)(?:_FILE)?)\b")
KNOWN = {*VARIABLES, *(f"{variable}_FILE" for variable in VARIABLES)}


def unknown(content: str) -> set[str]:
    return {found for found in _VARIABLE.findall(content) if found.rstrip("_") not in KNOWN}


def test_guides_name_no_variable_that_does_not_exist():
    problems = [f"{name(path)}: {variable}" for path in GUIDES for variable in sorted(unknown(path.read_text()))]
    assert not problems, told(problems, "Correct the name, or add it to VARIABLES in filiere/env.py.")


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("FILIERE_ALOWED_HOSTS=x", {"FILIERE_ALOWED_HOSTS"}),
        ("FILIERE_SECRET_KEY_FILE and DATABASE_URL_FILE", set()),
        ("POSTGRES_DB: filiere", set()),
    ],
)
def test_variable_rule_can_fail(content, found):
    assert unknown(content) == found


@pytest.mark.parametrize("guide", ["README.md", "docs/operations.md", "deploy/environment.example"])
def test_guide_names_every_variable(guide):
    content = (ROOT / guide).read_text()
    given_elsewhere = {"REDIS_URL", "FILIERE_SECRET_KEY"} if guide.endswith("example") else set()
    absent = [variable for variable in VARIABLES if not re.search(rf"\b{variable}(_FILE)?\b", content)]
    assert set(absent) <= given_elsewhere, told(absent, f"Tell {guide} what it is for.")


def test_example_of_an_environment_is_a_good_one(tmp_path):
    """Uncommented, each of its lines is accepted."""
    lines = [line.removeprefix("#") for line in (DEPLOY / "environment.example").read_text().splitlines()]
    pairs = dict(line.split("=", 1) for line in lines if re.match(r"[A-Z_]+=", line))
    for key in [key for key in pairs if key.endswith("_FILE")]:
        path = tmp_path / key
        path.write_text(PRODUCTION.get(key.removesuffix("_FILE"), "x"))
        pairs[key] = str(path)
    pairs.pop("SENTRY_DSN_FILE")  # wants a package that is not there
    pairs |= {"FILIERE_OIDC_CLIENT_ID": "nous", "FILIERE_DATA_DIR": str(tmp_path)}
    assert read(pairs).production


# --- Containers -------------------------------------------------------------


@pytest.fixture
def compose():
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def test_compose_describes_the_whole_installation(compose):
    services = compose["services"]
    assert set(services) == {"migrate", "web", "worker", "scheduler", "postgres", "redis"}
    for label in ("web", "worker", "scheduler"):
        assert services[label]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
        assert services[label]["depends_on"]["redis"] == {"condition": "service_healthy"}
        assert services[label]["read_only"] is True
        assert services[label]["cap_drop"] == ["ALL"]
    assert services["migrate"]["restart"] == "no"
    assert services["postgres"]["image"] == "postgres:16"
    assert services["redis"]["image"] == "redis:7"
    assert "deploy" not in services["scheduler"]  # exactly one


def test_compose_gives_secrets_as_files_alone(compose):
    for service in compose["services"].values():
        for variable, value in service.get("environment", {}).items():
            assert not re.search(r"(SECRET|PASSWORD|DATABASE_URL|EMAIL_URL)$", variable), variable
            if variable.endswith("_FILE"):
                secret = Path(value).name
                assert value == f"/run/secrets/{secret}"
                assert secret in service["secrets"]
                assert secret in compose["secrets"]


def test_compose_publishes_the_site_alone_and_to_this_machine_alone(compose):
    assert {label: service["ports"] for label, service in compose["services"].items() if "ports" in service} == {
        "web": ["127.0.0.1:8000:8000"]
    }


def test_queue_survives_a_restart_and_is_never_evicted(compose):
    command = compose["services"]["redis"]["command"]
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


def test_secrets_of_compose_are_written_by_the_script_and_kept_out_of_git(compose):
    script = (DEPLOY / "make-secrets").read_text()
    for secret, where in compose["secrets"].items():
        assert f"keep {secret} " in script
        assert where["file"] == f"secrets/{secret}"
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert {"/deploy/secrets/", "/deploy/environment"} <= set(ignored)
    assert (DEPLOY / "make-secrets").stat().st_mode & 0o100


@pytest.fixture
def image():
    return (DEPLOY / "Dockerfile").read_text()


def test_image_runs_as_nobody_in_particular(image):
    last_stage = image.rpartition("\nFROM ")[2]
    assert re.search(r"^USER 10001:10001$", last_stage, re.MULTILINE)
    assert last_stage.index("USER 10001") < last_stage.index("\nCMD ")


def test_image_installs_what_is_pinned_and_nothing_else(image):
    assert "--require-hashes" in image
    assert image.count("pip install") == 1
    assert "requirements/production.txt" in image


def test_image_holds_no_secret(image):
    settings = "\n".join(line for line in image.splitlines() if line.startswith(("ENV", "ARG", "    FILIERE", "LABEL")))
    kept = image.rpartition("\nFROM ")[2]
    assert "SECRET" not in kept
    assert "PASSWORD" not in settings
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    assert next(line for line in ignored if not line.startswith("#")) == "*"


def test_image_contains_every_folder_the_application_needs(image):
    copied = set(re.findall(r"^COPY (?!--from)(.+) \S+$", image, re.MULTILINE))
    everything = {word for line in copied for word in line.split()}
    assert {"filiere", "accounts", "projects", "templates", "static", "manage.py", "pyproject.toml"} <= everything
    allowed = {line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line[:1] == "!"}
    assert everything <= allowed
    assert all((ROOT / path).exists() for path in everything)


def test_image_is_asked_whether_it_is_alive(image):
    assert "/healthz" in image.partition("HEALTHCHECK")[2]


# --- Units ------------------------------------------------------------------

UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def unit(path):
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(path.read_text())
    return parser


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_unit_is_confined_and_gives_up_on_a_wrong_environment(path):
    service = unit(path)["Service"]
    assert service["User"] == "filiere"
    assert service["EnvironmentFile"] == "/etc/filiere/environment"
    assert service["NoNewPrivileges"] == service["PrivateTmp"] == service["ProtectHome"] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["StateDirectory"] == "filiere"
    assert service["RestartPreventExitStatus"] == "2"


def test_units_are_the_three_processes_and_the_target_wants_them():
    assert [path.stem for path in UNITS] == ["filiere-scheduler", "filiere-web", "filiere-worker"]
    wanted = unit(DEPLOY / "systemd/filiere.target")["Unit"]["Wants"].split()
    assert sorted(wanted) == [path.name for path in UNITS]


def test_containers_and_units_start_the_same_processes(compose, image):
    commands = {path.stem.removeprefix("filiere-"): unit(path)["Service"]["ExecStart"] for path in UNITS}
    for label in ("worker", "scheduler"):
        assert commands[label] == f"/opt/filiere/.venv/bin/{compose['services'][label]['command']}"
    started = " ".join(re.findall(r'"([^"]+)"', image.rpartition("CMD [")[2])).replace("0.0.0.0", "127.0.0.1")
    assert commands["web"] == f"/opt/filiere/.venv/bin/{started}"


def test_proxy_overwrites_what_visitors_claim():
    content = (DEPLOY / "nginx.conf").read_text()
    assert content.count("proxy_set_header X-Forwarded-For $remote_addr;") == content.count("proxy_pass ") == 2
    assert content.count("proxy_set_header X-Forwarded-Proto $scheme;") == 2
    assert content.count("{") == content.count("}")
