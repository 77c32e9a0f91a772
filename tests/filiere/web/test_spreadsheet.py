import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from filiere.web.spreadsheet import answer, cell, lines


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+33 1 23",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1+1",
        "＝1",
        "\u00a0=1",
        '=HYPERLINK("http://x";"y")',
        "=cmd|' /C calc'!A0",
    ],
)
def test_cell_that_a_spreadsheet_would_run_becomes_text(text):
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Durand", "a=b", "1-2", "courriel@demo.example", "«\u00a0oui\u00a0»", ""])
def test_cell_of_plain_text_is_left_alone(text):
    assert cell(text) == text


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, ""),
        (True, "oui"),
        (False, "non"),
        (12, "12"),
        (-3, "-3"),
        (1.5, "1,5"),
        (Decimal("-0.25"), "-0,25"),
        (date(2026, 5, 1), "01/05/2026"),
        (datetime(2026, 11, 20, 13, 5, tzinfo=UTC), "20/11/2026 14:05"),
        (datetime(2026, 11, 20, 13, 5, tzinfo=UTC).replace(tzinfo=None), "20/11/2026 13:05"),
        ("a\x00b", "ab"),
    ],
)
def test_cell_of_a_value(value, written):
    assert cell(value) == written


def test_cell_tells_the_hour_of_the_reader():
    with timezone.override("America/Martinique"):
        assert cell(datetime(2026, 11, 20, 13, 5, tzinfo=UTC)) == "20/11/2026 09:05"


def test_lines_survive_separators_quotes_and_line_ends():
    written = "".join(lines(["Nom", "=Note"], [['a;"b"', "deux\nlignes"], ["é", 1]]))
    assert written.startswith("\ufeff")
    assert list(csv.reader(io.StringIO(written.removeprefix("\ufeff")), delimiter=";")) == [
        ["Nom", "'=Note"],
        ['a;"b"', "deux\nlignes"],
        ["é", "1"],
    ]


def test_answer_is_a_dated_file():
    with time_machine.travel(datetime(2026, 11, 20, 23, 30, tzinfo=UTC), tick=False):
        response = answer("personnes", ["Nom"], [["Durand"]])
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="personnes-2026-11-21.csv"'
    assert response.content.decode("utf-8-sig") == "Nom\r\nDurand\r\n"
