"""Pages of versions: hand one in, read it, take it away, compare it with another."""

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect

from filiere.refusals import Refused
from filiere.web.access import PersonRequest
from filiere.web.forms import refusals_shown_in
from filiere.web.uploads import is_too_large
from projects.access.enums import Permission
from projects.deliverables.citation import citation_of
from projects.deliverables.files.formats import Format
from projects.deliverables.models import Deliverable
from projects.deliverables.permissions import on_deliverable, works_on
from projects.deliverables.turn import listed
from projects.deliverables.versions.comparing import comparison_of
from projects.deliverables.versions.forms import DepositForm, consequences
from projects.deliverables.versions.handing_out import hand_out, tag_of_content
from projects.deliverables.versions.models import Version, VersionText
from projects.deliverables.versions.ranges import in_part, let_go
from projects.deliverables.versions.selectors import version_at, versions_of
from projects.deliverables.versions.services import deposit_version
from projects.deliverables.workflow import STEPS, Move, Situation, obstacle

# More would weigh on the page; the file itself holds the rest.
MOST_WORDS = 20_000


@on_deliverable(Permission.CONTRIBUTE)
def deposit(request: PersonRequest, deliverable: Deliverable) -> HttpResponse:
    current = versions_of(deliverable, request.user).first()
    posted = request.method == "POST"
    form = DepositForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        current=current,
        too_large=posted and is_too_large(request),
    )
    if form.is_valid():
        with refusals_shown_in(form):
            made = deposit_version(
                deliverable=deliverable,
                file=form.cleaned_data["file"],
                note=form.cleaned_data["note"],
                by=request.user,
            )
        if form.is_valid():
            messages.success(request, _("La version %(number)s est déposée.") % {"number": made.number})
            there = reverse("deliverable", args=[deliverable.pk])
            # The script that shows how far the sending is cannot follow a redirection and leave the message unread.
            return HttpResponseClientRedirect(there) if _by_script(request) else redirect(there)
    context = {
        "deliverable": deliverable,
        "group": deliverable.group,
        "form": form,
        "current": current,
        "consequences": consequences(deliverable, current),
        "closed": obstacle(STEPS[Move.DEPOSIT], Situation(deliverable, request.user)),
        "formats": listed([str(kind.label) for kind in Format]),
        "most": settings.UPLOAD_LIMIT,
    }
    return render(request, "projects/deliverables/versions/deposit.html", context)


def _by_script(request: PersonRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


@on_deliverable()
@require_safe
def version(request: PersonRequest, deliverable: Deliverable, number: int) -> HttpResponse:
    found = version_at(deliverable, number, request.user)
    others = versions_of(deliverable, request.user).exclude(pk=found.pk).values_list("number", flat=True)
    text = VersionText.objects.filter(version=found).first()
    works = works_on(request.user, deliverable)
    context: dict[str, Any] = {
        "deliverable": deliverable,
        "group": deliverable.group,
        "version": found,
        "format": Format(found.format),
        "works": works,
        "is_current": deliverable.current_id == found.pk,
        "before": next((other for other in others if other < number), None),
        "text": text,
        "words": text.words[:MOST_WORDS] if text else "",
        "is_cut": text is not None and len(text.words) > MOST_WORDS,
        "citation": citation_of(found),
    }
    response = render(request, "projects/deliverables/versions/version.html", context)
    # The preview stands in a frame. What django-csp's own decorator does, whose types know of no address with parts.
    vars(response)["_csp_update"] = {"frame-src": ["'self'"]}
    return response


@on_deliverable()
@require_safe
def file(request: PersonRequest, deliverable: Deliverable, number: int) -> HttpResponseBase:
    return _handed_out(request, version_at(deliverable, number, request.user), inline=False)


@on_deliverable()
@require_safe
def preview(request: PersonRequest, deliverable: Deliverable, number: int) -> HttpResponseBase:
    found = version_at(deliverable, number, request.user)
    if not Format(found.format).is_previewed:
        raise Http404
    return _handed_out(request, found, inline=True)


def _handed_out(request: PersonRequest, version: Version, *, inline: bool) -> HttpResponseBase:
    try:
        whole = hand_out(version, inline=inline)
    except Refused as refusal:
        raise PermissionDenied(refusal.sentence) from refusal
    answer = cast(HttpResponse, whole)
    known = get_conditional_response(request, etag=tag_of_content(version), response=answer)
    if known is None or known is answer:
        return in_part(request, whole, size=version.size)
    # What a browser kept takes the headers of the answer that says it may: without ours, it would take the site's.
    for name in ("Content-Security-Policy", "X-Frame-Options", "X-Content-Type-Options"):
        if name in whole:
            known[name] = whole[name]
    let_go(whole)
    return known


@on_deliverable()
@require_safe
def compare(request: PersonRequest, deliverable: Deliverable, number: int) -> HttpResponse:
    """With `avec`, another version; without, the one before."""
    after = version_at(deliverable, number, request.user)
    numbers = list(versions_of(deliverable, request.user).exclude(pk=after.pk).values_list("number", flat=True))
    asked = request.GET.get("avec", "")
    other = int(asked) if asked.isdecimal() and len(asked) < 9 else next((each for each in numbers if each < number), 0)
    if other not in numbers:
        raise Http404
    before = version_at(deliverable, other, request.user)
    context = {
        "deliverable": deliverable,
        "group": deliverable.group,
        "before": before,
        "after": after,
        "numbers": numbers,
        "comparison": comparison_of(before, after),
    }
    return render(request, "projects/deliverables/versions/compare.html", context)
