from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from filiere.web.access import PersonRequest, administrators
from projects.activity import selectors
from projects.activity.sealing import head
from projects.activity.tables import JournalTable
from projects.activity.verification import verify

# About a second's work: beyond it nobody should wait for a page.
VERIFIED_ON_THE_SPOT = 20_000


@administrators
@require_safe
def journal(request: PersonRequest) -> HttpResponseBase:
    return JournalTable(request, selectors.journal()).answer("projects/activity/journal.html", {"head": head()})


@administrators
@require_POST
def verification(request: PersonRequest) -> HttpResponse:
    total = selectors.journal().count()
    verdict = verify() if total <= VERIFIED_ON_THE_SPOT else None
    return render(request, "projects/activity/verification.html", {"verdict": verdict, "total": total})
