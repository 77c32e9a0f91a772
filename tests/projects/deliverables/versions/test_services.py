"""A file comes in, is looked at, and replaces the one before it; nothing of it is ever changed."""

import os
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction

from filiere.refusals import Refused
from filiere.versions import Stale, version_of
from projects.access.enums import Role
from projects.deliverables.approvals.services import approve, request_changes, submit
from projects.deliverables.enums import ApprovalState, Progress, TextState, Verdict, Void
from projects.deliverables.files.scanner import Verdict as Scan
from projects.deliverables.versions import services
from projects.deliverables.versions.services import deposit_version, examine, sweep, unexamined
from projects.groups.enums import ApprovalRule
from projects.models import Approval, Deliverable, Version, VersionText, WorkingGroup
from tests.factories.deliverables import DeliverableFactory, a_file, a_group_at_work, a_version, submitted_version
from tests.factories.documents import docx, legacy_doc, png
from tests.projects.deliverables.stories import archive, hidden_from, onlookers, refuses, story, strangers

pytestmark = pytest.mark.django_db

DAY_AND_A_BIT = 25 * 3600


@pytest.fixture
def room():
    return a_group_at_work()


@pytest.fixture
def group(room):
    return room[0]


@pytest.fixture
def people(room):
    return room[1]


@pytest.fixture
def deliverable(group):
    return DeliverableFactory(group=group)


def stored_under(version):
    return default_storage.exists(version.file.name)


def every_file():
    found = set()
    for folder in default_storage.listdir("versions")[0] if default_storage.exists("versions") else []:
        found |= {f"versions/{folder}/{name}" for name in default_storage.listdir(f"versions/{folder}")[1]}
    return found


# --- Depositing -------------------------------------------------------------


@pytest.mark.parametrize("role", ["pilote", "copilote", "rapporteur", "membre"])
def test_deposit_keeps_the_file_as_it_came_with_its_hash(deliverable, people, role):
    content = "Texte déposé.".encode()
    version = deposit_version(deliverable=deliverable, file=a_file(content), by=people[role], note=" Une  première ")
    fresh = Version.objects.get()
    organisation = people[role].mandates.get().organisation
    assert fresh == version
    assert (fresh.number, fresh.name, fresh.format, fresh.size) == (1, "note.txt", "txt", len(content))
    assert fresh.sha256 == sha256(content).hexdigest()
    assert (fresh.note, fresh.author) == ("Une première", people[role])
    assert fresh.capacity == f"{Role(role).label.lower()}, {organisation}"
    assert (fresh.state, fresh.scan) == (ApprovalState.DRAFT, Scan.NOT_SCANNED)
    with fresh.file.open("rb") as stream:
        assert stream.read() == content
    # Stored under a name that nobody chose.
    assert "note" not in fresh.file.name
    row = Deliverable.objects.get()
    assert (row.current, row.approval_state, row.validated) == (version, ApprovalState.DRAFT, None)
    assert VersionText.objects.get().state == TextState.WAITING
    event = story(deliverable)[-1]
    assert (event.verb, event.actor, event.capacity) == ("deliverable.version_deposited", people[role], fresh.capacity)
    assert event.changes == {
        "version": [None, 1],
        "sha256": [None, fresh.sha256],
        "note": [None, "Une première"],
        "approval_state": [ApprovalState.NO_VERSION, ApprovalState.DRAFT],
    }


def test_deposit_takes_the_name_that_is_given_rather_than_the_file_s(deliverable, people):
    version = deposit_version(
        deliverable=deliverable, file=ContentFile(b"Texte.", name="upload-7f"), name="../Étude.txt", by=people["membre"]
    )
    assert version.name == "Étude.txt"


def test_deposit_is_not_for_those_who_only_look_on(deliverable, group, people):
    before = every_file()
    hidden_from(deposit_version, strangers(group), deliverable=deliverable, file=a_file())
    hidden_from(deposit_version, {"observer": people["observateur"]}, deliverable=deliverable, file=a_file())
    refuses(deposit_version, onlookers(group, Role.GUEST), deliverable=deliverable, file=a_file())
    archive(group)
    refuses(deposit_version, {"member": people["membre"]}, deliverable=deliverable, file=a_file())
    assert every_file() == before
    assert not Version.objects.exists()


def test_deposit_looks_at_nothing_for_who_may_not(deliverable, group, monkeypatch):
    """A file costs time to look at: whoever may not deposit makes nobody spend it."""
    monkeypatch.setattr(services, "inspect", lambda *_: pytest.fail("it was looked at"))
    refuses(deposit_version, onlookers(group, Role.GUEST), deliverable=deliverable, file=a_file())


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"", "vide.txt"), (b"<svg onload='x()'/>", "dessin.svg"), (b"MZ\x90\x00", "outil.exe"), (legacy_doc(), "a.doc")],
    ids=["empty", "drawing", "program", "old format"],
)
def test_refused_file_says_why_beside_its_field_and_leaves_nothing(deliverable, people, content, name):
    before = every_file()
    with pytest.raises(ValidationError) as caught:
        deposit_version(deliverable=deliverable, file=a_file(content, name), by=people["membre"])
    assert caught.value.message_dict.keys() == {"file"}
    assert every_file() == before
    assert not Version.objects.exists()
    assert story(deliverable) == []


def test_note_of_a_version_has_its_measure(deliverable, people):
    before = every_file()
    with pytest.raises(ValidationError) as caught:
        deposit_version(deliverable=deliverable, file=a_file(), note="x" * 501, by=people["membre"])
    assert caught.value.message_dict.keys() == {"note"}
    assert every_file() == before


def test_new_version_replaces_the_former_and_voids_what_it_carried_visibly(deliverable, group, people):
    WorkingGroup.objects.filter(pk=group.pk).update(approval_rule=ApprovalRule.ALL)
    first = submitted_version(deliverable, author=people["membre"])
    approve(version=first, sha256=first.sha256, by=people["pilote"])
    second = deposit_version(deliverable=deliverable, file=a_file(b"Autre texte."), by=people["membre"])
    assert (second.number, Deliverable.objects.get().current) == (2, second)
    before = Version.objects.get(pk=first.pk)
    assert (before.state, before.replaced_at is not None) == (ApprovalState.DRAFT, True)
    approval = Approval.objects.get()
    assert (approval.verdict, approval.voided_because) == (Verdict.APPROVED, Void.REPLACED)
    assert approval.voided_at == before.replaced_at
    event = story(deliverable)[-1]
    assert event.changes["voided_approvals"] == [None, 1]
    assert event.changes["version"] == [1, 2]
    assert event.changes["sha256"] == [first.sha256, second.sha256]
    assert event.changes["approval_state"] == [ApprovalState.SUBMITTED, ApprovalState.DRAFT]


def test_new_version_of_what_was_approved_starts_again_and_observers_keep_the_former(deliverable, people):
    first = submitted_version(deliverable, author=people["membre"])
    approve(version=first, sha256=first.sha256, by=people["pilote"])
    deposit_version(deliverable=deliverable, file=a_file(b"Autre texte."), by=people["membre"])
    row = Deliverable.objects.get()
    assert (row.approval_state, row.validated) == (ApprovalState.DRAFT, first)
    assert list(Version.objects.visible_to(people["observateur"])) == [first]
    assert not Approval.objects.standing().exists()


def test_same_content_again_is_refused(deliverable, people):
    deposit_version(deliverable=deliverable, file=a_file(), by=people["membre"])
    before = every_file()
    with pytest.raises(ValidationError) as caught:
        deposit_version(deliverable=deliverable, file=a_file(name="autre-nom.txt"), by=people["pilote"])
    assert caught.value.message_dict == {"file": ["Ce fichier est exactement celui de la version courante."]}
    assert every_file() == before


def test_same_content_may_come_back_after_another_or_after_a_request_for_changes(deliverable, people):
    first = deposit_version(deliverable=deliverable, file=a_file(), by=people["membre"])
    deposit_version(deliverable=deliverable, file=a_file(b"Autre texte."), by=people["membre"])
    third = deposit_version(deliverable=deliverable, file=a_file(), by=people["membre"])
    assert (third.sha256, third.number) == (first.sha256, 3)
    submit(version=third, by=people["membre"])
    request_changes(version=third, reason="Expliquez.", by=people["pilote"])
    assert deposit_version(deliverable=deliverable, file=a_file(), by=people["membre"]).number == 4


@pytest.mark.parametrize("progress", [Progress.SUSPENDED, Progress.ABANDONED])
def test_stopped_deliverable_takes_no_version(deliverable, people, progress):
    Deliverable.objects.update(progress=progress, stopped_on="2026-01-01", stopped_because="Faute de budget")
    before = every_file()
    with pytest.raises(Refused) as caught:
        deposit_version(deliverable=deliverable, file=a_file(), by=people["membre"])
    assert caught.value.sentence == "Ce livrable est suspendu ou abandonné\u00a0: reprenez-le d’abord."
    assert every_file() == before


def test_deposit_on_a_deliverable_that_changed_meanwhile_shows_both(deliverable, people):
    seen = version_of(deliverable)
    deliverable.save()
    before = every_file()
    with pytest.raises(Stale):
        deposit_version(deliverable=deliverable, file=a_file(), by=people["membre"], seen=seen)
    assert every_file() == before


def test_row_that_cannot_be_written_leaves_no_file(deliverable, people, monkeypatch):
    def fail(**_):
        raise DatabaseError("the disk is full")

    before = every_file()
    monkeypatch.setattr(VersionText.objects, "create", fail)
    with pytest.raises(DatabaseError):
        deposit_version(deliverable=deliverable, file=a_file(), by=people["membre"])
    assert every_file() == before
    assert not Version.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_file_stays_when_what_follows_the_commit_fails(deliverable, people, monkeypatch):
    def fail():
        raise RuntimeError("the broker speaks nonsense")

    monkeypatch.setattr(services, "_examination", fail)
    with pytest.raises(RuntimeError):
        deposit_version(deliverable=deliverable, file=a_file(), by=people["membre"])
    assert stored_under(Version.objects.get())


def test_file_of_a_deposit_undone_by_what_surrounds_it_is_left_to_the_sweep(deliverable, people):
    with transaction.atomic():
        version = deposit_version(deliverable=deliverable, file=a_file(), by=people["membre"])
        transaction.set_rollback(True)
    assert stored_under(version)
    _age(version.file.name)
    sweep()
    assert not stored_under(version)


# --- Examining --------------------------------------------------------------


def test_examine_reads_the_words(deliverable, people):
    document = docx("L’antibiorésistance", "progresse.")
    version = deposit_version(deliverable=deliverable, file=a_file(document, "note.docx"), by=people["membre"])
    examine(version.pk)
    text = VersionText.objects.get()
    assert (text.state, text.words, text.problem) == (TextState.READ, "L’antibiorésistance\nprogresse.", "")
    assert "antibioresistance" in text.searchable
    assert text.read_at is not None


def test_examine_says_when_there_is_nothing_to_read(deliverable, people):
    version = deposit_version(deliverable=deliverable, file=a_file(png(), "schema.png"), by=people["membre"])
    examine(version.pk)
    text = VersionText.objects.get()
    assert (text.state, text.words) == (TextState.NONE, "")
    assert text.problem == "Une image n’a pas de texte."


@pytest.fixture
def scanned(monkeypatch, settings):
    """A scanner that answers what it is told to, and counts how often it was asked."""
    settings.CLAMAV = object()
    asked = []

    def answer(verdict, threat=""):
        def scan(stream):
            asked.append(stream.read())
            if isinstance(verdict, Exception):
                raise verdict
            return verdict, threat

        monkeypatch.setattr(services, "scan", scan)
        return asked

    return answer


def test_version_is_not_handed_out_before_the_antivirus_said_so(deliverable, people, scanned):
    scanned(Scan.CLEAN)
    version = deposit_version(deliverable=deliverable, file=a_file(), by=people["membre"])
    assert (version.scan, version.is_handed_out) == (Scan.WAITING, False)
    with pytest.raises(Refused, match="antivirus"):
        submit(version=version, by=people["membre"])
    examine(version.pk)
    version.refresh_from_db()
    assert (version.scan, version.is_handed_out) == (Scan.CLEAN, True)
    assert VersionText.objects.get().state == TextState.READ
    submit(version=version, by=people["membre"])


def test_infected_version_is_quarantined_told_and_never_read(deliverable, people, scanned):
    scanned(Scan.INFECTED, "Win.Test.EICAR_HDB-1")
    version = deposit_version(deliverable=deliverable, file=a_file(), by=people["membre"])
    examine(version.pk)
    version.refresh_from_db()
    assert (version.scan, version.threat) == (Scan.INFECTED, "Win.Test.EICAR_HDB-1")
    assert version.is_quarantined
    assert not version.is_handed_out
    assert VersionText.objects.get().state == TextState.WAITING
    assert unexamined() == []
    event = story(deliverable)[-1]
    assert (event.verb, event.actor) == ("deliverable.version_quarantined", None)
    assert event.changes == {"version": [None, 1], "threat": [None, "Win.Test.EICAR_HDB-1"]}


def test_scanner_that_is_away_is_asked_again_later(deliverable, people, scanned):
    scanned(TimeoutError("nobody answers"))
    version = deposit_version(deliverable=deliverable, file=a_file(), by=people["membre"])
    with pytest.raises(TimeoutError):
        examine(version.pk)
    assert Version.objects.get().scan == Scan.WAITING
    assert unexamined() == [version.pk]
    scanned(Scan.CLEAN)
    examine(version.pk)
    assert Version.objects.get().scan == Scan.CLEAN
    assert unexamined() == []


def test_examine_twice_asks_and_reads_once(deliverable, people, scanned, monkeypatch):
    asked = scanned(Scan.CLEAN)
    version = deposit_version(deliverable=deliverable, file=a_file(), by=people["membre"])
    examine(version.pk)
    monkeypatch.setattr(services, "text_of", lambda *_: pytest.fail("it was read again"))
    examine(version.pk)
    assert len(asked) == 1


def test_examine_of_what_is_no_more_does_nothing():
    examine(uuid4())


def test_antivirus_that_answers_late_does_not_undo_a_new_version(deliverable, people, scanned):
    """Its answer is about the file alone: whatever became of the version meanwhile stays."""
    scanned(Scan.CLEAN)
    first = deposit_version(deliverable=deliverable, file=a_file(), by=people["membre"])
    deposit_version(deliverable=deliverable, file=a_file(b"Autre texte."), by=people["membre"])
    examine(first.pk)
    fresh = Version.objects.get(pk=first.pk)
    assert (fresh.scan, fresh.replaced_at is not None) == (Scan.CLEAN, True)


def test_unexamined_are_the_oldest_first(deliverable, group, people):
    first = deposit_version(deliverable=deliverable, file=a_file(), by=people["membre"])
    second = deposit_version(deliverable=DeliverableFactory(group=group), file=a_file(), by=people["membre"])
    a_version(DeliverableFactory(group=group))
    assert unexamined() == [first.pk, second.pk]


# --- Sweeping ---------------------------------------------------------------


def _age(name):
    path = Path(default_storage.path(name))
    past = path.stat().st_mtime - DAY_AND_A_BIT
    os.utime(path, (past, past))


def test_sweep_removes_what_a_crash_left_and_nothing_else(deliverable, people):
    kept = deposit_version(deliverable=deliverable, file=a_file(), by=people["membre"])
    _age(kept.file.name)
    orphan = default_storage.save(f"versions/ab/{uuid4().hex}", ContentFile(b"Interrompu."))
    fresh = default_storage.save(f"versions/ab/{uuid4().hex}", ContentFile(b"En cours."))
    elsewhere = default_storage.save(f"autre-{uuid4().hex}", ContentFile(b"Autre chose."))
    for name in (orphan, elsewhere):
        _age(name)
    assert sweep() >= 1
    assert not default_storage.exists(orphan)
    assert default_storage.exists(fresh)  # it is perhaps being deposited at this moment
    assert default_storage.exists(elsewhere)
    assert stored_under(kept)


def test_sweep_before_any_file_finds_nothing(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path, "base_url": None},
        },
    }
    assert sweep() == 0
