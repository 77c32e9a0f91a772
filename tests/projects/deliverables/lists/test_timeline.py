import re
from datetime import date

import pytest
import time_machine

from projects.deliverables.enums import Progress
from projects.deliverables.lists.timeline import Scale, bar_of, marks_of, tone_of
from projects.deliverables.models import Deliverable
from tests.factories.deliverables import DeliverableFactory, a_group_at_work
from tests.projects.groups.visits import enter, text

TIMELINE = "/groupes/antibioresistance/livrables/frise/"
DAY = date(2026, 11, 20)
YEAR = Scale(date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture(autouse=True)
def _on_the_day():
    with time_machine.travel("2026-11-20T12:00:00+01:00", tick=False):
        yield


def row(start, end, precision="trimestre", **fields):
    days = [date.fromisoformat(day) if day else None for day in (start, end)]
    return Deliverable(due_start=days[0], due_end=days[1], due_precision=precision, **fields)


def share(text_of):
    return float(text_of.removesuffix("%"))


def test_scale_is_whole_quarters_around_what_ends_and_today():
    scale = Scale.around([date(2027, 5, 3)])
    assert (scale.first, scale.last) == (date(2026, 7, 1), date(2027, 6, 30))
    assert scale.quarters == [date(2026, 7, 1), date(2026, 10, 1), date(2027, 1, 1), date(2027, 4, 1)]
    assert scale.months == 12


def test_scale_of_nothing_is_around_today():
    assert Scale.around([]).first < DAY < Scale.around([]).last


def test_far_horizon_does_not_crush_what_is_near():
    assert Scale.around([date(2099, 12, 31), date(1950, 1, 1)]).months < 17 * 12


def test_bar_goes_from_the_first_day_to_the_last_included():
    bar = bar_of(row("2026-01-01", "2026-12-31"), YEAR)
    assert (bar.x, bar.width, bar.fades, bar.point) == ("0.00%", "100.00%", "", False)
    quarter = bar_of(row("2026-04-01", "2026-06-30"), YEAR)
    assert share(quarter.x) == pytest.approx(24.66, abs=0.01)
    assert share(quarter.x) + share(quarter.width) == pytest.approx(49.59, abs=0.02)


def test_deadline_without_a_start_fades_in_and_a_start_without_end_fades_out():
    before, after = bar_of(row(None, "2026-12-31"), YEAR), bar_of(row("2026-03-01", None), YEAR)
    assert before.fades == "fades-in"
    assert share(before.x) + share(before.width) == pytest.approx(100)
    assert after.fades == "fades-out"
    assert share(after.x) == pytest.approx(16.16, abs=0.01)


def test_one_day_is_a_point_and_what_lies_outside_stays_in_the_drawing():
    assert bar_of(row("2026-06-01", "2026-06-01", "jour"), YEAR).point
    outside = bar_of(row("2020-01-01", "2031-12-31"), YEAR)
    assert (outside.x, outside.width) == ("0.00%", "100.00%")
    far = bar_of(row("2031-01-01", "2031-12-31"), YEAR)
    assert share(far.x) <= 100


def test_years_are_named_and_labels_leave_room_to_each_other():
    near = marks_of(Scale(date(2026, 7, 1), date(2027, 6, 30)))
    assert [mark.label for mark in near] == ["2026", "T4", "2027", "T2"]
    far = marks_of(Scale(date(2020, 1, 1), date(2026, 12, 31)))
    assert [mark.label for mark in far][:6] == ["2020", "", "S2", "", "2021", ""]
    longest = marks_of(Scale(date(2016, 1, 1), date(2031, 12, 31)))
    assert {mark.label for mark in longest if not mark.year} == {""}


@pytest.mark.parametrize(
    ("fields", "tone"),
    [
        ({"progress": Progress.UNDER_WAY}, "late"),
        ({"progress": Progress.UNDER_WAY, "recurrent": True}, "under-way"),
        ({"progress": Progress.TO_START, "recurrent": True}, "to-start"),
        ({"progress": Progress.FINISHED}, "finished"),
        ({"progress": Progress.SUSPENDED}, "stopped"),
        ({"progress": Progress.ABANDONED}, "stopped"),
    ],
)
def test_colour_says_the_state(fields, tone):
    assert tone_of(row("2026-01-01", "2026-03-31", **fields)) == tone


@pytest.mark.django_db
def test_page_draws_the_dated_by_year_and_lists_the_others_apart(client):
    group, people = a_group_at_work()
    fields = {"group": group, "due_precision": "trimestre"}
    DeliverableFactory(title="Après", due="T1 2027", due_start="2027-01-01", due_end="2027-03-31", **fields)
    DeliverableFactory(title="Avant", due="T1 2026", due_start="2026-01-01", due_end="2026-03-31", **fields)
    DeliverableFactory(title="À partir", due="à partir de 2028", due_start="2028-01-01", **fields)
    DeliverableFactory(title="Externe", due="selon calendrier de l’INSERM", group=group)
    DeliverableFactory(title="Muet", group=group)
    enter(client, people["membre"])
    page = client.get(TIMELINE).content.decode()
    chart, _end, after = page.partition('<table class="chart">')[2].partition("</table>")
    groups = re.findall(r'scope="rowgroup"[^>]*>(\d+)<|<a href="/livrables/[^"]+">(.*?)</a>', chart)
    assert [year or title for year, title in groups] == ["2026", "Avant", "2027", "Après", "2028", "À partir"]
    assert "Externe" in after
    assert "selon calendrier de l’INSERM" in after
    assert "Aucune échéance" in after
    assert chart.count('class="bar ') == 3
    assert 'role="region"' in page
    assert not re.search(r'(?:x|width)="[\d.]*,', chart)


@pytest.mark.django_db
def test_page_without_any_date_draws_nothing(client):
    group, people = a_group_at_work()
    DeliverableFactory(title="Externe", due="selon calendrier de l’INSERM", group=group)
    enter(client, people["membre"])
    response = client.get(TIMELINE)
    assert "<table" not in response.content.decode()
    assert "Externe" in text(response)
