import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.invitations.services import invite
from accounts.models import Invitation
from filiere.days import today
from projects.access.enums import Role
from projects.groups.invitations.services import invite_into_group, withdraw_offer
from projects.groups.services import archive_group
from projects.models import InvitedMandate, Membership
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.groups import MembershipFactory, WorkingGroupFactory
from tests.factories.organisations import an_organisation
from tests.projects.groups.invitations.links import ADDRESS

pytestmark = pytest.mark.django_db

OF_GROUP = ["group-invite", "group-invite-many", "group-invitations"]
OF_OFFER = ["group-invitation-resend", "group-invitation-withdraw"]


@pytest.fixture
def organisation():
    return an_organisation("Direction générale des Entreprises", "DGE")


@pytest.fixture
def pilot(client, group):
    person = MembershipFactory(group=group, role=Role.PILOT).person
    client.force_login(person)
    return person


@pytest.fixture
def delegate(client):
    person = UserFactory(is_delegate=True)
    client.force_login(person)
    return person


@pytest.fixture
def offer(group, organisation):
    return offer_to(ADDRESS, group, organisation)


def offer_to(email, group, organisation, role=Role.MEMBER, by=None):
    return invite_into_group(group=group, email=email, role=role, organisation=organisation, by=by).offer


def address(name, group, offer):
    return reverse(name, args=[group.slug, *([offer.pk] if name in OF_OFFER else [])])


def text_of(response):
    return response.content.decode().replace("\xa0", " ").replace("\u202f", " ").replace("&nbsp;", " ")


def answers(organisation, /, **fields):
    return {"email": ADDRESS, "role": "membre", "organisation": str(organisation.pk)} | fields


def expired_pilot(group):
    return MembershipFactory(group=group, role=Role.PILOT, ends_on=today() - timedelta(days=1)).person


# --- Who opens them ---------------------------------------------------------


@pytest.mark.parametrize("name", [*OF_GROUP, *OF_OFFER])
def test_visitors_are_sent_to_sign_in(client, group, offer, name):
    assert client.get(address(name, group, offer)).status_code == 302


@pytest.mark.parametrize("name", [*OF_GROUP, *OF_OFFER])
def test_members_who_do_not_invite_are_refused(client, group, offer, organisation, name):
    other = answers(organisation, email="b@demo.example")
    for role in (Role.RAPPORTEUR, Role.MEMBER, Role.OBSERVER):
        client.force_login(MembershipFactory(group=group, role=role).person)
        assert client.get(address(name, group, offer)).status_code == 403
        assert client.post(address(name, group, offer), other).status_code == 403
    assert InvitedMandate.objects.standing().count() == 1


@pytest.mark.parametrize("name", [*OF_GROUP, *OF_OFFER])
def test_to_outsiders_the_group_does_not_exist(client, group, offer, organisation, name):
    other = answers(organisation, email="b@demo.example")
    outsiders = (MembershipFactory(role=Role.PILOT).person, expired_pilot(group), UserFactory(is_superuser=True))
    for person in outsiders:
        client.force_login(person)
        assert client.get(address(name, group, offer)).status_code == 404
        assert client.post(address(name, group, offer), other).status_code == 404
    assert InvitedMandate.objects.standing().count() == 1


@pytest.mark.parametrize("name", [*OF_GROUP, *OF_OFFER])
def test_pilots_and_coordinators_open_them(client, group, offer, name):
    people = (
        MembershipFactory(group=group, role=Role.CO_PILOT).person,
        AdministratorFactory(),
        UserFactory(is_delegate=True),
    )
    for person in people:
        client.force_login(person)
        assert client.get(address(name, group, offer)).status_code == 200


@pytest.mark.parametrize("name", OF_GROUP)
def test_archived_group_invites_nobody(client, group, offer, pilot, name):
    archive_group(group=group, by=None)
    assert client.get(address(name, group, offer)).status_code == 403


@pytest.mark.parametrize("name", OF_OFFER)
def test_invitation_of_another_group_is_not_found(client, pilot, group, organisation, name):
    other = WorkingGroupFactory()
    foreign = offer_to("b@demo.example", other, organisation)
    assert client.get(reverse(name, args=[group.slug, foreign.pk])).status_code == 404
    assert client.post(reverse(name, args=[group.slug, foreign.pk])).status_code == 404


# --- One person -------------------------------------------------------------


def test_invite_sends_an_invitation_with_its_mandate(client, pilot, group, organisation):
    fields = answers(organisation, given_name="Ana", family_name="Ortiz", message="Bienvenue", ends_on="2099-12-31")
    response = client.post(reverse("group-invite", args=["div"]), fields)
    assert response["Location"] == reverse("group-invitations", args=["div"])
    made = InvitedMandate.objects.get()
    assert (made.group, made.organisation, made.role, str(made.ends_on)) == (
        group,
        organisation,
        "membre",
        "2099-12-31",
    )
    assert (made.invitation.given_name, made.invitation.message) == ("Ana", "Bienvenue")
    assert "Une invitation part par courriel." in text_of(client.get(response["Location"]))


def test_invite_tells_honestly_that_the_person_has_an_account(client, pilot, group, organisation):
    UserFactory(email=ADDRESS)
    response = client.post(reverse("group-invite", args=["div"]), answers(organisation), follow=True)
    assert "A déjà un compte : le mandat lui est confié aussitôt" in text_of(response)
    assert Membership.objects.filter(person__email=ADDRESS, group=group).exists()


def test_invite_offers_the_roles_one_may_give(client, pilot, group, delegate):
    client.force_login(pilot)
    page = text_of(client.get(reverse("group-invite", args=["div"])))
    assert 'value="rapporteur"' in page
    assert 'value="pilote"' not in page
    client.force_login(delegate)
    assert 'value="pilote"' in text_of(client.get(reverse("group-invite", args=["div"])))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"role": "pilote"}, "Sélectionnez un choix valide"),
        ({"email": "pas une adresse"}, "adresse"),
        ({"organisation": ""}, "obligatoire"),
        ({"role": "invite"}, "L’accès d’un invité a toujours une fin"),
        ({"ends_on": "2020-01-01"}, "Cette date de fin est déjà passée."),
    ],
)
def test_invite_refused_says_why_and_keeps_what_was_typed(client, pilot, organisation, fields, words):
    response = client.post(
        reverse("group-invite", args=["div"]),
        answers(organisation, family_name="Ortiz", **fields),
    )
    page = text_of(response)
    assert response.status_code == 200
    assert words in page
    assert 'value="Ortiz"' in page
    assert not Invitation.objects.exists()


# --- The list ---------------------------------------------------------------


def test_list_shows_this_group_alone(client, pilot, group, organisation, offer):
    offer_to("ailleurs@demo.example", WorkingGroupFactory(), organisation)
    page = text_of(client.get(reverse("group-invitations", args=["div"])))
    for words in (ADDRESS, "Membre", "DGE", "En attente", "Renvoyer", "Retirer"):
        assert words in page
    assert "ailleurs@demo.example" not in page


def test_list_offers_no_act_that_would_be_refused(client, pilot, group, organisation):
    offer_to(ADDRESS, group, organisation, role=Role.PILOT)
    withdraw_offer(offer=offer_to("b@demo.example", group, organisation), by=None)
    page = text_of(client.get(reverse("group-invitations", args=["div"])))
    assert "Retirée" in page
    assert "Renvoyer" not in page


def test_list_points_at_invitations_whose_author_left(client, pilot, group, organisation):
    offer_to(ADDRESS, group, organisation, by=pilot)
    page = text_of(client.get(reverse("group-invitations", args=["div"])))
    assert "sans auteur" not in page
    other = MembershipFactory(group=group, role=Role.PILOT)
    offer_to("b@demo.example", group, organisation, by=other.person)
    Membership.objects.filter(pk=other.pk).update(ends_on=today() - timedelta(days=1))
    page = text_of(client.get(reverse("group-invitations", args=["div"])))
    assert "1 invitation attend une réponse, alors que son auteur" in page
    narrowed = text_of(client.get(reverse("group-invitations", args=["div"]), {"orphelines": "1"}))
    assert "b@demo.example" in narrowed
    assert ADDRESS not in narrowed


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"expires_at": timezone.now() - timedelta(days=1)}, "Expirée"),
        ({"revoked_at": timezone.now()}, "Révoquée"),
        ({"sending": "echec"}, "Échec d’envoi"),
        ({"sending": "envoyee"}, "Envoyée"),
        ({"accepted_at": timezone.now()}, "Compte ouvert sans ce mandat"),
    ],
)
def test_list_tells_the_state_in_words(client, pilot, offer, fields, words):
    Invitation.objects.filter(pk=offer.invitation_id).update(**fields)
    assert words in text_of(client.get(reverse("group-invitations", args=["div"]))).split("<table")[1]


@pytest.mark.parametrize("query", [{"q": "nouvelle"}, {"etat": "attente"}, {"tri": "organisation"}])
def test_list_is_searched_filtered_and_sorted_by_its_address(client, pilot, group, organisation, offer, query):
    withdraw_offer(offer=offer_to("b@demo.example", group, organisation), by=None)
    page = text_of(client.get(reverse("group-invitations", args=["div"]), query))
    assert ADDRESS in page
    assert ("b@demo.example" in page) == ("tri" in query)


def test_list_leaves_as_csv_that_cannot_run(client, pilot, group, organisation):
    offer_to("=cmd@demo.example", group, organisation)
    response = client.get(reverse("group-invitations", args=["div"]), {"format": "csv"})
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[1][:4] == ["'=cmd@demo.example", "En attente", "Membre", "DGE"]


def test_list_costs_the_same_with_one_and_with_thirty(client, pilot, group):
    client.get(reverse("group-invitations", args=["div"]))  # the first request of a session also notes when it was used
    costs = []
    for number in (1, 29):
        for n in range(number):
            offer_to(f"n{number}-{n}@demo.example", group, an_organisation(f"Organisme {number} {n}"), by=None)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("group-invitations", args=["div"]))
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 15


# --- Sent again, withdrawn --------------------------------------------------


@pytest.mark.parametrize("name", OF_OFFER)
def test_asking_does_nothing_before_confirming(client, pilot, group, offer, name):
    before = offer.changed_at
    assert ADDRESS in text_of(client.get(address(name, group, offer)))
    offer.refresh_from_db()
    assert offer.changed_at == before


def test_resend_and_withdraw_act_and_come_back_to_the_list(client, pilot, group, offer):
    for name, done in zip(OF_OFFER, ("Un nouveau lien part par courriel.", "L’invitation est retirée."), strict=True):
        response = client.post(address(name, group, offer))
        assert response["Location"] == reverse("group-invitations", args=["div"])
        assert done in text_of(client.get(response["Location"]))
    offer.refresh_from_db()
    assert offer.offered_by == pilot
    assert offer.withdrawn_at
    again = client.post(address("group-invitation-resend", group, offer))
    assert "Ce mandat n’est plus proposé." in text_of(again)


def test_pilot_neither_resends_nor_withdraws_an_invited_pilot(client, pilot, group, organisation):
    offer = offer_to(ADDRESS, group, organisation, role=Role.PILOT)
    for name in OF_OFFER:
        assert client.post(address(name, group, offer)).status_code == 403


# --- The page of administration ---------------------------------------------


def test_new_gives_a_mandate_with_the_account(client, delegate, group, organisation):
    fields = {**answers(organisation, role="pilote"), "group": str(group.pk), "as_delegate": "on"}
    response = client.post(reverse("invitation-new"), fields)
    made = InvitedMandate.objects.get()
    assert response["Location"] == reverse("invitation", args=[made.invitation_id])
    assert (made.role, made.invitation.as_delegate) == ("pilote", True)
    assert "Pilote du groupe « Diagnostic in vitro »" in text_of(client.get(response["Location"]))


def test_new_for_somebody_with_an_account_gives_the_mandate(client, delegate, group, organisation):
    person = UserFactory(email=ADDRESS)
    fields = answers(organisation, group=str(group.pk))
    response = client.post(reverse("invitation-new"), fields, follow=True)
    assert response.redirect_chain[0][0] == reverse("group-members", args=["div"])
    assert person.mandates.get().group == group
    refused = client.post(
        reverse("invitation-new"), {**answers(organisation), "group": str(group.pk), "as_delegate": "on"}
    )
    assert "Cette adresse a déjà un compte." in text_of(refused)


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [({"role": "membre"}, "group"), ({"ends_on": "2099-01-01"}, "group"), ({"group": True}, "organisation")],
)
def test_new_with_half_a_mandate_asks_for_the_rest(client, delegate, group, fields, at_fault):
    chosen = {**fields, "group": str(group.pk)} if "group" in fields else fields
    response = client.post(reverse("invitation-new"), {"email": ADDRESS, **chosen})
    assert at_fault in response.context["form"].errors
    assert not Invitation.objects.exists()


def test_new_names_no_archived_group(client, delegate, group, organisation):
    archive_group(group=group, by=None)
    response = client.post(reverse("invitation-new"), {**answers(organisation), "group": str(group.pk)})
    assert response.context["form"].errors["group"]


def test_revoked_by_administration_ends_the_offer_too(client, delegate, group, organisation, offer):
    client.post(reverse("invitation-revoke", args=[offer.invitation_id]))
    assert "Révoquée" in text_of(client.get(reverse("group-invitations", args=["div"]))).split("<table")[1]


def test_new_for_somebody_invited_already_adds_the_mandate(client, delegate, group, organisation):
    made = invite(email=ADDRESS, by=delegate)
    response = client.post(reverse("invitation-new"), {**answers(organisation), "group": str(group.pk)})
    assert response["Location"] == reverse("invitation", args=[made.pk])
