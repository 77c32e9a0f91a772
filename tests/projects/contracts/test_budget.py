from decimal import Decimal

import pytest

from projects.contracts.budget import Worth, envelopes, together, totals
from projects.models import BudgetLine


def line(amount=None, parent=None, kind="prevu"):
    return BudgetLine(kind=kind, amount=None if amount is None else Decimal(amount), parent=parent)


def only(lines):
    (total,) = totals(envelopes(lines))
    return total.worth.amount, total.worth.at_least


def test_total_of_nothing_says_nothing():
    assert totals(envelopes([])) == []


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [([5], (5, False)), ([5, 7], (12, False)), ([None], (None, False)), ([5, None], (5, True)), ([0], (0, False))],
)
def test_total_adds_lines_and_says_when_something_is_to_be_decided(amounts, expected):
    assert only([line(amount) for amount in amounts]) == expected


def test_total_counts_an_envelope_and_not_its_parts():
    whole = line(10)
    assert only([whole, line(4, whole), line(3, whole), line(None, whole)]) == (10, False)


def test_total_counts_the_parts_of_an_envelope_without_an_amount():
    whole = line()
    assert only([whole, line(4, whole), line(3, whole)]) == (7, False)
    assert only([whole, line(4, whole), line(None, whole)]) == (4, True)
    assert only([whole, line(None, whole)]) == (None, False)


def test_total_goes_down_as_far_as_it_must():
    whole = line()
    half = line(None, whole)
    assert only([line(1, half), half, whole, line(2, half), line(3, whole)]) == (6, False)


def test_totals_are_one_a_kind_in_the_order_of_the_kinds():
    lines = [line(1, kind="contrepartie_privee"), line(2, kind="prevu"), line(3, kind="engage"), line(4, kind="prevu")]
    found = [(total.kind, total.worth.amount) for total in totals(envelopes(lines))]
    assert found == [("prevu", 6), ("engage", 3), ("contrepartie_privee", 1)]


def test_envelope_says_when_its_worth_is_that_of_its_parts():
    whole, stated = line(), line(5)
    found = envelopes([whole, line(4, whole), stated, line()])
    assert [envelope.computed for envelope in found] == [True, False, False]


def test_nothing_together_is_nothing_decided():
    assert together([]) == Worth(None, settled=False)
