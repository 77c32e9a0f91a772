"""Tokens, from the first to the last and never back far, into dates and what links them."""

from dataclasses import dataclass, field, replace

from projects.deliverables.due import vocabulary
from projects.deliverables.due.asking import Asking
from projects.deliverables.due.dates import DateScanner
from projects.deliverables.due.moments import Moment, Unit
from projects.deliverables.due.vocabulary import Kind


@dataclass
class Scanned:
    moments: list[Moment] = field(default_factory=list)
    # « d’ici fin 2026 » says no beginning, « à partir de 2024 » no end.
    no_start: bool = False
    no_end: bool = False
    after: bool = False


def scan(tokens: list[str], ask: Asking) -> Scanned:
    return _Scanner(tokens, ask).scanned()


class _Scanner(DateScanner):
    def __init__(self, tokens: list[str], ask: Asking) -> None:
        super().__init__(tokens, ask)
        self.found = Scanned()
        # Whether the next date may follow the last, and what is still to come after the words just read.
        self.linked = True
        self.awaited = False
        self.limit = False
        self.before = False
        self.limit_after = False
        self.since = False

    def scanned(self) -> Scanned:
        while self.at < len(self.tokens):
            if self.deed():
                self.linked = True
            elif kind := self.phrase():
                self._linked_by(kind)
            elif moment := self.moment():
                self._push(moment)
            else:
                raise self.unknown()
        self._closed()
        return self.found

    def deed(self) -> bool:
        """« livraison », and « Début des travaux », « première version », « V1 »: their beginning is no date's."""
        start = self.at
        if self.take("v") and self.peek().isdigit():
            self.at += 1
            return True
        self.at = start
        counted = self.is_count()
        if counted or self.peek() in vocabulary.PARTS or self.peek() in vocabulary.ORDINALS:
            self.at += 1
            if counted:
                self.take(*vocabulary.SUFFIXES)
            self.skip_fillers()
        self.take("des")
        if self.take(*vocabulary.DEEDS):
            return True
        self.at = start
        return False

    def _linked_by(self, kind: Kind) -> None:
        first = not self.found.moments
        match kind:
            case Kind.JOIN | Kind.MARK:
                self.linked = True
                self.awaited = self.awaited or (kind is Kind.JOIN and not first)
            case Kind.LIMIT | Kind.LIMIT_EITHER_SIDE | Kind.BEFORE:
                self._limited_by(kind, first=first)
            case Kind.SINCE | Kind.AFTER:
                self._open_after(kind, first=first)
            case Kind.NO_SOONER if first:
                self._open_after(kind, first=first)
            case Kind.ONWARDS | Kind.NO_SOONER:
                self.found.no_end = not first
            case Kind.TO_BE_SAID if first:
                raise self.ask.known_or_not()
            case Kind.THROUGHOUT:
                self._push(Moment(Unit.CONTRACT))

    def _limited_by(self, kind: Kind, *, first: bool) -> None:
        self.linked = self.limit = True
        self.found.no_start = self.found.no_start or first
        self.before = kind is Kind.BEFORE
        self.awaited = kind is not Kind.LIMIT_EITHER_SIDE
        self.limit_after = not self.awaited and not first

    def _open_after(self, kind: Kind, *, first: bool) -> None:
        if not first:
            raise self.unknown(-1)
        self.since = True
        self.found.after = kind is Kind.AFTER

    def _push(self, moment: Moment) -> None:
        if self.found.moments and not self.linked:
            raise self.ask.one_after_another()
        self.found.moments.append(replace(moment, limit=self.limit, before=self.before))
        self.linked = self.awaited = self.limit = self.before = self.limit_after = False

    def _closed(self) -> None:
        if not self.found.moments:
            raise self.ask.no_date()
        if self.awaited:
            raise self.ask.until_when()
        if self.limit_after:
            self.found.no_start = True
        if self.since and len(self.found.moments) == 1:  # « à partir de mars 2024 et jusqu’à fin 2025 » has its end
            self.found.no_end = True
