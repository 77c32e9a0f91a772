import json
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.people.services import close_account
from accounts.tokens.services import create_token
from projects.activity.models import Event
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.people import fail_sign_in, give_second_factor, open_session
from tests.filiere.api.shapes import problem

pytestmark = pytest.mark.django_db

ME, DATA, PEOPLE = "/api/v1/me/", "/api/v1/me/data/", "/api/v1/people/"


@pytest.fixture
def administrator():
    return AdministratorFactory(email="admin@demo.example", family_name="Aubier")


@pytest.fixture
def client(administrator):
    return signed_in(administrator)


def signed_in(person: User) -> APIClient:
    client = APIClient()
    client.force_login(person)
    return client


def with_token(person: User, scope: str) -> APIClient:
    _token, value = create_token(person=person, name="Essai", scope=scope, by=person)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {value}")
    return client


def address(person: User, act: str = "") -> str:
    return f"{PEOPLE}{person.pk}/{act}{'/' if act else ''}"


# --- Oneself ------------------------------------------------------------------------


def test_me_tells_identity_and_preferences():
    person = UserFactory(given_name="Aglaé", family_name="Sureau", is_delegate=True)
    give_second_factor(person)
    response = signed_in(person).get(ME)
    assert response.status_code == 200
    assert response["ETag"]
    told = response.json()
    assert (told["id"], told["email"], told["full_name"]) == (str(person.pk), person.email, "Aglaé Sureau")
    assert (told["is_administrator"], told["is_delegate"], told["has_second_factor"]) == (False, True, True)
    assert (told["language"], told["time_zone"], told["digest"]) == ("fr", "Europe/Paris", "quotidien")
    assert told["quiet_from"] is None


def test_me_is_not_for_visitors():
    for method in ("get", "patch"):
        assert getattr(APIClient(), method)(ME).status_code == 401


def test_me_is_not_for_closed_accounts(administrator):
    person = UserFactory()
    browser, script = signed_in(person), with_token(person, "write")
    close_account(person=person, by=administrator)
    assert browser.get(ME).status_code == 401
    assert script.get(ME).status_code == 401


def test_me_can_be_changed_in_part():
    person = UserFactory()
    response = signed_in(person).patch(ME, {"quiet_from": "20:00", "quiet_until": "07:30", "given_name": "Agathe"})
    assert response.status_code == 200
    assert response.json()["quiet_from"] == "20:00:00"
    person.refresh_from_db()
    assert person.given_name == "Agathe"
    assert person.digest == "quotidien"
    assert Event.objects.get().actor == person


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"digest": "jamais"}, "digest"),
        ({"language": "tlh"}, "language"),
        ({"quiet_from": "20:00"}, "quiet_until"),
        ({"quiet_from": "25:00", "quiet_until": "07:00"}, "quiet_from"),
        ({"given_name": ""}, "given_name"),
        ({"given_name": "\u202eeriA"}, "given_name"),
        ({"given_name": None}, "given_name"),
        ({"email": "autre@demo.example"}, "email"),
        ({"is_administrator": True}, "is_administrator"),
        ({"is_staff": True}, "is_staff"),
        ({"anonymised_at": "2026-01-01T00:00:00Z"}, "anonymised_at"),
    ],
)
def test_me_refuses_bad_input_and_what_is_not_one_s_own_to_change(body, field):
    person = UserFactory()
    response = signed_in(person).patch(ME, body)
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]
    assert not Event.objects.exists()


def test_me_with_a_stale_tag_answers_what_stands():
    person = UserFactory()
    client = signed_in(person)
    tag = client.get(ME)["ETag"]
    assert client.patch(ME, {"given_name": "Première"}, headers={"If-Match": tag}).status_code == 200
    response = client.patch(ME, {"given_name": "Seconde"}, headers={"If-Match": tag})
    assert response.status_code == 412
    assert response.json()["current"]["given_name"] == "Première"


def test_me_unchanged_is_not_sent_again():
    client = signed_in(UserFactory())
    tag = client.get(ME)["ETag"]
    assert client.get(ME, headers={"If-None-Match": tag}).status_code == 304


def test_me_with_a_reading_token_reads_alone():
    client = with_token(UserFactory(), "read")
    assert client.get(ME).status_code == 200
    assert client.patch(ME, {"digest": "hebdomadaire"}).status_code == 403


def test_me_with_a_writing_token_writes():
    assert with_token(UserFactory(), "write").patch(ME, {"digest": "hebdomadaire"}).status_code == 200


def test_me_data_holds_everything_and_is_told_to_the_journal():
    person = UserFactory()
    response = signed_in(person).get(DATA)
    assert response.status_code == 200
    assert response.json()["identite"]["adresse"] == person.email
    assert response["Cache-Control"] == "no-store"
    assert Event.objects.get().verb == "person.data_exported"


def test_me_data_is_not_for_visitors():
    assert APIClient().get(DATA).status_code == 401
    assert not Event.objects.exists()


# --- People -------------------------------------------------------------------------


def test_people_list_tells_who_has_an_account(client, administrator):
    person = UserFactory(family_name="Zinnia")
    give_second_factor(person)
    told = client.get(PEOPLE).json()
    assert told["count"] == 2
    assert [each["family_name"] for each in told["results"]] == ["Aubier", "Zinnia"]
    assert [each["has_second_factor"] for each in told["results"]] == [False, True]
    assert "password" not in json.dumps(told)
    assert "time_zone" not in told["results"][1]


WRITES = [("post", PEOPLE), ("patch", None)]
ACTS = [
    "close",
    "reopen",
    "make-administrator",
    "withdraw-administrator",
    "make-delegate",
    "withdraw-delegate",
    "unlock",
    "end-sessions",
    "remove-second-factors",
    "anonymise",
]


def attempts(client: APIClient, person: User) -> set[int]:
    answers = [
        client.get(PEOPLE),
        client.get(address(person)),
        client.post(PEOPLE, {}),
        client.patch(address(person), {}),
    ]
    answers += [client.post(address(person, act), {"confirmation": person.email}) for act in ACTS]
    return {answer.status_code for answer in answers}


@pytest.mark.parametrize("fields", [{}, {"is_delegate": True}])
def test_people_are_for_administrators_alone(fields):
    person = UserFactory(**fields)
    assert attempts(signed_in(person), UserFactory()) == {403}
    assert attempts(signed_in(person), person) == {403}
    assert not Event.objects.exists()


def test_people_are_not_for_visitors():
    assert attempts(APIClient(), UserFactory()) == {401}


def test_people_are_not_for_closed_administrators(administrator):
    other = AdministratorFactory()
    client = signed_in(other)
    close_account(person=other, by=administrator)
    assert attempts(client, UserFactory()) == {401}


def test_people_with_a_reading_token_are_read_alone(administrator):
    client, person = with_token(administrator, "read"), UserFactory()
    assert client.get(address(person)).status_code == 200
    assert {client.post(address(person, act), {"confirmation": person.email}).status_code for act in ACTS} == {403}
    assert client.patch(address(person), {"given_name": "Autre"}).status_code == 403
    person.refresh_from_db()
    assert person.is_active


def test_people_acts_are_not_done_by_reading(client):
    person = UserFactory()
    assert {client.get(address(person, act)).status_code for act in ACTS} == {405}


def test_people_of_an_unknown_id_do_not_exist(client):
    for path in (f"{PEOPLE}{uuid4()}/", f"{PEOPLE}{uuid4()}/close/", f"{PEOPLE}1/", f"{PEOPLE}admin@demo.example/"):
        assert client.get(path).status_code in {404, 405}
        assert client.post(path).status_code in {404, 405}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("search=sureau", ["Sureau"]),
        ("search=SURÉAU aglae", ["Sureau"]),
        ("search=sureau inconnue", []),
        ("is_active=false", ["Zinnia"]),
        ("is_administrator=true", ["Aubier"]),
        ("is_delegate=true", ["Sureau"]),
        ("has_second_factor=true", ["Sureau"]),
        ("never_signed_in=false", ["Sureau"]),
        ("email=AGLAE@demo.example", ["Sureau"]),
        ("anonymised=true", []),
        ("anonymised=false&ordering=-name", ["Zinnia", "Sureau", "Aubier"]),
        ("ordering=last_login", ["Sureau", "Aubier", "Zinnia"]),
    ],
)
def test_people_list_is_filtered_searched_and_ordered(administrator, query, found):
    aglae = UserFactory(
        given_name="Aglaé",
        family_name="Sureau",
        email="aglae@demo.example",
        is_delegate=True,
        last_login="2026-01-01T00:00:00Z",
    )
    give_second_factor(aglae)
    UserFactory(family_name="Zinnia", is_active=False)
    response = APIClient()
    response.force_authenticate(administrator)
    told = response.get(f"{PEOPLE}?{query}").json()
    assert sorted(each["family_name"] for each in told["results"]) == sorted(found)
    if "ordering" in query:
        assert told["results"][0]["family_name"] == found[0]


@pytest.mark.parametrize(
    "name", ["is_active", "is_administrator", "has_second_factor", "never_signed_in", "anonymised"]
)
def test_filter_that_says_neither_yes_nor_no_is_refused(administrator, name):
    client = APIClient()
    client.force_authenticate(administrator)
    told = problem(client.get(PEOPLE, {name: "peut-être"}), 400, "validation")
    assert told["errors"] == {name: ["Écrivez true ou false."]}
    for written in ("TRUE", "0", ""):
        assert client.get(PEOPLE, {name: written}).status_code == 200


@pytest.mark.parametrize("query", ["etat=ouvert", "ordering=password", "page_size=tout"])
def test_people_list_says_what_it_does_not_understand(client, query):
    assert client.get(f"{PEOPLE}?{query}").status_code == 400


def test_people_list_costs_the_same_for_one_and_for_thirty(
    client, django_assert_num_queries, django_assert_max_num_queries
):
    client.get(PEOPLE)  # the first request of a session also notes that it lives
    with django_assert_max_num_queries(6) as counted:
        client.get(PEOPLE)
    for person in UserFactory.create_batch(30):
        give_second_factor(person)
    with django_assert_num_queries(len(counted)):
        assert len(client.get(PEOPLE).json()["results"]) == 31


def test_people_creation_opens_an_account(client, administrator):
    body = {"email": "Nouvelle@demo.example", "given_name": "Aglaé", "family_name": "Sureau", "is_delegate": True}
    response = client.post(PEOPLE, body)
    assert response.status_code == 201
    person = User.objects.get(email="nouvelle@demo.example")
    assert response["Location"].endswith(address(person))
    assert (person.is_delegate, person.is_staff, person.has_usable_password()) == (True, False, False)
    assert Event.objects.get().actor == administrator


def test_people_creation_repeated_with_one_key_opens_one_account(client):
    body = {"email": "nouvelle@demo.example", "given_name": "Aglaé", "family_name": "Sureau"}
    answers = [client.post(PEOPLE, body, headers={"Idempotency-Key": "one"}) for _again in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert User.objects.filter(email="nouvelle@demo.example").count() == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "admin@demo.example"}, "email"),
        ({"email": "pas une adresse"}, "email"),
        ({"family_name": " "}, "family_name"),
        ({"password": "un mot de passe correct"}, "password"),
        ({"is_active": False}, "is_active"),
    ],
)
def test_people_creation_refuses_bad_input(client, body, field):
    given = {"email": "nouvelle@demo.example", "given_name": "Aglaé", "family_name": "Sureau", **body}
    response = client.post(PEOPLE, given)
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]
    assert User.objects.count() == 1


def test_person_can_be_renamed_and_moved(client):
    person = UserFactory()
    response = client.patch(address(person), {"email": "Ailleurs@demo.example"})
    assert response.status_code == 200
    assert response.json()["email"] == "ailleurs@demo.example"


@pytest.mark.parametrize(
    "field", ["is_administrator", "is_active", "id", "has_second_factor", "time_zone", "searchable"]
)
def test_person_cannot_be_changed_in_passing(client, field):
    response = client.patch(address(UserFactory()), {field: "x"})
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]


def test_person_with_a_stale_tag_answers_what_stands(client):
    person = UserFactory()
    tag = client.get(address(person))["ETag"]
    client.patch(address(person), {"given_name": "Première"})
    for method, path in (("patch", address(person)), ("post", address(person, "close"))):
        response = getattr(client, method)(path, {"given_name": "Seconde"}, headers={"If-Match": tag})
        assert response.status_code == 412
        assert response.json()["current"]["given_name"] == "Première"
    assert User.objects.get(pk=person.pk).is_active


@pytest.mark.parametrize(
    ("act", "before", "after"),
    [
        ("close", {}, {"is_active": False}),
        ("reopen", {"is_active": False}, {"is_active": True}),
        ("make-administrator", {}, {"is_administrator": True}),
        ("withdraw-administrator", {"is_staff": True}, {"is_administrator": False}),
        ("make-delegate", {}, {"is_delegate": True}),
        ("withdraw-delegate", {"is_delegate": True}, {"is_delegate": False}),
    ],
)
def test_person_act_answers_what_stands_now(client, administrator, act, before, after):
    person = UserFactory(**before)
    response = client.post(address(person, act))
    assert response.status_code == 200
    assert response["ETag"]
    assert {name: response.json()[name] for name in after} == after
    event = Event.objects.get()
    assert (event.actor, event.capacity) == (administrator, "administrateur")


def test_person_is_unlocked(client):
    person = UserFactory()
    fail_sign_in(person.email, times=8)
    assert client.post(address(person, "unlock")).status_code == 200
    assert Event.objects.get().verb == "person.unlocked"


def test_person_s_sessions_and_second_factors_end(client):
    person = UserFactory()
    give_second_factor(person)
    open_session(person)
    assert client.post(address(person, "end-sessions")).status_code == 200
    assert not person.usersession_set.exists()
    response = client.post(address(person, "remove-second-factors"))
    assert response.json()["has_second_factor"] is False


def test_person_is_anonymised_when_their_address_is_typed_again(client):
    person = UserFactory()
    refused = client.post(address(person, "anonymise"), {"confirmation": "non"})
    assert refused.status_code == 400
    assert list(refused.json()["errors"]) == ["confirmation"]
    assert list(client.post(address(person, "anonymise"), {}).json()["errors"]) == ["confirmation"]
    response = client.post(address(person, "anonymise"), {"confirmation": person.email})
    assert response.status_code == 200
    assert response.json()["full_name"] == "Personne anonymisée"
    assert client.get(address(person)).json()["email"].endswith("@anonyme.invalid")


@pytest.mark.parametrize("act", ["close", "withdraw-administrator", "anonymise"])
def test_person_who_is_the_last_administrator_stays(client, administrator, act):
    response = client.post(address(administrator, act), {"confirmation": administrator.email})
    assert response.status_code == 409
    assert response.json()["code"] == "dernier_administrateur"


def test_person_who_was_anonymised_stays_so(client):
    person = UserFactory()
    client.post(address(person, "anonymise"), {"confirmation": person.email})
    assert client.post(address(person, "reopen")).status_code == 409
    assert client.patch(address(person), {"given_name": "Retour"}).status_code == 409
