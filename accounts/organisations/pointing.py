"""What points at organisations, read from the models themselves: a feature written later is moved like the others."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.text import capfirst

from accounts.organisations.models import Alias, Organisation


@dataclass(frozen=True)
class Pointer:
    """One foreign key (or one-to-one, or the table behind a many-to-many) towards organisations."""

    model: type[models.Model]
    field: "models.ForeignKey[Any, Any]"

    @property
    def label(self) -> str:
        return f"{self.model._meta.label_lower}.{self.field.name}"

    @property
    def title(self) -> str:
        return capfirst(str(self.model._meta.verbose_name_plural))

    def rows(self, organisation: Organisation) -> "models.QuerySet[models.Model]":
        # The base manager: a default one may hide rows, and a hidden row must move too.
        everything = self.model._meta.base_manager
        return everything.filter(**{self.field.name: organisation})

    def colliding(self, *, keep: Organisation, absorb: Organisation) -> "models.QuerySet[models.Model]":
        """Rows of `absorb` that a uniqueness rule forbids to give to `keep`."""
        clashes = Q(pk__in=[])
        for others, condition in self._uniqueness():
            twin = self.rows(keep).filter(condition, **{name: OuterRef(name) for name in others})
            clashes |= Q(Exists(twin)) & condition
        return self.rows(absorb).filter(clashes)

    @property
    def is_plain_link(self) -> bool:
        """The table that Django makes behind a many-to-many: its rows say nothing but « these two »."""
        return bool(self.model._meta.auto_created)

    def _uniqueness(self) -> Iterator[tuple[list[str], Q]]:
        """The other fields of every uniqueness rule this one belongs to, and the rule's condition."""
        if self.field.unique:
            yield [], Q()
        for together in self.model._meta.unique_together:
            if self.field.name in together:
                yield [name for name in together if name != self.field.name], Q()
        for constraint in self.model._meta.constraints:
            if isinstance(constraint, models.UniqueConstraint) and self.field.name in constraint.fields:
                others = [name for name in constraint.fields if name != self.field.name]
                yield others, constraint.condition or Q()


def pointers() -> list[Pointer]:
    """Spellings left aside: they are united rather than moved."""
    found = [
        Pointer(model=relation.related_model, field=relation.field)
        for relation in Organisation._meta.get_fields(include_hidden=True)
        if isinstance(relation, models.ManyToOneRel) and relation.related_model is not Alias
    ]
    return sorted(found, key=lambda pointer: pointer.label)


@dataclass(frozen=True)
class Move:
    title: str
    rows: int
    colliding: int


def what_would_move(*, keep: Organisation, absorb: Organisation) -> list[Move]:
    """Two counts for each kind of thing, however many there are of it."""
    moves = [
        Move(
            title=pointer.title,
            rows=pointer.rows(absorb).count(),
            colliding=0 if pointer.is_plain_link else pointer.colliding(keep=keep, absorb=absorb).count(),
        )
        for pointer in pointers()
    ]
    return [move for move in moves if move.rows]
