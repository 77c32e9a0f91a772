import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from filiere.refusals import Refused
from filiere.versions import Stale, version_of
from projects.access.enums import Role
from projects.groups.enums import GroupKind
from projects.groups.services import (
    archive_group,
    archive_groups,
    change_group,
    create_group,
    reopen_group,
    reopen_groups,
)
from projects.models import Event, WorkingGroup
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.contracts import ContractFactory, ProjectFactory
from tests.factories.groups import MembershipFactory, WorkingGroupFactory

pytestmark = pytest.mark.django_db


def test_create_group_is_told_in_the_journal():
    administrator = AdministratorFactory()
    group = create_group(
        contract=ContractFactory(), slug="div", name="Diagnostic in vitro", kind=GroupKind.STEERING, by=administrator
    )
    event = Event.objects.get(object_id=str(group.pk))
    assert (event.actor, event.verb, event.group) == (administrator, "group.created", group)
    assert event.changes["name"] == [None, "Diagnostic in vitro"]


def test_create_group_refuses_an_address_already_taken():
    WorkingGroupFactory(slug="div")
    with pytest.raises(ValidationError, match="adresse"):
        create_group(contract=ContractFactory(), slug="div", name="Autre", by=None)
    assert WorkingGroup.objects.count() == 1


@pytest.mark.parametrize(
    ("slug", "name"),
    [
        ("nouveau", "Groupe"),
        ("", "Nouveau"),
        ("0193b0a0-0000-7000-8000-000000000000", "Groupe"),
        ("0193b0a0000070008000000000000000", "Groupe"),
    ],
)
def test_create_group_refuses_an_address_that_would_lead_elsewhere(slug, name):
    with pytest.raises(ValidationError) as refused:
        create_group(contract=ContractFactory(), slug=slug, name=name, by=None)
    assert list(refused.value.message_dict) == ["slug"]


@pytest.mark.parametrize(("name", "slug"), [("Décarbonation & œuvres", "decarbonation-uvres"), ("A" * 100, "a" * 60)])
def test_create_group_makes_its_address_of_its_name(name, slug):
    assert create_group(contract=ContractFactory(), name=name, by=None).slug == slug


def test_change_group_keeps_paragraphs_however_the_browser_ends_lines():
    group = create_group(contract=ContractFactory(), name="Groupe", presentation=" Un.\r\n\r\nDeux. ", by=None)
    assert group.presentation == "Un.\n\nDeux."
    change_group(group=group, by=None, presentation="Un.\r\n\r\nDeux.")
    assert not Event.objects.filter(verb="group.changed").exists()


@pytest.mark.parametrize("text", ["Groupe\u200b", "Groupe\x00"])
def test_create_group_refuses_a_name_with_invisible_characters(text):
    with pytest.raises(ValidationError, match="invisibles"):
        create_group(contract=ContractFactory(), name=text, by=None)


def test_change_group_tells_what_was_and_what_became():
    group = WorkingGroupFactory(cadence="mensuel")
    project = ProjectFactory(contract=group.contract, axis__contract=group.contract, code="P04")
    pilot = MembershipFactory(group=group, role=Role.PILOT).person
    change_group(group=group, by=pilot, cadence="2 fois par an")
    change_group(group=group, by=None, projects=[project])
    told = [event.changes for event in Event.objects.filter(verb="group.changed").order_by("pk")]
    assert told == [{"cadence": ["mensuel", "2 fois par an"]}, {"projects": [[], ["P04"]]}]
    assert Event.objects.filter(actor=pilot).get().capacity.startswith("pilote, ")


def test_change_group_refuses_a_version_that_is_not_the_last():
    group = WorkingGroupFactory()
    seen = version_of(group)
    change_group(group=group, by=None, name="Autre")
    with pytest.raises(Stale):
        change_group(group=group, by=None, seen=seen, name="Encore")


def test_change_group_leaves_an_archived_group_alone():
    group = archive_group(group=WorkingGroupFactory(), by=None)
    with pytest.raises(Refused, match="archivé"):
        change_group(group=group, by=None, name="Autre")


def test_archiving_twice_is_told_once():
    group = WorkingGroupFactory()
    for _ in range(2):
        archive_group(group=group, by=None)
    assert Event.objects.filter(verb="group.archived").count() == 1
    for _ in range(2):
        reopen_group(group=group, by=None)
    assert Event.objects.filter(verb="group.reopened").count() == 1


def test_several_groups_are_archived_all_together_or_none():
    first, second = WorkingGroupFactory(), WorkingGroupFactory()
    archived = archive_group(group=WorkingGroupFactory(), by=None)
    pilot = MembershipFactory(group=first, role=Role.PILOT).person
    with pytest.raises(PermissionDenied):
        archive_groups(groups=[first, second], by=pilot)
    assert WorkingGroup.objects.living().count() == 2
    assert archive_groups(groups=[second, archived, first], by=UserFactory(is_delegate=True)) == 2
    assert reopen_groups(groups=WorkingGroup.objects.all(), by=None) == 3


def test_several_groups_stay_as_they_are_when_one_of_them_refuses(monkeypatch):
    groups = [WorkingGroupFactory(), WorkingGroupFactory()]

    def fail_on_the_second(group):
        if group.pk == max(each.pk for each in groups):
            raise RuntimeError

    monkeypatch.setattr("projects.groups.services.project_grants", fail_on_the_second)
    with pytest.raises(RuntimeError):
        archive_groups(groups=groups, by=None)
    assert WorkingGroup.objects.living().count() == 2
