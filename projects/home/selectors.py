"""What the first page tells a person: what is expected of them, what is late, what they did last."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.invitations.enums import State
from accounts.invitations.selectors import invitations
from accounts.organisations.permissions import coordinates
from accounts.people.models import User
from accounts.signin import second_factor
from filiere.days import today
from filiere.web.components import TimelineEntry
from filiere.web.french import date_fr, number_fr
from projects.activity.selectors import events_of_person
from projects.activity.telling import tell
from projects.groups.enums import STEERING_ROLES
from projects.groups.gaps import gaps_of, lacking, said, with_gaps
from projects.groups.models import Membership, WorkingGroup
from projects.groups.selectors import SOON
from projects.home.deliverables import expected_by_deliverables
from projects.home.expectation import Expectation

LAST_ACTS = 6


def expectations_of(person: User, mandates: Sequence[Membership]) -> list[Expectation]:
    """Of a person who holds these mandates today. What others wait for comes first, then what is late."""
    found = [*_second_factor(person), *_ending(mandates), *_gaps(mandates)]
    if mandates:
        found += expected_by_deliverables(person)
    if coordinates(person):
        found += _invitations()
    return sorted(found, key=lambda each: (not each.first, not each.late))


def last_acts_of(person: User) -> list[TimelineEntry]:
    return [
        # Their own name is said by the sentence already.
        TimelineEntry(told.event.at, told.sentence, text="" if told.event.object_id == str(person.pk) else told.name)
        for told in tell(events_of_person(person, limit=LAST_ACTS), person)
    ]


def _second_factor(person: User) -> Iterator[Expectation]:
    if second_factor.missing_for(person):
        yield Expectation(
            _("Choisissez un second facteur"),
            _("Votre rôle l’exige\u00a0: une clé d’accès, ou une application qui donne des codes."),
            reverse("mfa_index"),
            _("Protéger mon compte"),
            "shield",
            late=True,
        )


def _ending(mandates: Sequence[Membership]) -> Iterator[Expectation]:
    for mandate in mandates:
        if mandate.ends_on is not None and mandate.ends_on <= today() + SOON and not mandate.group.is_archived:
            yield Expectation(
                _("Votre mandat se termine le %(day)s") % {"day": date_fr(mandate.ends_on)},
                _("%(group)s, pour %(organisation)s. S’il doit continuer, dites-le à ceux qui pilotent le groupe.")
                % {"group": mandate.group, "organisation": mandate.organisation},
                reverse("group", kwargs={"slug": mandate.group.slug}),
                _("Voir le groupe"),
                "calendar",
            )


def _gaps(mandates: Sequence[Membership]) -> Iterator[Expectation]:
    """In the groups that this person steers, and may fill."""
    steered = {mandate.group_id for mandate in mandates if mandate.role in STEERING_ROLES}
    if not steered:
        return
    groups = with_gaps(WorkingGroup.objects.filter(pk__in=steered), today()).filter(lacking())
    for group in groups:
        yield Expectation(
            _("%(group)s n’est pas au complet") % {"group": group},
            said(gaps_of(group)),
            reverse("group-members", kwargs={"slug": group.slug}),
            _("Voir les membres"),
            "people",
        )


def _invitations() -> Iterator[Expectation]:
    found: QuerySet[Any] = invitations()
    counts: dict[str, int] = dict(found.order_by().values_list("state").annotate(number=Count("pk")))
    failed, expired = counts.get(State.FAILED, 0), counts.get(State.EXPIRED, 0)
    if failed:
        title = ngettext("%s invitation n’a pas pu partir", "%s invitations n’ont pas pu partir", failed)
        yield _about_invitations(title % number_fr(failed), _("Vérifier l’adresse, puis renvoyer."), State.FAILED)
    if expired:
        title = ngettext("%s invitation a expiré sans réponse", "%s invitations ont expiré sans réponse", expired)
        yield _about_invitations(title % number_fr(expired), _("À renvoyer ou à révoquer."), State.EXPIRED)


def _about_invitations(title: str, text: str, state: State) -> Expectation:
    href = f"{reverse('invitations')}?etat={state}"
    return Expectation(title, text, href, _("Voir"), "invitation", late=True)
