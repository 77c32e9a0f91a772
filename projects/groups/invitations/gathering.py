"""Many people invited at once: what each line would do, said before anything is written, then done all together.

The list itself travels between the two, and what was shown is known by its digest: the client is trusted with neither.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.invitations.services import left_this_hour
from accounts.organisations.models import Alias, Organisation, folded
from accounts.people.models import User
from filiere.api.resources import is_id
from filiere.refusals import Refused
from projects.access.enums import Permission, Role
from projects.access.standing import read_standing
from projects.groups.enums import Outcome
from projects.groups.invitations.gathering_lines import Line, Listing, day_named, role_named
from projects.groups.invitations.prospects import (
    Facts,
    Forecast,
    Prospect,
    cleaned_address,
    cleaned_name,
    facts_about,
    forecast,
)
from projects.groups.invitations.services import carry_out, hold_open_invitations
from projects.groups.mandates.rules import roles_that
from projects.groups.models import WorkingGroup
from projects.groups.permissions import capacity_in
from projects.groups.services import held_group

ACTS = (Outcome.INVITED, Outcome.JOINED, Outcome.GIVEN)


@dataclass(frozen=True, kw_only=True)
class Defaults:
    """What holds for lines that do not say. Without a group of its own, a list names one on each line."""

    group: WorkingGroup | None = None
    role: str = ""
    organisation: Organisation | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    message: str = ""


@dataclass(frozen=True)
class Step:
    """One line, and what becomes of it."""

    line: Line
    outcome: Outcome
    sentence: str
    prospect: Prospect | None = None

    @property
    def faulty(self) -> bool:
        return self.outcome is Outcome.FAULTY

    @property
    def shown(self) -> list[str]:
        """What a person approves of when they confirm."""
        who = self.prospect
        if who is None:
            return [str(self.line.number), self.outcome, self.sentence]
        key = (who.group.pk, who.organisation.pk, who.role, who.starts_on, who.ends_on, who.given_name, who.family_name)
        return [str(self.line.number), self.outcome, who.email, *(str(part) for part in key)]


@dataclass(frozen=True)
class Plan:
    steps: tuple[Step, ...]
    ignored: tuple[str, ...] = ()
    # What stops the whole list, whatever its lines say.
    obstacle: str = ""
    message: str = field(default="", repr=False)

    @cached_property
    def counts(self) -> Mapping[Outcome, int]:
        found = Counter(step.outcome for step in self.steps)
        return {outcome: found[outcome] for outcome in Outcome if found[outcome]}

    @property
    def faulty(self) -> list[Step]:
        return [step for step in self.steps if step.faulty]

    @property
    def acts(self) -> list[Step]:
        return [step for step in self.steps if step.outcome in ACTS]

    @property
    def prospects(self) -> list[Prospect]:
        return [step.prospect for step in self.acts if step.prospect]

    @cached_property
    def digest(self) -> str:
        shown = json.dumps([self.message, *(step.shown for step in self.steps)])
        return hashlib.sha256(shown.encode()).hexdigest()


def foresee(listing: Listing, *, defaults: Defaults, by: User) -> Plan:
    """Writes nothing. A constant number of queries, however many lines."""
    reading = _Reading(listing.lines, defaults, by)
    read = [_attempt(line, reading) for line in listing.lines]
    prospects = [found for found in read if isinstance(found, Prospect)]
    groups = {prospect.group.pk: prospect.group for prospect in prospects}
    facts = facts_about({prospect.email for prospect in prospects}, list(groups.values()))
    seen: dict[Any, int] = {}
    steps = tuple(_step(line, found, facts, seen, by) for line, found in zip(listing.lines, read, strict=True))
    return Plan(steps, listing.ignored, _obstacle(steps, by), defaults.message)


def gather(
    listing: Listing, *, defaults: Defaults, by: User, shown: str | None = None, skip_faulty: bool = False
) -> Plan:
    """All of it or nothing. `shown`: the digest of the plan that was confirmed; another one is refused."""
    with transaction.atomic():
        _hold(foresee(listing, defaults=defaults, by=by))
        plan = foresee(listing, defaults=defaults, by=by)
        if shown is not None and shown != plan.digest:
            raise Refused(
                _("La liste, ou ce qu’elle ferait, a changé depuis la vérification\u00a0: relisez-la, puis confirmez."),
                code="changed",
            )
        if plan.obstacle:
            raise Refused(plan.obstacle, code="too_many")
        if plan.faulty and not skip_faulty:
            raise Refused(_("Des lignes sont en erreur\u00a0: rien n’a été fait."), code="faulty")
        _carry_out(plan, defaults.message, by)
    return plan


def _hold(plan: Plan) -> None:
    """Everything the list touches, in the order and the sequence in which everybody takes it."""
    prospects = plan.prospects
    emails = {prospect.email for prospect in prospects}
    hold_open_invitations(emails)
    list(User.objects.filter(email__in=emails).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    groups = {prospect.group.pk: prospect.group for prospect in prospects}
    for pk in sorted(groups):
        held_group(groups[pk])
    organisations = Organisation.objects.filter(pk__in={prospect.organisation.pk for prospect in prospects})
    list(organisations.order_by("pk").select_for_update(no_key=True).values_list("pk"))


def _carry_out(plan: Plan, message: str, by: User) -> None:
    people = {person.email: person for person in User.objects.filter(email__in={each.email for each in plan.prospects})}
    groups = {prospect.group.pk: prospect.group for prospect in plan.prospects}
    capacities = {pk: capacity_in(by, group, Permission.INVITE) for pk, group in groups.items()}
    for step in plan.acts:
        assert step.prospect is not None
        carry_out(
            step.prospect,
            Forecast(step.outcome, step.sentence),
            person=people.get(step.prospect.email),
            message=message,
            by=by,
            capacity=capacities[step.prospect.group.pk],
        )


def _obstacle(steps: Sequence[Step], by: User) -> str:
    wanted = sum(step.outcome is Outcome.INVITED for step in steps)
    left = left_this_hour(by) if wanted else wanted
    if wanted <= left:
        return ""
    sentence = ngettext(
        "Il vous reste %(left)d invitation à envoyer dans cette heure, et cette liste en demande %(wanted)d.",
        "Il vous reste %(left)d invitations à envoyer dans cette heure, et cette liste en demande %(wanted)d.",
        left,
    )
    return sentence % {"left": left, "wanted": wanted}


# --- From words to a prospect -----------------------------------------------


class _Reading:
    """What the words of all the lines may mean, looked up once."""

    def __init__(self, lines: Iterable[Line], defaults: Defaults, by: User) -> None:
        lines = list(lines)
        self.defaults, self.by = defaults, by
        self.organisations = organisations_named({line.organisation for line in lines if line.organisation})
        self.groups = {} if defaults.group else _groups_named({line.group for line in lines if line.group}, by)
        self.roles = _roles(by, defaults.group)

    def group(self, line: Line) -> WorkingGroup:
        group = self._group(line)
        if group.is_archived:
            raise ValidationError(_("Ce groupe est archivé."))
        return group

    def _group(self, line: Line) -> WorkingGroup:
        if self.defaults.group:
            if line.group and folded(line.group) not in {self.defaults.group.slug, self.defaults.group.alphabetical}:
                raise ValidationError(_("«\u00a0%(name)s\u00a0» n’est pas ce groupe.") % {"name": line.group})
            return self.defaults.group
        if not line.group:
            raise ValidationError(_("Indiquez le groupe."))
        found = self.groups.get(folded(line.group), [])
        if len(found) != 1:
            raise ValidationError(_one_of(line.group, [group.slug for group in found], _("Aucun groupe")))
        return found[0]

    def organisation(self, line: Line) -> Organisation:
        if not line.organisation:
            if self.defaults.organisation is None:
                raise ValidationError(_("Indiquez l’organisation représentée."))
            return self.defaults.organisation
        found = self.organisations.get(folded(line.organisation), [])
        if len(found) != 1:
            raise ValidationError(_one_of(line.organisation, [each.name for each in found], _("Aucune organisation")))
        return found[0]

    def role(self, line: Line) -> str:
        role = role_named(line.role) if line.role else self.defaults.role
        if line.role and role is None:
            raise ValidationError(_("Rôle inconnu\u00a0: «\u00a0%(role)s\u00a0».") % {"role": line.role})
        if not role:
            raise ValidationError(_("Indiquez le rôle."))
        if role not in self.roles:
            raise ValidationError(
                _("Votre rôle ne vous permet pas de confier le rôle «\u00a0%(role)s\u00a0».")
                % {"role": Role(role).label}
            )
        return role


def _roles(by: User, group: WorkingGroup | None) -> frozenset[Role]:
    """Only those who coordinate gather people into several groups at once."""
    if group is not None:
        return roles_that(by, group)
    if Permission.MANAGE_GROUP not in read_standing(by).everywhere:
        raise PermissionDenied
    return frozenset(Role)


def organisations_named(names: Collection[str]) -> dict[str, list[Organisation]]:
    """By id, or under every spelling they are known by, accents and capitals aside."""
    wanted = {folded(name) for name in names}
    by_id = Organisation.objects.living().filter(pk__in=[name for name in wanted if is_id(name)])
    spellings = Alias.objects.filter(folded__in=wanted, organisation__merged_into=None)
    found: dict[str, dict[UUID, Organisation]] = defaultdict(dict)
    for alias in spellings.select_related("organisation").order_by("organisation__alphabetical", "pk"):
        found[alias.folded][alias.organisation_id] = alias.organisation
    for organisation in by_id:
        found[str(organisation.pk)][organisation.pk] = organisation
    return {name: list(each.values()) for name, each in found.items()}


def _groups_named(names: Collection[str], by: User) -> dict[str, list[WorkingGroup]]:
    wanted = {folded(name) for name in names}
    groups = WorkingGroup.objects.visible_to(by).filter(Q(slug__in=wanted) | Q(alphabetical__in=wanted))
    found: dict[str, list[WorkingGroup]] = defaultdict(list)
    for group in groups:
        for name in {group.slug, group.alphabetical} & wanted:
            found[name].append(group)
    return found


def _one_of(name: str, candidates: Sequence[str], none: str) -> str:
    words = {"none": none, "name": name, "candidates": ", ".join(candidates)}
    if candidates:
        return _("«\u00a0%(name)s\u00a0» peut désigner plusieurs choses\u00a0: %(candidates)s.") % words
    return _("%(none)s ne s’appelle «\u00a0%(name)s\u00a0».") % words


def _day(text: str, default: date | None) -> date | None:
    if not text:
        return default
    day = day_named(text)
    if day is None:
        raise ValidationError(
            _("«\u00a0%(text)s\u00a0» n’est pas une date\u00a0: écrivez par exemple 20/11/2026.") % {"text": text}
        )
    return day


def _attempt(line: Line, reading: _Reading) -> Prospect | str:
    """The prospect, or the sentence that says why there is none."""
    try:
        if line.fault:
            raise ValidationError(line.fault)
        return Prospect(
            email=cleaned_address(line.email),
            group=reading.group(line),
            role=reading.role(line),
            organisation=reading.organisation(line),
            starts_on=_day(line.starts_on, reading.defaults.starts_on),
            ends_on=_day(line.ends_on, reading.defaults.ends_on),
            given_name=cleaned_name("given_name", line.given_name),
            family_name=cleaned_name("family_name", line.family_name),
        )
    except ValidationError as error:
        return " ".join(error.messages)


def _step(line: Line, found: Prospect | str, facts: Facts, seen: dict[Any, int], by: User) -> Step:
    if isinstance(found, str):
        return Step(line, Outcome.FAULTY, found)
    place = found.place(found.email)
    if place in seen:
        return Step(line, Outcome.ALREADY, _("Figure déjà ligne %(line)d.") % {"line": seen[place]}, found)
    try:
        foreseen = forecast(found, facts, by=by)
    except (ValidationError, PermissionDenied) as error:
        sentences = error.messages if isinstance(error, ValidationError) else [str(error)]
        return Step(line, Outcome.FAULTY, " ".join(sentences))
    seen[place] = line.number
    if foreseen.outcome is Outcome.INVITED:
        facts.invited.add(found.email)  # a second line for the same person adds to the same invitation
    return Step(line, foreseen.outcome, foreseen.sentence, found)
