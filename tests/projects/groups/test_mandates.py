from datetime import date

import pytest
from django.core.exceptions import ValidationError

from accounts.organisations.services import merge_organisations
from projects.access.enums import Role
from projects.groups.mandates import give_mandate
from projects.models import Event, Membership
from tests.factories import AdministratorFactory, OrganisationFactory, UserFactory
from tests.factories.groups import WorkingGroupFactory

pytestmark = pytest.mark.django_db


def mandate(**fields):
    defaults = {
        "person": UserFactory(),
        "group": WorkingGroupFactory(),
        "role": Role.PILOT,
        "organisation": OrganisationFactory(),
        "starts_on": date(2026, 1, 1),
        "by": AdministratorFactory(),
    }
    return give_mandate(**(defaults | fields))


def test_give_mandate_tells_role_organisation_and_dates_and_no_name():
    made = mandate(ends_on=date(2026, 12, 31))
    changes = Event.objects.get(object_id=str(made.pk)).changes
    assert changes["role"] == [None, "pilote"]
    assert changes["ends_on"] == [None, "2026-12-31"]
    assert made.person.email not in str(changes)
    assert made.person.family_name not in str(changes)


def test_give_mandate_refuses_an_end_before_its_start_and_saves_nothing():
    with pytest.raises(ValidationError, match="finir avant"):
        mandate(ends_on=date(2025, 12, 31))
    assert not Membership.objects.exists()
    assert not Event.objects.filter(verb="mandate.given").exists()


def test_one_person_may_sit_twice_for_two_organisations():
    first = mandate()
    second = mandate(person=first.person, group=first.group)
    assert {first.organisation, second.organisation} == {m.organisation for m in first.person.mandates.all()}


def test_give_mandate_for_a_merged_organisation_names_the_one_that_stayed():
    kept, gone = OrganisationFactory(), OrganisationFactory()
    merge_organisations(keep=kept, absorb=gone, by=AdministratorFactory())
    assert mandate(organisation=gone).organisation == kept
