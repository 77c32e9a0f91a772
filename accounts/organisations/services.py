"""Writes about organisations: they are created, changed, and merged when two turn out to be one."""

import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.organisations.models import Alias, Organisation, folded
from accounts.organisations.permissions import capacity_of
from accounts.organisations.pointing import Pointer, pointers
from accounts.people.models import User
from accounts.people.names import one_line
from filiere.refusals import Refused
from filiere.versions import Stale, locked, version_of
from projects.activity.services import record

MOST_ALIASES = 50


@transaction.atomic
def create_organisation(
    *,
    name: str,
    acronym: str,
    kind: str,
    college: str,
    region: str = "",
    aliases: Iterable[str] = (),
    by: User | None,
    confirmed: bool = False,
) -> Organisation:
    """`confirmed`: sharing an acronym or an alias with another organisation is meant. A name is never shared."""
    _alone_among_spellings()
    organisation = Organisation(
        name=one_line("name", name),
        acronym=one_line("acronym", acronym),
        kind=kind,
        college=college,
        region=region,
    )
    spellings = _spellings(organisation, aliases)
    _check(organisation, spellings, confirmed=confirmed)
    organisation.save(force_insert=True)
    Alias.objects.bulk_create(spellings)
    record(
        actor=by,
        capacity=capacity_of(by),
        verb="organisation.created",
        target=organisation,
        changes={field: (None, value) for field, value in _content(organisation, spellings).items() if value},
    )
    return organisation


@transaction.atomic
def change_organisation(
    *,
    organisation: Organisation,
    seen: str | None,
    by: User | None,
    name: str | None = None,
    acronym: str | None = None,
    kind: str | None = None,
    college: str | None = None,
    region: str | None = None,
    aliases: Iterable[str] | None = None,
    confirmed: bool = False,
) -> Organisation:
    """What is None stays as it is."""
    _alone_among_spellings()
    current = locked(Organisation.objects.all(), organisation.pk, seen=seen)
    _must_live(current)
    stored = list(current.aliases.all())
    before = _content(current, stored)
    wanted = {"kind": kind, "college": college, "region": region}
    if name is not None:
        wanted["name"] = one_line("name", name)
    if acronym is not None:
        wanted["acronym"] = one_line("acronym", acronym)
    for field, value in wanted.items():
        if value is not None:
            setattr(current, field, value)
    spellings = _spellings(current, [alias.text for alias in stored if not alias.own] if aliases is None else aliases)
    after = _content(current, spellings)
    changes = {field: (before[field], after[field]) for field in after if before[field] != after[field]}
    if not changes:
        return current
    _check(current, spellings, confirmed=confirmed)
    current.save()
    current.aliases.all().delete()
    Alias.objects.bulk_create(spellings)
    record(actor=by, capacity=capacity_of(by), verb="organisation.changed", target=current, changes=changes)
    return current


@transaction.atomic
def merge_organisations(
    *, keep: Organisation, absorb: Organisation, by: User | None, seen: str | None = None
) -> Organisation:
    """`absorb` becomes `keep`: everything that pointed at it points at `keep`, which answers to all its names.

    The absorbed row stays, so that old addresses and the journal still lead somewhere. A uniqueness rule that
    forbids a move refuses the whole merge: choosing between two rows is a person's decision, not ours.
    """
    if keep.pk == absorb.pk:
        raise ValidationError({"absorb": _("Une organisation ne peut pas être fusionnée avec elle-même.")})
    _alone_among_spellings()
    # In the order of their ids: two merges that cross wait for one another instead of blocking each other.
    rows = {
        row.pk: row
        for row in Organisation.objects.select_for_update().filter(pk__in=[keep.pk, absorb.pk]).order_by("pk")
    }
    keep, absorb = rows[keep.pk], rows[absorb.pk]
    _must_live(keep)
    _must_live(absorb)
    if seen is not None and seen != version_of(keep):
        raise Stale(keep)
    # Organisations that `absorb` had absorbed point at it like anything else: chains stay one step long.
    moved = {pointer.label: _move(pointer, keep=keep, absorb=absorb) for pointer in pointers()}
    known = keep.aliases.values_list("folded", flat=True)
    absorb.aliases.filter(folded__in=list(known)).delete()
    moved["spellings"] = absorb.aliases.update(organisation=keep, own=False)
    absorb.merged_into = keep
    absorb.save()
    keep.save()
    record(
        actor=by,
        capacity=capacity_of(by),
        verb="organisation.merged",
        target=keep,
        changes={
            "absorbed": (None, str(absorb.pk)),
            "moved": (None, {label: count for label, count in moved.items() if count}),
        },
    )
    record(
        actor=by,
        capacity=capacity_of(by),
        verb="organisation.absorbed",
        target=absorb,
        changes={"merged_into": (None, str(keep.pk))},
    )
    return keep


def hold(pk: UUID | str) -> Organisation:
    """The organisation to point at, kept from being merged until the transaction ends.

    Every service that stores an organisation takes it from here: without it, a merge that commits in between
    would leave the new row pointing at what has just disappeared.
    """
    while True:
        held: Organisation = Organisation.objects.select_for_update(no_key=True).get(pk=pk)
        if held.merged_into_id is None:
            return held
        pk = held.merged_into_id


def _alone_among_spellings() -> None:
    """One writer of spellings at a time, so that two people cannot create one organisation twice.

    Readers go on. SQLite admits one writer anyway, from the first statement of the transaction.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE accounts_alias IN SHARE ROW EXCLUSIVE MODE")


def _must_live(organisation: Organisation) -> None:
    if organisation.merged_into_id is not None:
        raise Refused(
            _("« %(name)s » a été fusionnée avec une autre organisation entre-temps\u00a0: rechargez la page.")
            % {"name": organisation.name},
            code="merged",
        )


def _content(organisation: Organisation, spellings: Iterable[Alias]) -> dict[str, Any]:
    return {
        "name": organisation.name,
        "acronym": organisation.acronym,
        "kind": str(organisation.kind),
        "college": str(organisation.college),
        "region": str(organisation.region),
        "aliases": sorted(alias.text for alias in spellings if not alias.own),
    }


def _spellings(organisation: Organisation, aliases: Iterable[str]) -> list[Alias]:
    """Each way of writing it, once: an alias that only repeats the name with other accents adds nothing."""
    own = [text for text in (organisation.name, organisation.acronym) if text]
    others = [text for text in (one_line("aliases", alias) for alias in aliases) if text]
    if len(others) > MOST_ALIASES:
        raise ValidationError(
            {"aliases": _("Une organisation a au plus %(number)d autres noms.") % {"number": MOST_ALIASES}}
        )
    found: dict[str, Alias] = {}
    for text, is_own in [*((text, True) for text in own), *((text, False) for text in others)]:
        field = "name" if text == organisation.name else "acronym" if text == organisation.acronym else "aliases"
        if not re.search(r"[^\W_]", text):
            raise ValidationError({field: _("« %(text)s » ne contient ni lettre ni chiffre.") % {"text": text}})
        if len(text) > 200:
            raise ValidationError({field: _("Un nom compte au plus 200 caractères.")})
        alias = Alias(organisation=organisation, text=text, folded=folded(text), own=is_own)
        found.setdefault(alias.folded, alias)
    return list(found.values())


def _check(organisation: Organisation, spellings: list[Alias], *, confirmed: bool) -> None:
    organisation.full_clean()
    taken = (
        Alias.objects.filter(folded__in=[alias.folded for alias in spellings], organisation__merged_into=None)
        .exclude(organisation=organisation)
        .select_related("organisation")
        .order_by("organisation__name", "id")
    )
    mine, acronym = folded(organisation.name), folded(organisation.acronym)
    errors: dict[str, list[ValidationError]] = {}
    for other in taken:
        field = "name" if other.folded == mine else "acronym" if other.folded == acronym else "aliases"
        names_it = folded(other.organisation.name) == other.folded
        if field == "name" or names_it:
            sentence = _("« %(text)s » désigne déjà l’organisation « %(name)s ».")
            code = "duplicate"
        elif not confirmed:
            sentence = _(
                "« %(text)s » désigne aussi l’organisation « %(name)s »\u00a0: "
                "confirmez que ce sont bien deux organisations différentes."
            )
            code = "shared"
        else:
            continue
        words = {"text": other.text, "name": other.organisation.name}
        errors.setdefault(field, []).append(ValidationError(sentence % words, code=code))
    if errors:
        raise ValidationError(errors)


def _move(pointer: Pointer, *, keep: Organisation, absorb: Organisation) -> int:
    colliding = pointer.colliding(keep=keep, absorb=absorb)
    if pointer.is_plain_link:
        # Both were linked to the same thing: one link says as much as two.
        pointer.rows(absorb).filter(pk__in=list(colliding.values_list("pk", flat=True))).delete()
    elif number := colliding.count():
        sentence = ngettext(
            "Fusion impossible\u00a0: « %(kind)s », %(number)d élément en double. « %(keep)s » et « %(absorb)s » ont "
            "chacune le leur, et un seul est permis\u00a0: supprimez ou changez l’un des deux, puis recommencez.",
            "Fusion impossible\u00a0: « %(kind)s », %(number)d éléments en double. « %(keep)s » et « %(absorb)s » ont "
            "chacune les leurs, et un seul de chaque est permis\u00a0: supprimez ou changez-les, puis recommencez.",
            number,
        )
        raise Refused(
            sentence % {"kind": pointer.title, "number": number, "keep": keep.name, "absorb": absorb.name},
            code="collision",
        )
    try:
        with transaction.atomic():
            return pointer.rows(absorb).update(**{pointer.field.name: keep})
    except IntegrityError as error:  # a rule that cannot be read from the model, such as one on an expression
        raise Refused(
            _("Fusion impossible\u00a0: une règle de « %(kind)s » interdit de les rattacher à « %(name)s ».")
            % {"kind": pointer.title, "name": keep.name},
            code="collision",
        ) from error
