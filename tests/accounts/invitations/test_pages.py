from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.invitations.enums import Sending
from accounts.models import Invitation
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.invitations import a_sent_invitation

pytestmark = pytest.mark.django_db

PAGES = ["invitations", "invitation-new", "invitation", "invitation-resend", "invitation-revoke"]
ANSWERS = {"email": "nouvelle@demo.example", "given_name": "Ana", "family_name": "Ortiz", "message": "Bienvenue"}


@pytest.fixture
def administrator(client):
    person = AdministratorFactory()
    client.force_login(person)
    return person


@pytest.fixture
def delegate(client):
    person = UserFactory(is_delegate=True)
    client.force_login(person)
    return person


@pytest.fixture
def sent():
    return a_sent_invitation("invitee@demo.example", given_name="Ana", family_name="Ortiz")[0]


def address(name, invitation):
    return reverse(name) if name in {"invitations", "invitation-new"} else reverse(name, args=[invitation.pk])


def text_of(response):
    return response.content.decode().replace("\xa0", " ").replace("\u202f", " ")


@pytest.mark.parametrize("name", PAGES)
def test_visitors_and_closed_accounts_are_sent_to_sign_in(client, sent, name):
    assert client.get(address(name, sent)).status_code == 302
    person = AdministratorFactory()
    client.force_login(person)
    person.is_active = False
    person.save()
    assert client.get(address(name, sent)).status_code == 302


@pytest.mark.parametrize("rights", [{}, {"is_superuser": True}])
@pytest.mark.parametrize("name", PAGES)
def test_members_may_neither_see_nor_act(client, sent, name, rights):
    client.force_login(UserFactory(**rights))
    assert client.get(address(name, sent)).status_code == 403
    assert client.post(address(name, sent), ANSWERS).status_code == 403
    sent.refresh_from_db()
    assert sent.is_open
    assert Invitation.objects.count() == 1


@pytest.mark.parametrize("person", ["administrator", "delegate"])
@pytest.mark.parametrize("name", PAGES)
def test_administrators_and_delegates_open_every_page(client, request, sent, person, name):
    request.getfixturevalue(person)
    assert client.get(address(name, sent)).status_code == 200


@pytest.mark.parametrize("name", PAGES[2:])
def test_unknown_invitation_is_not_found(client, administrator, name):
    assert client.get(reverse(name, args=[administrator.pk])).status_code == 404


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"sending": Sending.WAITING}, "En attente"),
        ({"sending": Sending.UNDER_WAY}, "Envoi en cours"),
        ({}, "Envoyée"),
        ({"sending": Sending.FAILED}, "Échec d’envoi"),
        ({"expires_at": timezone.now() - timedelta(1)}, "Expirée"),
        ({"revoked_at": timezone.now()}, "Révoquée"),
    ],
)
def test_state_is_told_in_words_on_list_and_page(client, administrator, fields, words):
    made, _token = a_sent_invitation(**fields)
    assert words in text_of(client.get(reverse("invitations"))).split("<table")[1]
    assert words in text_of(client.get(reverse("invitation", args=[made.pk])))


def test_accepted_invitation_shows_the_account(client, administrator):
    person = UserFactory(given_name="Ana", family_name="Ortiz", email="ana@demo.example")
    made, _token = a_sent_invitation("", accepted_at=timezone.now(), accepted_by=person)
    assert "ana@demo.example" in text_of(client.get(reverse("invitations")))
    page = text_of(client.get(reverse("invitation", args=[made.pk])))
    assert "Ana Ortiz" in page
    assert "Renvoyer" not in page


def test_link_of_the_first_administrator_and_erased_ones_are_named(client, administrator):
    a_sent_invitation("", as_administrator=True)
    a_sent_invitation("", revoked_at=timezone.now())
    page = text_of(client.get(reverse("invitations")))
    assert "Premier administrateur" in page
    assert "Adresse effacée" in page


@pytest.mark.parametrize("query", [{"q": "ortiz ana"}, {"q": "INVITEE@demo"}, {"etat": "envoyee"}])
def test_list_is_searched_and_filtered_by_its_address(client, administrator, sent, query):
    a_sent_invitation("autre@demo.example", revoked_at=timezone.now())
    page = text_of(client.get(reverse("invitations"), query))
    assert "invitee@demo.example" in page
    assert "autre@demo.example" not in page


def test_list_leaves_as_csv_without_any_token(client, administrator, sent):
    response = client.get(reverse("invitations"), {"format": "csv"})
    text = response.content.decode("utf-8-sig")
    assert "invitee@demo.example" in text
    assert "Envoyée" in text
    assert sent.token_hash not in text


@pytest.mark.parametrize("sort", ["address", "-state", "created_at", "-expires_at"])
def test_list_is_sorted_by_its_address(client, administrator, sent, sort):
    assert client.get(reverse("invitations"), {"tri": sort}).status_code == 200


def test_list_costs_the_same_with_one_and_with_thirty(client, administrator):
    client.get(reverse("invitations"))  # the first request of a session also notes when it was used
    costs = []
    for number in (1, 29):
        for _ in range(number):
            a_sent_invitation(invited_by=UserFactory(), accepted_by=UserFactory(), accepted_at=timezone.now())
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("invitations"))
        costs.append(len(queries))
    assert costs[0] == costs[1]


@pytest.mark.parametrize("name", ["invitation", "invitation-resend", "invitation-revoke", "invitations"])
def test_no_page_shows_token_or_hash(client, administrator, name):
    made, token = a_sent_invitation()
    page = client.get(address(name, made)).content.decode()
    assert token not in page
    assert made.token_hash not in page


def test_new_invites_and_leads_to_its_page(client, administrator):
    response = client.post(reverse("invitation-new"), {**ANSWERS, "as_delegate": "on"})
    made = Invitation.objects.get()
    assert response["Location"] == reverse("invitation", args=[made.pk])
    assert (made.email, made.given_name, made.message) == ("nouvelle@demo.example", "Ana", "Bienvenue")
    assert (made.as_delegate, made.as_administrator, made.invited_by) == (True, False, administrator)


def test_new_offers_administrator_to_administrators_alone(client, administrator):
    assert 'name="as_administrator"' in text_of(client.get(reverse("invitation-new")))
    client.force_login(UserFactory(is_delegate=True))
    page = text_of(client.get(reverse("invitation-new")))
    assert 'name="as_administrator"' not in page
    assert 'name="as_delegate"' in page


def test_new_by_delegate_who_insists_makes_no_administrator(client, delegate):
    client.post(reverse("invitation-new"), {**ANSWERS, "as_administrator": "on"})
    assert not Invitation.objects.filter(as_administrator=True).exists()


def test_new_refused_keeps_what_was_typed(client, administrator):
    UserFactory(email="nouvelle@demo.example")
    response = client.post(reverse("invitation-new"), ANSWERS)
    page = text_of(response)
    assert response.status_code == 200
    assert "Cette adresse a déjà un compte." in page
    assert 'value="Ortiz"' in page
    assert not Invitation.objects.exists()


def test_new_for_someone_already_invited_leads_to_that_invitation(client, administrator, sent):
    page = text_of(client.post(reverse("invitation-new"), {**ANSWERS, "email": "Invitee@demo.example"}))
    assert "renvoyez-la" in page
    assert reverse("invitation", args=[sent.pk]) in page


@pytest.mark.parametrize("email", ["", "pas une adresse", "a@b"])
def test_new_with_a_bad_address_is_refused(client, administrator, email):
    assert client.post(reverse("invitation-new"), {**ANSWERS, "email": email}).status_code == 200
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("name", ["invitation-resend", "invitation-revoke"])
def test_asking_does_nothing_before_confirming(client, administrator, sent, name):
    before = sent.changed_at
    client.get(reverse(name, args=[sent.pk]))
    sent.refresh_from_db()
    assert sent.changed_at == before


def test_resend_asks_for_another_mail(client, delegate, sent):
    response = client.post(reverse("invitation-resend", args=[sent.pk]))
    assert response["Location"] == reverse("invitation", args=[sent.pk])
    sent.refresh_from_db()
    assert (sent.sending, sent.token_hash, sent.invited_by) == (Sending.WAITING, None, delegate)


def test_revoke_ends_it(client, administrator, sent):
    response = client.post(reverse("invitation-revoke", args=[sent.pk]))
    assert response["Location"] == reverse("invitation", args=[sent.pk])
    sent.refresh_from_db()
    assert sent.revoked_at is not None


@pytest.mark.parametrize("name", ["invitation-resend", "invitation-revoke"])
def test_acts_on_what_has_ended_say_why_not(client, administrator, sent, name):
    client.post(reverse("invitation-revoke", args=[sent.pk]))
    response = client.post(reverse(name, args=[sent.pk]))
    assert response.status_code == 200
    assert "Cette invitation a été révoquée." in text_of(response)


@pytest.mark.parametrize("name", ["invitation-resend", "invitation-revoke"])
def test_acts_of_a_delegate_on_an_administrators_invitation_are_forbidden(client, delegate, name):
    made, _token = a_sent_invitation(as_administrator=True)
    assert "Révoquer" not in text_of(client.get(reverse("invitation", args=[made.pk])))
    assert client.post(reverse(name, args=[made.pk])).status_code == 403
    made.refresh_from_db()
    assert made.is_open
