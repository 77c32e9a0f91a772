from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.invitations import services
from accounts.invitations.enums import Sending
from accounts.invitations.selectors import opened_by
from accounts.invitations.services import (
    forget_expired,
    invite,
    invite_first_administrator,
    resend,
    revoke,
)
from accounts.invitations.tokens import hash_of
from accounts.models import Invitation
from filiere.refusals import Refused
from filiere.versions import Stale, version_of
from projects.activity.models import Event
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.invitations import a_sent_invitation

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return AdministratorFactory()


@pytest.fixture
def delegate():
    return UserFactory(is_delegate=True)


@pytest.fixture
def queued(monkeypatch):
    """Ids handed to the broker."""
    found = []
    monkeypatch.setattr("accounts.invitations.sending.hurry", found.append)
    return found


def errors_of(caught):
    return caught.value.message_dict


def an_hour_ago():
    return timezone.now() - timedelta(hours=1)


def test_invite_keeps_what_was_said_and_no_token(administrator):
    made = invite(
        email=" Nouvelle@Demo.Example ",
        given_name=" Ana ",
        family_name="Ortiz",
        message="Bienvenue.\r\n\r\nÀ mardi !",
        as_delegate=True,
        by=administrator,
    )
    made.refresh_from_db()
    assert (made.email, made.given_name, made.family_name) == ("nouvelle@demo.example", "Ana", "Ortiz")
    assert made.message == "Bienvenue.\n\nÀ mardi !"
    assert (made.as_administrator, made.as_delegate, made.invited_by) == (False, True, administrator)
    assert (made.token_hash, made.sending) == (None, Sending.WAITING)
    assert timedelta(days=13, hours=23) < made.expires_at - timezone.now() <= timedelta(days=14)


def test_invite_asks_for_the_mail_once_committed(administrator, queued, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        made = invite(email="nouvelle@demo.example", by=administrator)
        assert queued == []
    assert queued == [made.pk]


def test_invite_undone_by_its_caller_asks_for_no_mail(administrator, queued, django_capture_on_commit_callbacks):
    def invite_and_stumble():
        with transaction.atomic():
            invite(email="nouvelle@demo.example", by=administrator)
            raise LookupError

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(LookupError):
        invite_and_stumble()
    assert queued == []
    assert not Invitation.objects.exists()


def test_invite_is_journaled_without_the_address(administrator):
    made = invite(email="nouvelle@demo.example", given_name="Ana", family_name="Ortiz", by=administrator)
    event = Event.objects.get(object_id=str(made.pk))
    assert (event.verb, event.actor, event.capacity) == ("invitation.created", administrator, "administrateur")
    written = str(vars(event))
    assert "nouvelle" not in written
    assert "Ortiz" not in written


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"email": ""}, "email"),
        ({"email": "   "}, "email"),
        ({"email": "pas une adresse"}, "email"),
        ({"email": "x" * 250 + "@demo.example"}, "email"),
        ({"email": "a@demo.example\nBcc: b@demo.example"}, "email"),
        ({"given_name": "x" * 101}, "given_name"),
        ({"family_name": "Or\u200btiz"}, "family_name"),
        ({"message": "x" * 1001}, "message"),
        ({"message": "bon\x00jour"}, "message"),
    ],
)
def test_invite_names_the_field_at_fault(administrator, fields, at_fault):
    with pytest.raises(ValidationError) as caught:
        invite(**{"email": "nouvelle@demo.example", **fields}, by=administrator)
    assert list(errors_of(caught)) == [at_fault]
    assert not Invitation.objects.exists()


def test_invite_someone_who_has_an_account_is_refused(administrator):
    person = UserFactory()
    with pytest.raises(ValidationError) as caught:
        invite(email=person.email.upper(), by=administrator)
    assert errors_of(caught) == {"email": ["Cette adresse a déjà un compte."]}


def test_invite_someone_whose_account_is_closed_says_so(administrator):
    with pytest.raises(ValidationError, match="compte fermé"):
        invite(email=UserFactory(is_active=False).email, by=administrator)


def test_invite_someone_twice_is_refused_and_offers_to_send_again(administrator):
    invite(email="nouvelle@demo.example", by=administrator)
    with pytest.raises(ValidationError) as caught:
        invite(email="NOUVELLE@demo.example", by=administrator)
    assert caught.value.error_dict["email"][0].code == "already_invited"
    assert "renvoyez-la" in errors_of(caught)["email"][0]
    assert Invitation.objects.count() == 1


def test_invite_someone_whose_invitation_expired_replaces_it(administrator):
    old, token = a_sent_invitation("nouvelle@demo.example", expires_at=an_hour_ago())
    made = invite(email="nouvelle@demo.example", by=administrator)
    old.refresh_from_db()
    assert old.revoked_at is not None
    assert made.pk != old.pk
    assert opened_by(hash_of(token)) is None
    assert Event.objects.filter(object_id=str(old.pk), verb="invitation.revoked", actor=administrator).exists()


def test_invite_someone_whose_invitation_was_revoked_is_possible(administrator):
    a_sent_invitation("nouvelle@demo.example", revoked_at=timezone.now())
    assert invite(email="nouvelle@demo.example", by=administrator).is_open


def test_invite_by_delegate_may_make_delegates_but_no_administrators(delegate):
    assert invite(email="une@demo.example", as_delegate=True, by=delegate).as_delegate
    with pytest.raises(PermissionDenied):
        invite(email="deux@demo.example", as_administrator=True, by=delegate)
    assert Invitation.objects.count() == 1


@pytest.mark.parametrize("role", ["as_administrator", "as_delegate"])
def test_invite_by_member_or_closed_account_gives_no_role(role):
    for by in (UserFactory(), AdministratorFactory(is_active=False), UserFactory(is_superuser=True)):
        with pytest.raises(PermissionDenied):
            invite(email="nouvelle@demo.example", by=by, **{role: True})
    assert not Invitation.objects.exists()


def test_invite_by_closed_account_is_refused():
    with pytest.raises(PermissionDenied):
        invite(email="nouvelle@demo.example", by=AdministratorFactory(is_active=False))


def test_invite_too_many_in_an_hour_is_refused_and_others_may_go_on(administrator, delegate, monkeypatch):
    monkeypatch.setattr(services, "MOST_PER_HOUR", 3)
    first = invite(email="a@demo.example", by=administrator)
    invite(email="b@demo.example", by=administrator)
    resend(invitation=first, by=administrator)
    for act in (
        lambda: invite(email="c@demo.example", by=administrator),
        lambda: resend(invitation=first, by=administrator),
    ):
        with pytest.raises(Refused, match="3 invitations en une heure"):
            act()
    assert invite(email="c@demo.example", by=delegate).is_open


def test_invite_too_many_counts_the_last_hour_alone(administrator, monkeypatch, time_machine):
    monkeypatch.setattr(services, "MOST_PER_HOUR", 1)
    time_machine.move_to("2026-11-20 09:00 +0100", tick=False)
    invite(email="a@demo.example", by=administrator)
    time_machine.move_to("2026-11-20 10:01 +0100", tick=False)
    assert invite(email="b@demo.example", by=administrator).is_open


def test_resend_voids_the_former_link_and_renews_the_expiry(administrator, queued, django_capture_on_commit_callbacks):
    sent, token = a_sent_invitation(expires_at=timezone.now() + timedelta(days=1))
    with django_capture_on_commit_callbacks(execute=True):
        resend(invitation=sent, by=administrator)
    sent.refresh_from_db()
    assert opened_by(hash_of(token)) is None
    assert (sent.token_hash, sent.sending, sent.attempts) == (None, Sending.WAITING, 0)
    assert sent.expires_at - timezone.now() > timedelta(days=13)
    assert queued == [sent.pk]
    assert Event.objects.filter(object_id=str(sent.pk), verb="invitation.resent", actor=administrator).exists()


def test_resend_revives_what_expired_or_failed(administrator):
    for fields in ({"expires_at": an_hour_ago()}, {"sending": Sending.FAILED, "attempts": 12}):
        sent, _token = a_sent_invitation(**fields)
        assert resend(invitation=sent, by=administrator).is_open


def test_resend_makes_its_author_the_one_who_invites(administrator):
    sent, _token = a_sent_invitation(invited_by=UserFactory(is_delegate=True))
    assert resend(invitation=sent, by=administrator).invited_by == administrator


def test_resend_of_what_has_ended_is_refused(administrator):
    accepted, _token = a_sent_invitation(accepted_at=timezone.now(), accepted_by=UserFactory())
    revoked, _token = a_sent_invitation(revoked_at=timezone.now())
    for ended, sentence in [(accepted, "acceptée"), (revoked, "révoquée")]:
        with pytest.raises(Refused, match=sentence):
            resend(invitation=ended, by=administrator)


def test_resend_to_someone_who_has_an_account_by_now_is_refused(administrator):
    sent, _token = a_sent_invitation("nouvelle@demo.example")
    UserFactory(email="nouvelle@demo.example")
    with pytest.raises(Refused, match="déjà un compte"):
        resend(invitation=sent, by=administrator)


def test_resend_or_revoke_of_an_administrators_invitation_by_delegate_is_refused(delegate):
    sent, token = a_sent_invitation(as_administrator=True, invited_by=AdministratorFactory())
    for act in (resend, revoke):
        with pytest.raises(PermissionDenied):
            act(invitation=sent, by=delegate)
    assert opened_by(hash_of(token)) == sent


def test_resend_of_a_link_without_address_is_refused(administrator):
    link = Invitation.objects.create(as_administrator=True, expires_at=timezone.now() + timedelta(1))
    with pytest.raises(Refused, match="commande"):
        resend(invitation=link, by=administrator)


@pytest.mark.parametrize("act", [resend, revoke])
def test_acts_on_an_invitation_seen_before_another_change_are_stale(administrator, act):
    sent, _token = a_sent_invitation()
    seen = version_of(sent)
    resend(invitation=sent, by=administrator)
    with pytest.raises(Stale):
        act(invitation=sent, by=administrator, seen=seen)


def test_revoke_ends_the_link(administrator):
    sent, token = a_sent_invitation()
    revoke(invitation=sent, by=administrator)
    sent.refresh_from_db()
    assert sent.revoked_at is not None
    assert sent.token_hash is None
    assert opened_by(hash_of(token)) is None
    event = Event.objects.get(object_id=str(sent.pk))
    assert (event.verb, event.actor, event.capacity) == ("invitation.revoked", administrator, "administrateur")


def test_revoke_of_what_has_ended_is_refused(administrator):
    accepted, _token = a_sent_invitation(accepted_at=timezone.now(), accepted_by=UserFactory())
    revoked, _token = a_sent_invitation(revoked_at=timezone.now())
    for ended in (accepted, revoked):
        with pytest.raises(Refused):
            revoke(invitation=ended, by=administrator)


def token_in(link):
    assert link.startswith("http://localhost/invitation/")
    return link.removeprefix("http://localhost/invitation/").rstrip("/")


def test_first_administrator_link_opens_and_is_stored_hashed():
    token = token_in(invite_first_administrator())
    found = opened_by(hash_of(token))
    assert found.is_for_first_administrator
    assert (found.email, found.as_administrator, found.invited_by) == ("", True, None)
    assert token not in str(Invitation.objects.values())
    assert len(token) >= 43


def test_first_administrator_link_asked_twice_voids_the_former():
    first, second = token_in(invite_first_administrator()), token_in(invite_first_administrator())
    assert opened_by(hash_of(first)) is None
    assert opened_by(hash_of(second)) is not None


def test_first_administrator_link_is_refused_once_there_is_one():
    AdministratorFactory()
    with pytest.raises(Refused, match="déjà un administrateur"):
        invite_first_administrator()


def test_first_administrator_link_is_possible_when_the_only_one_has_gone():
    AdministratorFactory(is_active=False)
    assert invite_first_administrator()


def test_first_administrator_link_opens_nothing_once_there_is_one():
    token = token_in(invite_first_administrator())
    AdministratorFactory()
    assert opened_by(hash_of(token)) is None


def test_forget_expired_erases_names_and_addresses_of_what_ended_long_ago():
    long_ago, limit = timezone.now() - timedelta(days=400), timezone.now() - timedelta(days=365)
    words = {"given_name": "Ana", "family_name": "Ortiz", "message": "Bienvenue"}
    ended = [
        a_sent_invitation(expires_at=long_ago, **words)[0],
        a_sent_invitation(expires_at=long_ago, revoked_at=long_ago, **words)[0],
        a_sent_invitation(revoked_at=long_ago, **words)[0],
    ]
    kept = [
        a_sent_invitation(**words)[0],
        a_sent_invitation(expires_at=an_hour_ago(), **words)[0],
        a_sent_invitation(revoked_at=an_hour_ago(), expires_at=long_ago, **words)[0],
    ]
    assert forget_expired(limit) == 3
    for row in ended:
        row.refresh_from_db()
        assert (row.email, row.given_name, row.family_name, row.message, row.searchable) == ("", "", "", "", "")
        assert row.revoked_at is not None
        assert not row.is_for_first_administrator
    for row in kept:
        row.refresh_from_db()
        assert row.email
        assert row.family_name == "Ortiz"
    assert Event.objects.filter(verb="invitation.forgotten").count() == 3


def test_forget_expired_run_again_finds_nothing(monkeypatch):
    monkeypatch.setattr(services, "FORGOTTEN_AT_ONCE", 2)
    long_ago = timezone.now() - timedelta(days=400)
    for _ in range(5):
        a_sent_invitation(expires_at=long_ago)
    assert forget_expired(timezone.now() - timedelta(days=365)) == 5
    assert forget_expired(timezone.now() - timedelta(days=365)) == 0


def test_forget_expired_leaves_the_first_administrators_link_alone():
    token = token_in(invite_first_administrator())
    assert forget_expired(timezone.now() + timedelta(days=400)) == 0
    assert opened_by(hash_of(token)) is not None
