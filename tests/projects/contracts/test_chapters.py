import pytest
from django.core.exceptions import ValidationError

from filiere.refusals import Refused
from filiere.versions import Stale, version_of
from projects.activity.models import Event
from projects.activity.telling import tell
from projects.contracts.chapters import add_axis, change_axis, remove_axis
from projects.models import Axis, ProjectLink
from tests.factories import AdministratorFactory
from tests.factories.contracts import ContractFactory, ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def by():
    return AdministratorFactory()


@pytest.fixture
def contract(by):
    contract = ContractFactory()
    for code in "ABC":
        add_axis(contract=contract, code=code, title=f"Titre {code}", by=by)
    return contract


def order():
    axes = list(Axis.objects.all())
    assert [axis.position for axis in axes] == list(range(1, len(axes) + 1))
    return "".join(axis.code for axis in axes)


def axis(code):
    return Axis.objects.get(code=code)


def test_add_axis_comes_last_unless_a_place_is_given(contract, by):
    assert order() == "ABC"
    add_axis(contract=contract, code="D", title="Devant", position=1, by=by)
    assert order() == "DABC"
    assert Event.objects.latest("at").changes["code"] == [None, "D"]


@pytest.mark.parametrize("wrong", [{"code": "a"}, {"code": "nouveau"}, {"code": "d d"}, {"title": " "}])
def test_add_axis_refuses(contract, by, wrong):
    with pytest.raises(ValidationError) as refusal:
        add_axis(contract=contract, **{"code": "D", "title": "Quatre", **wrong}, by=by)
    assert list(refusal.value.message_dict) == list(wrong)
    assert order() == "ABC"


def test_add_axis_of_another_contract_may_bear_the_same_code(contract, by):
    add_axis(contract=ContractFactory(code="autre"), code="A", title="Autre", by=by)
    assert Axis.objects.filter(code="A").count() == 2


@pytest.mark.parametrize(
    ("code", "position", "expected"),
    [("A", 2, "BAC"), ("A", 3, "BCA"), ("C", 1, "CAB"), ("B", 0, "BAC"), ("B", 99, "ACB"), ("B", 2, "ABC")],
)
def test_change_axis_moves_and_the_others_make_room(contract, by, code, position, expected):
    change_axis(axis=axis(code), position=position, by=by)
    assert order() == expected


def test_change_axis_tells_what_changed_and_nothing_else(contract, by):
    number = Event.objects.count()
    change_axis(axis=axis("A"), title="Titre A", position=1, by=by)
    assert Event.objects.count() == number
    change_axis(axis=axis("A"), title="Autre", by=by)
    assert Event.objects.latest("at").changes == {"title": ["Titre A", "Autre"]}


def test_change_axis_seen_in_another_version_is_stale_but_making_room_is_no_edit(contract, by):
    seen = version_of(axis("A"))
    change_axis(axis=axis("C"), position=1, by=by)
    change_axis(axis=axis("A"), title="Toujours à jour", seen=seen, by=by)
    with pytest.raises(Stale):
        change_axis(axis=axis("A"), title="Trop tard", seen=seen, by=by)


def test_remove_axis_with_projects_is_refused_with_a_sentence(contract, by):
    ProjectFactory(axis=axis("B"))
    with pytest.raises(Refused, match="encore des projets"):
        remove_axis(axis=axis("B"), by=by)
    assert order() == "ABC"


def test_remove_axis_takes_the_links_that_led_to_it(contract, by):
    project = ProjectFactory(axis=axis("A"))
    ProjectLink.objects.create(from_project=project, to_axis=axis("C"), why="Emplois")
    remove_axis(axis=axis("C"), by=by)
    assert not ProjectLink.objects.exists()
    assert order() == "AB"
    assert Event.objects.latest("at").changes["links"] == [["Emplois"], None]


def test_remove_axis_stays_told_by_name_to_coordinators(contract, by):
    remove_axis(axis=axis("C"), by=by)
    (told,) = tell([Event.objects.latest("at")], by)
    assert (told.name, told.readable) == (contract.title, True)
    assert [(change.label, change.before, change.after) for change in told.changes] == [("axe", "C. Titre C", "—")]
