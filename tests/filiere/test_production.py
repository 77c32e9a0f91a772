"""The settings of a real production environment, in a process of their own: nothing here connects to anything."""

import json
import subprocess
import sys

import pytest

from tests.filiere.test_env import KEY, PRODUCTION
from tests.filiere.workers import ROOT

ASKED = (
    "DEBUG", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS",
    "ALLOWED_HOSTS", "REQUIRE_MFA", "WHITENOISE_USE_FINDERS", "EMAIL_USE_TLS", "EMAIL_HOST", "CELERY_BROKER_URL",
    "CSRF_TRUSTED_ORIGINS", "ACCOUNT_DEFAULT_HTTP_PROTOCOL", "DEFAULT_FROM_EMAIL",
)  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("production")

    def run(*command, **changes):
        # The environment of the tests stays out: only what production gives.
        environment = {"PATH": "/usr/bin:/bin", **PRODUCTION, "FILIERE_DATA_DIR": str(folder), **changes}
        return subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    run.folder = folder
    return run


def test_checks_of_a_deployment_find_nothing(run):
    done = run("manage.py", "check", "--deploy", "--fail-level", "INFO")
    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout


def test_checks_of_a_deployment_are_not_blind(run):
    done = run(
        "manage.py", "check", "--deploy", "--fail-level", "WARNING", FILIERE_BASE_URL="http://filiere.exemple.fr"
    )
    assert done.returncode == 1
    assert "security.W008" in done.stderr


def test_settings_are_those_of_production(run):
    asked = f"{{name: getattr(settings, name) for name in {ASKED!r}}}"
    done = run("-c", f"import json; from filiere import settings; print(json.dumps({asked}))")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["DEBUG"] is False
    assert found["WHITENOISE_USE_FINDERS"] is False
    for name in ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "REQUIRE_MFA", "EMAIL_USE_TLS"):
        assert found[name] is True, name
    assert found["SECURE_HSTS_SECONDS"] >= 365 * 24 * 3600
    assert found["ALLOWED_HOSTS"] == ["filiere.exemple.fr", "localhost", "127.0.0.1", "[::1]"]
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://filiere.exemple.fr"]
    assert found["ACCOUNT_DEFAULT_HTTP_PROTOCOL"] == "https"
    assert found["EMAIL_HOST"] == "courriel.exemple.fr"
    assert found["CELERY_BROKER_URL"] == PRODUCTION["REDIS_URL"]


def test_static_files_are_collected_and_every_reference_in_them_is_found(run):
    """Whitenoise names each file after its content: a style sheet that points at a missing image fails here."""
    done = run("manage.py", "collectstatic", "--no-input", "-v0")
    assert done.returncode == 0, done.stderr
    manifest = json.loads((run.folder / "static/staticfiles.json").read_text())
    ours = [name for name in manifest["paths"] if (ROOT / "static" / name).exists()]
    assert len(ours) == sum(path.is_file() for path in (ROOT / "static").rglob("*"))
    for name in ours:
        assert (run.folder / "static" / manifest["paths"][name]).is_file()


def test_process_writes_no_secret_when_it_starts(run):
    done = run("manage.py", "check", "--deploy")
    assert KEY not in done.stdout + done.stderr
    assert "motdepasse" not in done.stdout + done.stderr
