import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.invitations import services
from accounts.invitations.enums import Sending
from accounts.models import Invitation
from accounts.tokens.models import Scope
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.invitations import a_sent_invitation
from tests.factories.tokens import script_of

pytestmark = pytest.mark.django_db

LIST = "/api/v1/invitations/"
BODY = {"email": "nouvelle@demo.example", "given_name": "Ana", "family_name": "Ortiz", "message": "Bienvenue"}


def api_of(person=None):
    client = APIClient()
    if person:
        client.force_login(person)
    return client


@pytest.fixture
def api():
    return api_of(AdministratorFactory())


@pytest.fixture
def sent():
    return a_sent_invitation("invitee@demo.example", given_name="Ana", family_name="Ortiz")[0]


def address(invitation, act=""):
    return f"{LIST}{invitation.pk}/{act}"


def everything(api, sent):
    return [
        api.get(LIST),
        api.get(address(sent)),
        api.post(LIST, BODY),
        api.post(address(sent, "resend/")),
        api.post(address(sent, "revoke/")),
    ]


def test_visitors_get_nothing(sent):
    assert {response.status_code for response in everything(api_of(), sent)} == {401}


@pytest.mark.parametrize("rights", [{}, {"is_superuser": True}])
def test_members_get_nothing(sent, rights):
    assert {response.status_code for response in everything(api_of(UserFactory(**rights)), sent)} == {403}
    assert Invitation.objects.count() == 1


def test_read_token_of_an_administrator_reads_and_does_not_invite(sent):
    script = script_of(AdministratorFactory(), scope=Scope.READ)
    assert [response.status_code for response in everything(script, sent)] == [200, 200, 403, 403, 403]
    sent.refresh_from_db()
    assert sent.is_open
    assert Invitation.objects.count() == 1


def test_closed_accounts_get_nothing(sent):
    person = AdministratorFactory()
    api = api_of(person)
    person.is_active = False
    person.save()
    assert {response.status_code for response in everything(api, sent)} == {401}


def test_delegates_may_everything_but_make_administrators(sent):
    delegate = UserFactory(is_delegate=True)
    statuses = [response.status_code for response in everything(api_of(delegate), sent)]
    assert statuses == [200, 200, 201, 200, 200]
    for body in ({**BODY, "email": "b@demo.example", "as_administrator": True},):
        assert api_of(delegate).post(LIST, body).status_code == 403
    theirs, _token = a_sent_invitation(as_administrator=True)
    for act in ("resend/", "revoke/"):
        assert api_of(delegate).post(address(theirs, act)).status_code == 403


def test_read_tells_all_but_the_link(api, sent):
    response = api.get(address(sent))
    body = response.json()
    assert (body["email"], body["state"], body["given_name"]) == ("invitee@demo.example", "envoyee", "Ana")
    assert set(body) == {
        "id",
        "email",
        "given_name",
        "family_name",
        "message",
        "as_administrator",
        "as_delegate",
        "state",
        "invited_by",
        "accepted_by",
        "created_at",
        "sent_at",
        "expires_at",
        "revoked_at",
        "accepted_at",
        "changed_at",
        "mandates",
    }
    assert sent.token_hash not in response.content.decode()


def test_create_invites(api):
    response = api.post(LIST, {**BODY, "as_delegate": True})
    assert response.status_code == 201
    made = Invitation.objects.get()
    assert response.json()["id"] == str(made.pk)
    assert (response.json()["state"], made.as_delegate) == ("attente", True)
    assert response["Location"].endswith(address(made))


def test_create_needs_an_address_alone(api):
    assert api.post(LIST, {"email": "nouvelle@demo.example"}).status_code == 201


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"email": ""}, "email"),
        ({"email": "pas une adresse"}, "email"),
        ({"email": "invitee@demo.example"}, "email"),
        ({"given_name": "x" * 101}, "given_name"),
        ({"message": "x" * 1001}, "message"),
        ({"as_delegate": "peut-être"}, "as_delegate"),
        ({"expires_at": "2099-01-01T00:00:00Z"}, "expires_at"),
        ({"token_hash": "x"}, "token_hash"),
    ],
)
def test_create_refused_names_the_field(api, sent, fields, at_fault):
    response = api.post(LIST, {**BODY, **fields})
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [at_fault]
    assert Invitation.objects.count() == 1


def test_create_too_many_answers_with_the_sentence(api, monkeypatch):
    monkeypatch.setattr(services, "MOST_PER_HOUR", 1)
    api.post(LIST, BODY)
    response = api.post(LIST, {**BODY, "email": "deux@demo.example"})
    assert response.status_code == 409
    assert response.json()["code"] == "too_many"


def test_create_twice_with_one_key_invites_once(api):
    statuses = [api.post(LIST, BODY, headers={"Idempotency-Key": "k1"}).status_code for _ in range(2)]
    assert statuses == [201, 201]
    assert Invitation.objects.count() == 1


def test_resend_answers_with_the_invitation(api, sent):
    response = api.post(address(sent, "resend/"))
    assert response.status_code == 200
    assert response.json()["state"] == "attente"
    sent.refresh_from_db()
    assert (sent.sending, sent.token_hash) == (Sending.WAITING, None)


def test_revoke_answers_with_the_invitation(api, sent):
    response = api.post(address(sent, "revoke/"))
    assert (response.status_code, response.json()["state"]) == (200, "revoquee")


@pytest.mark.parametrize(
    ("ended", "code"),
    [({"revoked_at": timezone.now()}, "revoked"), ({"accepted_at": timezone.now()}, "accepted")],
)
@pytest.mark.parametrize("act", ["resend/", "revoke/"])
def test_acts_on_what_has_ended_are_refused(api, sent, ended, code, act):
    Invitation.objects.filter(pk=sent.pk).update(**ended)
    response = api.post(address(sent, act))
    assert response.status_code == 409
    assert response.json()["code"] == code


@pytest.mark.parametrize("act", ["resend/", "revoke/"])
def test_acts_on_what_changed_meanwhile_are_stale(api, sent, act):
    tag = api.get(address(sent))["ETag"]
    api.post(address(sent, "resend/"))
    assert api.post(address(sent, act), headers={"If-Match": tag}).status_code == 412


@pytest.mark.parametrize("query", [{"state": "envoyee"}, {"search": "ortiz"}, {"as_delegate": "false"}])
def test_list_is_filtered_and_searched(api, sent, query):
    a_sent_invitation(as_delegate=True, revoked_at=timezone.now())
    assert [each["id"] for each in api.get(LIST, query).json()["results"]] == [str(sent.pk)]


@pytest.mark.parametrize("query", [{"state": "martien"}, {"etat": "envoyee"}, {"ordering": "token_hash"}])
def test_list_refuses_what_it_does_not_know(api, query):
    assert api.get(LIST, query).status_code == 400


def test_list_costs_the_same_with_one_and_with_thirty(api):
    api.get(LIST)  # the first request of a session also notes when it was used
    costs = []
    for number in (1, 29):
        for _ in range(number):
            a_sent_invitation(invited_by=UserFactory())
        with CaptureQueriesContext(connection) as queries:
            api.get(LIST, {"search": "invitee"})
        costs.append(len(queries))
    assert costs[0] == costs[1]


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_invitations_are_neither_edited_nor_deleted(api, sent, method):
    assert getattr(api, method)(address(sent)).status_code == 405
