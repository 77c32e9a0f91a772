"""The board: one column for each état d’avancement, one card for each deliverable."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.people.models import User
from filiere.versions import version_of
from projects.access.enums import Permission
from projects.deliverables.enums import PLAIN, Progress
from projects.deliverables.lists.tables import DeliverablesTable
from projects.groups.models import WorkingGroup
from projects.groups.permissions import may

CHOICES = tuple((each.value, each.label) for each in PLAIN)


@dataclass(frozen=True)
class Card:
    row: Any
    version: str
    # Where it can go from here: nowhere for who may not move it, nor from a suspension, which takes an act of its own.
    choices: tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Lane:
    progress: Progress
    cards: list[Card]


class BoardView(DeliverablesTable):
    """The same rows and filters as the list."""

    id = "tableau"
    caption = _("Tableau des livrables")
    page_size = 200
    results_template = "projects/deliverables/lists/board_results.html"

    def __init__(self, request: HttpRequest, group: WorkingGroup, reader: User) -> None:
        super().__init__(request, group, reader)
        self.movable = may(reader, Permission.CONTRIBUTE, group)

    @cached_property
    def lines(self) -> list[SafeString]:
        return []

    @cached_property
    def lanes(self) -> list[Lane]:
        """Those of a stop are only there when something stands in them."""
        cards: dict[str, list[Card]] = {each: [] for each in Progress}
        for row in self.page:
            movable = self.movable and row.progress in PLAIN
            cards[row.progress].append(Card(row, version_of(row), CHOICES if movable else ()))
        return [Lane(each, cards[each]) for each in Progress if each in PLAIN or cards[each]]
