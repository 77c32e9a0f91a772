from datetime import timedelta

import pytest

from accounts.models import User
from filiere.days import today
from projects.access.enums import Role
from projects.demonstration import groups, organisations, people
from projects.groups.enums import GroupKind
from projects.models import Membership, WorkingGroup

pytestmark = pytest.mark.django_db


@pytest.fixture
def _loaded():
    for loader in (organisations, people, groups):
        loader.load()


@pytest.mark.usefixtures("_loaded")
def test_groups_of_the_contract_are_there():
    slugs = {"antibioresistance", "div", "imagerie", "decarbonation", "bureau"}
    assert set(WorkingGroup.objects.values_list("slug", flat=True)) == slugs
    assert WorkingGroup.objects.get(kind=GroupKind.BUREAU).slug == "bureau"


@pytest.mark.usefixtures("_loaded")
@pytest.mark.parametrize("code", ["amr", "div", "imagerie", "decarbonation"])
def test_groups_seat_each_account_in_the_role_its_address_tells(code):
    mandates = Membership.objects.in_force(today()).filter(person__email__endswith=f"-{code}@demo.example")
    assert {mandate.person.email.partition(f"-{code}@")[0]: mandate.role for mandate in mandates} == {
        "pilote": Role.PILOT,
        "copilote": Role.CO_PILOT,
        "rapporteur": Role.RAPPORTEUR,
        "membre": Role.MEMBER,
        "membre-etat": Role.MEMBER,
        "observateur": Role.OBSERVER,
        "invite": Role.GUEST,
    }
    assert len({mandate.group for mandate in mandates}) == 1


@pytest.mark.usefixtures("_loaded")
@pytest.mark.parametrize("code", ["amr", "div", "imagerie", "decarbonation"])
def test_groups_hear_industry_and_state(code):
    def college(seat: str) -> str:
        return Membership.objects.get(person__email=f"{seat}-{code}@demo.example").organisation.college

    assert college("membre") == "industrie"
    assert college("membre-etat") == "etat"


@pytest.mark.usefixtures("_loaded")
def test_guests_leave_one_day_others_stay():
    leaving = Membership.objects.exclude(ends_on=None)
    assert {mandate.role for mandate in leaving} == {Role.GUEST}
    assert {mandate.ends_on for mandate in leaving} == {today() + timedelta(days=60)}


@pytest.mark.usefixtures("_loaded")
def test_groups_again_add_nothing():
    assert groups.load() == 0


@pytest.mark.usefixtures("_loaded")
def test_groups_do_not_give_back_a_mandate_that_was_ended():
    Membership.objects.filter(person__email="pilote-amr@demo.example").update(ends_on=today())
    assert groups.load() == 0


@pytest.mark.usefixtures("_loaded")
def test_groups_seat_no_administrator_nor_delegate():
    assert not Membership.objects.filter(person__in=User.objects.filter(is_staff=True)).exists()
    assert not Membership.objects.filter(person__in=User.objects.filter(is_delegate=True)).exists()
