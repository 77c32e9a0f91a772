"""An archive that cannot be restored as it is changes nothing, and the sentence says what to do."""

import hashlib
import json
import shutil
import struct
import zipfile
from io import StringIO

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from accounts.models import Organisation, User
from filiere.archive import names, restoring
from filiere.archive.contents import saved_models
from filiere.archive.files import stored_files
from filiere.archive.problems import ArchiveProblem
from tests.factories import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = names.of_model("accounts.user")


@pytest.fixture
def saved(archive, empty, store):
    """An archive with a person, an organisation and a file; and an empty installation to restore it into."""
    UserFactory(email="jeanne@demo.example")
    OrganisationFactory()
    store("dossier/note.txt", b"note")
    path = archive()
    empty()
    return path


@pytest.fixture
def refused(put_back):
    def refused(path, **options):
        with pytest.raises(ArchiveProblem) as caught:
            put_back(path, **options)
        assert not User.objects.exists()
        assert not Organisation.objects.exists()
        assert list(stored_files()) == []
        sentence = str(caught.value)
        assert sentence.endswith(".")
        return sentence

    return refused


def rewritten(path, change, *, honest=True):
    """The same archive with other members; an honest one announces the digests of what it holds."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    summary = json.loads(members.pop("manifest.json"))
    change(members, summary)
    if honest:
        for name, content in members.items():
            known = summary["members"].setdefault(name, {"rows": None})
            known.update(size=len(content), sha256=hashlib.sha256(content).hexdigest())
    target = path.with_name("changed.zip")
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in {**members, "manifest.json": json.dumps(summary)}.items():
            archive.writestr(name, content)
    return target


# --- What is not an archive, or not a whole one -----------------------------


@pytest.mark.parametrize("content", [b"", b"bonjour", b"PK\x03\x04" + bytes(100)])
def test_file_that_is_no_archive(tmp_path, refused, content, empty):
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    assert "archive de Filière" in refused(path)


def test_file_that_is_not_there(tmp_path, refused, empty):
    assert "n’existe pas" in refused(tmp_path / "absent.zip")
    assert "illisible" in refused(tmp_path)


def test_archive_of_something_else(tmp_path, refused, empty):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("photo.jpg", b"")
    assert "sommaire" in refused(tmp_path / "x.zip")


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.999])
def test_archive_cut_short(saved, refused, share):
    content = saved.read_bytes()
    saved.write_bytes(content[: int(len(content) * share)])
    assert "abîmé" in refused(saved)


def test_every_flipped_byte_of_the_contents_is_noticed(saved, refused):
    content = saved.read_bytes()
    with zipfile.ZipFile(saved) as archive:
        starts = [entry.header_offset for entry in archive.infolist() if entry.file_size]
    # A local header: thirty bytes, the name, what is extra, then the content.
    places = [start + 31 + sum(struct.unpack_from("<HH", content, start + 26)) for start in starts]
    for place in places:
        saved.write_bytes(content[:place] + bytes([content[place] ^ 0x40]) + content[place + 1 :])
        assert "abîmé" in refused(saved)


def test_contents_that_are_not_those_announced(saved, refused):
    def change(members, summary):
        members[PEOPLE] = members[PEOPLE].replace(b"jeanne", b"jeanny")

    assert "empreinte" in refused(rewritten(saved, change, honest=False))


def test_member_that_is_missing_or_one_too_many(saved, refused):
    assert "contenu" in refused(rewritten(saved, lambda members, _: members.pop(PEOPLE), honest=False))
    assert "contenu" in refused(rewritten(saved, lambda members, _: members.update({"files/b.txt": b""}), honest=False))


@pytest.mark.parametrize(
    "summary", [b"", b"[]", b"{}", b'{"format": 1}', b'{"format": 1, "members": []}', b"\xff", b'"texte"', b"null"]
)
def test_summary_that_cannot_be_read(tmp_path, refused, empty, summary):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("manifest.json", summary)
    assert "sommaire" in refused(tmp_path / "x.zip")


def test_archive_of_another_format(saved, refused):
    changed = rewritten(saved, lambda _, summary: summary.update(format=2))
    assert "format 2" in refused(changed)


@pytest.mark.parametrize(
    "name",
    [
        "files/../../etc/passwd",
        "files//etc/passwd",
        "files/",
        "files/a/../b",
        "files/a/./b",
        "files/a//b",
        "files/..\\..\\x",
        "files/a\x00b",
        "files/a\nb",
        "/etc/passwd",
        "../x",
        "etc/x",
        "data/../x.jsonl",
        "data/x",
        "data/accounts.user.jsonl/../x",
    ],
)
def test_name_that_leads_elsewhere_is_refused(name):
    with pytest.raises(ArchiveProblem, match="nom refusé"):
        names.check(name)


@pytest.mark.parametrize("name", ["files/a", "files/été/«\u202fnote\u00a0».pdf", "files/...", "data/a_b.c_d.jsonl"])
def test_name_that_stays_inside_is_accepted(name):
    names.check(name)


def test_archive_with_such_a_name_is_refused_whole(saved, refused, tmp_path):
    changed = rewritten(saved, lambda members, _: members.update({"files/../../evasion.txt": b"x"}))
    assert "nom refusé" in refused(changed)
    assert not list(tmp_path.rglob("evasion.txt"))


# --- What does not fit this installation ------------------------------------


def test_installation_that_is_not_empty_keeps_what_it_has(saved, put_back):
    person = UserFactory()
    with pytest.raises(ArchiveProblem, match=r"n’est pas vide \(personnes \(accounts.user\) : 1\)"):
        put_back(saved)
    assert list(User.objects.all()) == [person]
    assert list(stored_files()) == []


def test_installation_that_holds_only_a_file_is_not_empty(saved, put_back, store):
    store("a.txt", b"")
    with pytest.raises(ArchiveProblem, match=r"n’est pas vide \(fichiers\)"):
        put_back(saved)


def test_archive_of_a_newer_version(saved, refused):
    def change(_, summary):
        summary["application"] = "9.9.9"
        summary["migrations"].append(["accounts", "9999_of_tomorrow"])

    sentence = refused(rewritten(saved, change))
    assert "plus récente (9.9.9)" in sentence
    assert "mettez Filière à jour" in sentence


def test_archive_of_an_older_version(saved, refused):
    def change(_, summary):
        summary["application"] = "0.0.1"
        summary["migrations"].remove(["accounts", "0001_initial"])

    sentence = refused(rewritten(saved, change))
    assert "plus ancienne (0.0.1)" in sentence
    assert "avec la version 0.0.1" in sentence


def test_database_that_was_not_migrated(saved, refused):
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("accounts", "0001_initial")
    try:
        assert "manage.py migrate" in refused(saved)
    finally:
        recorder.record_applied("accounts", "0001_initial")


def test_archive_without_a_table_or_with_an_unknown_one(saved, refused):
    def without(members, summary):
        members.pop(PEOPLE)
        summary["members"].pop(PEOPLE)

    assert "tables attendues" in refused(rewritten(saved, without))
    more = rewritten(saved, lambda members, _: members.update({"data/autre.chose.jsonl": b""}))
    assert "tables attendues" in refused(more)


# --- Rows that the database refuses -----------------------------------------


def row(saved, **changes):
    with zipfile.ZipFile(saved) as archive:
        return {**json.loads(archive.read(PEOPLE)), **changes}


def with_people(saved, *rows):
    def change(members, summary):
        members[PEOPLE] = b"".join(json.dumps(person).encode() + b"\n" for person in rows)
        summary["members"][PEOPLE]["rows"] = len(rows)

    return rewritten(saved, change)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"date_joined": "hier"}, "illisible"),
        ({"id": "pas-un-uuid"}, "illisible"),
        ({"inconnue": 1}, "colonnes"),
        ({"is_active": "peut-être"}, "illisible"),
        ({"email": "MAJUSCULE@demo.example"}, "refusée par la base"),
        ({"given_name": None}, "refusée par la base"),
    ],
)
def test_row_that_cannot_be_taken_is_named_by_its_line(saved, refused, changes, word):
    good = row(saved)
    others = [row(saved, id=f"00000000-0000-7000-8000-00000000000{n}", email=f"p{n}@demo.example") for n in range(3)]
    bad = row(saved, id="00000000-0000-7000-8000-000000000009", email="z@demo.example") | changes
    sentence = refused(with_people(saved, good, *others, bad))
    assert f"{PEOPLE}, ligne 5" in sentence
    assert word in sentence


def test_line_that_is_no_json_is_named(saved, refused):
    def change(members, summary):
        members[PEOPLE] += b"{\n"
        summary["members"][PEOPLE]["rows"] = 2

    assert f"{PEOPLE}, ligne 2" in refused(rewritten(saved, change))


def test_two_people_with_one_address(saved, refused):
    twin = row(saved, id="00000000-0000-7000-8000-000000000001")
    assert f"{PEOPLE}, ligne 2 : refusée par la base" in refused(with_people(saved, row(saved), twin))


def test_fewer_rows_than_announced(saved, refused):
    def change(_, summary):
        summary["members"][PEOPLE]["rows"] = 2

    assert "1 lignes au lieu de 2" in refused(rewritten(saved, change))


def test_link_to_somebody_who_is_not_in_the_archive(saved, refused, empty, archive):
    from tests.factories import UserFactory

    person = UserFactory()
    from allauth.account.models import EmailAddress

    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    path = archive("linked.zip")
    empty()

    def change(members, summary):
        members[PEOPLE] = b""
        summary["members"][PEOPLE]["rows"] = 0

    assert "lien" in refused(rewritten(path, change))


def test_text_that_postgresql_cannot_hold(saved, refused, put_back):
    path = with_people(saved, row(saved, given_name="avec\x00zéro"))
    if connection.vendor == "postgresql":
        assert "ligne 1" in refused(path)
    else:
        put_back(path)
        assert User.objects.get().given_name == "avec\x00zéro"


def test_file_that_cannot_be_stored_takes_everything_back(saved, refused, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", full)
    assert "No space left" in refused(saved)


def test_file_stored_before_the_one_that_failed_is_erased(saved, refused, monkeypatch):
    changed = rewritten(saved, lambda members, _: members.update({"files/zzz.txt": b"z"}))
    save = FileSystemStorage._save

    def fail_on_the_last(self, name, content):
        if name == "zzz.txt":
            raise OSError(28, "No space left on device")
        return save(self, name, content)

    monkeypatch.setattr(FileSystemStorage, "_save", fail_on_the_last)
    refused(changed)


def test_storage_that_renames_is_refused(saved, refused, monkeypatch):
    monkeypatch.setattr(FileSystemStorage, "get_available_name", lambda self, name, max_length=None: f"{name}.autre")
    assert "sous un autre nom" in refused(saved)


def test_interruption_takes_everything_back(saved, put_back, monkeypatch):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr(restoring, "_check_links", interrupted)
    with pytest.raises(KeyboardInterrupt):
        put_back(saved)
    assert not User.objects.exists()


# --- The commands -----------------------------------------------------------


def test_check_changes_nothing(saved):
    said = StringIO()
    call_command("restore", saved, check=True, stdout=said)
    assert "intacte" in said.getvalue()
    assert not any(model.objects.exists() for model in (User, Organisation))


def test_check_refuses_what_restore_would(saved):
    saved.write_bytes(saved.read_bytes()[:-200])
    with pytest.raises(CommandError, match="Rien n’a été changé"):
        call_command("restore", saved, check=True, stdout=StringIO())


def test_restore_says_what_it_does(saved):
    said = StringIO()
    call_command("restore", saved, stdout=said)
    assert "personnes (accounts.user) : 1" in said.getvalue()
    assert "fichiers : 1" in said.getvalue()
    assert "verify_journal" in said.getvalue()
    assert User.objects.get().email == "jeanne@demo.example"


def test_backup_says_what_it_saved(empty, tmp_path):
    UserFactory()
    said = StringIO()
    call_command("backup", tmp_path / "x.zip", stdout=said)
    assert "personnes (accounts.user) : 1" in said.getvalue()
    assert "comme un secret" in said.getvalue()


def test_backup_is_private_and_leaves_nothing_beside_it(empty, tmp_path):
    target = tmp_path / "x.zip"
    call_command("backup", target, stdout=StringIO())
    assert target.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["x.zip"]


def test_backup_replaces_the_last_one_only_once_it_is_whole(empty, tmp_path, monkeypatch):
    from filiere.archive import saving

    target = tmp_path / "x.zip"
    target.write_bytes(b"the last one")
    with monkeypatch.context() as broken:
        broken.setattr(saving, "_save_files", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(CommandError, match="No space left"):
            call_command("backup", target, stdout=StringIO())
    assert target.read_bytes() == b"the last one"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["x.zip"]
    call_command("backup", target, stdout=StringIO())
    assert zipfile.is_zipfile(target)


@pytest.mark.parametrize("target", ["absent/x.zip", "."])
def test_backup_that_has_nowhere_to_go(empty, tmp_path, target):
    with pytest.raises(CommandError, match="dossier existant"):
        call_command("backup", tmp_path / target, stdout=StringIO())


def test_file_erased_while_the_archive_is_made_is_left_out(empty, archive, store, monkeypatch):
    from filiere.archive import saving

    store("reste.txt", b"r")
    monkeypatch.setattr(saving, "stored_files", lambda: iter(["parti.txt", "reste.txt"]))
    with zipfile.ZipFile(archive()) as archived:
        assert [name for name in archived.namelist() if name.startswith("files/")] == ["files/reste.txt"]


def test_file_whose_name_could_not_come_back_stops_the_archive(empty, archive, monkeypatch):
    from filiere.archive import saving

    monkeypatch.setattr(saving, "stored_files", lambda: iter(["a\\b.txt"]))
    with pytest.raises(ArchiveProblem, match="nom refusé"):
        archive()


def test_long_tables_give_signs_of_life(empty, tmp_path, monkeypatch):
    from filiere.archive import saving

    for _ in range(5):
        UserFactory()
    monkeypatch.setattr(saving, "SIGN_OF_LIFE", 2)
    monkeypatch.setattr(restoring, "SIGN_OF_LIFE", 2)
    monkeypatch.setattr(restoring, "BATCH", 2)
    said = StringIO()
    call_command("backup", tmp_path / "x.zip", stdout=said)
    assert "personnes (accounts.user) : 2…" in said.getvalue()
    empty()
    said = StringIO()
    call_command("restore", tmp_path / "x.zip", stdout=said)
    assert "personnes (accounts.user) : 4…" in said.getvalue()


def test_storage_without_a_folder_yet_holds_no_file(tmp_path, monkeypatch):
    assert not default_storage.exists("rien")
    monkeypatch.setattr(default_storage._wrapped, "_location", str(tmp_path / "absent"))
    default_storage._wrapped.__dict__.pop("base_location", None)
    default_storage._wrapped.__dict__.pop("location", None)
    assert list(stored_files()) == []
    shutil.rmtree(tmp_path / "absent", ignore_errors=True)


def test_every_saved_model_has_a_name_that_the_archive_accepts():
    for model in saved_models():
        names.check(names.of_model(model._meta.label_lower))
