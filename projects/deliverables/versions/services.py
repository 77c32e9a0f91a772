"""Writes about versions: a file comes in, is looked at, and replaces the one before it."""

from datetime import timedelta
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.people.models import User
from accounts.people.names import one_line
from filiere.refusals import Refused
from filiere.text import fold
from filiere.versions import locked
from projects.access.enums import Permission
from projects.deliverables.approvals.mail import tell_replaced_after_commit
from projects.deliverables.approvals.models import Approval
from projects.deliverables.enums import ApprovalState, TextState, Void
from projects.deliverables.files.formats import Format
from projects.deliverables.files.inspection import RefusedFile, inspect
from projects.deliverables.files.scanner import Verdict as Scan
from projects.deliverables.files.scanner import scan
from projects.deliverables.files.text import NoText, text_of
from projects.deliverables.holding import check_may, held, tell
from projects.deliverables.letters import after_commit
from projects.deliverables.models import Deliverable
from projects.deliverables.versions.models import Version, VersionText
from projects.deliverables.workflow import STEPS, Move, Situation, obstacle
from projects.groups.permissions import capacity_in

FOLDER = "versions"
# A file without its row is the trace of a crash, or of a deposit that is being written at this moment.
ORPHANED_FOR = timedelta(days=1)


def deposit_version(
    *,
    deliverable: Deliverable,
    file: "File[Any]",
    by: User | None,
    name: str = "",
    note: str = "",
    seen: str | None = None,
) -> Version:
    """A new version voids every approval of the older one, visibly."""
    check_may(by, deliverable, Permission.CONTRIBUTE)  # before the work of looking at the file
    note = one_line("note", note)
    try:
        found = inspect(cast(BinaryIO, file.open()), name or file.name or "")
    except RefusedFile as error:
        raise ValidationError({"file": error.sentence}) from error
    version = Version(
        deliverable=deliverable,
        number=0,
        name=found.name,
        format=found.format,
        size=found.size,
        sha256=found.sha256,
        note=note,
        author=by,
        scan=first_verdict(),
    )
    version.full_clean(exclude=["deliverable", "file", "author"], validate_unique=False, validate_constraints=False)
    version.file.save(found.name, file, save=False)
    entered: list[UUID] = []
    try:
        with transaction.atomic():
            # First of all that follows the commit: should the rest of it fail, the row is there and needs its file.
            transaction.on_commit(lambda: entered.append(version.pk))
            return _enter(version, deliverable, by=by, seen=seen)
    except BaseException:
        if not entered:
            version.file.delete(save=False)
        raise


def _enter(version: Version, deliverable: Deliverable, *, by: User | None, seen: str | None) -> Version:
    step = STEPS[Move.DEPOSIT]
    row = held(deliverable, by=by, permission=step.permission, seen=seen)
    now = timezone.now()
    if by is not None and (problem := obstacle(step, Situation(row, by))):
        raise Refused(problem, code="not_now")
    # Its own lock: the antivirus writes what it found without holding the deliverable.
    before: Version | None = locked(Version.objects.all(), row.current_id) if row.current_id else None
    if before is not None and before.sha256 == version.sha256 and before.state != ApprovalState.CHANGES_ASKED:
        raise ValidationError({"file": _("Ce fichier est exactement celui de la version courante.")})
    version.deliverable, version.number = row, before.number + 1 if before else 1
    version.capacity = capacity_in(by, row.group, step.permission)
    version.deposited_at = now
    version.save(force_insert=True)
    VersionText.objects.create(version=version)
    voided = 0
    if before is not None:
        voided = Approval.objects.standing().filter(version=before).update(voided_at=now, voided_because=Void.REPLACED)
        before.replaced_at = now
        if before.state == ApprovalState.SUBMITTED:
            before.state = ApprovalState.DRAFT
        before.save()
    was, row.current, row.approval_state = row.approval_state, version, step.target
    row.save()
    changes: dict[str, tuple[Any, Any]] = {
        "version": (before.number if before else None, version.number),
        "sha256": (before.sha256 if before else None, version.sha256),
        "note": (None, version.note),
        "approval_state": (was, str(row.approval_state)),
    }
    if before is not None and voided:
        changes["voided_approvals"] = (None, voided)
        tell_replaced_after_commit(before)
    tell(row, "deliverable.version_deposited", by=by, permission=step.permission, changes=changes)
    after_commit(_examination, version.pk)
    return version


def _examination() -> Any:
    """Should the broker be away, the scheduled job takes it up."""
    from projects.deliverables.tasks import examine_version  # tasks call this module

    return examine_version


def examine(pk: UUID) -> None:
    """Asks the antivirus, then reads the words. Safe to run twice: each half is done once."""
    version = Version.objects.select_related("deliverable__group").filter(pk=pk).first()
    if version is None:
        return
    if version.scan == Scan.WAITING:
        with version.file.open("rb") as stream:
            verdict, threat = scan(cast(BinaryIO, stream))
        version = _write_scan(pk, verdict, threat)
    if version.is_handed_out and VersionText.objects.filter(version=version, state=TextState.WAITING).exists():
        _read(version)


def unexamined() -> list[UUID]:
    """What the worker was not there for."""
    waiting = VersionText.objects.filter(state=TextState.WAITING).exclude(version__scan=Scan.INFECTED)
    return list(waiting.order_by("version__deposited_at").values_list("version_id", flat=True)[:200])


def first_verdict() -> Scan:
    return Scan.WAITING if settings.CLAMAV else Scan.NOT_SCANNED


def sweep() -> int:
    """Files that no version names: a machine stopped between the file and its row."""
    removed = 0
    limit = timezone.now() - ORPHANED_FOR
    for folder in default_storage.listdir(FOLDER)[0] if default_storage.exists(FOLDER) else []:
        for name in default_storage.listdir(f"{FOLDER}/{folder}")[1]:
            path = f"{FOLDER}/{folder}/{name}"
            if default_storage.get_modified_time(path) < limit and not Version.objects.filter(file=path).exists():
                default_storage.delete(path)
                removed += 1
    return removed


def _write_scan(pk: UUID, verdict: Scan, threat: str) -> Version:
    with transaction.atomic():
        version: Version = locked(Version.objects.select_related("deliverable__group"), pk)
        if version.scan != Scan.WAITING:
            return version
        version.scan, version.threat = verdict, threat[:200]
        version.save()
        if verdict == Scan.INFECTED:
            tell(
                version.deliverable,
                "deliverable.version_quarantined",
                by=None,
                permission=Permission.CONTRIBUTE,
                changes={"version": (None, version.number), "threat": (None, version.threat)},
            )
    return version


def _read(version: Version) -> None:
    words, problem = "", ""
    try:
        with version.file.open("rb") as stream:
            words = text_of(cast(BinaryIO, stream), Format(version.format))
    except NoText as error:
        problem = error.sentence
    VersionText.objects.filter(version=version).update(
        state=TextState.READ if words else TextState.NONE,
        words=words,
        searchable=fold(words),
        problem=problem[:300],
        read_at=timezone.now(),
    )
