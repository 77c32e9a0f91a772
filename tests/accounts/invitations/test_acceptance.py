from datetime import timedelta

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.invitations.services import InvitationVoid, accept_invitation, invite_first_administrator
from accounts.invitations.tokens import hash_of
from accounts.models import Invitation, User
from projects.activity.models import Event
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.invitations import a_sent_invitation

pytestmark = pytest.mark.django_db

ANSWERS = {"given_name": "Ana", "family_name": "Ortiz", "password": "un mot de passe assez long"}


@pytest.fixture
def follow_ups(settings, monkeypatch):
    """Functions that an accepted invitation calls, as a feature written later brings them."""

    def use(*functions):
        settings.INVITATION_FOLLOW_UPS = [str(n) for n in range(len(functions))]
        monkeypatch.setattr("accounts.invitations.services.import_string", lambda path: functions[int(path)])

    return use


def accept(token, **answers):
    return accept_invitation(token_hash=hash_of(token), **{**ANSWERS, **answers})


def test_accepting_opens_the_account_at_the_invited_address():
    _invitation, token = a_sent_invitation("nouvelle@demo.example", given_name="A.", family_name="O.")
    person = accept(token)
    person.refresh_from_db()
    assert (person.email, person.given_name, person.family_name) == ("nouvelle@demo.example", "Ana", "Ortiz")
    assert person.check_password(ANSWERS["password"])
    assert (person.is_active, person.is_staff, person.is_delegate, person.is_superuser) == (True, False, False, False)


def test_accepting_minds_no_other_address_than_the_invited_one():
    _invitation, token = a_sent_invitation("nouvelle@demo.example")
    assert accept(token, email="autre@demo.example").email == "nouvelle@demo.example"


@pytest.mark.parametrize(("offered", "given"), [("as_administrator", "is_staff"), ("as_delegate", "is_delegate")])
def test_accepting_gives_the_role_that_was_offered(offered, given):
    _invitation, token = a_sent_invitation(invited_by=AdministratorFactory(), **{offered: True})
    assert getattr(accept(token), given) is True


def test_accepting_leaves_no_copy_of_name_and_address():
    invitation, token = a_sent_invitation(given_name="A.", family_name="O.", message="Bienvenue")
    person = accept(token)
    invitation.refresh_from_db()
    assert (invitation.accepted_by, invitation.email, invitation.given_name) == (person, "", "")
    assert (invitation.family_name, invitation.message, invitation.searchable) == ("", "", "")
    assert invitation.token_hash is None


def test_accepting_is_journaled_by_the_person_without_their_name():
    invitation, token = a_sent_invitation(invited_by=AdministratorFactory())
    person = accept(token)
    event = Event.objects.get(object_id=str(invitation.pk), verb="invitation.accepted")
    assert event.actor == person
    assert event.changes == {"accepted_by": [None, str(person.pk)]}
    assert not Event.objects.filter(changes__icontains="Ortiz").exists()
    opened = Event.objects.get(object_id=str(person.pk))
    assert opened.actor == invitation.invited_by


def test_accepting_twice_opens_one_account():
    _invitation, token = a_sent_invitation()
    accept(token)
    with pytest.raises(InvitationVoid):
        accept(token, given_name="Une autre")
    assert User.objects.count() == 1


@pytest.mark.parametrize("delta", [timedelta(seconds=1), timedelta(days=400)])
def test_accepting_too_late_is_refused(delta):
    _invitation, token = a_sent_invitation(expires_at=timezone.now() - delta)
    with pytest.raises(InvitationVoid):
        accept(token)
    assert not User.objects.exists()


def test_accepting_what_was_revoked_or_never_existed_says_the_same():
    _revoked, token = a_sent_invitation(revoked_at=timezone.now())
    for each in (token, "inconnu", ""):
        with pytest.raises(InvitationVoid) as caught:
            accept(each)
        assert caught.value.args == ()
    assert not User.objects.exists()


def test_accepting_when_the_address_has_an_account_by_now_says_so_and_consumes_nothing():
    invitation, token = a_sent_invitation("nouvelle@demo.example")
    UserFactory(email="nouvelle@demo.example")
    with pytest.raises(ValidationError, match="déjà un compte"):
        accept(token)
    invitation.refresh_from_db()
    assert invitation.is_open
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("answers", "at_fault"),
    [
        ({"given_name": ""}, "given_name"),
        ({"family_name": " "}, "family_name"),
        ({"given_name": "x" * 101}, "given_name"),
    ],
)
def test_accepting_with_a_bad_name_names_the_field(answers, at_fault):
    invitation, token = a_sent_invitation()
    with pytest.raises(ValidationError) as caught:
        accept(token, **answers)
    assert at_fault in caught.value.message_dict
    invitation.refresh_from_db()
    assert invitation.is_open


@pytest.mark.parametrize("lost", [{"is_active": False}, {"is_staff": False}])
@pytest.mark.parametrize("role", ["as_administrator", "as_delegate"])
def test_role_offered_by_someone_who_lost_the_right_is_worth_nothing(lost, role):
    sender = AdministratorFactory()
    _invitation, token = a_sent_invitation(invited_by=sender, **{role: True})
    User.objects.filter(pk=sender.pk).update(**lost)
    with pytest.raises(InvitationVoid):
        accept(token)


def test_invitation_without_role_outlives_who_sent_it():
    _invitation, token = a_sent_invitation(invited_by=AdministratorFactory(is_active=False))
    assert accept(token).is_active


def test_first_administrator_gives_their_address():
    token = invite_first_administrator().rstrip("/").rpartition("/")[2]
    person = accept(token, email="Première@demo.example".replace("è", "e"))
    assert (person.email, person.is_staff) == ("premiere@demo.example", True)
    assert Invitation.objects.get().accepted_by == person


@pytest.mark.parametrize("email", ["", "pas une adresse"])
def test_first_administrator_without_a_good_address_is_refused(email):
    token = invite_first_administrator().rstrip("/").rpartition("/")[2]
    with pytest.raises(ValidationError) as caught:
        accept(token, email=email)
    assert "email" in caught.value.message_dict
    assert not User.objects.exists()


def test_follow_ups_are_called_in_order_with_the_invitation_and_the_person(follow_ups):
    met = []
    follow_ups(
        lambda *, invitation, person: met.append((1, invitation.pk, person.email)),
        lambda *, invitation, person: met.append((2, invitation.accepted_by, person.pk)),
    )
    invitation, token = a_sent_invitation("nouvelle@demo.example")
    person = accept(token)
    assert met == [(1, invitation.pk, "nouvelle@demo.example"), (2, person, person.pk)]


def test_follow_up_that_objects_undoes_the_acceptance(follow_ups):
    def object_to_it(*, invitation, person):
        raise LookupError

    follow_ups(object_to_it)
    invitation, token = a_sent_invitation()
    with pytest.raises(LookupError):
        accept(token)
    invitation.refresh_from_db()
    assert invitation.is_open
    assert not User.objects.exists()


def test_follow_ups_of_the_settings_exist():
    for path in settings.INVITATION_FOLLOW_UPS:
        assert callable(import_string(path))
