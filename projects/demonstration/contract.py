"""The contract itself, and what it promises: axes, projects, money, criteria."""

from datetime import date

from projects.contracts.models import Contract
from projects.demonstration.facts import facts

CODE = "its-2023-2026"


def load() -> int:
    facts_of = facts()["contract"]
    _contract, created = Contract.objects.get_or_create(
        code=CODE,
        defaults={
            "title": facts_of["title"],
            "sector": facts_of["filiere"],
            "starts_on": date(int(facts_of["start"]), 1, 1),
            "ends_on": date(int(facts_of["end"]), 12, 31),
        },
    )
    return int(created)
