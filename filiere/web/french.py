"""Dates, hours and numbers the way French readers write them."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

NARROW_SPACE = "\u202f"
NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"
Moment = date | datetime | None

_MINUTE, _HOUR, _DAY, _MONTH, _YEAR = 60, 3600, 86_400, 30 * 86_400, 365 * 86_400


def _local(value: datetime) -> datetime:
    return timezone.localtime(value) if timezone.is_aware(value) else value


def date_fr(value: Moment) -> str:
    """20 novembre 2026; the first of a month is « 1er »."""
    if not value:
        return ""
    return _day(_local(value) if isinstance(value, datetime) else value)


def _day(local: date) -> str:
    day = _("1er") if local.day == 1 else str(local.day)
    return f"{day}{NO_BREAK_SPACE}{MONTHS[local.month]} {local.year}"


def datetime_fr(value: Moment) -> str:
    """20 novembre 2026 à 14 h 05, on the reader's clock."""
    if not isinstance(value, datetime):
        return date_fr(value)
    local = _local(value)
    hour = f"{local.hour}{NO_BREAK_SPACE}h{NO_BREAK_SPACE}{local.minute:02}"
    return _("%(date)s à %(hour)s") % {"date": _day(local), "hour": hour}


def ago_fr(value: Moment) -> str:
    """il y a 3 jours, dans 2 heures: for what is read at a glance; the exact moment stands beside or in the title."""
    if not value:
        return ""
    if not isinstance(value, datetime):
        return _days((timezone.localdate() - value).days)
    moment = value if timezone.is_aware(value) else timezone.make_aware(value)
    seconds = int((timezone.now() - moment).total_seconds())
    if abs(seconds) < _MINUTE:
        return _("à l’instant")
    if abs(seconds) < _DAY:
        return _said(seconds < 0, _duration(abs(seconds)))
    return _days((timezone.localdate() - timezone.localtime(moment).date()).days)


def _days(days: int) -> str:
    near = {0: _("aujourd’hui"), 1: _("hier"), -1: _("demain")}
    return near[days] if days in near else _said(days < 0, _duration(abs(days) * _DAY))


def _said(future: bool, duration: str) -> str:
    return (_("dans %s") if future else _("il y a %s")) % duration


def _duration(seconds: int) -> str:
    if seconds < _HOUR:
        return ngettext("%d minute", "%d minutes", seconds // _MINUTE) % (seconds // _MINUTE)
    if seconds < _DAY:
        return ngettext("%d heure", "%d heures", seconds // _HOUR) % (seconds // _HOUR)
    if seconds < _MONTH:
        return ngettext("%d jour", "%d jours", seconds // _DAY) % (seconds // _DAY)
    if seconds < _YEAR:
        return ngettext("%d mois", "%d mois", seconds // _MONTH) % (seconds // _MONTH)
    return ngettext("%d an", "%d ans", seconds // _YEAR) % (seconds // _YEAR)


def number_fr(value: float | Decimal | str | None, decimals: int | None = None) -> str:
    """1 234 567,5: groups parted by a narrow no-break space, a decimal comma, a true minus sign."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return ""
    if not number.is_finite():
        return ""
    text = f"{number:,f}" if decimals is None else f"{number:,.{int(decimals)}f}"
    if decimals is None and "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.translate(str.maketrans(",.-", f"{NARROW_SPACE},{MINUS}"))
