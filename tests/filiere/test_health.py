"""Each part is broken in turn: the answer names it, says it in French, and comes in bounded time."""

import dataclasses
import errno
import socket
import socketserver
import threading
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from filiere import health, parts, runs
from filiere.celery import app
from filiere.env import Mail, Scanner
from filiere.models import JobRun
from filiere.parts import NotWorking, Part
from filiere.schedule import JOBS
from tests.factories import AdministratorFactory, UserFactory
from tests.waiting import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)
LOCAL, FAR = "127.0.0.1", "198.51.100.7"


@pytest.fixture(autouse=True)
def _ask_again(monkeypatch):
    monkeypatch.setattr(health, "LIMIT", PATIENCE)
    health.questions.forget()
    yield
    health.questions.forget()


@pytest.fixture(autouse=True)
def _everything_ran():
    for job in JOBS:
        runs.job_succeeded(job.name)


@pytest.fixture
def environment(settings):
    def change(**fields):
        settings.ENVIRONMENT = dataclasses.replace(settings.ENVIRONMENT, **fields)

    return change


def states(client, sender=LOCAL, **headers):
    answer = client.get("/readyz", REMOTE_ADDR=sender, headers=headers)
    return answer.status_code, {part["name"]: part for part in answer.json()["parts"]}


def broken(client, name, word):
    """The only part at fault is `name`; whoever is not told more learns nothing else."""
    status, found = states(client)
    assert status == 503
    assert [part for part, told in found.items() if told["state"] == "ko"] == [name]
    assert word in found[name]["detail"]
    health.questions.forget()
    status, found = states(client, FAR)
    assert status == 503
    assert found[name] == {"name": name, "state": "ko"}


# --- Alive ------------------------------------------------------------------


def test_alive_asks_nothing_of_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok"}
    assert "no-store" in answer["Cache-Control"]


def test_alive_while_everything_else_is_down(client, monkeypatch):
    monkeypatch.setattr(connection, "connect", down)
    monkeypatch.setattr(cache, "get", down)
    connection.close()
    assert client.get("/healthz").status_code == 200


def down(*_args, **_kwargs):
    raise OperationalError("connection to server at base.interne failed")


# --- Ready ------------------------------------------------------------------


def test_ready_names_every_part_with_its_state_and_its_time(client):
    status, found = states(client)
    assert status == 200
    assert list(found) == ["database", "broker", "cache", "storage", "mail", "schedule"]
    for part in found.values():
        assert part["state"] == "ok"
        assert part["ms"] >= 0
        assert part["title"]
        assert part["detail"].endswith(".")


def test_ready_is_never_kept_by_a_cache(client):
    assert "no-store" in client.get("/readyz")["Cache-Control"]


@pytest.mark.parametrize("sender", [FAR, "10.0.0.3", "", "pas une adresse"])
def test_stranger_learns_names_and_states_alone(client, sender):
    _status, found = states(client, sender)
    assert all(set(part) == {"name", "state"} for part in found.values())


@pytest.mark.parametrize("sender", [LOCAL, "127.8.9.10", "::1", "::ffff:127.0.0.1"])
def test_this_machine_learns_the_details(client, sender):
    _status, found = states(client, sender)
    assert "detail" in found["database"]


def test_proxy_of_this_machine_passes_no_detail_on(client):
    """Without FILIERE_TRUSTED_PROXIES the whole world seems to call from here."""
    for header in ("X-Forwarded-For", "X-Forwarded-Proto", "Forwarded"):
        _status, found = states(client, LOCAL, **{header: "for=198.51.100.7"})
        assert "detail" not in found["database"], header


def test_administrator_learns_the_details_from_anywhere(client):
    client.force_login(AdministratorFactory())
    _status, found = states(client, FAR)
    assert "detail" in found["database"]


def test_member_and_closed_administrator_learn_no_detail(client):
    client.force_login(UserFactory())
    assert "detail" not in states(client, FAR)[1]["database"]
    administrator = AdministratorFactory()
    client.force_login(administrator)
    administrator.is_active = False
    administrator.save()
    assert "detail" not in states(client, FAR)[1]["database"]


# --- Each part broken -------------------------------------------------------


def test_database_that_does_not_answer(client, monkeypatch):
    monkeypatch.setattr(parts, "connection", Down())
    monkeypatch.setattr(runs, "states", lambda at: [])  # it stands on the database too
    status, found = states(client)
    assert status == 503
    assert found["database"]["state"] == "ko"
    assert "Ne répond pas" in found["database"]["detail"]


class Down:
    def cursor(self):
        raise OperationalError("connection to server at base.interne failed: password=secret@h for a@demo.example")


def test_error_of_a_part_is_told_without_personal_data(client, monkeypatch):
    monkeypatch.setattr(parts, "connection", Down())
    _status, found = states(client)
    assert "OperationalError" in found["database"]["detail"]
    assert "a@demo.example" not in found["database"]["detail"]


def test_migration_that_was_not_applied(client):
    MigrationRecorder(connection).record_unapplied("accounts", "0001_initial")
    try:
        broken(client, "database", "1 migration")
    finally:
        MigrationRecorder(connection).record_applied("accounts", "0001_initial")


def test_migration_of_a_newer_version_is_no_fault(client):
    MigrationRecorder(connection).record_applied("accounts", "9999_of_tomorrow")
    try:
        assert states(client)[0] == 200
    finally:
        MigrationRecorder(connection).record_unapplied("accounts", "9999_of_tomorrow")


def test_broker_that_does_not_answer(client, monkeypatch, tmp_path):
    monkeypatch.setattr(app.conf, "broker_url", f"redis+socket://{tmp_path}/nobody.sock?virtual_host=0")
    broken(client, "broker", "Ne répond pas")


def test_broker_tells_how_much_waits(client):
    app.send_task("nobody.knows.this.task")
    assert states(client)[1]["broker"]["detail"].startswith("1 tâche")


def test_cache_that_does_not_answer(client, monkeypatch):
    monkeypatch.setattr(parts, "cache", Refusing())
    broken(client, "cache", "Ne répond pas")


class Refusing:
    def set(self, *_args, **_kwargs):
        raise ConnectionError("Error 111 connecting to file.interne:6379")


def test_cache_that_forgets(client, monkeypatch):
    monkeypatch.setattr(parts, "cache", Forgetful())
    broken(client, "cache", "ne rend pas")


class Forgetful:
    def set(self, *_args, **_kwargs):
        pass

    def get(self, _key):
        return None


def test_storage_where_nothing_can_be_written(client, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(default_storage._wrapped, "_save", refuse)
    broken(client, "storage", "Read-only")


def test_storage_that_is_nearly_full(client, monkeypatch):
    monkeypatch.setattr(parts, "LEAST_FREE_SPACE", 10**18)
    broken(client, "storage", "presque plein")


def test_storage_probe_leaves_nothing_behind(client):
    states(client)
    assert default_storage.listdir("readyz") == ([], [])


def test_storage_that_gives_back_something_else_leaves_nothing_behind(client, monkeypatch):
    monkeypatch.setattr(parts, "ContentFile", lambda _content: OtherContent(b"autre chose"))
    broken(client, "storage", "ne rend pas")
    assert default_storage.listdir("readyz") == ([], [])


from django.core.files.base import ContentFile as OtherContent  # noqa: E402  the name above is replaced on purpose


def test_mail_folder_where_nothing_can_be_written(client, settings, tmp_path):
    (tmp_path / "file").touch()
    settings.EMAIL_FILE_PATH = tmp_path / "file"
    broken(client, "mail", "Ne répond pas")


class Smtp(socketserver.StreamRequestHandler):
    noop = b"250 ok\r\n"

    def handle(self):
        self.wfile.write(b"220 courriel\r\n")
        for line in self.rfile:
            verb = line[:4].upper()
            self.wfile.write({b"NOOP": self.noop, b"QUIT": b"221 bye\r\n"}.get(verb, b"250 courriel\r\n"))
            if verb == b"QUIT":
                break


class GrumpySmtp(Smtp):
    noop = b"421 closing\r\n"


@contextmanager
def serving(handler):
    with socketserver.ThreadingTCPServer((LOCAL, 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()


@pytest.fixture
def smtp(settings, environment):
    def at(port):
        environment(mail=Mail(host=LOCAL, port=port))
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = LOCAL, port

    return at


def test_mail_server_that_answers(client, smtp):
    with serving(Smtp) as port:
        smtp(port)
        status, found = states(client)
    assert status == 200
    assert found["mail"]["detail"] == "Le serveur de courriel répond."


def test_mail_server_is_not_asked_again_within_the_minute(client, smtp):
    with serving(Smtp) as port:
        smtp(port)
        states(client)
    assert states(client)[0] == 200


def test_mail_server_that_is_down(client, smtp):
    smtp(free_port())
    broken(client, "mail", "ConnectionRefusedError")


def test_mail_server_that_says_no(client, smtp):
    with serving(GrumpySmtp) as port:
        smtp(port)
        broken(client, "mail", "421")


def free_port():
    with socket.socket() as probe:
        probe.bind((LOCAL, 0))
        return probe.getsockname()[1]


def test_job_that_is_late(client):
    job = JOBS[1]
    JobRun.objects.filter(name=job.name).update(succeeded_at=timezone.now() - job.late_after - timedelta(seconds=1))
    broken(client, "schedule", job.name)


def test_schedule_that_never_began(client):
    JobRun.objects.all().delete()
    broken(client, "schedule", "Aucune tâche")


class Clamd(socketserver.StreamRequestHandler):
    def handle(self):
        assert self.rfile.read(6) == b"zPING\0"
        self.wfile.write(b"PONG\0")


class NotClamd(socketserver.StreamRequestHandler):
    def handle(self):
        self.rfile.read(6)
        self.wfile.write(b"HTTP/1.1 400\r\n")


def test_scanner_is_asked_where_there_is_one(client, environment):
    with serving(Clamd) as port:
        environment(clamav=Scanner(host=LOCAL, port=port))
        status, found = states(client)
    assert status == 200
    assert found["scanner"]["detail"] == "ClamAV répond."


def test_scanner_behind_a_unix_socket(client, environment, tmp_path):
    path = tmp_path / "clamd.ctl"
    with socketserver.ThreadingUnixStreamServer(str(path), Clamd) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        environment(clamav=Scanner(socket=path))
        assert states(client)[1]["scanner"]["state"] == "ok"
        server.shutdown()


def test_scanner_that_is_something_else(client, environment):
    with serving(NotClamd) as port:
        environment(clamav=Scanner(host=LOCAL, port=port))
        broken(client, "scanner", "ClamAV")


@pytest.mark.parametrize("scanner", ["socket", "port"])
def test_scanner_that_is_down(client, environment, tmp_path, scanner):
    where = {"socket": tmp_path / "none"} if scanner == "socket" else {"host": LOCAL, "port": free_port()}
    environment(clamav=Scanner(**where))
    broken(client, "scanner", "Error")


# --- Time, and many askers --------------------------------------------------


@pytest.fixture
def hanging(monkeypatch):
    """One part that never answers, and says how many times it was asked."""
    release, asked = threading.Event(), []

    def hang():
        asked.append(1)
        release.wait(PATIENCE)
        return "Enfin."

    monkeypatch.setattr(health, "LIMIT", 0.3)
    monkeypatch.setattr(
        health, "parts", lambda: [Part("slow", "Lent", hang), Part("quick", "Vif", lambda: "Aussitôt.")]
    )
    yield asked
    release.set()


def test_part_that_hangs_does_not_hold_the_answer(client, hanging):
    began = time.monotonic()
    status, found = states(client)
    assert time.monotonic() - began < PATIENCE / 2
    assert status == 503
    assert "Pas de réponse" in found["slow"]["detail"]
    assert found["quick"]["state"] == "ok"


def test_part_that_hangs_holds_one_thread_however_often_it_is_asked(client, hanging):
    before = threading.active_count()
    for _ in range(5):
        states(client)
    assert len(hanging) == 1
    assert threading.active_count() <= before + 1


def test_good_answer_is_kept_a_moment_and_a_bad_one_is_not():
    answers = iter(["bad", "good", "never asked"])

    def ask():
        answer = next(answers)
        if answer == "bad":
            raise NotWorking(answer)
        return answer

    part = Part("p", "P", ask, keep=60)
    assert [health.questions.ask(part).result(PATIENCE).detail for _ in range(3)] == ["bad", "good", "good"]


def test_parts_are_asked_at_the_same_time(monkeypatch):
    barrier = threading.Barrier(3, timeout=PATIENCE)

    def together():
        barrier.wait()
        return "Ensemble."

    monkeypatch.setattr(health, "parts", lambda: [Part(name, name, together) for name in "abc"])
    assert [answer.ok for answer in health.examine()] == [True, True, True]


# --- The page ---------------------------------------------------------------


def test_page_shows_every_part_and_every_job(client):
    client.force_login(AdministratorFactory())
    page = client.get("/administration/etat/").content.decode()
    for title in ("Base de données", "File d’attente", "Cache", "Fichiers", "Courriel", "Tâches programmées"):
        assert title in page
    for job in JOBS:
        assert job.name in page
    assert "Fonctionne" in page
    assert "En panne" not in page


def test_page_shows_what_is_broken_and_what_is_late(client, monkeypatch):
    JobRun.objects.all().delete()
    client.force_login(AdministratorFactory())
    answer = client.get("/administration/etat/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "En panne" in page
    assert page.count("En retard") == len(JOBS)
    assert page.count("pas encore") == len(JOBS)


def test_page_is_for_administrators(client):
    assert client.get("/administration/etat/").status_code == 302
    client.force_login(UserFactory())
    assert client.get("/administration/etat/").status_code == 403
