import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_people_are_ordered_as_in_a_directory():
    for family_name in ("Zinnia", "Églantine", "Fougère", "eglantier"):
        UserFactory(family_name=family_name)
    assert [person.family_name for person in User.objects.all()] == ["eglantier", "Églantine", "Fougère", "Zinnia"]


def test_person_is_searched_by_name_and_address_without_accents():
    person = UserFactory(given_name="Aglaé", family_name="Bœuf-Sureau", email="A.Sureau@demo.example")
    assert person.searchable == "boeuf-sureau aglae a.sureau@demo.example"


def test_person_saved_in_part_stays_searchable():
    person = UserFactory(family_name="Sureau")
    person.family_name = "Zinnia"
    person.save(update_fields=["family_name"])
    person.refresh_from_db()
    assert person.searchable.startswith("zinnia")


def test_person_without_a_name_is_called_by_their_address():
    person = UserFactory.build(given_name="", family_name="", email="a@demo.example")
    assert person.get_full_name() == person.get_short_name() == "a@demo.example"


def test_address_is_unique_whatever_its_case():
    UserFactory(email="a@demo.example")
    with pytest.raises(IntegrityError), transaction.atomic():
        UserFactory(email="A@Demo.Example")


def test_address_in_upper_case_is_refused_by_the_database_itself():
    person = UserFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=person.pk).update(email="A@demo.example")


def test_person_is_found_by_natural_key_as_typed():
    person = UserFactory(email="a@demo.example")
    assert User.objects.get_by_natural_key(" A@Demo.Example ") == person


def test_signing_in_does_not_make_an_open_form_stale():
    """`last_login` is saved alone: it is no change that an administrator should be asked to look at."""
    person = UserFactory()
    before = person.changed_at
    person.last_login = before
    person.save(update_fields=["last_login"])
    person.refresh_from_db()
    assert person.changed_at == before
