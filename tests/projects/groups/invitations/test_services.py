from datetime import date, timedelta

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.invitations import selectors as accounts
from accounts.invitations import services
from accounts.invitations.services import accept_invitation, invite
from accounts.invitations.tokens import hash_of
from accounts.models import Invitation, User
from accounts.organisations.services import merge_organisations
from filiere.refusals import Refused
from filiere.versions import Stale, version_of
from projects.access.enums import Permission, Role
from projects.access.standing import read_standing
from projects.groups.enums import OfferState, Outcome
from projects.groups.invitations import offers
from projects.groups.invitations.services import resend_offer, withdraw_offer
from projects.groups.mandates.services import end_mandate
from projects.groups.services import archive_group
from projects.models import Event, InvitedMandate, Membership
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.groups import MembershipFactory
from tests.factories.organisations import an_organisation
from tests.projects.groups.invitations.links import ADDRESS, link_to

pytestmark = pytest.mark.usefixtures("on_that_day")


TODAY = date(2026, 3, 10)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
LATER = date(2026, 9, 1)
PASSWORD = "un mot de passe assez long"


def accept(offer, *told):
    token = link_to(offer)
    tell = told[0].append if told else None
    return accept_invitation(
        token_hash=hash_of(token), given_name="Ana", family_name="Ortiz", password=PASSWORD, tell=tell
    )


def state_of(offer):
    return offers.offers_into(offer.group).get(pk=offer.pk).state


# --- Who may invite whom ----------------------------------------------------


@pytest.mark.parametrize("role", [Role.RAPPORTEUR, Role.MEMBER, Role.OBSERVER])
def test_pilot_invites_those_whose_role_they_may_give(ask, pilot, role):
    done = ask(pilot, role=role)
    assert (done.outcome, done.offer.role, done.offer.offered_by) == (Outcome.INVITED, role, pilot)
    assert (done.offer.invitation.email, done.offer.invitation.invited_by) == (ADDRESS, pilot)


@pytest.mark.parametrize("role", [Role.PILOT, Role.CO_PILOT])
def test_pilot_invites_no_pilot(ask, pilot, role):
    with pytest.raises(PermissionDenied):
        ask(pilot, role=role)
    assert not Invitation.objects.exists()


def test_co_pilot_invites_members_but_no_rapporteur(ask, group):
    co_pilot = MembershipFactory(group=group, role=Role.CO_PILOT).person
    with pytest.raises(PermissionDenied):
        ask(co_pilot, role=Role.RAPPORTEUR)
    assert ask(co_pilot).outcome is Outcome.INVITED


@pytest.mark.parametrize("rights", [{"is_delegate": True}, {"is_staff": True}])
def test_coordinators_invite_pilots(ask, db, rights):
    assert ask(UserFactory(**rights), role=Role.PILOT).offer.role == Role.PILOT


@pytest.mark.parametrize("role", [Role.RAPPORTEUR, Role.MEMBER, Role.OBSERVER, Role.GUEST])
def test_others_of_the_group_invite_nobody(ask, group, role):
    person = MembershipFactory(group=group, role=role, ends_on=LATER).person
    with pytest.raises(PermissionDenied):
        ask(person)
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("dates", [{"ends_on": YESTERDAY}, {"starts_on": TOMORROW}])
def test_pilot_before_or_after_their_mandate_invites_nobody(ask, group, dates):
    with pytest.raises(PermissionDenied):
        ask(MembershipFactory(group=group, role=Role.PILOT, **dates).person)


def test_outsiders_invite_nobody(ask, db):
    elsewhere = MembershipFactory(role=Role.PILOT).person
    closed = AdministratorFactory(is_active=False)
    for person in (elsewhere, closed, UserFactory(is_superuser=True), UserFactory()):
        with pytest.raises(PermissionDenied):
            ask(person)
    assert not Invitation.objects.exists()


def test_archived_group_takes_nobody_in(ask, group, pilot, delegate):
    archive_group(group=group, by=delegate)
    with pytest.raises(PermissionDenied):
        ask(pilot)
    with pytest.raises(Refused, match="archivé"):
        ask(delegate)


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"email": ""}, "email"),
        ({"email": "pas une adresse"}, "email"),
        ({"email": "x" * 250 + "@demo.example"}, "email"),
        ({"given_name": "x" * 101}, "given_name"),
        ({"family_name": "Or\u200btiz"}, "family_name"),
        ({"role": Role.GUEST}, "ends_on"),
        ({"role": "tsar"}, "role"),
        ({"ends_on": YESTERDAY}, "ends_on"),
        ({"starts_on": LATER, "ends_on": TOMORROW}, "ends_on"),
        ({"message": "x" * 1001}, "message"),
    ],
)
def test_invite_names_the_field_at_fault(ask, pilot, fields, at_fault):
    with pytest.raises(ValidationError) as caught:
        ask(pilot, **fields)
    assert list(caught.value.error_dict) == [at_fault]
    assert not Invitation.objects.exists()


def test_invite_keeps_the_hourly_limit(ask, pilot, monkeypatch):
    monkeypatch.setattr(services, "MOST_PER_HOUR", 1)
    ask(pilot)
    with pytest.raises(Refused, match="1 invitations en une heure"):
        ask(pilot, email="autre@demo.example")


def test_invite_is_told_to_the_group_without_the_address(ask, group, pilot):
    done = ask(pilot, ends_on=LATER)
    offered = Event.objects.get(verb="mandate.offered")
    assert (offered.actor, offered.group, offered.object_id) == (pilot, group, str(done.offer.pk))
    assert offered.changes == {
        "role": [None, "membre"],
        "organisation": [None, "SDIV"],
        "ends_on": [None, "2026-09-01"],
    }
    assert offered.capacity.startswith("pilote, ")
    assert Event.objects.get(verb="invitation.created").capacity == offered.capacity
    assert not Event.objects.filter(changes__icontains="nouvelle").exists()


# --- Somebody who is known already ------------------------------------------


def test_account_is_given_the_mandate_at_once_and_told_by_mail(
    ask, group, organisation, pilot, tasks_at_once, django_capture_on_commit_callbacks
):
    person = UserFactory(email=ADDRESS)
    with django_capture_on_commit_callbacks(execute=True):
        done = ask(pilot, email=ADDRESS.upper(), ends_on=LATER)
        assert mail.outbox == []
    assert done.outcome is Outcome.GIVEN
    assert (done.mandate.person, done.mandate.group, done.mandate.organisation) == (person, group, organisation)
    assert read_standing(person).may(Permission.CONTRIBUTE, group)
    assert not Invitation.objects.exists()
    (message,) = mail.outbox
    assert message.to == [ADDRESS]
    body = message.body.replace("\xa0", " ")
    for words in ("Diagnostic in vitro", "Membre", "Syndicat du diagnostic", "1er septembre 2026", str(pilot)):
        assert words in body
    assert f"http://localhost/groupes/{group.slug}/" in body


def test_account_closed_before_its_mail_leaves_receives_none(ask, pilot, django_capture_on_commit_callbacks):
    from projects.groups.tasks import welcome

    person = UserFactory(email=ADDRESS)
    done = ask(pilot)
    User.objects.filter(pk=person.pk).update(is_active=False)
    welcome(str(done.mandate.pk), str(pilot.pk))
    welcome(str(pilot.pk), "")
    assert mail.outbox == []


def test_account_that_is_closed_is_refused(ask, pilot):
    UserFactory(email=ADDRESS, is_active=False)
    with pytest.raises(ValidationError, match="compte fermé"):
        ask(pilot)


def test_nobody_invites_themselves(ask, delegate):
    with pytest.raises(ValidationError, match="son propre mandat"):
        ask(delegate, email=delegate.email)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.RAPPORTEUR])
def test_member_for_that_organisation_is_left_alone(ask, group, organisation, pilot, role):
    person = UserFactory(email=ADDRESS)
    MembershipFactory(person=person, group=group, organisation=organisation, role=role)
    done = ask(pilot)
    assert (done.outcome, done.mandate) == (Outcome.ALREADY, None)
    assert str(role.label) in done.sentence
    assert person.mandates.count() == 1


def test_member_for_another_organisation_or_once_is_given_another_mandate(ask, group, organisation, pilot):
    person = UserFactory(email=ADDRESS)
    MembershipFactory(person=person, group=group)
    MembershipFactory(person=person, group=group, organisation=organisation, ends_on=YESTERDAY)
    assert ask(pilot).outcome is Outcome.GIVEN
    assert person.mandates.count() == 3


def test_invite_twice_does_nothing_the_second_time(ask, pilot):
    first = ask(pilot)
    again = ask(pilot, role=Role.OBSERVER)
    assert (again.outcome, again.offer) == (Outcome.ALREADY, first.offer)
    assert (Invitation.objects.count(), InvitedMandate.objects.count()) == (1, 1)


def test_invite_into_a_second_group_adds_to_the_invitation_under_way(ask, pilot):
    first = ask(pilot)
    other = MembershipFactory(role=Role.PILOT)
    second = ask(other.person, group=other.group)
    assert second.outcome is Outcome.JOINED
    assert second.offer.invitation == first.offer.invitation
    assert Invitation.objects.get().invited_by == pilot
    person = accept(second.offer)
    assert set(person.mandates.values_list("group", flat=True)) == {first.offer.group_id, other.group.pk}


def test_invite_joins_an_invitation_that_was_written_without_a_group(ask, pilot, delegate):
    plain = invite(email=ADDRESS, as_delegate=True, by=delegate)
    done = ask(pilot)
    assert (done.outcome, done.offer.invitation, done.offer.founding) == (Outcome.JOINED, plain, False)


def test_invite_after_the_former_expired_writes_a_new_one(ask, pilot):
    first = ask(pilot)
    Invitation.objects.update(expires_at=timezone.now())
    second = ask(pilot)
    assert second.outcome is Outcome.INVITED
    assert state_of(first.offer) == OfferState.REVOKED


# --- Accepting --------------------------------------------------------------


def test_accepting_gives_the_mandate_from_that_day(ask, group, organisation, pilot):
    done = ask(pilot, starts_on=YESTERDAY, ends_on=LATER)
    with time_machine.travel("2026-03-12T12:00:00+01:00", tick=False):
        person = accept(done.offer)
        mandate = person.mandates.get()
    assert (mandate.role, mandate.organisation, mandate.group) == (Role.MEMBER, organisation, group)
    assert (mandate.starts_on, mandate.ends_on) == (date(2026, 3, 12), LATER)
    assert state_of(done.offer) == OfferState.ACCEPTED


def test_accepting_before_the_first_day_gives_a_mandate_for_then(ask, group, pilot):
    person = accept(ask(pilot, starts_on=LATER).offer)
    assert person.mandates.get().starts_on == LATER
    assert not read_standing(person).may(Permission.SEE, group)


def test_accepting_what_somebody_offered_who_has_left_gives_it_all_the_same(ask, group, pilot):
    done = ask(pilot)
    end_mandate(mandate=Membership.objects.get(person=pilot), by=None)
    User.objects.filter(pk=pilot.pk).update(is_active=False)
    told = []
    person = accept(done.offer, told)
    assert (person.mandates.get().group, told) == (group, [])


def test_accepting_once_the_group_is_archived_opens_the_account_and_says_why(ask, group, pilot, delegate):
    done = ask(pilot)
    archive_group(group=group, by=delegate)
    told = []
    person = accept(done.offer, told)
    assert person.is_active
    assert not person.mandates.exists()
    assert "Diagnostic in vitro" in told[0]
    assert "archivé" in told[0]
    assert state_of(done.offer) == OfferState.NOT_GIVEN


def test_accepting_after_the_last_day_opens_the_account_and_says_why(ask, pilot):
    done = ask(pilot, role=Role.GUEST, ends_on=TOMORROW)
    told = []
    with time_machine.travel("2026-03-13T12:00:00+01:00", tick=False):
        person = accept(done.offer, told)
    assert not person.mandates.exists()
    assert "devait finir le 11\xa0mars 2026" in told[0]


def test_accepting_gives_the_rest_when_one_mandate_cannot_be(ask, pilot, delegate):
    archived = MembershipFactory(role=Role.PILOT)
    first = ask(pilot)
    ask(archived.person, group=archived.group)
    archive_group(group=archived.group, by=delegate)
    told = []
    person = accept(first.offer, told)
    assert person.mandates.get().group == first.offer.group
    assert len(told) == 1


def test_accepting_two_offers_whose_organisations_became_one_gives_one(ask, pilot, organisation):
    twin = an_organisation("Syndicat des tests", "SDT")
    first, second = ask(pilot), ask(pilot, organisation=twin)
    assert second.outcome is Outcome.JOINED
    merge_organisations(keep=organisation, absorb=twin, by=None)
    told = []
    person = accept(first.offer, told)
    assert person.mandates.get().organisation == organisation
    assert "n’a pas pu vous être confié" in told[0]


def test_accepting_without_what_was_withdrawn(ask, pilot):
    other = MembershipFactory(role=Role.PILOT)
    first = ask(pilot)
    second = ask(other.person, group=other.group)
    withdraw_offer(offer=second.offer, by=other.person)
    assert accept(first.offer).mandates.get().group == first.offer.group


def test_acceptance_page_says_what_could_not_be_given(ask, client, group, pilot, delegate):
    done = ask(pilot)
    token = link_to(done.offer)
    archive_group(group=group, by=delegate)
    client.get(f"/invitation/{token}/")
    answers = {"given_name": "Ana", "family_name": "Ortiz", "password1": PASSWORD, "password2": PASSWORD}
    page = client.post("/invitation/", {"shown": str(done.offer.invitation_id), **answers}, follow=True)
    assert "a été archivé" in page.content.decode()


# --- Sent again, withdrawn --------------------------------------------------


def test_resend_voids_the_link_and_makes_its_author_answer_for_the_mandate(ask, group, pilot):
    done = ask(pilot)
    token = link_to(done.offer)
    other = MembershipFactory(group=group, role=Role.PILOT).person
    resend_offer(offer=done.offer, by=other)
    done.offer.refresh_from_db()
    assert (done.offer.offered_by, done.offer.invitation.invited_by) == (other, other)
    assert accounts.opened_by(hash_of(token)) is None
    assert Event.objects.get(verb="mandate.offer_resent").group == group
    assert Event.objects.get(verb="invitation.resent").capacity.startswith("pilote, ")


def test_withdraw_ends_an_invitation_that_was_written_for_this(ask, group, pilot):
    done = ask(pilot)
    token = link_to(done.offer)
    withdraw_offer(offer=done.offer, by=pilot)
    assert accounts.opened_by(hash_of(token)) is None
    assert state_of(done.offer) == OfferState.WITHDRAWN
    assert Event.objects.get(verb="mandate.offer_withdrawn").group == group
    assert Event.objects.get(verb="invitation.revoked").capacity.startswith("pilote, ")


def test_withdraw_leaves_an_invitation_that_brings_something_else(ask, pilot, delegate):
    invite(email=ADDRESS, by=delegate)
    plain = ask(pilot)
    withdraw_offer(offer=plain.offer, by=pilot)
    assert Invitation.objects.get().is_open
    other = MembershipFactory(role=Role.PILOT)
    first = ask(pilot, email="a@demo.example")
    second = ask(other.person, group=other.group, email="a@demo.example")
    withdraw_offer(offer=first.offer, by=pilot)
    assert Invitation.objects.get(email="a@demo.example").is_open
    withdraw_offer(offer=second.offer, by=other.person)
    assert not Invitation.objects.get(email="a@demo.example").is_open


def test_withdrawn_mandate_can_be_offered_again(ask, pilot, delegate):
    invite(email=ADDRESS, by=delegate)
    withdraw_offer(offer=ask(pilot).offer, by=pilot)
    assert ask(pilot).outcome is Outcome.JOINED


@pytest.mark.parametrize("act", [resend_offer, withdraw_offer])
def test_acts_by_the_wrong_people_are_refused(ask, group, pilot, act):
    done = ask(pilot)
    member = MembershipFactory(group=group).person
    gone = MembershipFactory(group=group, role=Role.PILOT, ends_on=YESTERDAY).person
    for person in (member, gone, MembershipFactory(role=Role.PILOT).person, UserFactory(is_superuser=True)):
        with pytest.raises(PermissionDenied):
            act(offer=done.offer, by=person)
    assert state_of(done.offer) == OfferState.WAITING


@pytest.mark.parametrize("act", [resend_offer, withdraw_offer])
def test_acts_of_a_pilot_on_an_invited_pilot_are_refused(ask, pilot, delegate, act):
    with pytest.raises(PermissionDenied):
        act(offer=ask(delegate, role=Role.PILOT).offer, by=pilot)


def test_resend_of_an_invitation_with_a_role_across_the_contract_is_not_the_pilots(ask, pilot, delegate):
    invite(email=ADDRESS, as_delegate=True, by=delegate)
    with pytest.raises(PermissionDenied):
        resend_offer(offer=ask(pilot).offer, by=pilot)


@pytest.mark.parametrize("act", [resend_offer, withdraw_offer])
def test_acts_on_what_is_settled_are_refused(ask, pilot, act):
    withdrawn, accepted, revoked = (ask(pilot, email=f"{n}@demo.example").offer for n in "abc")
    withdraw_offer(offer=withdrawn, by=pilot)
    accept(accepted)
    services.revoke(invitation=revoked.invitation, by=pilot)
    for offer, words in ((withdrawn, "plus proposé"), (accepted, "acceptée"), (revoked, "révoquée")):
        with pytest.raises(Refused, match=words):
            act(offer=offer, by=pilot)


def test_resend_of_what_should_have_ended_is_refused(ask, pilot):
    done = ask(pilot, ends_on=TOMORROW)
    with time_machine.travel("2026-03-13T12:00:00+01:00", tick=False), pytest.raises(Refused, match="devait finir"):
        resend_offer(offer=done.offer, by=pilot)


def test_resend_in_an_archived_group_is_refused(ask, group, delegate):
    done = ask(delegate)
    archive_group(group=group, by=delegate)
    with pytest.raises(Refused, match="archivé"):
        resend_offer(offer=done.offer, by=delegate)
    assert withdraw_offer(offer=done.offer, by=delegate).withdrawn_at


@pytest.mark.parametrize("act", [resend_offer, withdraw_offer])
def test_acts_on_what_changed_meanwhile_are_stale(ask, pilot, act):
    done = ask(pilot)
    seen = version_of(done.offer)
    with time_machine.travel("2026-03-10T12:01:00+01:00", tick=False):
        resend_offer(offer=done.offer, by=pilot)
    with pytest.raises(Stale):
        act(offer=done.offer, by=pilot, seen=seen)
