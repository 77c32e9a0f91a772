"""What the database itself refuses, whatever writes it."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from projects.access.enums import Confidentiality
from projects.deliverables.due.period import Precision
from projects.deliverables.enums import ApprovalState, Verdict, Void
from projects.models import Approval, Deliverable, Dependency, Opinion, Recusal, Version, VersionText
from tests.factories import UserFactory
from tests.factories.deliverables import DeliverableFactory, a_version, submitted_version

pytestmark = pytest.mark.django_db

NOW = "2026-01-01T00:00:00Z"


@pytest.fixture
def deliverable():
    return DeliverableFactory()


def refused_by_the_database(act, **fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        act(**fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"due_start": date(2024, 7, 1), "due_end": date(2024, 6, 30)},
        {"progress": "suspendu"},
        {"progress": "abandonne", "stopped_because": "Sans date"},
        {"stopped_on": date(2024, 1, 1)},
        {"stopped_because": "Rien n’est arrêté"},
        {"resumes_on": date(2024, 1, 1)},
        {"progress_before": "en_cours"},
        {"approval_state": "brouillon"},
        {"needs_bureau": True, "confidentiality": "restreint"},
        {"needs_bureau": True, "confidentiality": "college", "college": "etat"},
        {"confidentiality": "college"},
        {"college": "etat"},
    ],
)
def test_deliverable_that_contradicts_itself_is_not_written(deliverable, fields):
    refused_by_the_database(Deliverable.objects.filter(pk=deliverable.pk).update, **fields)


def test_deliverable_with_a_version_has_a_state_and_is_not_in_itself(deliverable):
    a_version(deliverable)
    rows = Deliverable.objects.filter(pk=deliverable.pk)
    refused_by_the_database(rows.update, approval_state=ApprovalState.NO_VERSION)
    refused_by_the_database(rows.update, current=None)
    refused_by_the_database(rows.update, parent=deliverable)


def test_code_is_once_in_a_group_and_may_be_empty(deliverable):
    DeliverableFactory(group=deliverable.group)
    Deliverable.objects.filter(pk=deliverable.pk).update(code="P04-L1")
    refused_by_the_database(DeliverableFactory, group=deliverable.group, code="P04-L1")


def test_version_has_its_own_number_and_a_state_of_its_own(deliverable):
    version = a_version(deliverable)
    second = a_version(deliverable, b"Autre texte.")
    rows = Version.objects.filter(pk=version.pk)
    refused_by_the_database(rows.update, number=second.number)
    refused_by_the_database(rows.update, state=ApprovalState.NO_VERSION)
    refused_by_the_database(rows.update, state=ApprovalState.SUBMITTED)


def test_version_that_is_submitted_is_not_a_replaced_one(deliverable):
    version = submitted_version(deliverable)
    refused_by_the_database(Version.objects.filter(pk=version.pk).update, replaced_at=NOW)


def test_voice_approves_a_version_once_as_long_as_it_stands(deliverable):
    version, voice = submitted_version(deliverable), UserFactory()

    def approve(**fields):
        return Approval.objects.create(
            version=version, sha256=version.sha256, voice=voice, person=voice, **{"verdict": Verdict.APPROVED, **fields}
        )

    approve(voided_at=NOW, voided_because=Void.WITHDRAWN)
    approve()
    refused_by_the_database(approve)
    refused_by_the_database(approve, verdict=Verdict.CHANGES_ASKED)
    refused_by_the_database(approve, verdict=Verdict.SENT_BACK)
    refused_by_the_database(approve, voided_at=NOW)
    refused_by_the_database(approve, voided_because=Void.REPLACED)
    approve(verdict=Verdict.CHANGES_ASKED, reason="Chiffrez.")


def test_person_stands_aside_once_and_is_asked_once(deliverable):
    version, person = a_version(deliverable), UserFactory()
    recusal = Recusal.objects.create(deliverable=deliverable, person=person, reason="Lien")
    refused_by_the_database(Recusal.objects.create, deliverable=deliverable, person=person, reason="Lien")
    Recusal.objects.filter(pk=recusal.pk).update(lifted_at=NOW)
    Recusal.objects.create(deliverable=deliverable, person=person, reason="Lien")
    Opinion.objects.create(version=version, person=person)
    refused_by_the_database(Opinion.objects.create, version=version, person=person)
    refused_by_the_database(Opinion.objects.update, kind="favorable")
    refused_by_the_database(Opinion.objects.update, given_at=NOW)


def test_dependency_is_noted_once_and_not_on_oneself(deliverable):
    other = DeliverableFactory(group=deliverable.group)
    Dependency.objects.create(deliverable=deliverable, needs=other)
    refused_by_the_database(Dependency.objects.create, deliverable=deliverable, needs=other)
    refused_by_the_database(Dependency.objects.create, deliverable=deliverable, needs=deliverable)


def test_what_was_handed_in_is_not_erased(deliverable):
    """Neither the deliverable from under its versions, nor a version from under what was decided about it."""
    version = submitted_version(deliverable)
    Approval.objects.create(version=version, sha256=version.sha256, verdict=Verdict.APPROVED, person=None)
    for row in (deliverable, version):
        with pytest.raises(ProtectedError):
            row.delete()


@pytest.mark.parametrize(("bureau", "final"), [(False, ApprovalState.APPROVED), (True, ApprovalState.VALIDATED)])
def test_final_state_is_the_bureau_s_where_it_carries_a_position(bureau, final):
    assert DeliverableFactory(needs_bureau=bureau).final_state == final


def test_lists_find_a_deliverable_by_its_words_and_order_it_by_its_end():
    undated = DeliverableFactory(title="Étude", description="L’œuvre", code="P04-L1", due="courant 2024")
    dated = DeliverableFactory(due_end=date(2030, 1, 1))
    assert undated.searchable == "p04-l1 etude courant 2024 l'oeuvre"
    assert (undated.alphabetical, undated.due_order) == ("etude", date.max)
    assert list(Deliverable.objects.all()) == [dated, undated]
    assert (undated.period.words, undated.period.precision) == ("courant 2024", Precision.NONE)


def test_version_says_its_short_hash_and_hides_its_words_from_lists(deliverable):
    version = a_version(deliverable)
    assert version.sha256.startswith(version.short_hash)
    assert len(version.short_hash) == 12
    assert VersionText.objects.get().version == version
    assert str(version) == f"{deliverable}, version 1"


def test_confidentiality_is_the_group_s_unless_said_otherwise(deliverable):
    assert deliverable.confidentiality == Confidentiality.GROUP
