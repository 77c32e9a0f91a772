from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.tokens.models import Scope
from filiere.days import today
from projects.access.enums import Role
from projects.activity.models import Event
from projects.activity.services import record
from tests.factories import AdministratorFactory, OrganisationFactory, UserFactory
from tests.factories.activity import recorded, sealed, tamper
from tests.factories.groups import DelegationFactory, MembershipFactory, WorkingGroupFactory
from tests.factories.tokens import script_of
from tests.filiere.api.shapes import problem

pytestmark = pytest.mark.django_db

EVENTS = "/api/v1/events/"


def api_of(person=None):
    client = APIClient()
    if person:
        client.force_login(person)
    return client


@pytest.fixture
def administrator():
    return AdministratorFactory()


@pytest.fixture
def api(administrator):
    return api_of(administrator)


def address(event):
    return f"{EVENTS}{event.pk}/"


def found(response):
    assert response.status_code == 200, response.json()
    return [event["id"] for event in response.json()["results"]]


def ids(*events):
    return [str(event.pk) for event in events]


def test_visitors_get_nothing():
    (event,) = sealed(1)
    for response in (api_of().get(EVENTS), api_of().get(address(event))):
        assert response.status_code == 401


@pytest.mark.parametrize("rights", [{}, {"is_delegate": True}, {"is_superuser": True}])
def test_what_concerns_no_group_exists_for_administrators_alone(rights):
    (event,) = sealed(1)
    api = api_of(UserFactory(**rights))
    assert found(api.get(EVENTS)) == []
    problem(api.get(address(event)), 404, "introuvable")


def test_closed_account_is_a_visitor(administrator):
    api = api_of(administrator)
    administrator.is_active = False
    administrator.save()
    assert api.get(EVENTS).status_code == 401


def test_token_that_only_reads_reads_the_journal(administrator):
    sealed(1)
    assert script_of(administrator, scope=Scope.READ).get(EVENTS).status_code == 200
    assert found(script_of(UserFactory(), value="flr_other").get(EVENTS)) == []


@pytest.mark.parametrize("scope", Scope)
def test_nobody_writes(administrator, api, scope):
    (event,) = sealed(1)
    for client in (api, script_of(administrator, scope=scope)):
        for response in (
            client.post(EVENTS, {"verb": "x"}),
            client.put(address(event), {"verb": "x"}),
            client.patch(address(event), {"verb": "x"}),
            client.delete(address(event)),
            client.delete(EVENTS),
        ):
            assert response.status_code in {403, 405}
    assert Event.objects.get().verb == "organisation.changed"


def test_event_is_told_whole(api, administrator):
    organisation = OrganisationFactory(acronym="INST")
    (event,) = sealed(
        actor=administrator, target=organisation, changes={"region": ("", "bretagne")}, capacity="administratrice"
    )
    response = api.get(address(event))
    document = response.json()
    assert datetime.fromisoformat(document.pop("at")) == event.at
    assert document == {
        "id": str(event.pk),
        "actor": str(administrator.pk),
        "capacity": "administratrice",
        "verb": "organisation.changed",
        "sentence": f"{administrator} a modifié une organisation",
        "object_type": "accounts.organisation",
        "object_id": str(organisation.pk),
        "object_name": "INST",
        "group": None,
        "changes": {"region": ["", "bretagne"]},
        "request_id": "",
        "digest": event.digest,
        "position": 1,
        "hash": event.link.hash,
    }
    assert api.get(EVENTS).json()["results"][0]["id"] == str(event.pk)


def test_waiting_event_of_the_application_has_neither_actor_nor_place(api):
    (event,) = recorded(1)
    document = api.get(address(event)).json()
    assert (document["actor"], document["position"], document["hash"]) == (None, None, None)


def test_what_the_reader_may_not_know_is_not_told(api, monkeypatch):
    monkeypatch.setattr("projects.activity.telling.ADMINISTERED", frozenset())
    delegation = DelegationFactory(group__name="Secret")
    (event,) = recorded(target=delegation, verb="delegation.given", changes={"reason": (None, "Secret")})
    document = api.get(address(event)).json()
    assert (document["object_name"], document["changes"]) == ("", None)
    assert "Secret" not in api.get(EVENTS).content.decode()


def test_unknown_event_is_not_found(api):
    assert api.get(f"{EVENTS}018f0000-0000-7000-8000-000000000001/").status_code == 404
    assert api.get(f"{EVENTS}nonsense/").status_code == 404


def test_event_never_changes_so_its_tag_does_not_either(api):
    (event,) = sealed(1)
    tag = api.get(address(event))["ETag"]
    assert api.get(address(event), headers={"If-None-Match": tag}).status_code == 304


def test_filters(api, administrator):
    organisation, person = OrganisationFactory(), UserFactory()
    (first,) = sealed(actor=administrator, target=organisation)
    (second,) = sealed(target=person, verb="person.closed")
    (third,) = recorded(actor=person, target=organisation, verb="organisation.created")
    for parameters, expected in (
        ({"actor": administrator.pk}, [first]),
        ({"verb": "person.closed"}, [second]),
        ({"object_type": "accounts.organisation"}, [third, first]),
        ({"object_type": "accounts.user", "object_id": person.pk}, [second]),
        ({"waiting": "true"}, [third]),
        ({"waiting": "false"}, [second, first]),
        ({"since": second.at.isoformat()}, [third, second]),
        ({"until": second.at.isoformat()}, [first]),
        ({"ordering": "at"}, [first, second, third]),
        ({"ordering": "-at"}, [third, second, first]),
        ({"request_id": "rien"}, []),
    ):
        response = api.get(EVENTS, parameters)
        assert found(response) == ids(*expected), parameters
        assert response.json()["count"] == len(expected)


def test_filter_by_request(api):
    recorded(1)
    (asked,) = recorded(1)
    tamper("UPDATE projects_event SET request_id = 'requete-42' WHERE id = %s", asked.pk)
    assert found(api.get(EVENTS, {"request_id": "requete-42"})) == ids(asked)


@pytest.mark.parametrize(
    "parameters",
    [
        {"actor": "x"},
        {"since": "hier"},
        {"until": "\x00"},
        {"request_id": "\x00"},
        {"ordering": "digest"},
        {"nonsense": "1"},
        {"page_size": "0"},
    ],
)
def test_parameter_that_makes_no_sense_is_named(api, parameters):
    response = api.get(EVENTS, parameters)
    assert response.status_code == 400
    assert list(response.json()["errors"]) == list(parameters)


def test_list_costs_the_same_for_one_event_and_for_thirty(api):
    def cost(count):
        for _ in range(count):
            recorded(actor=UserFactory(), target=OrganisationFactory())
        sealed(1)
        with CaptureQueriesContext(connection) as queries:
            assert api.get(EVENTS).status_code == 200
        return len(queries)

    api.get(EVENTS)
    one = cost(1)
    assert cost(30) == one
    assert one <= 12


# --- The journals of groups ---


def in_group(group, target=None, **options):
    with transaction.atomic():
        return record(actor=None, verb="group.changed", target=target or group, group=group, **options)


READERS = {Role.PILOT, Role.CO_PILOT, Role.RAPPORTEUR, Role.MEMBER}


@pytest.mark.parametrize("role", Role)
def test_group_is_told_to_the_roles_that_read_its_journal(role):
    mandate = MembershipFactory(role=role)
    event, other = in_group(mandate.group, changes={"name": ("A", "B")}), in_group(WorkingGroupFactory())
    api = api_of(mandate.person)
    assert found(api.get(EVENTS)) == (ids(event) if role in READERS else [])
    assert api.get(address(event)).status_code == (200 if role in READERS else 404)
    assert api.get(address(other)).status_code == 404
    if role in READERS:
        document = api.get(address(event)).json()
        assert (document["group"], document["object_name"]) == (str(mandate.group.pk), str(mandate.group))
        assert document["changes"] == {"name": ["A", "B"]}


@pytest.mark.parametrize(("name", "days"), [("ends_on", -1), ("starts_on", 1)])
def test_mandate_that_is_not_in_force_tells_nothing(name, days):
    mandate = MembershipFactory(role=Role.PILOT, **{name: today() + timedelta(days=days)})
    event = in_group(mandate.group)
    assert found(api_of(mandate.person).get(EVENTS)) == []
    assert api_of(mandate.person).get(address(event)).status_code == 404


def test_delegate_reads_the_journals_of_all_groups_and_nothing_beside_them():
    events = [in_group(WorkingGroupFactory()) for _ in range(2)]
    recorded(1)
    assert found(api_of(UserFactory(is_delegate=True)).get(EVENTS)) == ids(*reversed(events))


def test_group_is_a_filter_that_opens_nothing():
    mandate, elsewhere = MembershipFactory(), WorkingGroupFactory()
    event = in_group(mandate.group)
    in_group(elsewhere)
    api = api_of(mandate.person)
    assert found(api.get(EVENTS, {"group": mandate.group.pk})) == ids(event)
    assert found(api.get(EVENTS, {"group": elsewhere.pk})) == []
    assert found(api_of(AdministratorFactory()).get(EVENTS, {"group": mandate.group.pk})) == ids(event)


def test_what_may_be_kept_from_some_of_a_group_is_not_in_its_journal(api):
    """Whatever a later feature records there: it tells of its objects beside them, by their own rule."""
    mandate = MembershipFactory(role=Role.PILOT)
    event = in_group(mandate.group, target=OrganisationFactory(name="Livrable restreint"))
    reader = api_of(mandate.person)
    assert reader.get(EVENTS).json()["count"] == 0
    assert reader.get(address(event)).status_code == 404
    assert found(api.get(EVENTS, {"group": mandate.group.pk})) == ids(event)


def test_group_above_is_not_told_to_those_below():
    mandate = MembershipFactory(role=Role.PILOT)
    event = in_group(mandate.group, changes={"parent": ("", "copil-secret"), "name": ("A", "B")})
    assert api_of(mandate.person).get(address(event)).json()["changes"] == {"name": ["A", "B"]}
    assert "parent" in api_of(AdministratorFactory()).get(address(event)).json()["changes"]


def test_journals_of_groups_cost_the_same_for_one_event_and_for_thirty():
    person = UserFactory()
    api = api_of(person)
    api.get(EVENTS)

    def cost(count):
        for _ in range(count):
            mandate = MembershipFactory(person=person)
            in_group(mandate.group, target=mandate)
            in_group(mandate.group, target=DelegationFactory(group=mandate.group))
            in_group(mandate.group)
        with CaptureQueriesContext(connection) as queries:
            assert api.get(EVENTS).json()["count"]
        return len(queries)

    api.get(EVENTS)
    one = cost(1)
    assert cost(30) == one <= 12
