"""Where one can go: one list. A page that does not exist is not in it; a wrong name stops the start."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from django.apps.config import AppConfig
from django.core.checks import CheckMessage, Error, register
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class For(Enum):
    EVERYONE = auto()
    VISITORS = auto()
    SIGNED_IN = auto()
    COORDINATORS = auto()  # administrators and permanent delegates
    ADMINISTRATORS = auto()


@dataclass(frozen=True)
class Entry:
    label: "StrOrPromise"
    url_name: str
    icon: str
    seen_by: For = For.SIGNED_IN
    text: "StrOrPromise" = ""
    post: bool = False  # an act, not a place: its link is a form


@dataclass(frozen=True)
class Shown:
    """An entry as this reader meets it; `here` is the value of aria-current, empty elsewhere."""

    entry: Entry
    href: str
    here: str


MAIN = (
    Entry(_("Mon travail"), "home", "home"),
    Entry(_("Livrables"), "deliverables", "flag"),
    Entry(_("Approbations"), "approvals", "success"),
    Entry(_("Groupes"), "groups", "group"),
    Entry(_("Contrat"), "contract", "contract"),
    Entry(_("Organisations"), "directory", "organisation"),
    Entry(_("Administration"), "administration", "settings", For.COORDINATORS),
    Entry(_("Aide"), "help", "help", For.EVERYONE),
)
PERSON = (
    Entry(_("Préférences"), "preferences", "user"),
    Entry(_("Sécurité du compte"), "mfa_index", "shield"),
    Entry(_("Sessions ouvertes"), "usersessions_list", "device"),
    Entry(_("Jetons d’API"), "tokens", "key"),
    Entry(_("Mes données"), "personal-data", "download"),
    Entry(_("Se déconnecter"), "account_logout", "sign-out", post=True),
)
ADMINISTRATION = (
    Entry(
        _("Personnes"),
        "people",
        "people",
        For.ADMINISTRATORS,
        _("Qui a un compte, avec quels rôles\u202f; ouvrir, fermer, débloquer, anonymiser."),
    ),
    Entry(
        _("Organisations"),
        "organisations",
        "organisation",
        For.COORDINATORS,
        _("Noms, sigles et collèges\u202f; fusionner les doublons."),
    ),
    Entry(
        _("Contrat"),
        "contracts",
        "contract",
        For.COORDINATORS,
        _("Titre, dates et avenants\u202f; axes et projets\u202f; préparer le contrat suivant."),
    ),
    Entry(
        _("Groupes"),
        "groups-administration",
        "group",
        For.COORDINATORS,
        _("Les créer, voir qui y manque\u202f; en archiver ou en rouvrir plusieurs à la fois."),
    ),
    Entry(
        _("Mandats"),
        "mandates-administration",
        "key",
        For.COORDINATORS,
        _("Qui siège où, pour qui et jusqu’à quand\u202f; en terminer plusieurs à la fois."),
    ),
    Entry(
        _("Invitations"),
        "invitations",
        "invitation",
        For.COORDINATORS,
        _("Inviter quelqu’un\u202f; renvoyer ou révoquer une invitation."),
    ),
    Entry(
        _("Journal"),
        "journal",
        "journal",
        For.ADMINISTRATORS,
        _("Qui a fait quoi, en quelle qualité et quand\u202f; vérifier que rien n’a été altéré."),
    ),
    Entry(
        _("État du système"),
        "system-state",
        "pulse",
        For.ADMINISTRATORS,
        _("Base de données, courriels, tâches de fond\u00a0: ce qui va, ce qui ne va pas."),
    ),
)
VISITOR = (Entry(_("Se connecter"), "account_login", "user", For.VISITORS),)
PLACES: dict[str, Sequence[Entry]] = {
    "main": MAIN,
    "person": PERSON,
    "administration": ADMINISTRATION,
    "visitor": VISITOR,
}


def shown(entries: Sequence[Entry], request: HttpRequest | None) -> list[Shown]:
    user = getattr(request, "user", None)
    path = request.path if request else ""
    places = {entry: reverse(entry.url_name) for entry in entries if _may_see(entry, user)}
    # A place inside another's address is nearer: one of them is where the reader is.
    nearest = max((href for href in places.values() if href != "/" and path.startswith(href)), key=len, default="")
    return [Shown(entry, href, _here(href, path, nearest)) for entry, href in places.items()]


def _here(href: str, path: str, nearest: str) -> str:
    if path == href:
        return "page"
    return "true" if href == nearest else ""


def _may_see(entry: Entry, user: object) -> bool:
    signed_in = bool(getattr(user, "is_authenticated", False))
    administers = bool(getattr(user, "is_staff", False))
    return {
        For.EVERYONE: True,
        For.VISITORS: not signed_in,
        For.SIGNED_IN: signed_in,
        For.COORDINATORS: administers or bool(getattr(user, "is_delegate", False)),
        For.ADMINISTRATORS: administers,
    }[entry.seen_by]


@register
def every_entry_leads_somewhere(app_configs: Sequence[AppConfig] | None, **_options: Any) -> list[CheckMessage]:
    return [
        Error(
            f"La navigation mène à « {entry.url_name} », qu’aucune adresse ne porte.",
            hint="Corrigez filiere/web/navigation.py, ou donnez ce nom à une page.",
            id="filiere.E002",
        )
        for entries in PLACES.values()
        for entry in entries
        if not _exists(entry.url_name)
    ]


def _exists(url_name: str) -> bool:
    try:
        return bool(reverse(url_name))
    except NoReverseMatch:
        return False
