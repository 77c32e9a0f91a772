"""What an approval sheet certifies, in a form that can be checked later: facts by their keys, signed by this house.

The seal needs the key of the installation to be made, and to be checked; it does not need the sheet's layout. It tells
what stood in the register at that moment, and where the journal's chain was: `verify_file` compares it with today.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Self

from django.core import signing
from django.utils import timezone

from projects.activity.sealing import head
from projects.deliverables.approvals.register import Register

SALT = "projects.deliverables.approval-sheet"


@dataclass(frozen=True)
class Facts:
    """`decisions`: of each, its key, its verdict and why it no longer counts, if so."""

    version: str
    sha256: str
    state: str
    current: bool
    decisions: tuple[tuple[str, str, str], ...]
    journal: str
    at: str

    @classmethod
    def of(cls, register: Register, now: datetime | None = None) -> Self:
        return cls(
            version=str(register.version.pk),
            sha256=register.version.sha256,
            state=str(register.version.state),
            current=register.version.is_current,
            decisions=decisions_of(register),
            journal=str(head()),
            at=(now or timezone.now()).isoformat(timespec="seconds"),
        )

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at)


def decisions_of(register: Register) -> tuple[tuple[str, str, str], ...]:
    return tuple((str(each.pk), str(each.verdict), str(each.voided_because)) for each in register.decisions)


def seal(facts: Facts) -> str:
    return signing.dumps(asdict(facts), salt=SALT, compress=True)


def unseal(text: str) -> Facts | None:
    """None for what this house did not sign, or somebody changed since."""
    try:
        found = signing.loads(text, salt=SALT)
        return Facts(**{**found, "decisions": tuple(tuple(each) for each in found["decisions"])})
    except (signing.BadSignature, TypeError, KeyError):
        return None
