"""What the first page tells a person: what is expected of them, what is late, what they did last."""

from collections.abc import Iterator
from dataclasses import dataclass
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
from filiere.web.components import TimelineEntry
from filiere.web.french import number_fr
from projects.activity.selectors import events_of_person
from projects.activity.telling import tell

LAST_ACTS = 6


@dataclass(frozen=True)
class Expectation:
    title: str
    text: str
    href: str
    label: str
    icon: str
    late: bool = False


def expectations_of(person: User) -> list[Expectation]:
    """What is late comes first."""
    found = list(_second_factor(person))
    if coordinates(person):
        found += _invitations()
    return sorted(found, key=lambda each: not each.late)


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
