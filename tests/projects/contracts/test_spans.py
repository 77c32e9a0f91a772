from datetime import date

import pytest
import time_machine

from projects.contracts.spans import span_of
from tests.factories.contracts import AmendmentFactory, ContractFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def contract():
    return ContractFactory(starts_on=date(2023, 1, 1), ends_on=date(2026, 12, 31))


@time_machine.travel("2025-01-01 12:00", tick=False)
def test_span_of_a_contract_half_way(contract):
    span = span_of(contract)
    assert (span.percent, span.days_left, span.over, span.not_begun) == (50, 729, False, False)
    assert span.years == [250, 500, 750]
    assert (span.amendments, span.signed_end) == ([], None)


@time_machine.travel("2022-06-01 12:00", tick=False)
def test_span_before_it_begins(contract):
    span = span_of(contract)
    assert (span.elapsed, span.not_begun, span.over) == (0, True, False)


@time_machine.travel("2027-01-01 12:00", tick=False)
def test_span_when_it_is_over(contract):
    span = span_of(contract)
    assert (span.percent, span.over) == (100, True)


@time_machine.travel("2026-12-31 12:00", tick=False)
def test_span_on_the_last_day_is_not_over(contract):
    assert not span_of(contract).over


@time_machine.travel("2027-01-01 12:00", tick=False)
def test_span_counts_what_amendments_made_of_the_end(contract):
    AmendmentFactory(contract=contract, number=1, signed_on=date(2022, 1, 1), ends_on=date(2027, 12, 31))
    span = span_of(contract)
    assert (span.last_day, span.signed_end) == (date(2027, 12, 31), date(2026, 12, 31))
    assert (span.over, span.amendments) == (False, [0])
