from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from filiere.days import today
from projects.access.enums import Role
from projects.groups.mandates.services import end_mandates
from projects.models import Event, Grant, Membership
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.groups import MembershipFactory, WorkingGroupFactory
from tests.projects.groups.visits import enter, text

pytestmark = pytest.mark.django_db

LIST, TOGETHER = "/administration/mandats/", "/administration/mandats/en-lot/"
DAY = timedelta(days=1)


def names(response):
    lines = response.content.decode("utf-8-sig").splitlines()[1:]
    return [line.split(";")[0] for line in lines]


@pytest.fixture
def group():
    return WorkingGroupFactory(slug="imagerie", name="Imagerie médicale")


def seat(group, name, **fields):
    return MembershipFactory(group=group, person__given_name="", person__family_name=name, **fields)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Avant", "Après", "Bientôt", "Ici"]),
        ("etat=en_cours", ["Bientôt", "Ici"]),
        ("etat=bientot", ["Bientôt"]),
        ("etat=a_venir", ["Après"]),
        ("etat=termines", ["Avant"]),
        ("q=bientot", ["Bientôt"]),
        ("groupe=imagerie", ["Avant", "Après", "Bientôt"]),
        ("role=pilote", ["Ici"]),
    ],
)
def test_mandates_of_every_group_are_found_by_what_they_are(client, group, query, found):
    seat(group, "Avant", ends_on=today() - DAY)
    seat(group, "Bientôt", ends_on=today() + DAY)
    seat(group, "Après", starts_on=today() + DAY)
    seat(WorkingGroupFactory(), "Ici", role=Role.PILOT)
    enter(client, UserFactory(is_delegate=True))
    assert sorted(names(client.get(f"{LIST}?format=csv&{query}"))) == sorted(found)


@pytest.mark.parametrize("address", [LIST, TOGETHER])
def test_pilots_do_not_keep_the_mandates_of_all(client, group, address):
    enter(client, MembershipFactory(group=group, role=Role.PILOT).person)
    assert client.get(address).status_code == 403


def test_several_mandates_are_given_an_end_after_a_confirmation(client, group):
    first, second = MembershipFactory(group=group), MembershipFactory()
    over = MembershipFactory(ends_on=today() - DAY)
    enter(client, AdministratorFactory())
    ticked = {"mandat": [str(each.pk) for each in (first, second, over)]}
    read = text(client.get(TOGETHER, ticked))
    assert "Terminer ces 2 mandats ?" in read
    assert "Un mandat coché est déjà terminé : il ne change pas." in read
    assert Grant.objects.filter(user=first.person).exists()
    done = client.post(TOGETHER, {**ticked, "ends_on": ""}, follow=True)
    assert "2 mandats ont une fin." in text(done)
    assert set(Membership.objects.values_list("ends_on", flat=True)) == {today() - DAY}
    assert not Grant.objects.exists()


def test_end_in_the_past_is_refused_and_nothing_typed_is_lost(client):
    mandate = MembershipFactory()
    enter(client, AdministratorFactory())
    past = (today() - 5 * DAY).isoformat()
    response = client.post(TOGETHER, {"mandat": [str(mandate.pk)], "ends_on": past})
    assert "Un mandat ne peut pas être terminé dans le passé." in text(response)
    assert past in response.content.decode()
    mandate.refresh_from_db()
    assert mandate.ends_on is None


@pytest.mark.parametrize("ticked", [{}, {"mandat": "x"}, {"mandat": "0193b0a0-0000-7000-8000-000000000000"}])
def test_nothing_ticked_leads_back_with_a_sentence(client, ticked):
    enter(client, AdministratorFactory())
    assert "Cochez d’abord des mandats" in text(client.post(TOGETHER, ticked, follow=True))


def test_list_of_mandates_costs_the_same_with_one_or_thirty(client, django_assert_max_num_queries):
    enter(client, AdministratorFactory())
    costs = []
    for number in (1, 30):
        for _ in range(number):
            MembershipFactory()
        with django_assert_max_num_queries(12) as queries:
            client.get(LIST)
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_mandates_end_all_or_none(group):
    pilot = MembershipFactory(group=group, role=Role.PILOT)
    mine, elsewhere = MembershipFactory(group=group), MembershipFactory()
    with pytest.raises(PermissionDenied):
        end_mandates(mandates=[mine, elsewhere], by=pilot.person)
    assert not Membership.objects.exclude(ends_on=None).exists()
    assert not Event.objects.filter(verb="mandate.ended").exists()


def test_mandate_that_ends_sooner_keeps_its_end():
    sooner, later = MembershipFactory(ends_on=today() + DAY), MembershipFactory()
    assert end_mandates(mandates=[sooner, later], on=today() + 9 * DAY, by=None) == 1
    ends = dict(Membership.objects.values_list("pk", "ends_on"))
    assert ends == {sooner.pk: today() + DAY, later.pk: today() + 9 * DAY}


def test_no_mandate_ends_in_the_past():
    with pytest.raises(ValidationError, match="passé"):
        end_mandates(mandates=[MembershipFactory()], on=today() - 2 * DAY, by=None)
