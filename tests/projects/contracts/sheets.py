"""A contract with one project that has everything, and the addresses of its pages."""

from datetime import date
from typing import Any

from django.urls import reverse

from projects.contracts.entries import Lead, Line, Taker
from projects.contracts.sheets import change_project
from projects.models import Project
from tests.factories.contracts import AmendmentFactory, AxisFactory, ContractFactory, ProjectFactory
from tests.factories.organisations import an_organisation

READ = ("contract", "contract-version", "projects", "project")
WRITTEN = (
    "contracts",
    "contract-new",
    "contract-edit",
    "amendment-new",
    "amendment-edit",
    "axes",
    "axis-new",
    "axis-edit",
    "axis-remove",
    "project-new",
    "project-edit",
    "project-organisations",
    "project-links",
    "project-budget",
    "project-criteria",
)
ARGUMENTS: dict[str, dict[str, Any]] = {
    **{name: {} for name in ("contract", "contracts", "contract-new")},
    **{
        name: {"code": "contrat"}
        for name in (
            "contract-version",
            "projects",
            "contract-edit",
            "amendment-new",
            "axes",
            "axis-new",
            "project-new",
        )
    },
    "amendment-edit": {"code": "contrat", "number": 1},
    **{name: {"code": "contrat", "axis": "A"} for name in ("axis-edit", "axis-remove", "axis-move")},
}
PROJECT = {"code": "contrat", "project": "P01"}


def address(name: str, **changes: Any) -> str:
    return reverse(name, kwargs={**ARGUMENTS.get(name, PROJECT), **changes})


def a_whole_sheet() -> Project:
    contract = ContractFactory()
    contract.title, contract.presentation = "Contrat de la santé", "Un cadre.\n\nEt le reste."
    contract.save()
    AmendmentFactory(
        contract=contract, number=1, title="Prolongation", summary="Six mois de plus.", ends_on=date(2031, 6, 30)
    )
    axis = AxisFactory(contract=contract, code="A", title="Transition", position=1)
    emplois = AxisFactory(contract=contract, code="B", title="Emplois", position=2)
    other = ProjectFactory(axis=emplois, code="P02", number=2, title="Eau")
    project: Project = ProjectFactory(
        axis=axis, code="P01", number=1, title="Décarbonation", other_titles="Carbone", summary="Émettre moins."
    )
    dge = an_organisation("Direction générale des Entreprises", "DGE")
    whole = Line(kind="prevu", id=project.pk, amount=None, as_written="13,7 M€ au plus")
    part = Line(kind="prevu", parent=project.pk, label="Étude", amount=13_712_345)  # type: ignore[arg-type]
    undecided = Line(kind="engage", label="Suite")
    change_project(project=other, by=None, links=[Lead(project=project.pk, why="Mêmes sites")])
    change_project(
        project=project,
        by=None,
        participations=[Taker(organisation=dge.pk, part="pilote")],
        links=[Lead(project=other.pk, why="Données communes"), Lead(axis=emplois.pk, why="Formations")],
        budget_lines=[whole, part, undecided],
        criteria=["Tonnes évitées"],
    )
    project.refresh_from_db()
    return project
