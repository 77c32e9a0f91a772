"""The page that says who reads a deliverable, and why."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.organisations.permissions import coordinates
from filiere.web.access import PersonRequest
from projects.deliverables.models import Deliverable
from projects.deliverables.permissions import on_deliverable
from projects.deliverables.sight import sight_of
from projects.groups.access.forms import QuestionForm
from projects.groups.permissions import may_explain


class ReaderForm(QuestionForm):
    """About today alone: what a deliverable was on another day is in its history."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["le"]
        if self.about_others:
            choice: Any = self.fields["personne"]
            choice.empty_label = _("Moi")


@on_deliverable()
@require_safe
def readers(request: PersonRequest, deliverable: Deliverable) -> HttpResponse:
    """About oneself; about anybody, for who answers for the rights of the group."""
    reader, group = request.user, deliverable.group
    about_others = may_explain(reader, group)
    if not about_others and request.GET.get("personne", "") not in {"", str(reader.pk)}:
        raise PermissionDenied(_("Vous pouvez demander ce que vous voyez ici, pas ce que d’autres y voient."))
    form = ReaderForm(
        request.GET, group=group, reader=reader, about_others=about_others, by_address=coordinates(reader)
    )
    context = {"deliverable": deliverable, "group": group, "form": form, "about_others": about_others}
    if form.is_valid():
        context["sight"] = sight_of(form.cleaned_data["person"] or reader, deliverable)
    return render(request, "projects/deliverables/page/readers.html", context)
