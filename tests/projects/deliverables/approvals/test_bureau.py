"""The second stage: what carries a position of the comité goes before the Bureau, by a numbered decision."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from filiere.refusals import Refused
from projects.access.enums import Permission, Role
from projects.deliverables.approvals.bureau import queue, send_back, validate
from projects.deliverables.approvals.services import OtherContent, approve, request_changes, submit
from projects.deliverables.enums import ApprovalState, Verdict, Void
from projects.models import Approval, Deliverable, Version
from tests.factories import UserFactory
from tests.factories.access import seat
from tests.factories.contracts import ContractFactory
from tests.factories.deliverables import DeliverableFactory, a_version, decided, submitted_version
from tests.factories.groups import MembershipFactory, WorkingGroupFactory
from tests.projects.deliverables.approvals.going import states
from tests.projects.deliverables.stories import a_bureau, archive, borrower, refuses, story

pytestmark = pytest.mark.django_db

APPROVED, VALIDATED, CHANGES_ASKED = ApprovalState.APPROVED, ApprovalState.VALIDATED, ApprovalState.CHANGES_ASKED


@pytest.fixture
def bureau_and_keeper():
    return a_bureau()


@pytest.fixture
def bureau(bureau_and_keeper):
    return bureau_and_keeper[0]


@pytest.fixture
def keeper(bureau_and_keeper):
    return bureau_and_keeper[1]


@pytest.fixture
def deliverable(group):
    return DeliverableFactory(group=group, needs_bureau=True)


@pytest.fixture
def waiting(version, people):
    approve(version=version, sha256=version.sha256, by=people["pilote"])
    return Version.objects.select_related("deliverable").get(pk=version.pk)


def decision(version, bureau, by, **fields):
    return {"version": version, "sha256": version.sha256, "bureau": bureau, "reference": "2026-07", "by": by, **fields}


def test_validate_goes_all_the_way(waiting, deliverable, bureau, keeper):
    validate(**decision(waiting, bureau, keeper, reference=" 2026-07 "))
    assert states(waiting) == (VALIDATED, VALIDATED)
    fresh = Deliverable.objects.get()
    assert (fresh.validated, fresh.validated.validated_at is not None) == (waiting, True)
    approval = Approval.objects.get(verdict=Verdict.VALIDATED)
    assert (approval.person, approval.voice, approval.reference) == (keeper, None, "2026-07")
    assert (approval.sha256, approval.capacity) == (
        waiting.sha256,
        f"rapporteur, {keeper.mandates.get().organisation}",
    )
    event = story(deliverable)[-1]
    assert (event.verb, event.actor, event.capacity) == (
        "deliverable.validated_by_bureau",
        keeper,
        approval.capacity,
    )
    assert event.changes == {
        "version": [None, 1],
        "sha256": [None, waiting.sha256],
        "reference": [None, "2026-07"],
        "approval_state": [APPROVED, VALIDATED],
    }
    # The pilots' approval still stands beside it.
    assert Approval.objects.of_pilots().count() == 1


def test_send_back_returns_it_to_its_group_with_the_reason(waiting, deliverable, bureau, keeper):
    send_back(**decision(waiting, bureau, keeper, reason=" Trop vague. "))
    assert states(waiting) == (CHANGES_ASKED, CHANGES_ASKED)
    assert Deliverable.objects.get().validated is None
    pilots, back = Approval.objects.order_by("given_at")
    assert (pilots.voided_because, back.verdict, back.reason) == (Void.SENT_BACK, Verdict.SENT_BACK, "Trop vague.")
    event = story(deliverable)[-1]
    assert event.verb == "deliverable.sent_back_by_bureau"
    assert event.changes["reason"] == [None, "Trop vague."]
    assert event.changes["reference"] == [None, "2026-07"]


@pytest.mark.parametrize("reason", ["", "  \n "])
def test_send_back_takes_a_reason(waiting, bureau, keeper, reason):
    with pytest.raises(ValidationError) as caught:
        send_back(**decision(waiting, bureau, keeper, reason=reason))
    assert caught.value.message_dict == {"reason": ["Dites au groupe pourquoi."]}


@pytest.mark.parametrize("reference", ["", "  ", "x" * 61])
def test_decision_of_the_bureau_has_its_number(waiting, bureau, keeper, reference):
    for act, more in ((validate, {}), (send_back, {"reason": "Non"})):
        with pytest.raises(ValidationError) as caught:
            act(**decision(waiting, bureau, keeper, reference=reference, **more))
        assert caught.value.message_dict.keys() == {"reference"}
    assert states(waiting) == (APPROVED, APPROVED)


def test_only_those_who_hold_the_meetings_of_the_bureau_note_what_it_decided(waiting, bureau, group, people):
    wrong = {
        **{role.value: seat(role, bureau) for role in (Role.MEMBER, Role.OBSERVER, Role.GUEST)},
        **{f"{name} of the group": person for name, person in people.items()},
        "delegate": UserFactory(is_delegate=True),
        "administrator": UserFactory(is_staff=True),
        "superuser": UserFactory(is_superuser=True),
        "outsider": UserFactory(),
    }
    what = {name: value for name, value in decision(waiting, bureau, None).items() if name != "by"}
    refuses(validate, wrong, **what)
    refuses(send_back, wrong, **what, reason="Non")
    assert states(waiting) == (APPROVED, APPROVED)


@pytest.mark.parametrize("role", [Role.PILOT, Role.CO_PILOT, Role.RAPPORTEUR])
def test_those_who_hold_the_meetings_of_the_bureau_may(waiting, bureau, role):
    validate(**decision(waiting, bureau, seat(role, bureau)))
    assert states(waiting) == (VALIDATED, VALIDATED)


def test_who_borrowed_the_meetings_of_the_bureau_may(waiting, bureau):
    lender = seat(Role.PILOT, bureau)
    validate(**decision(waiting, bureau, borrower(bureau, lender, Permission.HOLD_MEETINGS)))
    assert states(waiting) == (VALIDATED, VALIDATED)


def test_group_that_is_no_bureau_validates_nothing(waiting, group, people):
    what = {name: value for name, value in decision(waiting, group, None).items() if name != "by"}
    refuses(validate, {"pilot": people["pilote"], "rapporteur": people["rapporteur"]}, **what)


def test_archived_bureau_validates_nothing(waiting, bureau, keeper):
    archive(bureau)
    with pytest.raises(PermissionDenied):
        validate(**decision(waiting, bureau, keeper))


def test_bureau_of_another_contract_validates_nothing(waiting):
    other, keeper = a_bureau(contract=ContractFactory(code="autre"))
    with pytest.raises(PermissionDenied, match="autre contrat"):
        validate(**decision(waiting, other, keeper))
    assert states(waiting) == (APPROVED, APPROVED)


def test_bureau_decides_about_the_content_it_read(waiting, bureau, keeper):
    for act, more in ((validate, {}), (send_back, {"reason": "Non"})):
        with pytest.raises(OtherContent):
            act(**decision(waiting, bureau, keeper, sha256="0" * 64, **more))


def refusal(act, **arguments):
    with pytest.raises(Refused) as caught:
        act(**arguments)
    return caught.value.sentence


def test_bureau_decides_about_what_the_pilots_approved_alone(deliverable, people, bureau, keeper):
    version = a_version(deliverable, author=people["membre"])
    draft = "Cette version est un brouillon\u00a0: elle n’a pas été soumise."
    assert refusal(validate, **decision(version, bureau, keeper)) == draft
    submit(version=version, by=people["membre"])
    submitted = "Cette version est déjà soumise aux pilotes."
    assert refusal(validate, **decision(version, bureau, keeper)) == submitted
    assert refusal(send_back, **decision(version, bureau, keeper, reason="Non")) == submitted
    approve(version=version, sha256=version.sha256, by=people["pilote"])
    validate(**decision(version, bureau, keeper))
    done = "Le Bureau a déjà validé cette version."
    assert refusal(validate, **decision(version, bureau, keeper)) == done
    assert refusal(send_back, **decision(version, bureau, keeper, reason="Non")) == done
    assert refusal(request_changes, version=version, reason="Non", by=people["pilote"]) == done


def test_bureau_meets_a_version_that_was_replaced(waiting, deliverable, bureau, keeper):
    deliverable.refresh_from_db()
    a_version(deliverable, b"Autre texte.")
    newer = "Une version plus récente a été déposée\u00a0: c’est elle qui compte."
    assert refusal(validate, **decision(waiting, bureau, keeper)) == newer


def test_bureau_has_no_say_where_the_pilots_suffice(people, group, bureau, keeper):
    version = submitted_version(DeliverableFactory(group=group), b"Sans position.")
    approve(version=version, sha256=version.sha256, by=people["pilote"])
    sentence = "Ce livrable ne porte pas de position du comité\u00a0: l’approbation de ses pilotes suffit."
    assert refusal(validate, **decision(version, bureau, keeper)) == sentence


def test_bureau_s_own_position_is_decided_in_one_group(bureau, keeper):
    deliverable = DeliverableFactory(group=bureau, needs_bureau=True)
    version = decided(a_version(deliverable), APPROVED)
    validate(**decision(version, bureau, keeper))
    assert states(version) == (VALIDATED, VALIDATED)


def test_queue_holds_what_waits_for_this_bureau_the_longest_first(bureau, group):
    def waiting(**fields):
        row = DeliverableFactory(**{"group": group, "needs_bureau": True, **fields})
        decided(a_version(row), APPROVED)
        return row

    first, second = waiting(), waiting()
    waiting(needs_bureau=False)
    waiting(group=WorkingGroupFactory(contract=ContractFactory(code="autre")))
    submitted_version(DeliverableFactory(group=group, needs_bureau=True))
    assert list(queue(bureau)) == [first, second]


def test_person_who_sits_in_both_acts_here_for_the_bureau(waiting, bureau, people, deliverable):
    """The capacity told is the one of the Bureau, whatever else they are in the group."""
    pilot = people["pilote"]
    mandate = MembershipFactory(group=bureau, person=pilot, role=Role.RAPPORTEUR)
    validate(**decision(waiting, bureau, pilot))
    assert story(deliverable)[-1].capacity == f"rapporteur, {mandate.organisation}"
