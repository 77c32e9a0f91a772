"""Why a person who comes from their identity provider is not let in: one sentence each."""

from typing import TYPE_CHECKING

from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

UNREACHABLE = _("Le fournisseur d’identité ne répond pas pour l’instant. Réessayez dans quelques minutes.")
UNREADABLE = _("La réponse du fournisseur d’identité n’a pas pu être vérifiée\u00a0: par sécurité, elle est refusée.")
TOO_LATE = _("Cette demande de connexion n’est plus valable. Recommencez depuis la page de connexion.")
REFUSED_THERE = _("Le fournisseur d’identité a refusé la connexion. Recommencez, ou entrez avec votre mot de passe.")
WEAK = _("Le fournisseur d’identité n’a pas garanti un niveau de vérification suffisant pour entrer ici.")
UNKNOWN = _("Aucun compte ne correspond à cette identité. L’accès se fait sur invitation\u00a0: demandez-en une.")
UNVERIFIED = _(
    "Votre fournisseur d’identité n’a pas vérifié votre adresse électronique\u00a0: elle ne peut pas servir ici."
)
OTHER_IDENTITY = _("Ce compte est déjà relié à une autre identité. Un administrateur peut la délier.")
CLOSED = _("Ce compte est fermé. Adressez-vous à un administrateur si c’est une erreur.")


class Refusal(OAuth2Error):
    """allauth's flows know its parent, and stop on it."""

    def __init__(self, sentence: "StrOrPromise", *, status: int = 403, why: str = "") -> None:
        super().__init__(why or str(sentence))
        self.sentence = sentence
        self.status = status
