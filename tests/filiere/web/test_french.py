from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from filiere.web.french import ago_fr, date_fr, datetime_fr, number_fr

NOW = datetime(2026, 11, 20, 13, 5, tzinfo=UTC)  # 14 h 05 in Paris


def naive(*parts):
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)


def plain(text):
    """No-break spaces shown as underscores, so that a test reads like what it says."""
    return text.replace("\u00a0", "_").replace("\u202f", "~")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (date(2026, 11, 20), "20_novembre 2026"),
        (date(2026, 5, 1), "1er_mai 2026"),
        (date(2026, 5, 11), "11_mai 2026"),
        (date(2024, 2, 29), "29_février 2024"),
        (date(2026, 8, 31), "31_août 2026"),
        (datetime(2026, 11, 20, 23, 30, tzinfo=UTC), "21_novembre 2026"),
        (naive(2026, 11, 20, 8, 0), "20_novembre 2026"),
        (None, ""),
    ],
)
def test_date_fr(value, written):
    assert plain(date_fr(value)) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (NOW, "20_novembre 2026 à 14_h_05"),
        (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), "1er_juillet 2026 à 0_h_00"),
        (naive(2026, 1, 2, 9, 7), "2_janvier 2026 à 9_h_07"),
        (date(2026, 11, 20), "20_novembre 2026"),
        (None, ""),
    ],
)
def test_datetime_fr(value, written):
    assert plain(datetime_fr(value)) == written


def test_datetime_fr_tells_the_hour_of_the_reader():
    with timezone.override("Indian/Reunion"):
        assert plain(datetime_fr(NOW)) == "20_novembre 2026 à 17_h_05"
        assert plain(date_fr(datetime(2026, 11, 20, 21, 0, tzinfo=UTC))) == "21_novembre 2026"


@pytest.mark.parametrize(
    ("since", "written"),
    [
        (timedelta(), "à l’instant"),
        (timedelta(seconds=59), "à l’instant"),
        (timedelta(seconds=-30), "à l’instant"),
        (timedelta(minutes=1), "il y a 1 minute"),
        (timedelta(minutes=59), "il y a 59 minutes"),
        (timedelta(hours=1), "il y a 1 heure"),
        (timedelta(hours=14), "il y a 14 heures"),
        (timedelta(hours=-2), "dans 2 heures"),
        (timedelta(days=1), "hier"),
        (timedelta(days=-1), "demain"),
        (timedelta(days=3), "il y a 3 jours"),
        (timedelta(days=-29), "dans 29 jours"),
        (timedelta(days=30), "il y a 1 mois"),
        (timedelta(days=70), "il y a 2 mois"),
        (timedelta(days=364), "il y a 12 mois"),
        (timedelta(days=365), "il y a 1 an"),
        (timedelta(days=800), "il y a 2 ans"),
    ],
)
def test_ago_fr(since, written):
    with time_machine.travel(NOW, tick=False):
        assert ago_fr(NOW - since) == written


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (date(2026, 11, 20), "aujourd’hui"),
        (date(2026, 11, 19), "hier"),
        (date(2026, 11, 21), "demain"),
        (date(2026, 11, 10), "il y a 10 jours"),
        (date(2027, 2, 20), "dans 3 mois"),
        (None, ""),
    ],
)
def test_ago_fr_of_a_day_counts_in_days(day, written):
    with time_machine.travel(NOW, tick=False):
        assert ago_fr(day) == written


def test_ago_fr_counts_calendar_days_past_the_first():
    with time_machine.travel(datetime(2026, 11, 20, 0, 30, tzinfo=UTC), tick=False):
        # 26 hours before 1 h 30 in Paris is the evening of the day before yesterday.
        assert ago_fr(timezone.now() - timedelta(hours=26)) == "il y a 2 jours"


def test_ago_fr_takes_a_moment_without_zone_as_local():
    with time_machine.travel(NOW, tick=False):
        assert ago_fr(naive(2026, 11, 20, 12, 5)) == "il y a 2 heures"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0"),
        (999, "999"),
        (1234, "1~234"),
        (1234567, "1~234~567"),
        (-1234, "−1~234"),
        (1234.5, "1~234,5"),
        (0.1, "0,1"),
        (1000.0, "1~000"),
        (Decimal("12.50"), "12,5"),
        (Decimal("1E+3"), "1~000"),
        (1e-7, "0,0000001"),
        ("42", "42"),
        ("", ""),
        ("<script>", ""),
        (None, ""),
        (float("nan"), ""),
        (float("inf"), ""),
    ],
)
def test_number_fr(value, written):
    assert plain(number_fr(value)) == written


@pytest.mark.parametrize(
    ("value", "decimals", "written"), [(12, 2, "12,00"), (0.125, 2, "0,12"), (1234.56, 0, "1~235"), (-0.5, 1, "−0,5")]
)
def test_number_fr_with_a_fixed_number_of_decimals(value, decimals, written):
    assert plain(number_fr(value, decimals)) == written
