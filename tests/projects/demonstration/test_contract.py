from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.activity.models import Event
from projects.contracts.budget import envelopes, totals
from projects.contracts.sheets import change_project
from projects.demonstration import contract, organisations
from projects.demonstration.facts import facts
from projects.models import Amendment, Axis, BudgetLine, Contract, Criterion, Participation, Project, ProjectLink

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded():
    organisations.load()
    contract.load()
    return Contract.objects.get()


def project(number):
    return Project.objects.get(code=f"P{number:02}")


def worth(number):
    return [
        (total.kind, total.worth.amount, total.worth.at_least)
        for total in totals(envelopes(project(number).budget_lines.all()))
    ]


def test_contract_says_what_the_facts_say(loaded):
    assert (loaded.code, loaded.title, loaded.sector) == (
        "its-2023-2026",
        facts()["contract"]["title"],
        "Industries et technologies de santé",
    )
    assert (loaded.starts_on, loaded.ends_on) == (date(2023, 1, 1), date(2026, 12, 31))
    assert [axis.code for axis in loaded.axes.all()] == ["A", "B", "C", "D", "E"]
    assert loaded.projects.count() == 16


def test_contract_amendment_is_plainly_invented(loaded):
    amendment = Amendment.objects.get()
    assert "fictif" in amendment.title
    assert "Inventé" in amendment.summary
    assert loaded.last_day == amendment.ends_on


def test_contract_loads_every_fact_of_its_projects(loaded):
    for fact in facts()["projects"]:
        found = project(fact["number"])
        assert (found.title, found.axis.code) == (fact["title"], fact["axis"])
        assert found.other_titles.splitlines() == fact["title_variants"]
        assert list(found.criteria.values_list("text", flat=True)) == fact["evaluation_indicators"]
        assert found.links.count() == len(fact["links"])
        for part, name in (("pilote", "pilot_organisations"), ("cogouvernance", "co_governance_organisations")):
            takers = found.participations.filter(part=part)
            assert {taker.organisation.acronym or taker.organisation.name for taker in takers} == set(fact[name])


def test_contract_links_lead_to_projects_and_to_axes(loaded):
    assert set(project(14).links.values_list("to_project__code", "to_axis__code")) == {("P12", None), (None, "C")}


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (1, [("prevu", Decimal(190_000), False)]),
        (2, [("prevu", None, False)]),
        (5, []),
        (6, [("prevu", Decimal(1_100_000_000), False)]),
        (8, [("prevu", Decimal(900_000), True)]),
        (14, [("prevu", None, False)]),
        (16, [("prevu", Decimal(100_000), False)]),
    ],
)
def test_contract_budgets_add_up_without_counting_an_envelope_twice(loaded, number, expected):
    assert worth(number) == expected


def test_contract_budgets_keep_the_words_of_the_contract(loaded):
    words = set(BudgetLine.objects.values_list("as_written", flat=True))
    for fact in facts()["projects"]:
        lines = [fact["budget"], *fact["budget"].get("lines", [])]
        assert {line["verbatim"] for line in lines if line["verbatim"]} <= words


def test_contract_again_adds_nothing_and_asks_little(loaded):
    models = (Axis, Project, Participation, ProjectLink, BudgetLine, Criterion, Event)
    before = [model.objects.count() for model in models]
    with CaptureQueriesContext(connection) as asked:
        assert contract.load() == 0
    assert len(asked) == 2
    assert [model.objects.count() for model in models] == before


def test_contract_again_leaves_what_somebody_changed(loaded):
    change_project(project=project(4), title="Autrement dit", number=44, participations=[], by=None)
    contract.load()
    changed = project(4)
    assert (changed.title, changed.number, changed.participations.count()) == ("Autrement dit", 44, 0)


def test_contract_brings_back_a_project_that_is_missing(loaded):
    ProjectLink.objects.filter(to_project=project(15)).delete()
    project(15).delete()
    assert contract.load() == 1
    assert project(15).participations.exists()
