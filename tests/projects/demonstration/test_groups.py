from datetime import timedelta

import pytest

from accounts.models import User
from accounts.organisations.enums import College
from filiere.days import today
from projects.access.enums import Permission, Role
from projects.access.models import Grant
from projects.activity.models import Event
from projects.demonstration import contract, groups, organisations, people
from projects.demonstration.facts import facts
from projects.groups.cadence import read
from projects.groups.projection import differences
from projects.models import Delegation, Membership, WorkingGroup

pytestmark = pytest.mark.django_db

ROOMS = {"amr": "antibioresistance", "div": "div", "imagerie": "imagerie", "decarbonation": "decarbonation"}


SEATS = {
    "pilote": Role.PILOT,
    "copilote": Role.CO_PILOT,
    "rapporteur": Role.RAPPORTEUR,
    "membre": Role.MEMBER,
    "membre-etat": Role.MEMBER,
    "observateur": Role.OBSERVER,
    "invite": Role.GUEST,
}


@pytest.fixture
def _loaded():
    """Long to load: each test below asks several questions of it."""
    for loader in (organisations, people, contract, groups):
        loader.load()


@pytest.mark.usefixtures("_loaded")
def test_every_body_of_the_contract_is_a_group_in_one_tree():
    found = {group.slug: group for group in WorkingGroup.objects.prefetch_related("projects")}
    assert found.keys() >= {*ROOMS.values(), "bureau", "plenier"}
    assert found.keys() == {groups.slug_of(body["code"]) for body in facts()["bodies"]}
    for body in facts()["bodies"]:
        group = found[groups.slug_of(body["code"])]
        assert (group.kind, group.cadence) == (body["kind"], body["cadence"] or "")
        assert read(group.cadence).understood
        assert sorted(project.number for project in group.projects.all()) == sorted(body["projects"])
    assert [slug for slug, group in found.items() if group.parent_id is None] == ["plenier"]
    parents = {"p07-gt2": "div", "antibioresistance": "copil-p04", "decarbonation": "groupes-thematiques"}
    assert {slug: found[slug].parent.slug for slug in parents} == parents
    assert [slug for slug, group in found.items() if group.is_archived] == [groups.slug_of(groups.CLOSED)]
    assert [slug for slug, group in found.items() if group.is_bureau] == ["bureau"]


@pytest.mark.usefixtures("_loaded")
def test_each_account_sits_in_its_room_in_the_role_its_address_tells_and_in_no_other_room():
    for code, slug in ROOMS.items():
        mandates = Membership.objects.in_force(today()).filter(group__slug=slug).select_related("person")
        seated = {mandate.person.email: (mandate.role, mandate.college) for mandate in mandates}
        assert {email: role for email, (role, _college) in seated.items()} == {
            f"{seat}-{code}@demo.example": role for seat, role in SEATS.items()
        }
        assert seated[f"membre-{code}@demo.example"][1] == College.INDUSTRY
        assert seated[f"membre-etat-{code}@demo.example"][1] == College.STATE
    # Whoever administers or coordinates holds no mandate: what they read, they read by their role.
    assert not Membership.objects.filter(person__in=User.objects.filter(is_staff=True)).exists()
    assert not Membership.objects.filter(person__in=User.objects.filter(is_delegate=True)).exists()


@pytest.mark.usefixtures("_loaded")
def test_the_walls_have_something_of_everything():
    twice = Membership.objects.filter(person__email="rapporteur-amr@demo.example")
    assert len({(mandate.group_id, mandate.organisation_id) for mandate in twice}) == 2
    assert Membership.objects.exclude(substitute_for=None).get().substitute_for in twice
    leaving = Membership.objects.exclude(ends_on=None)
    assert {(mandate.role, mandate.ends_on) for mandate in leaving} == {
        (Role.GUEST, today() + timedelta(days=60)),
        (Role.MEMBER, today() + timedelta(days=20)),
    }
    delegation = Delegation.objects.in_force(today()).get()
    held = Grant.objects.filter(user=delegation.borrower, content_object=delegation.group)
    assert held.filter(permission__codename=Permission.APPROVE).exists()
    assert Event.objects.get(verb="delegation.given").group == delegation.group
    assert differences(today()) == (set(), set())


@pytest.mark.usefixtures("_loaded")
def test_groups_again_add_nothing_and_give_back_nothing_that_was_ended():
    assert groups.load() == 0
    Membership.objects.filter(person__email="pilote-amr@demo.example").update(ends_on=today())
    Delegation.objects.update(ends_on=today() - timedelta(days=1))
    assert groups.load() == 0
