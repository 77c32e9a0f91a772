from hashlib import sha256
from typing import Any

import factory
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from projects.access.enums import Role
from projects.deliverables.enums import ApprovalState, TextState, Verdict
from projects.deliverables.files.formats import Format
from projects.deliverables.files.scanner import Verdict as Scan
from projects.models import Approval, Deliverable, Version, VersionText, WorkingGroup
from tests.factories.access import seat
from tests.factories.accounts import UserFactory
from tests.factories.groups import WorkingGroupFactory


class DeliverableFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Deliverable

    group = factory.SubFactory(WorkingGroupFactory)
    title = factory.Sequence(lambda n: f"Livrable {n}")


def a_file(content: bytes = b"Premier texte.", name: str = "note.txt") -> SimpleUploadedFile:
    """As a browser hands it in."""
    return SimpleUploadedFile(name, content)


def a_version(deliverable: Deliverable, content: bytes = b"Premier texte.", **fields: Any) -> Version:
    """As a deposit leaves it, without looking at the file."""
    before = deliverable.current
    if "author" not in fields:
        fields["author"] = seat(Role.MEMBER, deliverable.group)
    version = Version(
        deliverable=deliverable,
        number=before.number + 1 if before else 1,
        name="texte.txt",
        format=Format.TXT,
        size=len(content),
        sha256=sha256(content).hexdigest(),
        scan=Scan.NOT_SCANNED,
        **fields,
    )
    version.file.save(version.name, ContentFile(content), save=False)
    version.save(force_insert=True)
    VersionText.objects.create(
        version=version, state=TextState.READ, words=content.decode(), searchable=content.decode().lower()
    )
    if before is not None:
        before.replaced_at = version.deposited_at
        if before.state == ApprovalState.SUBMITTED:
            before.state = ApprovalState.DRAFT
        before.save()
    deliverable.current, deliverable.approval_state = version, ApprovalState.DRAFT
    deliverable.save()
    return version


def a_group_at_work(slug: str = "antibioresistance", **fields: Any) -> tuple[WorkingGroup, dict[str, Any]]:
    """A group with one person in each role, by the role's name."""
    group = WorkingGroupFactory(slug=slug, **fields)
    return group, {role.value: seat(role, group) for role in Role}


def decided(version: Version, state: str, **fields: Any) -> Version:
    """As the pilots or the Bureau leave it, whoever they are."""
    deliverable = version.deliverable
    if state == ApprovalState.SUBMITTED:
        fields = {"submitted_by": version.author or UserFactory(), "submitted_at": version.deposited_at, **fields}
    if final := state == deliverable.final_state:
        fields = {"validated_at": version.deposited_at, **fields}
    for name, value in {"state": state, **fields}.items():
        setattr(version, name, value)
    version.save()
    deliverable.approval_state = state
    if final:
        deliverable.validated = version
    deliverable.save()
    return version


def validated_version(deliverable: Deliverable, content: bytes = b"Texte approuve.") -> Version:
    """One that went all the way, and the approval it rests on."""
    version = decided(a_version(deliverable, content, author=None), deliverable.final_state)
    Approval.objects.create(
        version=version, sha256=version.sha256, verdict=Verdict.APPROVED, person=UserFactory(), voice=UserFactory()
    )
    return version


def submitted_version(deliverable: Deliverable, content: bytes = b"Premier texte.", **fields: Any) -> Version:
    """Deposited and submitted by the same member, unless `author` or `submitted_by` says otherwise."""
    submitted_by = fields.pop("submitted_by", None)
    version = a_version(deliverable, content, **fields)
    return decided(version, ApprovalState.SUBMITTED, submitted_by=submitted_by or version.author or UserFactory())
