"""How a period is said: its dates, for who is still typing the words, and how late it is."""

import re
from datetime import date

from django.utils.translation import gettext as _

from filiere.web.french import NO_BREAK_SPACE, date_fr
from projects.deliverables.due.period import Period, Precision

_ACCORDING = re.compile(r"^(?:selon|suivant)\s+(?:l[ea]\s+|les\s+|l\s*['’]\s*)?", re.IGNORECASE)


def spoken(period: Period) -> str:
    """« du 1er janvier au 30 juin 2024 », « au plus tard le 31 décembre 2026 »."""
    start, end = period.start, period.end
    if start and end:
        return _("le %s") % date_fr(end) if start == end else _from_to(start, end)
    if end:
        return _("au plus tard le %s") % date_fr(end)
    if start:
        return _("à partir du %s") % date_fr(start)
    if not period.words:
        return _("pas d’échéance")
    # Cut, not translated: what remains is the writer's own.
    why = _ACCORDING.sub("", period.words) if period.precision is Precision.EXTERNAL else period.words
    return _("pas de date calculée\u00a0: %s") % why


def lateness(end: date | None, today: date) -> int:
    """In days, counted from the last day on which it was in time."""
    return max((today - end).days, 0) if end else 0


def _from_to(start: date, end: date) -> str:
    """What both share is said once."""
    first = date_fr(start)
    if start.year == end.year:
        first = first.rpartition(" ")[0]
        if start.month == end.month:
            first = first.partition(NO_BREAK_SPACE)[0]
    return _("du %(start)s au %(end)s") % {"start": first, "end": date_fr(end)}
