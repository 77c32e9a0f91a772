"""Every mandate of the contract, for who coordinates it: read, and ended together."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from filiere.days import today
from projects.access.enums import Role
from projects.models import Event, Grant, Membership
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.groups import MembershipFactory, WorkingGroupFactory
from tests.factories.tokens import script_of
from tests.filiere.api.shapes import problem

pytestmark = pytest.mark.django_db

LIST, END = "/api/v1/mandates/", "/api/v1/mandates/end/"
DAY = timedelta(days=1)


@pytest.fixture
def delegate():
    return UserFactory(is_delegate=True)


def end(person, mandates, scope="write", **fields):
    body = {"mandates": [str(getattr(each, "pk", each)) for each in mandates], **fields}
    return script_of(person, scope=scope).post(END, body)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"before", "now", "after"}),
        (f"?on={today()}", {"now"}),
        ("?group=imagerie", {"now", "after"}),
        ("?role=pilote", {"after"}),
        ("?search=zoe", {"now"}),
    ],
)
def test_mandates_of_every_group_are_listed(delegate, query, found):
    group = WorkingGroupFactory(slug="imagerie")
    seats = {
        "before": MembershipFactory(ends_on=today() - DAY),
        "now": MembershipFactory(group=group, person__family_name="Zoé"),
        "after": MembershipFactory(group=group, role=Role.PILOT, starts_on=today() + DAY),
    }
    rows = script_of(delegate).get(LIST + query).json()["results"]
    assert {row["id"] for row in rows} == {str(seats[name].pk) for name in found}


def test_list_costs_the_same_with_one_and_with_thirty(delegate):
    script = script_of(delegate)
    script.get(LIST)
    costs = []
    for number in (1, 29):
        for _ in range(number):
            MembershipFactory()
        with CaptureQueriesContext(connection) as queries:
            script.get(LIST)
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 12


def test_several_mandates_end_together_and_their_rights_at_once(delegate):
    first, second = MembershipFactory(), MembershipFactory()
    over, sooner = MembershipFactory(ends_on=today() - 9 * DAY), MembershipFactory(ends_on=today() - DAY)
    response = end(delegate, [first, second, over, sooner])
    assert (response.status_code, response.json()) == (200, {"ended": 2, "left_alone": 2})
    assert {each.ends_on for each in Membership.objects.filter(pk__in=[first.pk, second.pk])} == {today() - DAY}
    assert not Grant.objects.exists()
    assert Event.objects.filter(verb="mandate.ended", actor=delegate).count() == 2


def test_the_same_demand_twice_ends_nothing_more(delegate):
    mandates = [MembershipFactory(), MembershipFactory(starts_on=today())]  # the second never had a whole day
    script, body = script_of(delegate), {"mandates": [str(each.pk) for each in mandates]}
    assert script.post(END, body).json() == {"ended": 2, "left_alone": 0}
    assert script.post(END, body).json() == {"ended": 0, "left_alone": 2}


def test_one_that_ends_sooner_keeps_its_end(delegate):
    sooner, later = MembershipFactory(ends_on=today() + DAY), MembershipFactory()
    last = today() + 9 * DAY
    assert end(delegate, [sooner, later], ends_on=last.isoformat()).json() == {"ended": 1, "left_alone": 1}
    assert dict(Membership.objects.values_list("pk", "ends_on")) == {sooner.pk: today() + DAY, later.pk: last}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"mandates": []}, "mandates"),
        ({"mandates": ["x"]}, "mandates.0"),
        ({"ends_on": "hier"}, "ends_on"),
        ({"ends_on": (today() - 9 * DAY).isoformat()}, "ends_on"),
        ({"role": "membre"}, "role"),
    ],
)
def test_body_that_makes_no_sense_is_refused_by_its_field(delegate, fields, field):
    mandate = MembershipFactory()
    body = {"mandates": [str(mandate.pk)], **fields}
    response = script_of(delegate).post(END, body)
    assert field in problem(response, 400, "validation")["errors"]
    mandate.refresh_from_db()
    assert mandate.ends_on is None


def test_mandate_that_nobody_knows_stops_them_all(delegate):
    mandate, unknown = MembershipFactory(), "0193b0a0-0000-7000-8000-000000000000"
    said = problem(end(delegate, [mandate, unknown]), 400, "validation")["errors"]["mandates"][0]
    assert unknown in said
    assert str(mandate.pk) not in said
    mandate.refresh_from_db()
    assert mandate.ends_on is None


@pytest.mark.parametrize("person", [UserFactory, lambda: MembershipFactory(role=Role.PILOT).person])
def test_who_does_not_coordinate_neither_reads_nor_ends(person):
    mandate, script = MembershipFactory(), script_of(person())
    problem(script.get(LIST), 403, "interdit")
    problem(script.post(END, {"mandates": [str(mandate.pk)]}), 403, "interdit")
    mandate.refresh_from_db()
    assert mandate.ends_on is None


def test_token_that_only_reads_ends_nothing():
    mandate, administrator = MembershipFactory(), AdministratorFactory()
    problem(end(administrator, [mandate], scope="read"), 403, "interdit")
    mandate.refresh_from_db()
    assert mandate.ends_on is None


def test_an_administrator_may_end_their_own_seat_among_others():
    administrator = AdministratorFactory()
    own = MembershipFactory(person=administrator)
    assert end(administrator, [own]).json()["ended"] == 1


def test_visitor_is_asked_who_they_are(client):
    problem(client.get(LIST), 401, "authentification")
