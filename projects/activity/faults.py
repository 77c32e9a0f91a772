"""What can be wrong with the journal, and the sentence that names it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects.activity.models import Event, Link


class Kind(StrEnum):
    ALTERED = "evenement_modifie"
    ERASED = "evenement_efface"
    MISSING_LINK = "maillon_manquant"
    BROKEN_LINK = "maillon_rompu"
    UNSEALED = "evenement_hors_chaine"
    SEALED_TWICE = "evenement_en_double"
    REWRITTEN = "chaine_reecrite"


@dataclass(frozen=True)
class Fault:
    kind: Kind
    sentence: str
    position: int | None = None
    event: UUID | None = None
    at: datetime | None = None
    verb: str = ""


_SENTENCES = {
    Kind.ALTERED: gettext_lazy("Modifié après coup\u00a0: {event} ne correspond plus à son empreinte."),
    Kind.BROKEN_LINK: gettext_lazy(
        "Chaîne rompue au maillon n°\u00a0{position}\u00a0: {event} ne suit plus ce qui le précède. "
        "Son empreinte, son maillon ou sa place ont été changés."
    ),
    Kind.MISSING_LINK: gettext_lazy("Maillon n°\u00a0{position} effacé\u00a0: c’était celui qui scellait {event}."),
    Kind.UNSEALED: gettext_lazy(
        "Hors de la chaîne\u00a0: {event} n’est ni scellé ni en attente. "
        "Son maillon a été effacé, ou il a été ajouté à la main."
    ),
    Kind.SEALED_TWICE: gettext_lazy("En double\u00a0: {event} est scellé et attend encore de l’être."),
    Kind.REWRITTEN: gettext_lazy(
        "Chaîne réécrite\u00a0: le maillon n°\u00a0{position} n’est plus celui qui avait été noté. Il porte {event}."
    ),
}


def about(kind: Kind, event: Event, position: int | None = None) -> Fault:
    sentence = str(_SENTENCES[kind]).format(event=_named(event), position=position)
    return Fault(kind, sentence, position=position, event=event.pk, at=event.at, verb=event.verb)


def erased(link: Link) -> Fault:
    # The identifier outlives its row, and begins with the milliseconds of its birth.
    at = datetime.fromtimestamp((link.event_id.int >> 80) / 1000, UTC)
    sentence = _("L’événement {id} du {at} a été effacé\u202f; son maillon, le n°\u00a0{position}, reste.")
    return Fault(
        Kind.ERASED,
        sentence.format(id=link.event_id, at=moment(at), position=link.position),
        position=link.position,
        event=link.event_id,
        at=at,
    )


def hole(first: int, last: int, *, after: Event | None) -> Fault:
    if first == last:
        sentence = _("Il manque le maillon n°\u00a0{first}\u00a0: il a été effacé, après {before}.")
    else:
        sentence = _("Il manque les maillons n°\u00a0{first} à {last}\u00a0: ils ont été effacés, après {before}.")
    before = _named(after) if after else _("le début du journal")
    return Fault(Kind.MISSING_LINK, sentence.format(first=first, last=last, before=before), position=first)


def before_the_first() -> Fault:
    return Fault(
        Kind.BROKEN_LINK, _("Un maillon n°\u00a00 a été ajouté\u00a0: la chaîne commence au n°\u00a01."), position=0
    )


def cut_short(position: int) -> Fault:
    sentence = _(
        "Le maillon n°\u00a0{position} avait été noté et n’existe plus\u00a0: la fin de la chaîne est effacée."
    )
    return Fault(Kind.REWRITTEN, sentence.format(position=position), position=position)


def moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%d/%m/%Y %H:%M:%S}"


def _named(event: Event) -> str:
    return _("l’événement {id} du {at} ({verb})").format(id=event.pk, at=moment(event.at), verb=event.verb)
