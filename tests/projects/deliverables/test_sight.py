"""« Pourquoi cette personne voit-elle ce livrable\u202f? »: what is told is what is decided."""

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.organisations.enums import College
from projects.access.enums import Confidentiality, Role
from projects.deliverables.sight import sight_of
from projects.groups.enums import GroupKind
from projects.models import Deliverable
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.access import seat
from tests.factories.deliverables import (
    DeliverableFactory,
    a_group_at_work,
    decided,
    submitted_version,
    validated_version,
)
from tests.factories.groups import WorkingGroupFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return a_group_at_work()


@pytest.fixture
def people(room):
    return room[1]


@pytest.fixture
def everybody(people):
    return {
        **people,
        "ailleurs": seat(Role.PILOT, WorkingGroupFactory()),
        "bureau": seat(Role.MEMBER, WorkingGroupFactory(kind=GroupKind.BUREAU)),
        "déléguée": UserFactory(is_delegate=True),
        "administrateur": AdministratorFactory(),
        "sans mandat": UserFactory(),
    }


def of_each_level(group):
    for level in Confidentiality:
        college = College.STATE if level == Confidentiality.COLLEGE else ""
        yield DeliverableFactory(group=group, confidentiality=level, college=college)
        validated_version(DeliverableFactory(group=group, confidentiality=level, college=college))
    before_the_bureau = DeliverableFactory(group=group, needs_bureau=True)
    decided(submitted_version(before_the_bureau, author=None), "approuve_pilotes")
    yield before_the_bureau


def test_what_is_told_is_what_is_decided(room, everybody):
    for made in of_each_level(room[0]):
        for who, person in everybody.items():
            told = sight_of(person, Deliverable.objects.get(pk=made.pk))
            seen = Deliverable.objects.visible_to(person).filter(pk=made.pk).exists()
            assert told.reads == seen, (who, made.confidentiality)
            if told.works:
                assert all(door.is_open for door in told.doors[:2]), (who, made.confidentiality)
            if not told.reads:
                assert not all(door.is_open for door in told.doors), (who, made.confidentiality)


def test_doors_say_by_what_they_are_open(room, people):
    thing = DeliverableFactory(group=room[0], confidentiality=Confidentiality.RESTRICTED)
    level, work = sight_of(people["pilote"], thing).doors
    assert "Restreint" in level.what
    assert level.is_open
    assert level.reasons[0].startswith("mandat\u00a0: pilote, ")
    closed, _work = sight_of(people["membre"], thing).doors
    assert (closed.is_open, closed.reasons) == (False, ())
    assert work.is_open


def asked(client, thing, **query):
    return client.get(reverse("deliverable-readers", args=[thing.pk]), query)


def test_a_member_asks_about_themselves_alone(client, room, people):
    thing = DeliverableFactory(group=room[0])
    client.force_login(people["membre"])
    page = asked(client, thing)
    assert "Lit tout le travail" in page.content.decode()
    assert "personne" not in page.context["form"].fields
    assert asked(client, thing, personne=str(people["pilote"].pk)).status_code == 403


def test_a_pilot_asks_about_an_observer(client, room, people):
    thing = DeliverableFactory(group=room[0])
    client.force_login(people["pilote"])
    page = asked(client, thing, personne=str(people["observateur"].pk)).content.decode()
    assert "Ce livrable n’existe pas pour cette personne" in page
    assert asked(client, thing, personne="n’importe quoi").status_code == 200


def test_to_who_may_not_read_it_the_question_does_not_exist(client, room, everybody):
    thing = DeliverableFactory(group=room[0], confidentiality=Confidentiality.RESTRICTED)
    for who in ("membre", "observateur", "ailleurs", "administrateur", "sans mandat", "déléguée"):
        client.force_login(everybody[who])
        assert asked(client, thing).status_code == 404, who


def test_the_api_answers_the_same(room, people):
    thing = DeliverableFactory(group=room[0])
    address = f"/api/v1/deliverables/{thing.pk}/access/"
    client = APIClient()
    client.force_authenticate(people["pilote"])
    told = client.get(address, {"person": str(people["observateur"].pk)}).json()
    assert (told["reads"], told["works"]) == (False, False)
    assert [door["open"] for door in told["doors"]] == [True, False]
    assert client.get(address, {"person": str(UserFactory().pk)}).status_code == 400
    assert client.get(address, {"personne": "x"}).status_code == 400
    client.force_authenticate(people["membre"])
    assert client.get(address).json()["works"]
    assert client.get(address, {"person": str(people["pilote"].pk)}).status_code == 403


def test_the_page_costs_the_same_whoever_is_asked_about(client, room, people, django_assert_max_num_queries):
    thing = DeliverableFactory(group=room[0])
    client.force_login(people["pilote"])
    asked(client, thing)  # the first reader of the day has the grants made
    for _each in range(30):
        seat(Role.MEMBER, room[0])
    with django_assert_max_num_queries(20):
        asked(client, thing, personne=str(people["membre"].pk))
