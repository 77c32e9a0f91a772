import pytest

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_user_address_is_stored_in_lower_case():
    assert UserFactory(email=" Pilote@Demo.Example ").email == "pilote@demo.example"
