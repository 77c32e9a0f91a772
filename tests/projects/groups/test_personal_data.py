import pytest

from projects.groups.personal_data import mandates
from tests.factories import UserFactory
from tests.factories.groups import MembershipFactory

pytestmark = pytest.mark.django_db


def test_mandates_are_told_with_their_group_and_dates():
    mandate = MembershipFactory()
    MembershipFactory()
    assert mandates(mandate.person) == {
        "mandats": [
            {
                "groupe": mandate.group.name,
                "role": "membre",
                "organisation": mandate.organisation.name,
                "debut": mandate.starts_on,
                "fin": None,
            }
        ]
    }


def test_mandates_of_who_has_none_are_told_as_none():
    assert mandates(UserFactory()) == {"mandats": []}
