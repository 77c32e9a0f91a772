"""The same change for several deliverables: all of them, or none, and it says which stood in the way."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.people.models import User
from filiere.refusals import Refused
from projects.deliverables.following import set_progress
from projects.deliverables.models import Deliverable
from projects.deliverables.services import change_deliverable


def change_together(
    *,
    deliverables: Iterable[Deliverable],
    by: User | None,
    progress: str = "",
    due: str = "",
    owners: Sequence[User] = (),
) -> int:
    """What is left empty stays as it is. `owners` takes the place of those of each. Answers how many there were."""
    terms: dict[str, Any] = {name: value for name, value in (("due", due), ("owners", owners)) if value}
    if not terms and not progress:
        raise ValidationError({"progress": _("Dites ce qui change\u00a0: l’avancement, l’échéance ou le responsable.")})
    # By their groups then their keys: two who choose the same ones take their locks in the same order.
    chosen = sorted(deliverables, key=lambda each: (each.group_id, each.pk))
    with transaction.atomic():
        refused = [line for each in chosen for line in _change(each, by, progress, terms)]
        if refused:
            # Out of the transaction: what went well is undone with the rest.
            raise ValidationError([_("Rien n’a changé."), *refused])
    return len(chosen)


def _change(deliverable: Deliverable, by: User | None, progress: str, terms: dict[str, Any]) -> list[str]:
    """Why it was refused; nothing when it was not."""
    try:
        if progress:
            set_progress(deliverable=deliverable, progress=progress, by=by)
        if terms:
            change_deliverable(deliverable=deliverable, by=by, **terms)
    except Refused as refusal:
        return [_line(deliverable, refusal.sentence)]
    except ValidationError as error:
        return [_line(deliverable, sentence) for sentence in error.messages]
    return []


def _line(deliverable: Deliverable, sentence: str) -> str:
    return _("«\u00a0%(title)s\u00a0»\u00a0: %(why)s") % {"title": deliverable.title, "why": sentence}
