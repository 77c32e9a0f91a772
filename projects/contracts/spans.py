"""How far a contract has come, as a strip is drawn: every place is a share of its length, from 0 to 1000."""

from dataclasses import dataclass
from datetime import date

from filiere.days import today
from projects.contracts.models import Contract

LENGTH = 1000


@dataclass(frozen=True)
class Span:
    starts_on: date
    last_day: date
    percent: int
    elapsed: int
    years: list[int]
    amendments: list[int]
    days_left: int
    # Its end as signed, when an amendment moved it.
    signed_end: date | None

    @property
    def not_begun(self) -> bool:
        return today() < self.starts_on

    @property
    def over(self) -> bool:
        return self.days_left < 0


def span_of(contract: Contract) -> Span:
    starts_on, last_day, day = contract.starts_on, contract.last_day, today()
    days = (last_day - starts_on).days + 1

    def place(moment: date) -> int:
        return min(max(round(LENGTH * (moment - starts_on).days / days), 0), LENGTH)

    years = [date(year, 1, 1) for year in range(starts_on.year + 1, last_day.year + 1)]
    elapsed = place(day)
    return Span(
        starts_on=starts_on,
        last_day=last_day,
        percent=elapsed * 100 // LENGTH,
        elapsed=elapsed,
        years=[place(year) for year in years],
        amendments=[place(amendment.signed_on) for amendment in contract.amendments.all()],
        days_left=(last_day - day).days,
        signed_end=contract.ends_on if last_day != contract.ends_on else None,
    )
