"""Those who stand aside, and those who leave: nobody need sign again for what is complete without them."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import transaction

from filiere.days import today
from projects.access.enums import Role
from projects.deliverables.approvals.services import (
    approve,
    declare_recusal,
    lift_recusal,
    request_changes,
    settle_everywhere,
    settle_group,
)
from projects.deliverables.enums import ApprovalState, Void
from projects.groups.mandates.services import change_mandate, end_mandate
from projects.groups.services import held_group
from projects.models import Deliverable, Membership, Recusal
from tests.factories.deliverables import DeliverableFactory, submitted_version
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


# --- Standing aside ---------------------------------------------------------


def test_recused_pilot_decides_nothing_until_they_lift_it(version, deliverable, people):
    declare_recusal(deliverable=deliverable, reason=" Mon employeur est candidat. ", by=people["pilote"])
    recusal = Recusal.objects.get()
    assert (recusal.person, recusal.reason) == (people["pilote"], "Mon employeur est candidat.")
    assert recusal.capacity.startswith("pilote, ")
    sentence = "Vous vous êtes déporté de ce livrable."
    assert refused(yes, version=version, by=people["pilote"]) == sentence
    assert refused(request_changes, version=version, reason="Non", by=people["pilote"]) == sentence
    lift_recusal(deliverable=deliverable, by=people["pilote"])
    yes(version, people["pilote"])
    assert [event.verb.partition(".")[2] for event in story(deliverable)] == [
        "recusal_declared",
        "recusal_lifted",
        "version_approved",
    ]
    assert story(deliverable)[0].changes == {"reason": [None, "Mon employeur est candidat."]}


def test_recused_pilot_s_voice_stands_aside_in_every_hand(version, deliverable, group, people):
    hand = borrower(group, people["pilote"])
    declare_recusal(deliverable=deliverable, reason="Lien familial", by=people["pilote"])
    sentence = "Vous n’avez ni mandat de pilotage ni délégation en cours pour approuver ici."
    assert refused(yes, version=version, by=hand) == sentence


def test_recusal_is_declared_once_and_lifted_once(deliverable, people):
    declare_recusal(deliverable=deliverable, reason="Lien familial", by=people["pilote"])
    already = "Vous vous êtes déjà déporté de ce livrable."
    assert refused(declare_recusal, deliverable=deliverable, reason="Encore", by=people["pilote"]) == already
    lift_recusal(deliverable=deliverable, by=people["pilote"])
    never = "Vous ne vous êtes pas déporté de ce livrable."
    assert refused(lift_recusal, deliverable=deliverable, by=people["pilote"]) == never
    assert refused(lift_recusal, deliverable=deliverable, by=people["copilote"]) == never


def test_recusal_takes_a_reason(deliverable, people):
    with pytest.raises(ValidationError) as caught:
        declare_recusal(deliverable=deliverable, reason="  ", by=people["pilote"])
    assert caught.value.message_dict == {"reason": ["Dites pourquoi."]}


def test_recusal_is_for_those_who_could_decide(version, deliverable, group):
    hidden_from(declare_recusal, strangers(group), deliverable=deliverable, reason="Lien")
    refuses(declare_recusal, onlookers(group, Role.MEMBER, Role.GUEST), deliverable=deliverable, reason="Lien")
    refuses(lift_recusal, onlookers(group, Role.MEMBER, Role.GUEST), deliverable=deliverable)


def test_recusal_of_the_last_one_awaited_settles_what_the_others_approved(version, deliverable, group, people):
    demand_all(group)
    yes(version, people["pilote"])
    declare_recusal(deliverable=deliverable, reason="Lien familial", by=people["copilote"])
    assert states(version) == (APPROVED, APPROVED)
    assert Deliverable.objects.get().validated == version
    event = story(deliverable)[-1]
    assert (event.verb, event.actor) == ("deliverable.version_approved", None)
    assert event.changes["approval_state"] == [SUBMITTED, APPROVED]


def test_recusal_where_nobody_else_approved_settles_nothing(version, deliverable, people):
    declare_recusal(deliverable=deliverable, reason="Lien familial", by=people["copilote"])
    assert states(version) == (SUBMITTED, SUBMITTED)


def test_what_a_recused_pilot_approved_before_no_longer_counts(version, deliverable, group, people):
    demand_all(group)
    yes(version, people["pilote"])
    declare_recusal(deliverable=deliverable, reason="Lien familial", by=people["pilote"])
    [gone] = version.approvals.all()
    assert (gone.voided_because, gone.voided_at is None) == (Void.RECUSED, False)
    assert story(deliverable)[-1].changes["voided_approvals"] == [None, 1]
    assert states(version) == (SUBMITTED, SUBMITTED)
    yes(version, people["copilote"])
    assert states(version) == (APPROVED, APPROVED)


def test_what_is_approved_already_outlives_a_recusal(version, deliverable, people):
    yes(version, people["pilote"])
    declare_recusal(deliverable=deliverable, reason="Lien familial", by=people["pilote"])
    assert states(version) == (APPROVED, APPROVED)
    assert version.approvals.get().voided_at is None


# --- When those who are awaited leave ---------------------------------------


def test_settle_group_concludes_what_only_waited_for_who_left(version, deliverable, group, people):
    demand_all(group)
    waiting = submitted_version(DeliverableFactory(group=group), b"Autre", author=people["membre"])
    yes(version, people["pilote"])
    end_mandate(mandate=Membership.objects.get(person=people["copilote"]), by=None)
    with transaction.atomic():
        settle_group(held_group(group))
    assert states(version) == (APPROVED, APPROVED)
    assert states(waiting) == (SUBMITTED, SUBMITTED)
    assert [event.verb for event in story(deliverable)] == [
        "deliverable.version_approved_in_part",
        "deliverable.version_approved",
    ]


def test_settle_everywhere_sees_mandates_that_ended_by_themselves(version, group, people):
    demand_all(group)
    Membership.objects.filter(person=people["copilote"]).update(ends_on=today())
    yes(version, people["pilote"])
    settle_everywhere()
    assert states(version) == (SUBMITTED, SUBMITTED)
    with time_machine.travel(today() + 2 * DAY, tick=False):
        settle_everywhere()
    assert states(version) == (APPROVED, APPROVED)


def test_settle_everywhere_leaves_archived_groups_alone(version, group, people):
    demand_all(group)
    yes(version, people["pilote"])
    Membership.objects.filter(person=people["copilote"]).delete()
    archive(group)
    settle_everywhere()
    assert states(version) == (SUBMITTED, SUBMITTED)


def test_settle_everywhere_never_lets_an_author_s_word_suffice(deliverable, group, people):
    demand_all(group)
    version = submitted_version(deliverable, author=people["pilote"])
    yes(version, people["pilote"])
    Membership.objects.filter(person=people["copilote"]).delete()
    settle_everywhere()
    assert states(version) == (SUBMITTED, SUBMITTED)


def test_mandate_that_ended_a_moment_ago_approves_nothing(version, group, people):
    end_mandate(mandate=Membership.objects.get(person=people["pilote"]), by=None)
    hidden_from(approve, {"former pilot": people["pilote"]}, version=version, sha256=version.sha256)


def test_pilot_who_became_an_observer_approves_nothing(version, people):
    mandate = Membership.objects.get(person=people["pilote"])
    change_mandate(mandate=mandate, role=Role.OBSERVER, by=None)
    hidden_from(approve, {"observer now": people["pilote"]}, version=version, sha256=version.sha256)
