import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import Organisation
from accounts.organisations.services import merge_organisations
from accounts.tokens.models import Scope
from projects.activity.models import Event
from projects.models import Membership
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.groups import MembershipFactory
from tests.factories.organisations import an_organisation
from tests.factories.tokens import script_of

pytestmark = pytest.mark.django_db

LIST = "/api/v1/organisations/"
BODY = {"name": "Agence du numérique", "acronym": "ADN", "kind": "agence", "college": "etat", "region": "nationale"}


@pytest.fixture
def dge():
    return an_organisation("Direction générale des Entreprises", "DGE", "Bercy")


def api_of(person=None):
    client = APIClient()
    if person:
        client.force_login(person)
    return client


@pytest.fixture
def api():
    return api_of(AdministratorFactory())


def address(organisation, act=""):
    return f"{LIST}{organisation.pk}/{act}"


def test_visitors_get_nothing(dge):
    for response in (
        api_of().get(LIST),
        api_of().get(address(dge)),
        api_of().post(LIST, BODY),
        api_of().patch(address(dge), {"acronym": "X"}),
        api_of().post(address(dge, "merge/"), {"absorb": str(dge.pk)}),
    ):
        assert response.status_code == 401


@pytest.mark.parametrize("rights", [{}, {"is_superuser": True}])
def test_members_read_and_do_not_write(dge, rights):
    api = api_of(UserFactory(**rights))
    assert api.get(LIST).json()["count"] == 1
    assert api.get(address(dge)).json()["name"] == dge.name
    for response in (
        api.post(LIST, BODY),
        api.patch(address(dge), {"acronym": "X"}),
        api.post(address(dge, "merge/"), {"absorb": str(an_organisation("Autre").pk)}),
    ):
        assert response.status_code == 403
    dge.refresh_from_db()
    assert dge.acronym == "DGE"


def test_read_token_of_an_administrator_reads_and_does_not_write(dge):
    script = script_of(AdministratorFactory(), scope=Scope.READ)
    assert script.get(address(dge)).status_code == 200
    assert script.post(LIST, BODY).status_code == 403
    assert script.patch(address(dge), {"acronym": "X"}).status_code == 403
    twin = an_organisation("Entreprises")
    assert script.post(address(dge, "merge/"), {"absorb": str(twin.pk)}).status_code == 403
    assert Organisation.objects.living().count() == 2


def test_write_token_of_a_delegate_writes():
    assert script_of(UserFactory(is_delegate=True)).post(LIST, BODY).status_code == 201


def test_delegates_write():
    assert api_of(UserFactory(is_delegate=True)).post(LIST, BODY).status_code == 201


def test_read_shows_everything(api, dge):
    response = api.get(address(dge))
    body = response.json()
    assert body.pop("changed_at")
    assert body == {
        "id": str(dge.pk),
        "name": "Direction générale des Entreprises",
        "acronym": "DGE",
        "kind": "administration",
        "college": "etat",
        "region": "",
        "aliases": ["Bercy"],
    }
    assert response["ETag"]


def test_unknown_is_not_found(api):
    assert api.get(f"{LIST}01980000-0000-7000-8000-000000000000/").status_code == 404
    assert api.get(f"{LIST}pas-un-identifiant/").status_code == 404


def test_merged_answers_as_what_it_became_with_its_id(api, dge):
    gone = an_organisation("Entreprises")
    merge_organisations(keep=dge, absorb=gone, by=None)
    assert api.get(address(gone)).json()["id"] == str(dge.pk)
    assert api.get(LIST).json()["count"] == 1


def test_merged_is_not_changed_through_its_old_id(api, dge):
    gone = an_organisation("Entreprises")
    merge_organisations(keep=dge, absorb=gone, by=None)
    response = api.patch(address(gone), {"acronym": "X"})
    assert response.status_code == 409
    assert response.json()["code"] == "merged"


@pytest.mark.parametrize("text", ["dge", "entreprises générale", "BERCY", "Direction"])
def test_search_finds_under_every_spelling_as_the_pages_do(api, dge, text):
    an_organisation("Trésor", "DGT")
    assert [each["id"] for each in api.get(LIST, {"search": text}).json()["results"]] == [str(dge.pk)]


def test_search_gives_the_best_first(api):
    an_organisation("Agence DGT", "X")
    an_organisation("Trésor", "DGT")
    names = [each["name"] for each in api.get(LIST, {"search": "dgt"}).json()["results"]]
    assert names == ["Trésor", "Agence DGT"]


@pytest.mark.parametrize("query", [{"college": "industrie"}, {"kind": "pole"}, {"region": "bretagne"}])
def test_list_is_filtered(api, query):
    wanted = an_organisation("Voulue", **query)
    an_organisation("Autre", region="corse", kind="agence", college="etat")
    assert [each["id"] for each in api.get(LIST, query).json()["results"]] == [str(wanted.pk)]


@pytest.mark.parametrize("query", [{"college": "martien"}, {"colege": "etat"}, {"ordering": "merged_into"}])
def test_list_refuses_what_it_does_not_know(api, query):
    assert api.get(LIST, query).status_code == 400


def test_list_is_ordered(api, dge):
    an_organisation("Agence", "Z")
    names = [each["acronym"] for each in api.get(LIST, {"ordering": "-acronym"}).json()["results"]]
    assert names == ["Z", "DGE"]


def test_list_costs_the_same_with_one_and_with_thirty(api):
    api.get(LIST)  # the first request of a session also notes when it was used
    costs = []
    for number in (1, 29):
        for n in range(number):
            an_organisation(f"Organisme {number} {n}", f"O{number}{n}", f"Autre {number} {n}")
        with CaptureQueriesContext(connection) as queries:
            api.get(LIST, {"search": "organisme"})
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_create_answers_with_the_organisation_and_its_address(api):
    response = api.post(LIST, {**BODY, "aliases": ["Numérique"]})
    assert response.status_code == 201
    made = Organisation.objects.get()
    assert response.json()["id"] == str(made.pk)
    assert response.json()["aliases"] == ["Numérique"]
    assert response["Location"].endswith(address(made))


def test_create_needs_no_acronym_nor_region(api):
    response = api.post(LIST, {"name": "Agence", "kind": "agence", "college": "etat"})
    assert response.status_code == 201
    assert (response.json()["acronym"], response.json()["region"]) == ("", "")


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"name": ""}, "name"),
        ({"name": "direction GENERALE des entreprises"}, "name"),
        ({"acronym": "DGE"}, "acronym"),
        ({"aliases": ["Bercy"]}, "aliases"),
        ({"aliases": ["x" * 201]}, "aliases.0"),
        ({"kind": "club"}, "kind"),
        ({"region": "Bavière"}, "region"),
        ({"merged_into": None}, "merged_into"),
    ],
)
def test_create_refused_names_the_field(api, dge, fields, at_fault):
    response = api.post(LIST, {**BODY, **fields})
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [at_fault]
    assert Organisation.objects.count() == 1


def test_create_with_a_shared_acronym_once_confirmed(api, dge):
    assert api.post(LIST, {**BODY, "acronym": "DGE", "confirmed": True}).status_code == 201


def test_create_twice_with_one_key_makes_one(api):
    answers = [api.post(LIST, BODY, headers={"Idempotency-Key": "k1"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert Organisation.objects.count() == 1


def test_change_touches_what_was_sent_alone(api, dge):
    response = api.patch(address(dge), {"region": "corse"})
    assert response.status_code == 200
    assert response.json()["region"] == "corse"
    assert (response.json()["acronym"], response.json()["aliases"]) == ("DGE", ["Bercy"])


def test_change_of_what_changed_meanwhile_answers_with_what_stands(api, dge):
    tag = api.get(address(dge))["ETag"]
    assert api.patch(address(dge), {"region": "corse"}, headers={"If-Match": tag}).status_code == 200
    response = api.patch(address(dge), {"region": "bretagne"}, headers={"If-Match": tag})
    assert response.status_code == 412
    assert response.json()["current"]["region"] == "corse"


def test_merge_answers_with_the_survivor(api, dge):
    gone = an_organisation("Entreprises", "ENT")
    mandate = MembershipFactory(organisation=gone)
    response = api.post(address(dge, "merge/"), {"absorb": str(gone.pk)})
    assert response.status_code == 200
    assert response.json()["id"] == str(dge.pk)
    assert "ENT" in response.json()["aliases"]
    assert Membership.objects.get(pk=mandate.pk).organisation == dge
    assert Event.objects.filter(verb="organisation.merged").count() == 1


@pytest.mark.parametrize(
    ("absorb", "status"), [("itself", 400), ("unknown", 400), ("pas un id", 400), ("merged", 409), (None, 400)]
)
def test_merge_of_what_cannot_be_is_refused(api, dge, absorb, status):
    gone = an_organisation("Entreprises")
    merge_organisations(keep=dge, absorb=gone, by=None)
    known = {"itself": str(dge.pk), "unknown": "01980000-0000-7000-8000-000000000000", "merged": str(gone.pk)}
    response = api.post(address(dge, "merge/"), {"absorb": known.get(absorb, absorb)})
    assert response.status_code == status


def test_merge_into_what_changed_meanwhile_is_stale(api, dge):
    tag = api.get(address(dge))["ETag"]
    api.patch(address(dge), {"region": "corse"})
    gone = an_organisation("Entreprises")
    response = api.post(address(dge, "merge/"), {"absorb": str(gone.pk)}, headers={"If-Match": tag})
    assert response.status_code == 412
    gone.refresh_from_db()
    assert gone.merged_into is None


@pytest.mark.parametrize("method", ["put", "delete"])
def test_organisations_are_neither_replaced_nor_deleted(api, dge, method):
    assert getattr(api, method)(address(dge)).status_code == 405
