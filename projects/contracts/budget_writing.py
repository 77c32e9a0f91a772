"""The budget lines of a project, written as a whole: envelopes, and the parts that are inside them."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.people.names import one_line
from filiere.web.money import exact_fr
from projects.contracts.budget import Envelope, envelopes, together
from projects.contracts.entries import Line
from projects.contracts.models import BudgetLine, Project


def put_budget_lines(project: Project, entries: list[Line]) -> None:
    kept = {line.pk: line for line in project.budget_lines.all()}
    lines: list[BudgetLine] = []
    named: dict[UUID, BudgetLine] = {}
    for rank, entry in enumerate(entries, start=1):
        line = kept.get(entry.id) if entry.id else None
        line = line or BudgetLine(project=project)
        line.kind = entry.kind
        line.label = one_line("budget_lines", entry.label)
        line.as_written = one_line("budget_lines", entry.as_written)
        line.amount = entry.amount
        lines.append(line)
        if entry.id in named:
            raise _wrong(rank, line, _("elle figure deux fois dans la liste."))
        if entry.id:
            named[entry.id] = line
        _check_line(rank, line)
    _nest(entries, lines, named)
    for envelope in envelopes(lines):
        _check_parts(envelope)
    _store(project, kept, lines)


def _check_line(rank: int, line: BudgetLine) -> None:
    try:
        line.clean_fields(exclude=["project", "parent"])
        line.validate_constraints(exclude=["project", "parent"])
    except ValidationError as error:
        raise _wrong(rank, line, " ".join(error.messages)) from error


def _nest(entries: list[Line], lines: list[BudgetLine], named: dict[UUID, BudgetLine]) -> None:
    for rank, (entry, line) in enumerate(zip(entries, lines, strict=True), start=1):
        parent = named.get(entry.parent) if entry.parent else None
        if entry.parent and parent is None:
            raise _wrong(rank, line, _("l’enveloppe qui la comprend n’est pas dans la liste."))
        if parent and parent.kind != line.kind:
            raise _wrong(rank, line, _("une part est de même nature que l’enveloppe qui la comprend."))
        line.parent = parent
    for rank, line in enumerate(lines, start=1):
        above, passed = line.parent, {line.pk}
        while above is not None:
            if above.pk in passed:
                raise _wrong(rank, line, _("une ligne ne peut pas être comprise dans elle-même, même de loin."))
            passed.add(above.pk)
            above = above.parent


def _check_parts(envelope: Envelope) -> None:
    """Refused, not only warned of: totals count the envelope alone, so what exceeds it would be counted nowhere."""
    for part in envelope.parts:
        _check_parts(part)
    stated, inside = envelope.line.amount, together(part.worth for part in envelope.parts).amount
    if stated is not None and inside is not None and inside > stated:
        raise ValidationError(
            {
                "budget_lines": _(
                    "Les parts de «\u00a0%(envelope)s\u00a0» font %(inside)s, plus que les %(stated)s de l’enveloppe. "
                    "Corrigez un montant, ou laissez vide celui qui reste à définir."
                )
                % {"envelope": envelope.line, "inside": exact_fr(inside), "stated": exact_fr(stated)}
            }
        )


def _store(project: Project, kept: dict[UUID, BudgetLine], lines: list[BudgetLine]) -> None:
    gone = project.budget_lines.filter(pk__in=kept.keys() - {line.pk for line in lines})
    gone.update(parent=None)  # parts protect the envelope they are in
    # Flat first, nested after: a part may come before its envelope in the list.
    parents = [line.parent for line in lines]
    for line in lines:
        line.parent = None
        line.save()
    for line, parent in zip(lines, parents, strict=True):
        if parent is not None:
            line.parent = parent
            line.save(update_fields=["parent", "changed_at"])
    gone.delete()


def _wrong(rank: int, line: BudgetLine, sentence: str) -> ValidationError:
    name = _("Ligne %(rank)d (%(line)s)") % {"rank": rank, "line": line}
    return ValidationError({"budget_lines": f"{name}\u00a0: {sentence}"})
