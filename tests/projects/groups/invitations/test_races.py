from functools import partial

import pytest

from accounts.invitations.services import accept_invitation
from accounts.invitations.tokens import hash_of
from accounts.models import Invitation, User
from filiere.refusals import Refused
from projects.access.enums import Role
from projects.groups.enums import Outcome
from projects.groups.invitations.services import withdraw_offer
from projects.models import InvitedMandate
from tests.factories.groups import MembershipFactory
from tests.projects.groups.invitations.links import ADDRESS, link_to
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "un mot de passe assez long"


def accept(offer, *told):
    token = link_to(offer)
    tell = told[0].append if told else None
    return accept_invitation(
        token_hash=hash_of(token), given_name="Ana", family_name="Ortiz", password=PASSWORD, tell=tell
    )


def test_two_pilots_inviting_one_address_into_one_group_make_one_offer(ask, group, pilot):
    other = MembershipFactory(group=group, role=Role.PILOT).person
    outcomes = race(*[partial(ask, by) for by in (pilot, other, pilot, other)])
    assert sorted(done.outcome for done in outcomes) == ["invitation", "rien", "rien", "rien"]
    assert (Invitation.objects.count(), InvitedMandate.objects.count()) == (1, 1)


def test_two_pilots_inviting_one_address_into_two_groups_share_one_invitation(ask, group, pilot):
    other = MembershipFactory(role=Role.PILOT)
    outcomes = race(partial(ask, pilot), partial(ask, other.person, group=other.group))
    assert sorted(done.outcome for done in outcomes) == ["invitation", "invitation_completee"]
    assert Invitation.objects.count() == 1
    assert set(InvitedMandate.objects.values_list("group", flat=True)) == {group.pk, other.group.pk}


def test_accepting_while_another_group_invites_loses_nothing(ask, group, pilot):
    other = MembershipFactory(role=Role.PILOT)
    first = ask(pilot)
    accepted, done = race(partial(accept, first.offer), partial(ask, other.person, group=other.group))
    assert isinstance(accepted, User)
    assert done.outcome in {Outcome.JOINED, Outcome.GIVEN}
    assert set(accepted.mandates.values_list("group", flat=True)) == {group.pk, other.group.pk}


def test_accepting_while_it_is_withdrawn_has_one_outcome(ask, pilot):
    offer = ask(pilot).offer
    accepted, withdrawn = race(partial(accept, offer), partial(withdraw_offer, offer=offer, by=pilot))
    offer.refresh_from_db()
    if isinstance(accepted, User):
        assert isinstance(withdrawn, Refused)
        assert offer.given_at
    else:
        assert isinstance(withdrawn, InvitedMandate)
        assert not User.objects.filter(email=ADDRESS).exists()
