"""The contract itself, and what it promises: axes, projects, who takes part, money, criteria, links."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from accounts.organisations.models import Alias
from projects.contracts.chapters import add_axis
from projects.contracts.entries import Lead, Line, Taker
from projects.contracts.enums import BudgetKind, Part
from projects.contracts.models import Axis, Contract, Project
from projects.contracts.services import add_amendment, create_contract
from projects.contracts.sheets import add_project, change_project
from projects.demonstration.facts import facts

CODE = "its-2023-2026"
PLANNED = BudgetKind.PLANNED.value
# The public contract has none. This one is invented, and says so, for the page to show what an amendment does.
INVENTED: dict[str, Any] = {
    "number": 1,
    "title": "Avenant fictif, pour la démonstration",
    "summary": "Inventé pour montrer ce que devient un contrat prolongé\u00a0: le texte public n’a pas d’avenant.",
    "signed_on": date(2025, 3, 17),
    "ends_on": date(2027, 6, 30),
}


def code_of(number: int) -> str:
    """As the references of the facts are made: P01 to P16."""
    return f"P{number:02}"


def load() -> int:
    """What is missing, and nothing of what somebody changed since."""
    contract = Contract.objects.filter(code=CODE).first()
    if contract is None:
        contract = _contract()
    axes, projects = (model.objects.filter(contract=contract).order_by() for model in (Axis, Project))
    known = set(axes.values_list("code", flat=True).union(projects.values_list("code", flat=True)))
    missing_axes = [each for each in facts()["axes"] if each["code"] not in known]
    for each in missing_axes:
        add_axis(contract=contract, code=each["code"], title=each["title"], by=None)
    missing = [each for each in facts()["projects"] if code_of(each["number"]) not in known]
    if missing:
        _add_projects(contract, missing)
    return len(missing_axes) + len(missing)


def _contract() -> Contract:
    fact = facts()["contract"]
    contract = create_contract(
        code=CODE,
        title=fact["title"],
        sector=fact["filiere"],
        starts_on=date(int(fact["start"]), 1, 1),
        ends_on=date(int(fact["end"]), 12, 31),
        by=None,
    )
    add_amendment(contract=contract, by=None, **INVENTED)
    return contract


def _add_projects(contract: Contract, missing: list[dict[str, Any]]) -> None:
    axes = {axis.code: axis for axis in contract.axes.all()}
    organisations = _organisations()
    for fact in missing:
        add_project(
            contract=contract,
            axis=axes[fact["axis"]],
            code=code_of(fact["number"]),
            number=fact["number"],
            title=fact["title"],
            other_titles="\n".join(fact["title_variants"]),
            participations=_takers(fact, organisations),
            budget_lines=_lines(fact),
            criteria=fact["evaluation_indicators"],
            by=None,
        )
    # Once all of them stand: a project may lead to one that comes after it.
    projects = {project.number: project for project in contract.projects.all()}
    for fact in missing:
        if fact["links"]:
            leads = [_lead(link, projects, axes) for link in fact["links"]]
            change_project(project=projects[fact["number"]], links=leads, by=None)


def _organisations() -> dict[str, UUID]:
    """Under the acronyms of the facts. One that was merged answers as what it became."""
    spellings = Alias.objects.filter(organisation__merged_into=None).order_by("own")
    return dict(spellings.values_list("text", "organisation"))  # its own name outdoes somebody's alias


def _takers(fact: dict[str, Any], organisations: dict[str, UUID]) -> list[Taker]:
    pilots, others = fact["pilot_organisations"], fact["co_governance_organisations"]
    return [
        *(Taker(organisation=organisations[name], part=Part.PILOT) for name in pilots),
        *(Taker(organisation=organisations[name], part=Part.CO_GOVERNANCE) for name in others),
    ]


def _lines(fact: dict[str, Any]) -> list[Line]:
    """The whole is an envelope as soon as the contract says a word of it; its actions are parts of that."""
    budget = fact["budget"]
    envelope = uuid4() if budget["amount_eur"] is not None or budget["verbatim"] else None
    labels = {action["code"]: action["title"] for action in fact["actions"]}
    lines = [
        Line(
            kind=PLANNED,
            parent=envelope,
            label=labels.get(line["action"], "")[:300],
            amount=_amount(line),
            as_written=line["verbatim"] or "",
        )
        for line in budget.get("lines", [])
    ]
    if envelope is None:
        return lines
    whole = Line(kind=PLANNED, id=envelope, amount=_amount(budget), as_written=budget["verbatim"] or "")
    return [whole, *lines]


def _amount(fact: dict[str, Any]) -> Decimal | None:
    return None if fact["amount_eur"] is None else Decimal(fact["amount_eur"])


def _lead(link: dict[str, Any], projects: dict[int, Project], axes: dict[str, Axis]) -> Lead:
    if link["to_project"] is None:
        return Lead(axis=axes[link["to_axis"]].pk, why=link["why"])
    return Lead(project=projects[link["to_project"]].pk, why=link["why"])
