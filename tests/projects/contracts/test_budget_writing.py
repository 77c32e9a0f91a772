from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError

from projects.contracts.entries import Line
from projects.contracts.sheets import change_project
from projects.models import BudgetLine
from tests.factories.contracts import BudgetLineFactory, ProjectFactory

pytestmark = pytest.mark.django_db

ONE, TWO, THREE = uuid4(), uuid4(), uuid4()


@pytest.fixture
def project():
    return ProjectFactory()


def put(project, *lines):
    change_project(project=project, budget_lines=lines, by=None)


def line(label, amount=None, **fields):
    return Line(
        kind=fields.pop("kind", "prevu"), label=label, amount=None if amount is None else Decimal(amount), **fields
    )


def tree(project):
    return {each.label: each.parent.label if each.parent else None for each in project.budget_lines.all()}


def as_entries(project):
    return {
        each.label: Line(id=each.pk, parent=each.parent_id, kind=each.kind, label=each.label, amount=each.amount)
        for each in project.budget_lines.all()
    }


def test_budget_lines_nest_by_the_names_they_come_with(project):
    put(project, line("part", 3, parent=ONE), line("tout", 10, id=ONE), line("à part"))
    assert tree(project) == {"part": "tout", "tout": None, "à part": None}
    assert not BudgetLine.objects.filter(pk=ONE).exists()


def test_budget_lines_that_stay_keep_their_row(project):
    put(project, line("tout", 10, id=ONE), line("part", 3, parent=ONE))
    before = as_entries(project)
    put(project, before["tout"], before["part"], line("de plus", 1))
    after = as_entries(project)
    assert (after["tout"].id, after["part"].id) == (before["tout"].id, before["part"].id)


def test_budget_lines_change_places(project):
    put(project, line("tout", 10, id=ONE), line("part", 3, parent=ONE))
    found = as_entries(project)
    put(
        project,
        line("tout", 2, id=found["tout"].id, parent=found["part"].id),
        line("part", 3, id=found["part"].id),
    )
    assert tree(project) == {"tout": "part", "part": None}


def test_budget_lines_of_an_envelope_outlive_it_and_go_with_the_list(project):
    put(project, line("tout", 10, id=ONE), line("part", 3, parent=ONE), line("autre part", 3, parent=ONE))
    part = as_entries(project)["part"]
    put(project, line("part", 3, id=part.id))
    assert tree(project) == {"part": None}
    put(project)
    assert not project.budget_lines.exists()


def test_budget_line_of_another_project_is_not_touched(project):
    foreign = BudgetLineFactory(label="d’ailleurs", amount=5)
    put(project, line("ici", 1, id=foreign.pk))
    foreign.refresh_from_db()
    assert (foreign.label, foreign.amount) == ("d’ailleurs", 5)
    assert tree(project) == {"ici": None}


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([line("seule", parent=ONE)], "n’est pas dans la liste"),
        ([line("soi", id=ONE, parent=ONE)], "elle-même"),
        (
            [line("a", id=ONE, parent=TWO), line("b", id=TWO, parent=THREE), line("c", id=THREE, parent=ONE)],
            "elle-même",
        ),
        ([line("tout", id=ONE), line("part", parent=ONE, kind="engage")], "même nature"),
        ([line("a", id=ONE), line("b", id=ONE)], "deux fois"),
        ([line("rien", kind="cadeau")], "Ligne 1"),
        ([line("moins", -1)], "négatif"),
        ([line("trop", "99999999999999")], "Ligne 1"),
        ([line("x" * 301)], "300"),
    ],
)
def test_budget_lines_refuse(project, lines, sentence):
    with pytest.raises(ValidationError, match=sentence) as refusal:
        put(project, *lines)
    assert list(refusal.value.message_dict) == ["budget_lines"]
    assert not project.budget_lines.exists()


def test_budget_parts_never_exceed_what_the_envelope_states(project):
    put(project, line("tout", 10, id=ONE), line("a", 4, parent=ONE), line("b", 6, parent=ONE))
    found = as_entries(project)
    with pytest.raises(ValidationError, match=r"10,01.*plus que les 10"):
        put(project, *found.values(), line("c", "0.01", parent=found["tout"].id))


def test_budget_parts_are_counted_through_an_envelope_without_an_amount(project):
    with pytest.raises(ValidationError, match="plus que"):
        put(project, line("tout", 10, id=ONE), line("sans montant", id=TWO, parent=ONE), line("part", 11, parent=TWO))


def test_budget_part_to_be_decided_fits_anywhere(project):
    put(project, line("tout", 10, id=ONE), line("a", 10, parent=ONE), line("b", parent=ONE))
    assert project.budget_lines.count() == 3
