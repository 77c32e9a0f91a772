from functools import partial

import pytest
from django.core.exceptions import ValidationError

from accounts.invitations.services import InvitationVoid, accept_invitation, invite, invite_first_administrator, revoke
from accounts.invitations.tokens import hash_of
from accounts.models import Invitation, User
from filiere.refusals import Refused
from projects.activity.models import Event
from tests.factories import AdministratorFactory
from tests.factories.invitations import a_sent_invitation
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch):
    monkeypatch.setattr("accounts.invitations.sending.hurry", lambda pk: None)


def accept(token, name="Ana"):
    return accept_invitation(
        token_hash=hash_of(token), given_name=name, family_name="Ortiz", password="un mot de passe assez long"
    )


def kinds(outcomes):
    return sorted(type(outcome).__name__ for outcome in outcomes)


def test_two_acceptances_at_once_open_one_account():
    _invitation, token = a_sent_invitation()
    outcomes = race(*[lambda n=n: accept(token, f"Ana{n}") for n in range(4)])
    assert kinds(outcomes) == ["InvitationVoid", "InvitationVoid", "InvitationVoid", "User"]
    assert User.objects.count() == 1
    assert Event.objects.filter(verb="invitation.accepted").count() == 1


def test_acceptance_and_revocation_at_once_have_one_outcome():
    administrator = AdministratorFactory()
    for _ in range(3):
        invitation, token = a_sent_invitation()
        accepted, revoked = race(
            partial(accept, token),
            partial(revoke, invitation=invitation, by=administrator),
        )
        invitation.refresh_from_db()
        if isinstance(accepted, User):
            assert isinstance(revoked, Refused)
            assert (invitation.accepted_by, invitation.revoked_at) == (accepted, None)
        else:
            assert isinstance(accepted, InvitationVoid)
            assert isinstance(revoked, Invitation)
            assert (invitation.accepted_by, invitation.accepted_at) == (None, None)


def test_two_invitations_to_one_address_at_once_make_one():
    administrator = AdministratorFactory()
    outcomes = race(*[lambda: invite(email="nouvelle@demo.example", by=administrator)] * 4)
    assert kinds(outcomes) == ["Invitation", "ValidationError", "ValidationError", "ValidationError"]
    refusals = [outcome for outcome in outcomes if isinstance(outcome, ValidationError)]
    assert {refusal.error_dict["email"][0].code for refusal in refusals} == {"already_invited"}
    assert Invitation.objects.count() == 1


def test_two_first_administrator_links_at_once_leave_one_open():
    outcomes = race(invite_first_administrator, invite_first_administrator)
    assert [outcome for outcome in outcomes if isinstance(outcome, str)]
    assert all(isinstance(outcome, (str, Refused)) for outcome in outcomes)
    assert Invitation.objects.filter(revoked_at=None).count() == 1
