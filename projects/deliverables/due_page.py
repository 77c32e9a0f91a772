"""What an échéance comes to, told while it is typed."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from filiere.web.access import PersonRequest, signed_in
from projects.contracts.models import Contract
from projects.deliverables.due.wording import spoken
from projects.deliverables.services import period_of
from projects.groups.permissions import visible_group

# One more than an échéance may hold: longer ones are refused in the same words as when they are saved.
LONGEST = 201


@dataclass(frozen=True)
class Understood:
    """A sentence, or a question."""

    sentence: str
    is_question: bool = False


def understood(contract: Contract, words: str) -> Understood:
    if not words.strip():
        return Understood(_("Sans échéance, le livrable n’est jamais en retard."))
    try:
        return Understood(spoken(period_of(contract, words)))
    except ValidationError as error:
        return Understood(" ".join(error.messages), is_question=True)


@signed_in
@require_safe
def due_preview(request: PersonRequest) -> HttpResponse:
    """A part of the form; `groupe` says whose contract gives its dates."""
    group = visible_group(request.user, request.GET.get("groupe", ""))
    read = understood(group.contract, request.GET.get("due", "")[:LONGEST])
    return render(request, "projects/deliverables/page/due.html", {"understood": read})
