"""The working day is the one in Paris, wherever a person reads from: mandates and deadlines turn there."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone


def today() -> date:
    return timezone.localdate(timezone=ZoneInfo(settings.TIME_ZONE))


def midnight(day: date) -> datetime:
    """The moment at which it begins."""
    return datetime.combine(day, time(), ZoneInfo(settings.TIME_ZONE))
