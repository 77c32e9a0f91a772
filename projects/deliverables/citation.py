"""One line by which a version is cited elsewhere: what it is, what became of it, and where it is to be found."""

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from filiere.web.french import date_fr
from projects.deliverables.approvals.models import Approval
from projects.deliverables.enums import Verdict
from projects.deliverables.turn import listed, said_by
from projects.deliverables.versions.models import Version
from projects.deliverables.versions.selectors import outcome_of


def citation_of(version: Version) -> str:
    """The version comes with its `decisions`, as its reader knows them."""
    deliverable = version.deliverable
    code = f" ({deliverable.code})" if deliverable.code else ""
    parts = [
        _("«\u00a0%(title)s\u00a0»%(code)s") % {"title": deliverable.title, "code": code},
        str(deliverable.group),
        _("version %(number)s du %(day)s") % {"number": version.number, "day": date_fr(version.deposited_at)},
        *_standing(outcome_of(version)),
        _("SHA-256 %(hash)s") % {"hash": version.short_hash},
        address_of(version),
    ]
    return ", ".join(parts)


def address_of(version: Version) -> str:
    return settings.BASE_URL + reverse("version", args=[version.deliverable_id, version.number])


def _standing(approvals: Sequence[Approval]) -> list[str]:
    by_pilots = [each for each in approvals if each.verdict == Verdict.APPROVED]
    by_bureau = [each for each in approvals if each.verdict == Verdict.VALIDATED]
    said = []
    if by_pilots:
        said.append(
            _("approuvée par %(people)s le %(day)s")
            % {"people": listed(said_by(by_pilots)), "day": date_fr(by_pilots[-1].given_at)}
        )
    for each in by_bureau[-1:]:
        reference = _(" (décision %s)") % each.reference if each.reference else ""
        said.append(_("validée par le Bureau le %(day)s") % {"day": date_fr(each.given_at)} + reference)
    return said or [_("non approuvée")]
