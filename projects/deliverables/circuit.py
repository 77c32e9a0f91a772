"""The table of moves, printed: what it says is what the application does, since both read it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from filiere.web.access import PersonRequest, signed_in
from projects.access.enums import Role
from projects.access.roles import MAY_BE_LENT, ROLES
from projects.activity.sentences import SENTENCES
from projects.deliverables.enums import ApprovalState
from projects.deliverables.workflow import STEPS, Step


@dataclass(frozen=True)
class Told:
    """One line of the table, in words."""

    step: Step

    @property
    def leaves_from(self) -> str:
        if self.step.sources == frozenset(ApprovalState):
            return _("Tout état")
        return ", ".join(str(state.label) for state in ApprovalState if state in self.step.sources)

    @property
    def who(self) -> list[str]:
        roles = [str(role.label) for role in Role if self.step.permission in ROLES[role]]
        if self.step.in_bureau:
            return [_("Le Bureau, en séance\u00a0: %(roles)s qui y siègent") % {"roles": ", ".join(roles).lower()}]
        return [*roles, _("qui en tient la délégation")] if self.step.permission in MAY_BE_LENT else roles

    @property
    def conditions(self) -> list[str]:
        return [str(condition.means) for condition in self.step.conditions]

    @property
    def before_it_moves(self) -> str:
        return str(self.step.once.means) if self.step.once else ""

    @property
    def records(self) -> str:
        return str(SENTENCES[self.step.records]).replace("{actor}", _("Une personne"))


@signed_in
@require_safe
def workflow(request: PersonRequest) -> HttpResponse:
    context: dict[str, Any] = {
        "lines": [Told(step) for step in STEPS.values()],
        "states": _states(),
        "steps": STEPS.values(),
    }
    return render(request, "projects/deliverables/approvals/workflow.html", context)


def _states() -> list[dict[str, Any]]:
    """Each state, and where every move leads from it."""
    return [
        {
            "state": state,
            "moves": [(step.move, step.target if state in step.sources else None) for step in STEPS.values()],
            "open": [(step.move, step.target) for step in STEPS.values() if state in step.sources],
        }
        for state in ApprovalState
    ]
