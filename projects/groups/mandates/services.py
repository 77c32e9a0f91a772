"""Writes about mandates. A mandate is never rewritten to mean something else: a change ends it and begins another."""

from collections.abc import Iterable
from datetime import date, timedelta
from types import EllipsisType

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.organisations.models import Organisation
from accounts.organisations.services import hold
from accounts.people.models import User
from filiere.days import today
from filiere.refusals import Refused
from filiere.versions import Stale, locked, version_of
from projects.activity.services import record
from projects.groups.mandates.handover import settle_duties
from projects.groups.mandates.rules import (
    check,
    check_holder,
    demand_role,
    refuse_archived,
    refuse_ended,
    refuse_oneself,
)
from projects.groups.mandates.story import act_on, content, differences, given, written
from projects.groups.models import Membership, WorkingGroup
from projects.groups.projection import project
from projects.groups.services import held_group

DAY = timedelta(days=1)


def give_mandate(
    *,
    person: User,
    group: WorkingGroup,
    role: str,
    organisation: Organisation,
    by: User | None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    substitute_for: Membership | None = None,
) -> Membership:
    """From today when no start is said. A past start records what already was; it opens nothing but from now on."""
    with transaction.atomic():
        # Before the group, in the order of anonymisation: nobody is given a mandate while their name is erased.
        person = locked(User.objects.all(), person.pk)
        group = held_group(group)
        demand_role(by, role, group)
        refuse_archived(group)
        refuse_oneself(by, person)
        organisation = hold(organisation.pk)
        mandate = Membership(
            person=person,
            group=group,
            role=role,
            organisation=organisation,
            college=organisation.college,
            starts_on=starts_on or today(),
            ends_on=ends_on,
            substitute_for=substitute_for,
        )
        check(mandate)
        check_holder(mandate)
        mandate.save(force_insert=True)
        record(**act_on(mandate, by), verb="mandate.given", changes=given(mandate))
        project(group)
    return mandate


def change_mandate(
    *,
    mandate: Membership,
    by: User | None,
    role: str | None = None,
    organisation: Organisation | None = None,
    from_day: date | None = None,
    ends_on: date | EllipsisType | None = ...,
    seen: str | None = None,
) -> Membership:
    """Another role, or another organisation, from a day on (today): the mandate that was ends the day before.

    `ends_on` left out stays where it was. Answers the mandate that says so from that day on.
    """
    with transaction.atomic():
        mandate = _held(mandate, seen=seen)
        group = mandate.group
        wanted = role or mandate.role
        demand_role(by, mandate.role, group)
        demand_role(by, wanted, group)
        refuse_archived(group)
        refuse_oneself(by, mandate.person)
        refuse_ended(mandate)
        represented = hold((organisation or mandate.organisation).pk)
        end = mandate.ends_on if isinstance(ends_on, EllipsisType) else ends_on
        if wanted == mandate.role and represented == mandate.organisation:
            return prolong_mandate(mandate=mandate, ends_on=end, by=by)
        day = from_day or max(today(), mandate.starts_on)
        _check_day(mandate, day)
        before = content(mandate)
        following = _from(day, mandate)
        following.role, following.ends_on = wanted, end
        following.organisation, following.college = represented, represented.college
        check(following)
        following.save()
        mandate.substitutes.after(day - DAY).update(substitute_for=following)
        record(**act_on(following, by), verb="mandate.changed", changes=differences(before, content(following)))
        project(group)
    return following


def prolong_mandate(
    *, mandate: Membership, ends_on: date | None, by: User | None, seen: str | None = None
) -> Membership:
    """Another last day: later, earlier, or none."""
    with transaction.atomic():
        mandate = _held(mandate, seen=seen)
        demand_role(by, mandate.role, mandate.group)
        refuse_archived(mandate.group)
        refuse_oneself(by, mandate.person)
        refuse_ended(mandate)
        before = mandate.ends_on
        if ends_on == before:
            return mandate
        if ends_on is not None and ends_on < today():
            raise ValidationError({"ends_on": _("Cette fin est passée\u00a0: pour arrêter le mandat, terminez-le.")})
        mandate.ends_on = ends_on
        check(mandate)
        mandate.save()
        record(
            **act_on(mandate, by), verb="mandate.prolonged", changes={"ends_on": (written(before), written(ends_on))}
        )
        project(mandate.group)
    return mandate


def end_mandate(
    *,
    mandate: Membership,
    by: User | None,
    on: date | None = None,
    successor: Membership | None = None,
    seen: str | None = None,
) -> Membership:
    """`on` is its last day. Ending it now means yesterday was: the rights go at once, from this very day.

    What the person still owed goes to the `successor`, where it can be passed on. Anybody may leave.
    """
    with transaction.atomic():
        mandate = _held(mandate, seen=seen)
        if by is None or by.pk != mandate.person_id:
            demand_role(by, mandate.role, mandate.group)
        refuse_ended(mandate)
        last = on if on is not None else today() - DAY
        if last < today() - DAY:
            raise ValidationError({"ends_on": _("Un mandat ne peut pas être terminé dans le passé.")})
        if mandate.ends_on is not None and last > mandate.ends_on:
            raise ValidationError(
                {"ends_on": _("Ce mandat finit déjà avant cette date\u00a0: elle ne peut que l’avancer.")}
            )
        _end(mandate, last, by=by, successor=successor)
        project(mandate.group)
    return mandate


def withdraw_mandate(*, mandate: Membership, by: User | None, seen: str | None = None) -> Membership:
    """Before it starts: it will never have been."""
    with transaction.atomic():
        mandate = _held(mandate, seen=seen)
        if by is None or by.pk != mandate.person_id:
            demand_role(by, mandate.role, mandate.group)
        refuse_ended(mandate)
        if mandate.starts_on <= today():
            raise Refused(_("Ce mandat a commencé\u00a0: il ne se retire plus, il se termine."), code="started")
        _end(mandate, today() - DAY, by=by)
        project(mandate.group)
    return mandate


def end_mandates(*, mandates: Iterable[Membership], by: User | None, on: date | None = None) -> int:
    """Several, of as many groups as one likes, and all of them or none. One that ends sooner keeps its end."""
    last = on if on is not None else today() - DAY
    if last < today() - DAY:
        raise ValidationError({"ends_on": _("Un mandat ne peut pas être terminé dans le passé.")})
    ended = 0
    with transaction.atomic():
        keys = [mandate.pk for mandate in mandates]
        for sat_in in WorkingGroup.objects.filter(mandates__in=keys).distinct().order_by("pk"):
            group = held_group(sat_in)
            for mandate in (
                Membership.objects.filter(pk__in=keys, group=group)
                .after(last)
                .select_related("person", "organisation")
                .order_by("pk")
            ):
                mandate.group = group
                if by is None or by.pk != mandate.person_id:
                    demand_role(by, mandate.role, group)
                _end(mandate, last, by=by)
                ended += 1
            project(group)
    return ended


def end_mandates_of(*, person: User, by: User | None) -> None:
    """Everything a person holds, from now on: a follow-up of `settings.DEPARTURE_FOLLOW_UPS`, in its transaction."""
    last = today() - DAY
    with transaction.atomic():
        held = Membership.objects.filter(person=person).after(last)
        for sat_in in WorkingGroup.objects.filter(pk__in=held.values("group")).order_by("pk"):
            group = held_group(sat_in)
            for mandate in held.filter(group=group).select_related("person", "organisation"):
                mandate.group = group
                _end(mandate, last, by=by)
            project(group)


def _held(mandate: Membership, *, seen: str | None) -> Membership:
    """The group first, then the mandate: everybody takes them in this order."""
    group = held_group(mandate.group)
    row: Membership = Membership.objects.select_related("person", "organisation").get(pk=mandate.pk)
    if seen is not None and seen != version_of(row):
        raise Stale(row)
    row.group = group
    return row


def _check_day(mandate: Membership, day: date) -> None:
    if day < max(today(), mandate.starts_on):
        raise ValidationError(
            {"from_day": _("Un changement vaut au plus tôt d’aujourd’hui, et pas avant le début du mandat.")}
        )
    if mandate.ends_on is not None and mandate.ends_on < day:
        raise ValidationError({"from_day": _("Ce mandat sera terminé à cette date.")})


def _from(day: date, mandate: Membership) -> Membership:
    """What will stand from that day on. Of a mandate that had not begun before, nothing has been: it is corrected."""
    if mandate.starts_on == day:
        return mandate
    following = Membership(
        person=mandate.person, group=mandate.group, starts_on=day, substitute_for=mandate.substitute_for
    )
    mandate.ends_on = day - DAY
    mandate.save()
    return following


def _end(mandate: Membership, last: date, *, by: User | None, successor: Membership | None = None) -> None:
    settle_duties(mandate, last, by=by, successor=successor)
    changes: dict[str, tuple[str, str]] = {}
    if successor is not None:
        changes["successor"] = ("", str(successor.pk))
    if last < mandate.starts_on:
        # It never had a whole day, so no day may count it; the row stays, for who looks back.
        mandate.withdrawn_at = timezone.now()
        mandate.save()
        record(**act_on(mandate, by), verb="mandate.withdrawn", changes=changes)
        return
    changes["ends_on"] = (written(mandate.ends_on), written(last))
    mandate.ends_on = last
    mandate.save()
    record(**act_on(mandate, by), verb="mandate.ended", changes=changes)
