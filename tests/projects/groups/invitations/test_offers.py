from datetime import date

import pytest
from django.core import mail

from accounts.invitations import selectors as accounts
from accounts.invitations import sending
from accounts.models import User
from projects.access.enums import Role
from projects.groups.invitations import offers
from projects.groups.invitations.services import resend_offer, withdraw_offer
from projects.groups.mandates.handover import duties_of
from projects.groups.mandates.services import end_mandate
from projects.groups.services import archive_group
from projects.models import InvitedMandate, Membership
from tests.factories.groups import MembershipFactory
from tests.projects.groups.invitations.links import link_to

pytestmark = pytest.mark.usefixtures("on_that_day")


TODAY = date(2026, 3, 10)
LATER = date(2026, 9, 1)


# --- What the invited person reads ------------------------------------------


def test_mail_and_page_name_group_role_and_organisation(ask, client, pilot):
    done = ask(pilot, ends_on=LATER)
    sending.send(done.offer.invitation_id)
    (message,) = mail.outbox
    words = "Membre du groupe «\xa0Diagnostic in vitro\xa0», au nom de Syndicat du diagnostic, jusqu’au 1er"
    assert f"- {words}" in message.body
    assert words in message.alternatives[0][0]
    page = client.get(f"/invitation/{link_to(done.offer)}/", follow=True).content.decode()
    assert words in page


def test_mail_is_silent_on_what_cannot_be_given_any_more(ask, group, pilot, delegate):
    done = ask(pilot)
    archive_group(group=group, by=delegate)
    assert accounts.brought_by(done.offer.invitation) == []


# --- Who answers for what is pending ----------------------------------------


def orphaned(offer):
    return offers.offers_into(offer.group).get(pk=offer.pk).orphaned


def test_offer_is_orphaned_once_its_author_may_not_give_it_any_more(ask, group, pilot, delegate):
    theirs, coordinated = ask(pilot).offer, ask(delegate, email="b@demo.example", role=Role.PILOT).offer
    assert not orphaned(theirs)
    assert not orphaned(coordinated)
    end_mandate(mandate=Membership.objects.get(person=pilot), by=None)
    User.objects.filter(pk=delegate.pk).update(is_delegate=False)
    assert orphaned(theirs)
    assert orphaned(coordinated)
    other = MembershipFactory(group=group, role=Role.PILOT).person
    resend_offer(offer=theirs, by=other)
    assert not orphaned(theirs)


def test_offer_that_is_settled_is_no_orphan(ask, pilot):
    offer = ask(pilot).offer
    withdraw_offer(offer=offer, by=pilot)
    end_mandate(mandate=Membership.objects.get(person=pilot), by=None)
    assert not orphaned(offer)


def test_handover_lists_what_is_pending_and_passes_it_on(ask, group, pilot):
    ask(pilot)
    ask(pilot, email="b@demo.example")
    mandate = Membership.objects.get(person=pilot)
    (duty,) = [duty for duty in duties_of(mandate, TODAY) if "invité" in duty.what]
    assert "2 personnes" in duty.what
    successor = MembershipFactory(group=group, role=Role.CO_PILOT)
    end_mandate(mandate=mandate, by=None, successor=successor)
    assert {offer.offered_by for offer in InvitedMandate.objects.all()} == {successor.person}


def test_handover_of_one_of_two_pilot_mandates_leaves_invitations_alone(ask, group, pilot):
    ask(pilot)
    MembershipFactory(group=group, person=pilot, role=Role.CO_PILOT)
    mandate = Membership.objects.get(person=pilot, role=Role.PILOT)
    assert not [duty for duty in duties_of(mandate, TODAY) if "invité" in duty.what]


def test_offers_are_visible_to_those_who_invite_there(ask, group, pilot, delegate):
    offer = ask(pilot).offer
    member = MembershipFactory(group=group).person
    elsewhere = MembershipFactory(role=Role.PILOT).person
    for person, expected in ((pilot, [offer]), (delegate, [offer]), (member, []), (elsewhere, [])):
        assert list(InvitedMandate.objects.visible_to(person)) == expected
