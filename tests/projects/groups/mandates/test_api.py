from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from projects.access.enums import Role
from projects.groups.services import archive_group
from projects.models import Delegation, Membership
from tests.factories import AdministratorFactory, OrganisationFactory, UserFactory
from tests.factories.groups import DelegationFactory, MembershipFactory, WorkingGroupFactory
from tests.factories.tokens import script_of
from tests.filiere.api.shapes import problem

TODAY = date(2026, 3, 10)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
MEMBERS = "/api/v1/groups/imagerie/members/"
DELEGATIONS = "/api/v1/delegations/"
UNKNOWN = "0193f1a2-0000-7000-8000-000000000000"


@pytest.fixture(autouse=True)
def on_that_day(db):
    with time_machine.travel("2026-03-10T12:00:00+01:00", tick=False):
        yield


@pytest.fixture
def group():
    return WorkingGroupFactory(slug="imagerie")


@pytest.fixture
def mandate(group):
    return MembershipFactory(group=group, role=Role.MEMBER)


@pytest.fixture
def organisation():
    return OrganisationFactory()


def seat(group, role, **fields):
    return MembershipFactory(group=group, role=role, **fields).person


def as_(person):
    client = APIClient()
    client.force_login(person)
    return client


@pytest.fixture
def administrator():
    return as_(AdministratorFactory())


@pytest.fixture
def pilot(group):
    return as_(seat(group, Role.PILOT))


def body(organisation, **fields):
    return {"role": "membre", "organisation": str(organisation.pk), **fields}


def item(mandate):
    return f"{MEMBERS}{mandate.pk}/"


def refused(response, code):
    content = problem(response, 409, "refus")
    assert content["code"] == code
    return content


def ids(response):
    return {each["id"] for each in response.json()["results"]}


# --- Reading ----------------------------------------------------------------


def test_member_is_shown_with_person_role_organisation_and_dates(group, mandate):
    shown = as_(seat(group, Role.OBSERVER)).get(item(mandate)).json()
    shown.pop("changed_at")
    assert shown == {
        "id": str(mandate.pk),
        "group": "imagerie",
        "person": str(mandate.person.pk),
        "person_name": mandate.person.get_full_name(),
        "role": "membre",
        "organisation": str(mandate.organisation.pk),
        "organisation_name": mandate.organisation.name,
        "college": "industrie",
        "starts_on": "2024-01-01",
        "ends_on": None,
        "substitute_for": None,
        "withdrawn_at": None,
    }


def test_list_tells_who_sits_today_or_on_that_day(group, administrator, mandate):
    gone = MembershipFactory(group=group, ends_on=YESTERDAY)
    ahead = MembershipFactory(group=group, starts_on=TOMORROW)
    MembershipFactory(group=group, withdrawn_at="2026-03-01T10:00:00+01:00")
    MembershipFactory()
    for asked, expected in (
        ({}, [mandate]),
        ({"on": "2026-03-09"}, [mandate, gone]),
        ({"on": "2026-03-11"}, [mandate, ahead]),
        ({"on": "2000-01-01"}, []),
        ({"role": "pilote"}, []),
        ({"person": str(gone.person.pk), "on": "2026-03-09"}, [gone]),
    ):
        assert ids(administrator.get(MEMBERS, asked)) == {str(each.pk) for each in expected}, asked


@pytest.mark.parametrize("asked", [{"on": "hier"}, {"on": "2026-02-30"}, {"role": "roi"}, {"inconnu": "1"}])
def test_list_asked_nonsense_says_so(group, administrator, asked):
    problem(administrator.get(MEMBERS, asked), 400, "validation")


def test_group_answers_to_its_id_too(group, administrator, mandate):
    found = administrator.get(f"/api/v1/groups/{group.pk}/members/{mandate.pk}/")
    assert found.json()["id"] == str(mandate.pk)


def test_list_costs_the_same_with_one_and_with_thirty(group, pilot):
    pilot.get(MEMBERS)
    costs = []
    for number in (1, 29):
        MembershipFactory.create_batch(number, group=group)
        with CaptureQueriesContext(connection) as queries:
            pilot.get(MEMBERS)
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 12


# --- Wrong people -----------------------------------------------------------


@pytest.mark.parametrize(
    "outsider",
    [
        lambda group: UserFactory(),
        lambda group: UserFactory(is_superuser=True),
        lambda group: MembershipFactory(role=Role.PILOT).person,
        lambda group: seat(group, Role.PILOT, ends_on=YESTERDAY),
        lambda group: seat(group, Role.PILOT, starts_on=TOMORROW),
    ],
)
def test_to_outsiders_the_group_does_not_exist(group, mandate, organisation, outsider):
    client = as_(outsider(group))
    delegation = DelegationFactory(group=group)
    answers = [
        client.get(MEMBERS),
        client.get(item(mandate)),
        client.post(MEMBERS, body(organisation, email=UserFactory().email)),
        client.patch(item(mandate), {"role": "pilote"}),
        client.post(f"{item(mandate)}end/"),
        client.post(f"{item(mandate)}withdraw/"),
        client.get(f"{DELEGATIONS}{delegation.pk}/"),
        client.post(f"{DELEGATIONS}{delegation.pk}/end/"),
    ]
    unknown = client.get("/api/v1/groups/inconnu/members/").json()
    for answer in answers:
        content = problem(answer, 404, "introuvable")
        assert content["detail"] == unknown["detail"]
    assert ids(client.get(DELEGATIONS)) == set()


@pytest.mark.parametrize("role", [Role.RAPPORTEUR, Role.MEMBER, Role.OBSERVER, Role.GUEST])
def test_who_may_not_give_mandates_reads_them_only(group, mandate, organisation, role):
    client = as_(seat(group, role))
    assert client.get(MEMBERS).status_code == 200
    for answer in (
        client.post(MEMBERS, body(organisation, person=str(mandate.person.pk))),
        client.patch(item(mandate), {"role": "observateur"}),
        client.post(f"{item(mandate)}end/"),
    ):
        assert answer.status_code == 403
    mandate.refresh_from_db()
    assert (mandate.role, mandate.ends_on) == (Role.MEMBER, None)


def test_token_that_reads_only_writes_nothing(group, mandate):
    script = script_of(AdministratorFactory(), scope="read")
    assert script.get(MEMBERS).status_code == 200
    assert script.post(f"{item(mandate)}end/").status_code == 403
    assert script.patch(item(mandate), {"role": "pilote"}, format="json").status_code == 403


def test_visitor_is_asked_who_they_are(group):
    assert APIClient().get(MEMBERS).status_code == 401


# --- Giving -----------------------------------------------------------------


def test_administrator_gives_a_mandate(group, administrator, organisation):
    person = UserFactory()
    given = administrator.post(
        MEMBERS, body(organisation, person=str(person.pk), role="pilote", ends_on="2026-12-31"), format="json"
    )
    assert given.status_code == 201
    made = Membership.objects.get(person=person)
    assert given.json()["starts_on"] == "2026-03-10"
    assert given["Location"].endswith(f"{item(made)}")
    assert administrator.get(given["Location"])["ETag"] == given["ETag"]


def test_pilot_names_a_stranger_by_whole_address_and_not_by_id(group, pilot, organisation):
    person = UserFactory()
    hidden = pilot.post(MEMBERS, body(organisation, person=str(person.pk)), format="json")
    unknown = pilot.post(MEMBERS, body(organisation, person=UNKNOWN), format="json")
    assert problem(hidden, 400, "validation")["errors"] == problem(unknown, 400, "validation")["errors"]
    assert pilot.post(MEMBERS, body(organisation, email=person.email), format="json").status_code == 201


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, "person"),
        ({"person": UNKNOWN, "email": "x@demo.example"}, "person"),
        ({"email": "inconnue@demo.example"}, "email"),
        ({"organisation": UNKNOWN}, "organisation"),
        ({"role": "roi"}, "role"),
        ({"starts_on": "demain"}, "starts_on"),
        ({"ends_on": "2020-01-01"}, "ends_on"),
        ({"role": "invite"}, "ends_on"),
        ({"substitute_for": UNKNOWN}, "substitute_for"),
        ({"college": "etat"}, "college"),
    ],
)
def test_wrong_body_is_told_by_field(group, administrator, organisation, fields, wrong):
    whom = {} if wrong in {"person", "email"} else {"person": str(UserFactory().pk)}
    answer = administrator.post(MEMBERS, {**body(organisation), **whom, **fields}, format="json")
    assert list(problem(answer, 400, "validation")["errors"]) == [wrong]
    assert not Membership.objects.exists()


def test_pilot_gives_no_pilot(group, pilot, organisation):
    answer = pilot.post(MEMBERS, body(organisation, email=UserFactory().email, role="pilote"), format="json")
    assert answer.status_code == 403


def test_archived_group_refuses_with_its_reason(group, administrator, organisation):
    archive_group(group=group, by=None)
    answer = administrator.post(MEMBERS, body(organisation, email=UserFactory().email), format="json")
    assert refused(answer, "archived")["detail"].startswith("Ce groupe est archivé")


# --- Changing and ending ----------------------------------------------------


def test_change_of_role_answers_the_mandate_that_follows(group, pilot, mandate):
    changed = pilot.patch(item(mandate), {"role": "rapporteur", "from_day": "2026-04-01"}, format="json").json()
    assert changed["id"] != str(mandate.pk)
    assert (changed["role"], changed["starts_on"]) == ("rapporteur", "2026-04-01")
    assert pilot.get(item(mandate)).json()["ends_on"] == "2026-03-31"


def test_change_of_end_moves_it_clears_it_and_ends(group, pilot, mandate):
    for end in ("2026-12-31", None, "2026-03-09"):
        assert pilot.patch(item(mandate), {"ends_on": end}, format="json").json()["ends_on"] == end
    assert Membership.objects.filter(person=mandate.person).count() == 1
    refused(pilot.patch(item(mandate), {"ends_on": None}, format="json"), "ended")


def test_guest_becomes_a_member_without_end_in_one_change(group, pilot):
    guest = MembershipFactory(group=group, role=Role.GUEST, ends_on=date(2026, 12, 31))
    changed = pilot.patch(item(guest), {"role": "membre", "ends_on": None}, format="json").json()
    assert (changed["role"], changed["ends_on"]) == ("membre", None)


def test_stale_change_shows_what_stands(group, pilot, mandate):
    tag = pilot.get(item(mandate))["ETag"]
    with time_machine.travel("2026-03-10T12:00:05+01:00", tick=False):
        pilot.patch(item(mandate), {"ends_on": "2026-12-31"}, format="json")
        for answer in (
            pilot.patch(item(mandate), {"ends_on": None}, format="json", headers={"If-Match": tag}),
            pilot.post(f"{item(mandate)}end/", headers={"If-Match": tag}),
        ):
            assert answer.status_code == 412
            assert answer.json()["current"]["ends_on"] == "2026-12-31"


def test_end_at_once_or_on_a_day_with_a_successor(group, pilot, mandate):
    substitute, successor = MembershipFactory(group=group, substitute_for=mandate), MembershipFactory(group=group)
    ended = pilot.post(f"{item(mandate)}end/", {"ends_on": "2026-06-30", "successor": str(successor.pk)}, format="json")
    assert ended.json()["ends_on"] == "2026-06-30"
    substitute.refresh_from_db()
    assert substitute.substitute_for == successor
    assert pilot.post(f"{item(successor)}end/").json()["ends_on"] == "2026-03-09"
    answer = pilot.post(f"{item(substitute)}end/", {"successor": UNKNOWN}, format="json")
    assert list(problem(answer, 400, "validation")["errors"]) == ["successor"]


def test_anybody_leaves(group):
    own = MembershipFactory(group=group, role=Role.OBSERVER)
    client = as_(own.person)
    assert client.post(f"{item(own)}end/").json()["ends_on"] == "2026-03-09"
    assert client.get(item(own)).status_code == 404


def test_withdraw_before_the_start(group, pilot, mandate):
    ahead = MembershipFactory(group=group, starts_on=TOMORROW)
    assert pilot.post(f"{item(ahead)}withdraw/").json()["withdrawn_at"]
    refused(pilot.post(f"{item(mandate)}withdraw/"), "started")


# --- Delegations ------------------------------------------------------------


def lending(mandate, **fields):
    return {
        "group": "imagerie",
        "permission": "approve",
        "borrower": str(mandate.person.pk),
        "ends_on": "2026-06-30",
        **fields,
    }


def test_pilot_lends_and_the_group_reads_it(group, pilot, mandate):
    lent = pilot.post(DELEGATIONS, lending(mandate, reason="Congés"), format="json")
    assert lent.status_code == 201
    made = Delegation.objects.get()
    shown = as_(seat(group, Role.GUEST)).get(lent["Location"]).json()
    assert (shown["borrower"], shown["starts_on"], shown["reason"]) == (
        str(mandate.person.pk),
        "2026-03-10",
        "Congés",
    )
    assert ids(pilot.get(DELEGATIONS, {"group": "imagerie", "on": "2026-03-10"})) == {str(made.pk)}
    assert ids(pilot.get(DELEGATIONS, {"on": "2026-07-01"})) == set()


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"group": "inconnu"}, "group"),
        ({"permission": "invite"}, "permission"),
        ({"borrower": UNKNOWN}, "borrower"),
        ({"ends_on": "2020-01-01"}, "ends_on"),
        ({"starts_on": "2020-01-01"}, "starts_on"),
        ({"lender": UNKNOWN}, "lender"),
    ],
)
def test_wrong_delegation_is_told_by_field(group, pilot, mandate, fields, wrong):
    answer = pilot.post(DELEGATIONS, lending(mandate, **fields), format="json")
    assert list(problem(answer, 400, "validation")["errors"]) == [wrong]


@pytest.mark.parametrize("role", [Role.RAPPORTEUR, Role.OBSERVER])
def test_who_is_no_pilot_lends_nothing(group, mandate, role):
    assert as_(seat(group, role)).post(DELEGATIONS, lending(mandate), format="json").status_code == 403


def test_delegation_of_a_hidden_group_is_told_like_an_unknown_one(group, mandate):
    client = as_(UserFactory())
    hidden = client.post(DELEGATIONS, lending(mandate), format="json")
    unknown = client.post(DELEGATIONS, lending(mandate, group="inconnu"), format="json")
    assert problem(hidden, 400, "validation")["errors"] == problem(unknown, 400, "validation")["errors"]


def test_borrower_gives_it_back_and_others_do_not(group, mandate):
    lent = DelegationFactory(group=group, borrower=mandate.person)
    here = f"{DELEGATIONS}{lent.pk}/end/"
    assert as_(seat(group, Role.OBSERVER)).post(here).status_code == 403
    assert as_(mandate.person).post(here).json()["revoked_at"]
    refused(as_(mandate.person).post(here), "ended")


def test_delegations_cost_the_same_with_one_and_with_thirty(group, pilot):
    pilot.get(DELEGATIONS)
    costs = []
    for number in (1, 29):
        DelegationFactory.create_batch(number, group=group)
        with CaptureQueriesContext(connection) as queries:
            pilot.get(DELEGATIONS)
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 12
