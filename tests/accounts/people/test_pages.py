import csv
import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.people.acts import ACTS
from accounts.people.services import change_person, change_preferences, close_account, make_delegate
from filiere.versions import version_of
from projects.activity.models import Event
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.people import fail_sign_in, give_second_factor, give_token, open_session, surround

pytestmark = pytest.mark.django_db

SPACE, THIN = "\u00a0", "\u202f"


@pytest.fixture
def administrator():
    return AdministratorFactory(given_name="Angèle", family_name="Aubier")


@pytest.fixture
def office(client, administrator):
    client.force_login(administrator)
    return client


def text(response) -> str:
    return response.content.decode()


def names(response) -> list[str]:
    return [row.family_name for row in response.context["table"].page]


def page_of(person: User, name: str = "person", **more) -> str:
    return reverse(name, kwargs={"pk": person.pk, **more})


# --- Who may come in -----------------------------------------------------------------


def personal_pages() -> list[str]:
    return [reverse("preferences"), reverse("personal-data")]


def administration_pages(person: User) -> list[str]:
    acts = [page_of(person, "person-act", slug=act.slug) for act in ACTS]
    return [
        reverse("people"),
        page_of(person),
        page_of(person, "person-edit"),
        page_of(person, "person-anonymise"),
        *acts,
    ]


def test_pages_send_visitors_to_the_entrance(client):
    person = UserFactory()
    for address in [*personal_pages(), *administration_pages(person)]:
        for response in (client.get(address), client.post(address, {"confirmation": person.email})):
            assert response.status_code == 302, address
            assert response["Location"].startswith(reverse("account_login")), address
    assert not Event.objects.exists()


@pytest.mark.parametrize("fields", [{}, {"is_delegate": True}])
def test_administration_of_people_is_for_administrators_alone(client, fields):
    person, other = UserFactory(**fields), UserFactory()
    client.force_login(person)
    for address in [*administration_pages(other), *administration_pages(person)]:
        assert client.get(address).status_code == 403, address
        assert client.post(address, {"confirmation": other.email}).status_code == 403, address
    assert not Event.objects.exists()


def test_pages_are_closed_to_closed_accounts(client, administrator):
    other = AdministratorFactory()
    client.force_login(other)
    close_account(person=other, by=administrator)
    for address in [*personal_pages(), *administration_pages(UserFactory())]:
        assert client.get(address).status_code == 302, address


def test_pages_about_nobody_do_not_exist(office):
    nobody = User(pk=uuid4())
    for address in administration_pages(nobody)[1:]:
        assert office.get(address).status_code == 404, address
        assert office.post(address, {"confirmation": "x"}).status_code == 404, address
    assert office.get(page_of(UserFactory(), "person-act", slug="promouvoir")).status_code == 404


def test_every_page_is_drawn_for_every_kind_of_person(office, administrator):
    """Undefined variables are errors in tests: each branch of each template is met."""
    plain, full = UserFactory(), UserFactory(is_staff=True, is_delegate=True, last_login=timezone.now())
    surround(full)
    fail_sign_in(full.email, times=8)
    closed, gone = UserFactory(is_active=False), UserFactory(is_active=False, anonymised_at=timezone.now())
    for person in (plain, full, closed, gone, administrator):
        for address in administration_pages(person):
            assert office.get(address).status_code == 200, address


# --- The list -------------------------------------------------------------------------------


def test_list_shows_people_in_order_with_what_they_are(office):
    UserFactory(given_name="Zoé", family_name="Zinnia", is_delegate=True)
    UserFactory(given_name="Basile", family_name="Églantine")
    response = office.get(reverse("people"))
    assert names(response) == ["Aubier", "Églantine", "Zinnia"]
    assert "Délégué permanent" in text(response)
    assert "Jamais" in text(response)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=zoe", ["Zinnia"]),
        ("q=ZINNIA zoé", ["Zinnia"]),
        ("q=zinnia%40demo", ["Zinnia"]),
        ("q=personne", []),
        ("etat=ferme", ["Bleuet"]),
        ("etat=anonymise", ["anonymisée"]),
        ("etat=ouvert", ["Aubier", "Zinnia"]),
        ("etat=n-importe-quoi", ["anonymisée", "Aubier", "Bleuet", "Zinnia"]),
        ("role=administrateur", ["Aubier"]),
        ("role=delegue", ["Zinnia"]),
        ("second_facteur=oui", ["Zinnia"]),
        ("second_facteur=non&etat=ouvert", ["Aubier"]),
        ("jamais=1", ["Bleuet", "Zinnia"]),
        ("tri=-name&etat=ouvert", ["Zinnia", "Aubier"]),
        ("tri=email&etat=ouvert", ["Aubier", "Zinnia"]),
        ("tri=last_login&role=administrateur", ["Aubier"]),
        ("q=%00", ["anonymisée", "Aubier", "Bleuet", "Zinnia"]),
        ("page=9999999999999&etat=ferme", ["Bleuet"]),
    ],
)
def test_list_is_filtered_searched_and_sorted_by_its_address(office, query, found):
    zoe = UserFactory(given_name="Zoé", family_name="Zinnia", email="zinnia@demo.example", is_delegate=True)
    give_second_factor(zoe)
    UserFactory(given_name="Basile", family_name="Bleuet", is_active=False)
    UserFactory(given_name="Personne", family_name="anonymisée", is_active=False, anonymised_at=timezone.now())
    if query == "q=personne":
        User.objects.filter(anonymised_at__isnull=False).update(searchable="")
        User.objects.filter(email__startswith="personne").update(searchable="")
    response = office.get(f"{reverse('people')}?{query}")
    assert response.status_code == 200
    got = names(response)
    assert (got if "tri" in query else sorted(got, key=str.casefold)) == (
        found if "tri" in query else sorted(found, key=str.casefold)
    )


def test_list_leaves_as_a_spreadsheet(office):
    UserFactory(given_name="=CALCUL()", family_name="Zinnia", is_delegate=True)
    response = office.get(f"{reverse('people')}?format=csv")
    content = b"".join(response).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(content), delimiter=";"))
    assert lines[0][:3] == ["Nom", "Adresse électronique", "Rôles"]
    assert lines[1][0] == "Angèle Aubier"
    assert lines[2][2:4] == ["Délégué permanent", "Non"]
    assert not lines[2][0].startswith("=")


def test_list_costs_the_same_for_one_and_for_thirty(office, django_assert_num_queries, django_assert_max_num_queries):
    office.get(reverse("people"))
    with django_assert_max_num_queries(12) as counted:
        office.get(reverse("people"))
    for person in UserFactory.create_batch(30, is_delegate=True):
        give_second_factor(person)
    with django_assert_num_queries(len(counted)):
        assert len(names(office.get(reverse("people")))) == 31


# --- One person ---------------------------------------------------------------------------------


def test_person_page_tells_who_and_by_what_they_enter(office):
    person = UserFactory(given_name="Zoé", family_name="Zinnia", last_login=timezone.now() - timedelta(days=3))
    open_session(person)
    give_second_factor(person)
    give_token(person, name="Tableau de bord")
    shown = text(office.get(page_of(person)))
    for word in ("Zoé", "Zinnia", person.email, "Tableau de bord", "Ouvert", "Aucun rôle général"):
        assert word in shown, word
    assert "Connexion bloquée" not in shown


def test_person_page_offers_only_what_is_possible(office, administrator):
    def offered(person: User) -> set[str]:
        return {act.slug for act in office.get(page_of(person)).context["acts"]}

    assert offered(UserFactory()) == {"nommer-administrateur", "nommer-delegue", "fermer"}
    assert offered(UserFactory(is_staff=True, is_delegate=True)) == {
        "retirer-administrateur",
        "retirer-delegue",
        "fermer",
    }
    assert offered(UserFactory(is_active=False)) == {"rouvrir"}
    assert offered(UserFactory(is_active=False, anonymised_at=timezone.now())) == set()
    locked = UserFactory()
    fail_sign_in(locked.email, times=8)
    open_session(locked)
    give_second_factor(locked)
    assert {"debloquer", "fermer-les-sessions", "retirer-les-seconds-facteurs"} <= offered(locked)


def test_person_page_costs_the_same_whatever_they_hold(
    office, administrator, django_assert_num_queries, django_assert_max_num_queries
):
    person = UserFactory()
    office.get(page_of(person))
    with django_assert_max_num_queries(12) as counted:
        office.get(page_of(person))
    for number in range(30):
        give_token(person, name=f"Jeton {number}")
        open_session(person)
        change_person(person=person, by=administrator, given_name=f"Prénom {number}")
    with django_assert_num_queries(len(counted)):
        office.get(page_of(person))


def test_person_page_tells_what_happened_last(office, administrator):
    person = UserFactory()
    assert "Rien n’est encore arrivé à ce compte" in text(office.get(page_of(person)))
    make_delegate(person=person, by=administrator)
    change_preferences(person=person, by=person, digest="hebdomadaire")
    shown = text(office.get(page_of(person)))
    assert f"{administrator} a nommé un délégué permanent" in shown
    assert f"{person} a changé ses préférences" in shown
    assert f"{reverse('journal')}?numero={person.pk}" in shown


def test_edit_saves_and_comes_back(office, administrator):
    person = UserFactory()
    sent = {"version": version_of(person), "given_name": "Agathe", "family_name": "Sureau", "email": "A@demo.example"}
    response = office.post(page_of(person, "person-edit"), sent, follow=True)
    assert response.redirect_chain == [(page_of(person), 302)]
    assert "Agathe Sureau" in text(response)
    person.refresh_from_db()
    assert person.email == "a@demo.example"
    assert Event.objects.get().actor == administrator


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"email": "pas une adresse"}, "email"), ({"email": ""}, "email"), ({"family_name": "\u200b"}, "family_name")],
)
def test_edit_refused_keeps_what_was_typed(office, changes, field):
    person = UserFactory()
    sent = {"version": version_of(person), "given_name": "Tapé", "family_name": "Sureau", "email": person.email}
    response = office.post(page_of(person, "person-edit"), {**sent, **changes})
    assert field in response.context["form"].errors
    assert "Tapé" in text(response)
    assert not Event.objects.exists()


def test_edit_refuses_the_address_of_another(office, administrator):
    person = UserFactory()
    sent = {"version": version_of(person), "given_name": "A", "family_name": "B", "email": administrator.email}
    assert "Cette adresse a déjà un compte." in text(office.post(page_of(person, "person-edit"), sent))


def test_edit_in_two_windows_shows_both_texts(office):
    person = UserFactory(given_name="Aglaé", family_name="Sureau")
    sent = {"version": version_of(person), "given_name": "Agathe", "family_name": "Sureau", "email": person.email}
    change_person(person=person, by=None, given_name="Agnès")
    shown = text(office.post(page_of(person, "person-edit"), sent))
    assert "Agathe" in shown
    assert "Agnès" in shown
    person.refresh_from_db()
    assert person.given_name == "Agnès"


# --- Acts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.slug)
def test_act_says_what_will_happen_and_does_nothing_until_confirmed(office, act):
    person = UserFactory(given_name="Zoé", family_name="Zinnia", is_active=act.slug != "rouvrir")
    before = User.objects.filter(pk=person.pk).values().get()
    shown = text(office.get(page_of(person, "person-act", slug=act.slug)))
    assert "Zoé Zinnia" in shown
    for consequence in act.consequences:
        assert str(consequence).replace("'", "&#x27;") in shown
    assert User.objects.filter(pk=person.pk).values().get() == before
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("slug", "before", "after"),
    [
        ("nommer-administrateur", {}, {"is_staff": True}),
        ("retirer-administrateur", {"is_staff": True}, {"is_staff": False}),
        ("nommer-delegue", {}, {"is_delegate": True}),
        ("retirer-delegue", {"is_delegate": True}, {"is_delegate": False}),
        ("fermer", {}, {"is_active": False}),
        ("rouvrir", {"is_active": False}, {"is_active": True}),
    ],
)
def test_act_confirmed_is_done_and_said(office, administrator, slug, before, after):
    person = UserFactory(**before)
    response = office.post(page_of(person, "person-act", slug=slug), follow=True)
    assert response.redirect_chain == [(page_of(person), 302)]
    assert User.objects.filter(pk=person.pk, **after).exists()
    assert Event.objects.get().actor == administrator


def test_act_on_sessions_factors_and_lockout(office):
    person = UserFactory()
    fail_sign_in(person.email, times=8)
    give_second_factor(person)
    open_session(person)
    for slug in ("debloquer", "fermer-les-sessions", "retirer-les-seconds-facteurs"):
        office.post(page_of(person, "person-act", slug=slug))
    access = office.get(page_of(person)).context["access"]
    assert (access.locked_out, access.sessions, access.factors) == (False, 0, [])


@pytest.mark.parametrize("slug", ["fermer", "retirer-administrateur"])
def test_act_against_the_last_administrator_is_refused_on_the_page(office, administrator, slug):
    response = office.post(page_of(administrator, "person-act", slug=slug))
    assert response.status_code == 200
    assert "dernier administrateur" in text(response)


def test_closing_one_s_own_account_leads_to_the_entrance(office, administrator):
    AdministratorFactory()
    open_as_listed(office, administrator)
    response = office.post(page_of(administrator, "person-act", slug="fermer"))
    assert response.status_code == 302
    assert response["Location"] == reverse("account_login")
    assert office.get(reverse("preferences")).status_code == 302


def test_ending_one_s_own_sessions_leads_to_the_entrance(office, administrator):
    open_as_listed(office, administrator)
    response = office.post(page_of(administrator, "person-act", slug="fermer-les-sessions"))
    assert response["Location"] == reverse("account_login")


def test_laying_down_one_s_own_role_leads_home(office, administrator):
    AdministratorFactory()
    response = office.post(page_of(administrator, "person-act", slug="retirer-administrateur"))
    assert response["Location"] == "/"
    assert office.get(reverse("people")).status_code == 403


def open_as_listed(client, person: User) -> None:
    person.usersession_set.update_or_create(
        session_key=client.session.session_key, defaults={"ip": "192.0.2.1", "user_agent": "Firefox/128"}
    )


# --- Anonymising --------------------------------------------------------------------------------------


def test_anonymise_warns_and_asks_for_the_address(office):
    person = UserFactory()
    shown = text(office.get(page_of(person, "person-anonymise")))
    assert "Personne ne pourra revenir en arrière" in shown
    response = office.post(page_of(person, "person-anonymise"), {"confirmation": "oui"})
    assert "recopiez-la" in text(response)
    person.refresh_from_db()
    assert person.anonymised_at is None


def test_anonymise_confirmed_forgets_the_person(office):
    person = UserFactory(family_name="Zinnia")
    response = office.post(page_of(person, "person-anonymise"), {"confirmation": person.email}, follow=True)
    assert response.redirect_chain == [(page_of(person), 302)]
    shown = text(response)
    assert "Personne anonymisée" in shown
    assert "Zinnia" not in shown
    assert "Modifier" not in shown


def test_anonymise_the_last_administrator_is_refused_on_the_page(office, administrator):
    response = office.post(page_of(administrator, "person-anonymise"), {"confirmation": administrator.email})
    assert "dernier administrateur" in text(response)


def test_anonymise_oneself_leads_to_the_entrance(office, administrator):
    AdministratorFactory()
    response = office.post(page_of(administrator, "person-anonymise"), {"confirmation": administrator.email})
    assert response["Location"] == reverse("account_login")
