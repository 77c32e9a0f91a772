from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import Invitation
from accounts.tokens.models import Scope
from filiere.days import today
from projects.access.enums import Role
from projects.groups.invitations.services import invite_into_group
from projects.groups.services import archive_group
from projects.models import InvitedMandate, Membership
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.groups import MembershipFactory, WorkingGroupFactory
from tests.factories.organisations import an_organisation
from tests.factories.tokens import script_of
from tests.projects.groups.invitations.links import ADDRESS

pytestmark = pytest.mark.django_db

ALL = "/api/v1/invitations/"
HERE = "/api/v1/groups/div/invitations/"


@pytest.fixture
def organisation():
    return an_organisation("Direction générale des Entreprises", "DGE")


@pytest.fixture
def body(organisation):
    return {"email": ADDRESS, "role": "membre", "organisation": str(organisation.pk)}


@pytest.fixture
def offer(group, organisation):
    return offer_to("invitee@demo.example", group, organisation)


def offer_to(email, group, organisation, role=Role.MEMBER, by=None):
    return invite_into_group(group=group, email=email, role=role, organisation=organisation, by=by).offer


def api_of(person=None):
    client = APIClient()
    if person:
        client.force_login(person)
    return client


def everything(api, body, offer):
    return [
        api.get(HERE),
        api.get(f"{HERE}{offer.pk}/"),
        api.post(HERE, body),
        api.post(f"{HERE}{offer.pk}/resend/"),
        api.post(f"{HERE}bulk/", {"lines": [body]}),
        api.post(f"{HERE}{offer.pk}/withdraw/"),
    ]


def statuses(answers):
    return [answer.status_code for answer in answers]


# --- Who may ----------------------------------------------------------------


def test_visitors_get_nothing(body, offer):
    assert set(statuses(everything(api_of(), body, offer))) == {401}


def test_members_are_refused(body, offer, group):
    for role in (Role.RAPPORTEUR, Role.MEMBER, Role.OBSERVER):
        person = MembershipFactory(group=group, role=role).person
        assert set(statuses(everything(api_of(person), body, offer))) == {403}
    assert InvitedMandate.objects.standing().count() == 1


def test_to_outsiders_the_group_does_not_exist(body, offer, group):
    gone = MembershipFactory(group=group, role=Role.PILOT, ends_on=today() - timedelta(days=1)).person
    for person in (MembershipFactory(role=Role.PILOT).person, gone, UserFactory(is_superuser=True)):
        assert set(statuses(everything(api_of(person), body, offer))) == {404}
    assert InvitedMandate.objects.standing().count() == 1


def test_pilots_and_coordinators_do_all(body, offer, pilot):
    assert statuses(everything(api_of(pilot), body, offer)) == [200, 200, 201, 200, 200, 200]


def test_read_token_of_a_pilot_reads_and_does_not_invite(body, offer, pilot):
    script = script_of(pilot, scope=Scope.READ)
    assert statuses(everything(script, body, offer)) == [200, 200, 403, 403, 403, 403]
    assert InvitedMandate.objects.standing().count() == 1


def test_closed_account_gets_nothing(body, offer, pilot):
    api = api_of(pilot)
    pilot.is_active = False
    pilot.save()
    assert set(statuses(everything(api, body, offer))) == {401}


def test_archived_group_refuses_pilots(body, offer, pilot, group):
    archive_group(group=group, by=None)
    assert set(statuses(everything(api_of(pilot), body, offer))) == {403}


def test_invitation_of_another_group_is_not_found(pilot, organisation):
    foreign = offer_to("b@demo.example", WorkingGroupFactory(), organisation)
    api = api_of(pilot)
    found = [api.get(f"{HERE}{foreign.pk}/"), api.post(f"{HERE}{foreign.pk}/withdraw/")]
    assert statuses(found) == [404, 404]


# --- One invitation ---------------------------------------------------------


def test_create_invites(body, pilot, group):
    answer = api_of(pilot).post(HERE, {**body, "given_name": "Ana", "ends_on": "2099-12-31"}).json()
    made = InvitedMandate.objects.get()
    assert (answer["outcome"], answer["mandate"]) == ("invitation", None)
    assert (answer["invitation"]["id"], answer["invitation"]["email"]) == (str(made.pk), ADDRESS)
    assert (answer["invitation"]["state"], answer["invitation"]["group"]) == ("attente", "div")
    assert (made.invitation.given_name, str(made.ends_on), made.offered_by) == ("Ana", "2099-12-31", pilot)


def test_create_for_an_account_gives_the_mandate(body, pilot, group):
    UserFactory(email=ADDRESS)
    answer = api_of(pilot).post(HERE, body)
    assert answer.status_code == 201
    assert (answer.json()["outcome"], answer.json()["invitation"]) == ("mandat_confie", None)
    assert answer.json()["mandate"] == str(Membership.objects.get(person__email=ADDRESS).pk)


def test_create_again_does_nothing_and_says_so(body, pilot):
    api = api_of(pilot)
    first, again = api.post(HERE, body), api.post(HERE, body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["outcome"] == "rien"
    assert again.json()["invitation"]["id"] == first.json()["invitation"]["id"]
    assert InvitedMandate.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "status", "at_fault"),
    [
        ({"role": "pilote"}, 403, []),
        ({"role": "tsar"}, 400, ["role"]),
        ({"role": "invite"}, 400, ["ends_on"]),
        ({"email": "pas une adresse"}, 400, ["email"]),
        ({"organisation": "019aa000-0000-7000-8000-000000000000"}, 400, ["organisation"]),
        ({"ends_on": "2020-01-01"}, 400, ["ends_on"]),
        ({"as_delegate": True}, 400, ["as_delegate"]),
    ],
)
def test_create_refused_says_where(body, pilot, fields, status, at_fault):
    answer = api_of(pilot).post(HERE, {**body, **fields})
    assert answer.status_code == status
    assert list(answer.json()["errors"]) == at_fault
    assert not Invitation.objects.exists()


def test_resend_with_a_stale_tag_is_refused(offer, pilot):
    api = api_of(pilot)
    tag = api.get(f"{HERE}{offer.pk}/")["ETag"]
    assert api.post(f"{HERE}{offer.pk}/resend/", headers={"If-Match": tag}).status_code == 200
    assert api.post(f"{HERE}{offer.pk}/resend/", headers={"If-Match": tag}).status_code == 412


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=attente", 1),
        ("state=retiree", 0),
        ("search=INVITEE", 1),
        ("search=ailleurs", 0),
        ("role=membre", 1),
        ("orphaned=true", 0),
        ("ordering=-offered_at", 1),
    ],
)
def test_list_is_filtered_searched_and_ordered(offer, pilot, query, found):
    assert api_of(pilot).get(f"{HERE}?{query}").json()["count"] == found


def test_list_costs_the_same_with_one_and_with_thirty(group, pilot):
    api = api_of(pilot)
    api.get(HERE)
    costs = []
    for number in (1, 29):
        for n in range(number):
            offer_to(f"n{number}-{n}@demo.example", group, an_organisation(f"Organisme {number} {n}"))
        with CaptureQueriesContext(connection) as queries:
            api.get(HERE)
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 12


# --- A list of people -------------------------------------------------------


def test_bulk_dry_run_writes_nothing_and_its_digest_binds(organisation, pilot):
    api = api_of(pilot)
    body = {"lines": [{"email": "a@demo.example", "organisation": "dge"}, {"email": ADDRESS}], "role": "membre"}
    body["organisation"] = str(organisation.pk)
    tried = api.post(f"{HERE}bulk/", {**body, "dry_run": True}).json()
    assert [(line["line"], line["outcome"]) for line in tried["lines"]] == [(0, "invitation"), (1, "invitation")]
    assert not Invitation.objects.exists()
    UserFactory(email=ADDRESS)
    refused = api.post(f"{HERE}bulk/", {**body, "digest": tried["digest"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "changed")
    done = api.post(f"{HERE}bulk/", body).json()
    assert [line["outcome"] for line in done["lines"]] == ["invitation", "mandat_confie"]
    assert InvitedMandate.objects.get().invitation.email == "a@demo.example"


def test_bulk_with_faulty_lines_changes_nothing_and_names_them(organisation, pilot):
    api = api_of(pilot)
    lines = [{"email": "a@demo.example"}, {"email": "b@demo.example", "role": "pilote"}, {"email": "pas une adresse"}]
    body = {"lines": lines, "role": "membre", "organisation": str(organisation.pk)}
    refused = api.post(f"{HERE}bulk/", body)
    assert refused.status_code == 400
    assert list(refused.json()["errors"]) == ["lines.1", "lines.2"]
    assert not Invitation.objects.exists()
    assert api.post(f"{HERE}bulk/", {**body, "skip_faulty": True}).status_code == 200
    assert Invitation.objects.get().email == "a@demo.example"


def test_bulk_twice_with_one_key_answers_the_same(body, pilot):
    api = api_of(pilot)
    found = [api.post(f"{HERE}bulk/", {"lines": [body]}, headers={"Idempotency-Key": "k1"}).json() for _ in range(2)]
    assert found[0] == found[1]
    assert InvitedMandate.objects.count() == 1


@pytest.mark.parametrize("lines", [[], [{"email": "a@demo.example"}] * 201, [{"nom": "Ortiz"}], "ana@demo.example"])
def test_bulk_of_something_else_than_a_list_is_refused(pilot, lines):
    assert api_of(pilot).post(f"{HERE}bulk/", {"lines": lines}).status_code == 400


def test_bulk_across_groups_is_for_coordinators(body, pilot, group):
    lines = [{**body, "group": "DIV", "role": "pilote"}]
    assert api_of(pilot).post(f"{ALL}bulk/", {"lines": lines}).status_code == 403
    for person in (AdministratorFactory(), UserFactory(is_delegate=True)):
        assert api_of(person).post(f"{ALL}bulk/", {"lines": lines}).status_code == 200
    assert InvitedMandate.objects.get().group == group


# --- Invitations of the whole house -----------------------------------------


def test_pilot_invites_into_their_group_alone(body, pilot, group):
    api = api_of(pilot)
    answer = api.post(ALL, {**body, "group": "div"})
    assert answer.status_code == 201
    assert [mandate["group"] for mandate in answer.json()["mandates"]] == ["div"]
    assert answer["Location"].endswith(f"{ALL}{Invitation.objects.get().pk}/")
    other = WorkingGroupFactory(slug="imagerie")
    assert api.post(ALL, {**body, "group": other.slug}).status_code == 404
    assert api.post(ALL, {"email": "b@demo.example"}).status_code == 403
    assert api.post(ALL, {**body, "group": "div", "role": "pilote"}).status_code == 403
    assert api.post(ALL, {**body, "email": "b@demo.example", "group": "div", "as_delegate": True}).status_code == 403
    assert Invitation.objects.count() == 1


def test_member_invites_nobody(body, group):
    assert api_of(MembershipFactory(group=group).person).post(ALL, {**body, "group": "div"}).status_code == 403


def test_pilot_reads_what_concerns_their_groups_and_nothing_else(pilot, group, organisation):
    other = WorkingGroupFactory()
    both = offer_to(ADDRESS, group, organisation)
    offer_to(ADDRESS, other, organisation)
    elsewhere = offer_to("b@demo.example", other, organisation)
    Invitation.objects.update(message="Entre nous")
    api = api_of(pilot)
    (read,) = api.get(ALL).json()["results"]
    assert (read["id"], read["email"], read["message"]) == (str(both.invitation_id), ADDRESS, "")
    assert [mandate["group"] for mandate in read["mandates"]] == ["div"]
    assert api.get(f"{ALL}{elsewhere.invitation_id}/").status_code == 404
    assert api.post(f"{ALL}{both.invitation_id}/revoke/").status_code == 403
    told = api_of(AdministratorFactory()).get(f"{ALL}{both.invitation_id}/").json()
    assert len(told["mandates"]) == 2
    assert told["message"] == "Entre nous"


def test_coordinator_opens_an_account_with_a_role_and_a_mandate(body, group):
    api = api_of(UserFactory(is_delegate=True))
    answer = api.post(ALL, {**body, "group": str(group.pk), "role": "pilote", "as_delegate": True})
    assert answer.status_code == 201
    assert answer.json()["as_delegate"] is True
    assert InvitedMandate.objects.get().role == "pilote"


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [({"group": "div", "role": None}, ["role"]), ({"group": None}, ["group"])],
)
def test_create_with_half_a_mandate_names_what_lacks(body, group, fields, at_fault):
    sent = {name: value for name, value in {**body, **fields}.items() if value is not None}
    answer = api_of(AdministratorFactory()).post(ALL, sent)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, at_fault)


def test_create_for_an_account_says_so_and_gives_nothing(body, group):
    person = UserFactory(email=ADDRESS)
    answer = api_of(AdministratorFactory()).post(ALL, {**body, "group": "div"})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["email"])
    assert not person.mandates.exists()


def test_house_list_costs_the_same_with_one_and_with_thirty(group):
    api = api_of(AdministratorFactory())
    api.get(ALL)
    costs = []
    for number in (1, 29):
        for n in range(number):
            offer_to(f"n{number}-{n}@demo.example", group, an_organisation(f"Organisme {number} {n}"))
        with CaptureQueriesContext(connection) as queries:
            api.get(ALL)
        costs.append(len(queries))
    assert costs[0] == costs[1]
