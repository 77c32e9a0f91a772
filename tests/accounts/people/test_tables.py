import pytest
from django.utils import timezone

from accounts.people import selectors
from accounts.people.tables import PeopleTable, address, roles, state
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "Ouvert"),
        ({"is_active": False}, "Fermé"),
        ({"is_active": False, "anonymised_at": timezone.now()}, "Anonymisé"),
    ],
)
def test_state_tells_one_thing(fields, told):
    assert state(UserFactory(**fields)) == told


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, ""),
        ({"is_staff": True}, "Administrateur"),
        ({"is_delegate": True}, "Délégué permanent"),
        ({"is_staff": True, "is_delegate": True}, "Administrateur, Délégué permanent"),
    ],
)
def test_roles_are_told_in_words(fields, told):
    assert roles(UserFactory(**fields)) == told


def test_address_of_an_anonymised_person_is_not_shown():
    assert address(UserFactory(anonymised_at=timezone.now())) == ""
    assert address(UserFactory(email="a@demo.example")) == "a@demo.example"


def test_table_sorts_names_as_a_directory_does(rf):
    for given_name, family_name in (("Zoé", "Érable"), ("Abel", "Zinnia"), ("Éva", "erable"), ("Bo", "Fougère")):
        UserFactory(given_name=given_name, family_name=family_name)
    table = PeopleTable(rf.get("/"), selectors.people())
    assert [person.get_full_name() for person in table.page] == [
        "Éva erable",
        "Zoé Érable",
        "Bo Fougère",
        "Abel Zinnia",
    ]


def test_table_filters_add_up(rf):
    UserFactory(is_staff=True)
    UserFactory(is_staff=True, is_active=False)
    table = PeopleTable(rf.get("/?etat=ferme&role=administrateur&jamais=1"), selectors.people())
    assert table.total == 1
