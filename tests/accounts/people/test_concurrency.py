"""Two administrators at once. Real transactions, real threads: one is heard after the other."""

from collections.abc import Iterator

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import User
from accounts.people.anonymisation import anonymise
from accounts.people.services import change_person, close_account, open_account, withdraw_administrator
from filiere.refusals import Refused
from filiere.versions import Stale, version_of
from projects.activity.models import Event
from tests.factories import AdministratorFactory, UserFactory
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)


def open_administrators() -> Iterator[User]:
    return User.objects.filter(is_staff=True, is_active=True).iterator()


def erase(*, person: User, by: User) -> User:
    return anonymise(person=person, by=by, confirmation=person.email)


@pytest.mark.parametrize("first", [withdraw_administrator, close_account, erase])
@pytest.mark.parametrize("second", [withdraw_administrator, close_account, erase])
def test_two_administrators_against_each_other_leave_one(first, second):
    one, other = AdministratorFactory(), AdministratorFactory()
    results = race(lambda: first(person=other, by=one), lambda: second(person=one, by=other))
    assert len(list(open_administrators())) == 1
    # The slower one had lost the right to do it.
    assert [type(result) for result in results if not isinstance(result, User)] == [PermissionDenied]


def test_two_administrators_laying_down_their_role_leave_one():
    one, other = AdministratorFactory(), AdministratorFactory()
    results = race(*(lambda person=each: withdraw_administrator(person=person, by=person) for each in (one, other)))
    assert len(list(open_administrators())) == 1
    assert [type(result) for result in results if not isinstance(result, User)] == [Refused]


def test_two_people_saving_one_person_are_told_apart():
    one, other, person = AdministratorFactory(), AdministratorFactory(), UserFactory()
    seen = version_of(person)
    results = race(
        lambda: change_person(person=person, by=one, seen=seen, given_name="Une"),
        lambda: change_person(person=person, by=other, seen=seen, given_name="Autre"),
    )
    assert [type(result) for result in results if not isinstance(result, User)] == [Stale]
    assert Event.objects.filter(verb="person.changed").count() == 1


def test_two_administrators_editing_each_other_do_not_block_each_other():
    """Each event points at its author's row while the other transaction holds it."""
    one, other = AdministratorFactory(), AdministratorFactory()
    for turn in range(5):
        results = race(
            lambda turn=turn: change_person(person=other, by=one, given_name=f"Une{turn}"),
            lambda turn=turn: change_person(person=one, by=other, given_name=f"Autre{turn}"),
        )
        assert all(isinstance(result, User) for result in results)


def test_two_accounts_at_one_address_are_one():
    results = race(
        *(
            lambda name=name: open_account(email="une@demo.example", given_name=name, family_name="Double", by=None)
            for name in ("Une", "Autre")
        )
    )
    assert User.objects.count() == 1
    refusal = next(result for result in results if isinstance(result, ValidationError))
    assert list(refusal.message_dict) == ["email"]
    assert Event.objects.filter(verb="person.opened").count() == 1


def test_two_anonymisations_at_once_write_one_event():
    one, other, person = AdministratorFactory(), AdministratorFactory(), UserFactory()
    race(lambda: erase(person=person, by=one), lambda: erase(person=person, by=other))
    assert Event.objects.filter(verb="person.anonymised").count() == 1
