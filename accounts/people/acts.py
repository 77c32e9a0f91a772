"""What an administrator can do to an account: what the page announces, and the service that does it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from accounts.people import services
from accounts.people.models import User
from accounts.people.selectors import Access
from accounts.signin.services import end_all_sessions, remove_second_factors, unlock

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, kw_only=True)
class Act:
    slug: str
    label: "StrOrPromise"
    question: "StrOrPromise"
    consequences: "Sequence[StrOrPromise]"
    done: "StrOrPromise"
    service: Callable[..., Any]
    possible: Callable[[User, Access], bool]
    icon: str = ""
    dangerous: bool = True


ACTS = (
    Act(
        slug="debloquer",
        label=_("Débloquer la connexion"),
        question=_("Débloquer la connexion de %(name)s\u202f?"),
        consequences=[
            _("Les mots de passe erronés sont oubliés\u00a0: une nouvelle tentative est possible tout de suite.")
        ],
        done=_("La connexion est débloquée."),
        service=unlock,
        possible=lambda person, access: person.is_active and access.locked_out,
        dangerous=False,
    ),
    Act(
        slug="fermer-les-sessions",
        label=_("Fermer ses sessions"),
        question=_("Fermer toutes les sessions de %(name)s\u202f?"),
        consequences=[_("La personne est déconnectée de tous ses appareils\u202f; elle peut se reconnecter aussitôt.")],
        done=_("Les sessions sont fermées."),
        service=end_all_sessions,
        possible=lambda person, access: access.sessions > 0,
    ),
    Act(
        slug="retirer-les-seconds-facteurs",
        label=_("Retirer ses moyens de vérification"),
        question=_("Retirer tous les moyens de vérification de %(name)s\u202f?"),
        consequences=[
            _("Clés d’accès, application de codes et codes de secours cessent de fonctionner."),
            _("Ses sessions sont fermées, et un courriel l’en avertit."),
            _("À faire quand la personne a tout perdu, et après vous être assuré que c’est bien elle qui le demande."),
        ],
        done=_("Les moyens de vérification sont retirés."),
        service=remove_second_factors,
        possible=lambda person, access: bool(access.factors),
    ),
    Act(
        slug="nommer-administrateur",
        label=_("Nommer administrateur"),
        question=_("Nommer %(name)s administrateur\u202f?"),
        consequences=[
            _("La personne pourra gérer les comptes, les organisations, les invitations et les rôles, vôtres compris."),
            _("Elle ne lira pas pour autant les contenus restreints."),
        ],
        done=_("La personne est administratrice."),
        service=services.make_administrator,
        possible=lambda person, access: person.is_active and not person.is_staff,
        dangerous=False,
    ),
    Act(
        slug="retirer-administrateur",
        label=_("Retirer le rôle d’administrateur"),
        question=_("Retirer à %(name)s le rôle d’administrateur\u202f?"),
        consequences=[_("La personne garde son compte, et n’accède plus à l’administration.")],
        done=_("Le rôle d’administrateur est retiré."),
        service=services.withdraw_administrator,
        possible=lambda person, access: person.is_staff,
    ),
    Act(
        slug="nommer-delegue",
        label=_("Nommer délégué permanent"),
        question=_("Nommer %(name)s délégué permanent\u202f?"),
        consequences=[_("La personne pourra créer des groupes et verra l’ensemble du contrat.")],
        done=_("La personne est déléguée permanente."),
        service=services.make_delegate,
        possible=lambda person, access: person.is_active and not person.is_delegate,
        dangerous=False,
    ),
    Act(
        slug="retirer-delegue",
        label=_("Retirer le rôle de délégué permanent"),
        question=_("Retirer à %(name)s le rôle de délégué permanent\u202f?"),
        consequences=[_("La personne garde son compte et ses mandats, sans vue sur l’ensemble du contrat.")],
        done=_("Le rôle de délégué permanent est retiré."),
        service=services.withdraw_delegate,
        possible=lambda person, access: person.is_delegate,
    ),
    Act(
        slug="fermer",
        label=_("Fermer le compte"),
        question=_("Fermer le compte de %(name)s\u202f?"),
        consequences=[
            _("La personne est déconnectée partout et ne peut plus se connecter."),
            _("Ses jetons d’API sont révoqués, définitivement."),
            _("Ses actes, ses documents et ses mandats restent. Vous pourrez rouvrir le compte."),
        ],
        done=_("Le compte est fermé."),
        service=services.close_account,
        possible=lambda person, access: person.is_active,
    ),
    Act(
        slug="rouvrir",
        label=_("Rouvrir le compte"),
        question=_("Rouvrir le compte de %(name)s\u202f?"),
        consequences=[
            _("La personne pourra se reconnecter avec le même mot de passe, et retrouvera ses rôles."),
            _("Ses jetons d’API restent révoqués."),
        ],
        done=_("Le compte est rouvert."),
        service=services.reopen_account,
        possible=lambda person, access: not person.is_active and not person.anonymised_at,
        dangerous=False,
    ),
)
BY_SLUG = {act.slug: act for act in ACTS}


def acts_on(person: User, access: Access) -> list[Act]:
    return [act for act in ACTS if act.possible(person, access)]
