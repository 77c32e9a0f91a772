"""The way to approval: who may, who may not, what each refusal says, what the journal keeps."""

from datetime import timedelta
from functools import partial

import pytest
from django.core.exceptions import ValidationError

from filiere.days import today
from filiere.refusals import Refused
from filiere.versions import Stale, version_of
from projects.access.enums import Permission, Role
from projects.deliverables.approvals.services import (
    OtherContent,
    approve,
    request_changes,
    submit,
    withdraw,
)
from projects.deliverables.enums import ApprovalState, Progress, Verdict, Void
from projects.deliverables.files.scanner import Verdict as Scan
from projects.deliverables.following import suspend, take_up_again
from projects.groups.enums import ApprovalRule
from projects.models import Approval, Deliverable, Version, WorkingGroup
from tests.factories.access import seat
from tests.factories.deliverables import (
    DeliverableFactory,
    a_group_at_work,
    a_version,
    decided,
    submitted_version,
)
from tests.projects.deliverables.approvals.going import demand_all, refused, states, yes
from tests.projects.deliverables.stories import archive, borrower, hidden_from, onlookers, refuses, story, strangers

pytestmark = pytest.mark.django_db

DRAFT, SUBMITTED, CHANGES_ASKED, APPROVED = (
    ApprovalState.DRAFT,
    ApprovalState.SUBMITTED,
    ApprovalState.CHANGES_ASKED,
    ApprovalState.APPROVED,
)
DAY = timedelta(days=1)


# --- Submitting, withdrawing ------------------------------------------------


@pytest.mark.parametrize("role", ["pilote", "copilote", "rapporteur", "membre"])
def test_submit_puts_the_current_version_before_the_pilots(deliverable, people, role):
    version = a_version(deliverable, author=people["membre"])
    submit(version=version, by=people[role])
    assert states(version) == (SUBMITTED, SUBMITTED)
    fresh = Version.objects.get()
    assert (fresh.submitted_by, fresh.submitted_at is not None) == (people[role], True)
    event = story(deliverable)[-1]
    assert (event.verb, event.actor) == ("deliverable.version_submitted", people[role])
    assert event.capacity == f"{Role(role).label.lower()}, {people[role].mandates.get().organisation}"
    assert event.changes == {
        "version": [None, 1],
        "sha256": [None, version.sha256],
        "approval_state": [DRAFT, SUBMITTED],
    }


def test_submit_is_not_for_those_who_only_look_on(deliverable, group):
    version = a_version(deliverable)
    hidden_from(submit, strangers(group), version=version)
    # A draft does not exist for observers.
    hidden_from(submit, {"observer": seat(Role.OBSERVER, group)}, version=version)
    refuses(submit, onlookers(group, Role.GUEST), version=version)


def test_submit_in_an_archived_group_is_over(deliverable, group, people):
    version = a_version(deliverable)
    archive(group)
    refuses(submit, {"member": people["membre"], "pilot": people["pilote"]}, version=version)


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (SUBMITTED, "Cette version est déjà soumise aux pilotes."),
        (CHANGES_ASKED, "Des modifications ont été demandées\u00a0: déposez une nouvelle version."),
        (APPROVED, "Les pilotes ont déjà approuvé cette version."),
    ],
)
def test_submit_from_any_other_state_says_why_not(deliverable, people, state, sentence):
    version = decided(a_version(deliverable), state)
    assert refused(submit, version=version, by=people["membre"]) == sentence
    assert states(version) == (state, state)


def test_submit_of_a_replaced_version_says_so(deliverable, people):
    first = a_version(deliverable)
    a_version(deliverable, b"Autre texte.")
    sentence = "Une version plus récente a été déposée\u00a0: c’est elle qui compte."
    assert refused(submit, version=first, by=people["membre"]) == sentence


def test_submit_of_a_stopped_deliverable_waits_until_it_is_taken_up(deliverable, people):
    version = a_version(deliverable)
    Deliverable.objects.update(progress=Progress.SUSPENDED, stopped_on=today(), stopped_because="Faute de budget")
    sentence = "Ce livrable est suspendu ou abandonné\u00a0: reprenez-le d’abord."
    assert refused(submit, version=version, by=people["membre"]) == sentence


@pytest.mark.parametrize("scan", [Scan.WAITING, Scan.INFECTED])
def test_submit_waits_for_the_antivirus(deliverable, people, scan):
    version = a_version(deliverable)
    Version.objects.update(scan=scan)
    assert "antivirus" in refused(submit, version=version, by=people["membre"])


def test_submit_of_a_version_that_changed_meanwhile_shows_both(deliverable, people):
    version = a_version(deliverable)
    seen = version_of(version)
    version.save()
    with pytest.raises(Stale):
        submit(version=version, by=people["membre"], seen=seen)
    submit(version=version, by=people["membre"], seen=version_of(version))


@pytest.mark.parametrize("who", ["author", "submitter", "pilote", "copilote"])
def test_withdraw_is_for_authors_and_pilots(deliverable, group, people, who):
    author, submitter = seat(Role.MEMBER, group), seat(Role.MEMBER, group)
    version = submitted_version(deliverable, author=author, submitted_by=submitter)
    person = {"author": author, "submitter": submitter, **people}[who]
    withdraw(version=version, by=person)
    assert states(version) == (DRAFT, DRAFT)
    fresh = Version.objects.get()
    assert (fresh.submitted_by, fresh.submitted_at) == (None, None)
    assert story(deliverable)[-1].verb == "deliverable.version_withdrawn"


def test_withdraw_is_not_for_other_members(version, group, people):
    sentence = "Seuls qui a déposé ou soumis la version, et les pilotes qui ne s’en sont pas déportés, la retirent."
    assert refused(withdraw, version=version, by=people["rapporteur"]) == sentence
    hidden_from(withdraw, strangers(group), version=version)
    refuses(withdraw, onlookers(group, Role.GUEST), version=version)


def test_withdraw_voids_what_was_approved_meanwhile_visibly(version, group, people):
    demand_all(group)
    yes(version, people["pilote"])
    withdraw(version=version, by=people["membre"])
    approval = Approval.objects.get()
    assert (approval.voided_because, approval.voided_at is not None) == (Void.WITHDRAWN, True)
    # Submitted again, it starts again: nobody's earlier word stands.
    submit(version=version, by=people["membre"])
    yes(version, people["pilote"])
    yes(version, people["copilote"])
    assert states(version) == (APPROVED, APPROVED)


# --- Approving --------------------------------------------------------------


@pytest.mark.parametrize("role", ["pilote", "copilote"])
def test_approve_binds_to_the_content_and_names_the_capacity(version, deliverable, people, role):
    yes(version, people[role], reason="Conforme.\r\n")
    assert states(version) == (APPROVED, APPROVED)
    approval = Approval.objects.get()
    organisation = people[role].mandates.get().organisation
    assert (approval.sha256, approval.verdict, approval.reason) == (version.sha256, Verdict.APPROVED, "Conforme.")
    assert (approval.person, approval.voice, approval.delegation) == (people[role], people[role], None)
    assert (approval.organisation, approval.capacity) == (organisation, f"{Role(role).label.lower()}, {organisation}")
    fresh = Deliverable.objects.get()
    assert (fresh.validated, fresh.validated.validated_at is not None) == (version, True)
    event = story(deliverable)[-1]
    assert (event.verb, event.actor, event.capacity) == (
        "deliverable.version_approved",
        people[role],
        f"{Role(role).label.lower()}, {organisation}",
    )
    assert event.changes == {
        "version": [None, 1],
        "sha256": [None, version.sha256],
        "approval_state": [SUBMITTED, APPROVED],
    }


def test_approve_is_for_pilots_alone(version, group, people):
    hidden_from(approve, strangers(group), version=version, sha256=version.sha256)
    hidden_from(approve, {"observer": people["observateur"]}, version=version, sha256=version.sha256)
    refuses(
        approve,
        onlookers(group, Role.RAPPORTEUR, Role.MEMBER, Role.GUEST),
        version=version,
        sha256=version.sha256,
    )
    assert not Approval.objects.exists()


def test_approve_in_an_archived_group_is_over(version, group, people):
    archive(group)
    refuses(approve, {"pilot": people["pilote"]}, version=version, sha256=version.sha256)


@pytest.mark.parametrize("sha256", ["0" * 64, "", "abc"])
def test_approve_of_another_content_is_refused(version, people, sha256):
    with pytest.raises(OtherContent) as caught:
        approve(version=version, sha256=sha256, by=people["pilote"])
    assert caught.value.code == "other_content"
    assert "L’empreinte ne correspond pas" in caught.value.sentence
    assert states(version) == (SUBMITTED, SUBMITTED)


def test_approve_reads_a_hash_as_people_paste_it(version, people):
    approve(version=version, sha256=f" {version.sha256.upper()}\n", by=people["pilote"])
    assert states(version) == (APPROVED, APPROVED)


def test_approve_of_the_hash_of_the_former_version_is_refused(deliverable, people):
    first = submitted_version(deliverable)
    second = submitted_version(deliverable, b"Autre texte.")
    with pytest.raises(OtherContent):
        approve(version=second, sha256=first.sha256, by=people["pilote"])
    assert refused(yes, version=first, by=people["pilote"]).startswith("Une version plus récente a été déposée")


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (DRAFT, "Cette version est un brouillon\u00a0: elle n’a pas été soumise."),
        (CHANGES_ASKED, "Des modifications ont été demandées\u00a0: déposez une nouvelle version."),
        (APPROVED, "Les pilotes ont déjà approuvé cette version."),
    ],
)
def test_approve_from_any_other_state_says_why_not(deliverable, people, state, sentence):
    version = decided(a_version(deliverable), state)
    assert refused(yes, version=version, by=people["pilote"]) == sentence


@pytest.mark.parametrize("by", ["author", "submitted_by"])
def test_author_never_approves_alone(deliverable, people, by):
    version = submitted_version(deliverable, **{by: people["pilote"]})
    sentence = "Qui a déposé ou soumis cette version ne l’approuve pas seul\u00a0: elle attend un autre pilote."
    assert refused(yes, version=version, by=people["pilote"]) == sentence
    yes(version, people["copilote"])
    assert states(version) == (APPROVED, APPROVED)


def test_author_s_voice_in_another_hand_approves_nothing(deliverable, group, people):
    hand = borrower(group, people["pilote"])
    version = submitted_version(deliverable, author=people["pilote"])
    assert "ne l’approuve pas seul" in refused(yes, version=version, by=hand)
    assert not Approval.objects.exists()


@pytest.mark.parametrize("rule", ApprovalRule)
def test_author_s_hand_with_another_voice_approves_nothing(deliverable, group, people, rule):
    WorkingGroup.objects.filter(pk=group.pk).update(approval_rule=rule)
    author = borrower(group, people["pilote"])
    version = submitted_version(deliverable, author=author)
    assert "ne l’approuve pas seul" in refused(yes, version=version, by=author)


def test_all_pilots_are_waited_for_where_the_group_says_so(version, deliverable, group, people):
    demand_all(group)
    yes(version, people["pilote"])
    assert states(version) == (SUBMITTED, SUBMITTED)
    assert [event.verb for event in story(deliverable)] == ["deliverable.version_approved_in_part"]
    assert refused(yes, version=version, by=people["pilote"]) == "Cette version porte déjà cette approbation."
    yes(version, people["copilote"])
    assert states(version) == (APPROVED, APPROVED)
    assert story(deliverable)[-1].verb == "deliverable.version_approved"


def test_author_who_steers_is_heard_where_all_are_but_never_suffices(deliverable, group, people):
    demand_all(group)
    version = submitted_version(deliverable, author=people["pilote"])
    yes(version, people["pilote"])
    assert states(version) == (SUBMITTED, SUBMITTED)
    yes(version, people["copilote"])
    assert states(version) == (APPROVED, APPROVED)


def test_borrower_approves_in_the_name_of_who_lent(version, deliverable, group, people):
    hand = borrower(group, people["pilote"])
    yes(version, hand)
    approval = Approval.objects.get()
    organisation = people["pilote"].mandates.get().organisation
    assert (approval.person, approval.voice, approval.organisation) == (hand, people["pilote"], organisation)
    assert approval.delegation == hand.delegations_held.get()
    assert approval.capacity == f"par délégation (pilote, {organisation})"
    event = story(deliverable)[-1]
    assert (event.actor, event.capacity) == (hand, "par délégation")
    assert event.changes["delegation"] == [None, str(approval.delegation.pk)]
    assert states(version) == (APPROVED, APPROVED)


@pytest.mark.parametrize(
    "loan",
    [
        {"ends_on": today() - DAY},
        {"starts_on": today() + DAY},
        {"revoked_at": "2026-01-01T00:00:00Z"},
        {"permission": Permission.HOLD_MEETINGS},
    ],
    ids=["over", "not begun", "taken back", "another permission"],
)
def test_loan_that_does_not_hold_lets_nobody_approve(version, group, people, loan):
    refuses(approve, {"borrower": borrower(group, people["pilote"], **loan)}, version=version, sha256=version.sha256)


def test_person_with_two_voices_says_which_or_both_in_turn(version, group, people):
    demand_all(group)
    hand = borrower(group, people["pilote"], role=Role.CO_PILOT)
    lent = hand.delegations_held.get()
    yes(version, hand, capacity=str(lent.pk))
    assert Approval.objects.get().voice == people["pilote"]
    yes(version, hand)
    assert Approval.objects.filter(person=hand).count() == 2
    yes(version, people["copilote"])
    assert states(version) == (APPROVED, APPROVED)


def test_pilot_whose_voice_was_used_is_told_so(version, group, people):
    demand_all(group)
    yes(version, borrower(group, people["pilote"]))
    assert refused(yes, version=version, by=people["pilote"]) == "Cette version porte déjà cette approbation."


def test_capacity_that_is_not_theirs_is_refused_by_its_field(version, group, people):
    other = borrower(group, people["copilote"]).delegations_held.get()
    for key in (str(other.pk), "autre"):
        with pytest.raises(ValidationError) as caught:
            yes(version, people["pilote"], capacity=key)
        assert caught.value.message_dict == {
            "capacity": ["Cette délégation ne vous permet pas, ou plus, d’approuver ici."]
        }


def test_remark_of_an_approval_has_its_measure(version, people):
    with pytest.raises(ValidationError) as caught:
        yes(version, people["pilote"], reason="x" * 2001)
    assert caught.value.message_dict == {"reason": ["Écrivez 2\u202f000 caractères au plus."]}


def test_approve_of_a_version_seen_before_it_changed_is_stale(version, people):
    seen = version_of(version)
    Version.objects.get(pk=version.pk).save()
    with pytest.raises(Stale):
        yes(version, people["pilote"], seen=seen)


def test_approval_of_a_position_of_the_comite_is_not_yet_a_validation(deliverable, people):
    Deliverable.objects.update(needs_bureau=True)
    version = submitted_version(Deliverable.objects.get())
    yes(version, people["pilote"])
    assert states(version) == (APPROVED, APPROVED)
    fresh = Deliverable.objects.get()
    assert fresh.validated is None
    assert Version.objects.get().validated_at is None


# --- Requesting changes -----------------------------------------------------


def test_request_changes_says_why_and_voids_what_was_approved(version, deliverable, group, people):
    demand_all(group)
    yes(version, people["copilote"])
    request_changes(version=version, reason=" Chiffrez.\r\nPuis relisez. ", by=people["pilote"])
    assert states(version) == (CHANGES_ASKED, CHANGES_ASKED)
    first, second = Approval.objects.order_by("given_at")
    assert (first.verdict, first.voided_because) == (Verdict.APPROVED, Void.CHANGES_ASKED)
    assert (second.verdict, second.reason, second.voided_at) == (
        Verdict.CHANGES_ASKED,
        "Chiffrez.\nPuis relisez.",
        None,
    )
    assert second.sha256 == version.sha256
    event = story(deliverable)[-1]
    assert (event.verb, event.actor) == ("deliverable.changes_requested", people["pilote"])
    assert event.changes["reason"] == [None, "Chiffrez.\nPuis relisez."]
    assert event.changes["approval_state"] == [SUBMITTED, CHANGES_ASKED]


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [("", "Dites pourquoi."), (" \r\n ", "Dites pourquoi."), ("x" * 2001, "Écrivez 2\u202f000 caractères au plus.")],
)
def test_request_changes_takes_a_reason(version, people, reason, sentence):
    with pytest.raises(ValidationError) as caught:
        request_changes(version=version, reason=reason, by=people["pilote"])
    assert caught.value.message_dict == {"reason": [sentence]}
    assert states(version) == (SUBMITTED, SUBMITTED)


def test_request_changes_is_for_pilots_and_those_they_lent_to(version, group, people):
    hidden_from(request_changes, strangers(group), version=version, reason="Non")
    refuses(
        request_changes,
        onlookers(group, Role.RAPPORTEUR, Role.MEMBER, Role.GUEST),
        version=version,
        reason="Non",
    )
    request_changes(version=version, reason="Non", by=borrower(group, people["pilote"]))
    assert Approval.objects.get().voice == people["pilote"]


def test_request_changes_of_what_waits_for_the_bureau_is_still_possible(deliverable, people):
    Deliverable.objects.update(needs_bureau=True)
    version = submitted_version(Deliverable.objects.get())
    yes(version, people["pilote"])
    request_changes(version=version, reason="Une erreur au tableau 2.", by=people["copilote"])
    assert states(version) == (CHANGES_ASKED, CHANGES_ASKED)
    assert Approval.objects.get(verdict=Verdict.APPROVED).voided_because == Void.CHANGES_ASKED


def test_request_changes_of_what_is_validated_comes_too_late(version, people):
    yes(version, people["pilote"])
    sentence = "Cette version est validée\u00a0: pour la changer, déposez-en une nouvelle."
    assert refused(request_changes, version=version, reason="Non", by=people["copilote"]) == sentence


def test_nobody_decides_about_what_is_suspended():
    group, people = a_group_at_work("a-l-arret")
    version = submitted_version(DeliverableFactory(group=group), author=people["membre"])
    suspend(deliverable=version.deliverable, reason="Faute de budget", by=people["pilote"])
    for decide in (
        partial(approve, version=version, sha256=version.sha256, by=people["pilote"]),
        partial(request_changes, version=version, reason="Non", by=people["pilote"]),
    ):
        with pytest.raises(Refused, match="suspendu ou abandonné"):
            decide()
    take_up_again(deliverable=version.deliverable, by=people["pilote"])
    assert approve(version=version, sha256=version.sha256, by=people["pilote"]).state == ApprovalState.APPROVED
