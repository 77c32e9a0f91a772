"""What was saved is what comes back: every table, every file, on one database and from one to the other."""

import json
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from urllib.parse import quote

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, models, transaction

from accounts.models import Organisation, User
from filiere.archive import manifest, names
from filiere.archive.contents import LEFT_OUT, saved_models
from filiere.models import StoredAnswer
from projects.activity.services import record
from projects.models import Event, PendingLink, Version
from tests.factories import OrganisationFactory, UserFactory
from tests.factories.deliverables import DeliverableFactory, a_version
from tests.factories.everything import contents, fill
from tests.filiere.workers import ROOT, process_environment

pytestmark = pytest.mark.django_db(transaction=True)


def digests(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        found = manifest.read(archive.read(names.MANIFEST))
    return {name: member.sha256 for name, member in found.members.items()}


def act(person):
    with transaction.atomic():
        return record(actor=person, verb="person.opened", target=person, changes={"is_active": (False, True)})


# --- On one database --------------------------------------------------------


def test_every_table_comes_back_as_it_was(archive, put_back, empty):
    fill()
    before = {model: contents(model) for model in saved_models()}
    assert all(before.values()), [model for model, rows in before.items() if not rows]
    path = archive()
    empty()
    put_back(path)
    for model, rows in before.items():
        assert contents(model) == rows, model


def test_archive_of_what_was_restored_is_the_same(archive, put_back, empty, store):
    fill()
    store("réunions/compte rendu (1).pdf", b"%PDF" + bytes(300_000))
    first = archive("first.zip")
    empty()
    put_back(first)
    second = archive("second.zip")
    assert digests(first) == digests(second)


def test_every_table_is_saved_or_left_out_for_a_reason():
    from django.apps import apps

    known = {model._meta.label_lower for model in apps.get_models(include_auto_created=True)}
    assert set(LEFT_OUT) <= known
    assert {model._meta.label_lower for model in saved_models()} == known - set(LEFT_OUT)


def test_files_come_back_byte_for_byte_in_their_folders(archive, put_back, empty, store):
    files = {"a.txt": b"", "b/c/été 2026.bin": bytes(range(256)) * 9000, "b/d.pdf": b"%PDF"}
    stored = {store(name, content): content for name, content in files.items()}
    store("readyz/probe", b"readyz")
    path = archive()
    empty()
    default_storage.delete("readyz/probe")
    put_back(path)
    for name, content in stored.items():
        with default_storage.open(name) as stream:
            assert stream.read() == content
    assert not default_storage.exists("readyz/probe")


def test_organisation_that_became_another_one_still_does(archive, put_back, empty):
    kept = OrganisationFactory(name="Aboutie")
    # Saved in the order of their keys: this one comes before the one it points at.
    merged = OrganisationFactory(id="00000000-0000-7000-8000-000000000001", name="Doublon", merged_into=kept)
    path = archive()
    empty()
    put_back(path)
    assert Organisation.objects.get(pk=merged.pk).merged_into_id == kept.pk


def test_deliverable_and_its_version_name_each_other_again(archive, put_back, empty):
    version = a_version(DeliverableFactory(), b"Texte.", author=None)
    path = archive()
    empty()
    put_back(path)
    back = Version.objects.get(pk=version.pk)
    assert back.deliverable.current == back
    with back.file.open() as stream:
        assert stream.read() == b"Texte."


def test_moments_keep_their_microseconds_and_changed_at_its_past(archive, put_back, empty):
    person = UserFactory()
    long_ago = datetime(2020, 10, 25, 0, 30, 0, 1, tzinfo=UTC)
    User.objects.filter(pk=person.pk).update(changed_at=long_ago, date_joined=long_ago)
    path = archive()
    empty()
    put_back(path)
    person.refresh_from_db()
    assert (person.changed_at, person.date_joined) == (long_ago, long_ago)


def test_next_number_does_not_take_one_that_came_back(archive, put_back, empty):
    person = UserFactory()
    for key in "abc":
        StoredAnswer.objects.create(person=person, key=key, fingerprint="f", status=201, body=b"\x00\xff")
    path = archive()
    empty()
    put_back(path)
    taken = set(StoredAnswer.objects.values_list("pk", flat=True))
    new = StoredAnswer.objects.create(person=person, key="d", fingerprint="f", status=201, body=b"")
    assert new.pk not in taken


def test_permissions_follow_their_names_whatever_their_keys(archive, put_back, empty):
    group = Group.objects.create(name="essai")
    wanted = set(Permission.objects.filter(codename__in=["add_user", "view_event"]))
    group.permissions.set(wanted)
    path = archive()
    empty()
    # The keys of the new installation are others.
    ContentType.objects.all().delete()
    for model in ("d", "c", "b"):
        ContentType.objects.create(app_label="ancienne", model=model)
    call_command("migrate", verbosity=0)
    put_back(path)
    codes = Group.objects.get(name="essai").permissions.values_list("content_type__model", "codename")
    assert set(codes) == {("user", "add_user"), ("event", "view_event")}


def test_permission_of_a_model_that_is_gone_stays_readable(archive, put_back, empty):
    gone = ContentType.objects.create(app_label="ancienne", model="chose")
    permission = Permission.objects.create(content_type=gone, codename="ouvrir_chose", name="Ouvrir")
    Group.objects.create(name="essai").permissions.add(permission)
    path = archive()
    empty()
    put_back(path)
    found = Group.objects.get(name="essai").permissions.get()
    assert (found.content_type.app_label, found.content_type.model, found.codename) == (
        "ancienne", "chose", "ouvrir_chose",
    )  # fmt: skip


def test_journal_still_holds_after_it_was_moved(archive, put_back, empty):
    person = UserFactory()
    for _ in range(3):
        act(person)
    path = archive()
    empty()
    put_back(path)
    assert Event.objects.count() == 3
    call_command("verify_journal", stdout=StringIO())
    # And it goes on from where it was.
    act(User.objects.get(pk=person.pk))
    call_command("verify_journal", stdout=StringIO())
    assert not PendingLink.objects.exists()


def test_nobody_is_kept_from_writing_while_an_archive_is_made(archive, empty, monkeypatch):
    """And what they write meanwhile is not in it: rows are those of one instant."""
    from filiere.archive import rows, saving

    UserFactory(email="avant@demo.example")
    lines, written = rows.Shape.lines, []

    def write_meanwhile(shape):
        if not written:
            written.append(in_another_thread(lambda: UserFactory(email="pendant@demo.example")))
        return lines(shape)

    monkeypatch.setattr(saving.Shape, "lines", write_meanwhile)
    with connection.cursor() as cursor:  # the first read of the transaction decides which instant that is
        cursor.execute("SELECT 1")
    path = archive()
    assert User.objects.filter(email="pendant@demo.example").exists()
    with zipfile.ZipFile(path) as archived:
        people = archived.read(names.of_model("accounts.user")).decode()
    assert "avant@demo.example" in people
    assert "pendant@demo.example" not in people


def in_another_thread(act):
    from tests.racing import race

    (outcome,) = race(act)
    assert not isinstance(outcome, Exception), outcome
    return outcome


def test_line_of_an_archive_is_open_to_other_programs(archive, empty):
    person = UserFactory()
    with zipfile.ZipFile(archive()) as archived:
        (line,) = archived.read(names.of_model("accounts.user")).splitlines()
        summary = json.loads(archived.read("manifest.json"))
    assert json.loads(line)["email"] == person.email
    assert json.loads(line)["id"] == str(person.pk)
    assert summary["members"]["data/accounts.user.jsonl"]["rows"] == 1
    assert summary["engine"] == connection.vendor
    assert ["accounts", "0001_initial"] in summary["migrations"]


def test_secret_key_and_sessions_stay_where_they_are(archive, empty, settings, client):
    client.force_login(UserFactory())
    with zipfile.ZipFile(archive()) as archived:
        everything = b"".join(archived.read(name) for name in archived.namelist())
    assert settings.SECRET_KEY.encode() not in everything
    assert client.session.session_key.encode() not in everything


# --- From one database to another, by the commands a person types -----------


def manage(*arguments, database, data_dir):
    done = subprocess.run(
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=ROOT,
        env=process_environment(DATABASE_URL=database, FILIERE_DATA_DIR=str(data_dir)),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_installation_moves_to_another_database_and_back(archive, put_back, empty, store, tmp_path):
    """Run on PostgreSQL, this goes to SQLite and comes back; run on SQLite, from one file to another."""
    fill_without_journal()
    person = UserFactory()
    for _ in range(3):
        act(person)
    store("contrat.pdf", b"%PDF" * 1000)
    here = archive("here.zip")

    elsewhere = {"database": f"sqlite:///{quote(str(tmp_path / 'other.sqlite3'))}", "data_dir": tmp_path / "other"}
    there = tmp_path / "there.zip"
    manage("migrate", "-v0", **elsewhere)
    manage("restore", here, "--check", **elsewhere)
    said = manage("restore", here, **elsewhere)
    manage("verify_journal", **elsewhere)
    manage("backup", there, **elsewhere)
    assert "Tout est restauré" in said
    assert digests(here) == digests(there)

    empty()
    put_back(there)
    call_command("verify_journal", stdout=StringIO())
    assert digests(archive("again.zip")) == digests(here)


def fill_without_journal():
    """All but the journal, whose rows must follow from one another."""
    fill()
    from projects.activity import guards

    guards.lift(connection)
    for label in ("PendingLink", "Link", "Event"):
        models.QuerySet(next(m for m in saved_models() if m._meta.object_name == label)).delete()
    guards.put_up(connection)
