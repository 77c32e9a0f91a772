"""Pages that gather approvals: those that wait for one person, and what the Bureau has before it."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from filiere.web.access import PersonRequest, signed_in
from projects.deliverables.approvals.queues import bureau_read_by, decided_by, queued, reads_the_queue
from projects.deliverables.approvals.selectors import awaiting
from projects.deliverables.approvals.tables import BureauQueueTable, DecisionsTable
from projects.groups.selectors import bureau_seen_by


@signed_in
@require_safe
def approvals(request: PersonRequest) -> HttpResponseBase:
    """What waits for the reader comes first, the longest at the top; then what they decided."""
    context = {"waiting": awaiting(request.user), "reads_queue": bureau_read_by(request.user) is not None}
    table = DecisionsTable(request, decided_by(request.user))
    return table.answer("projects/deliverables/approvals/mine.html", context)


@signed_in
@require_safe
def bureau_queue(request: PersonRequest) -> HttpResponseBase:
    bureau = bureau_seen_by(request.user)
    if bureau is None:
        raise Http404
    if not reads_the_queue(request.user, bureau):
        raise PermissionDenied(_("Seuls les membres du Bureau et le délégué permanent lisent ce qu’il a devant lui."))
    return BureauQueueTable(request, queued(request.user, bureau)).answer(
        "projects/deliverables/approvals/bureau_queue.html", {"bureau": bureau}
    )
