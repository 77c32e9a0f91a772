"""What a person is told by mail when the way they get in has changed."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Notice(StrEnum):
    """The value travels in the task's message: it stays when the words change."""

    PASSWORD_CHANGED = "mot-de-passe-change"  # noqa: S105
    PASSWORD_RESET = "mot-de-passe-reinitialise"  # noqa: S105
    SECOND_FACTOR_ADDED = "second-facteur-ajoute"
    SECOND_FACTOR_REMOVED = "second-facteur-retire"
    SECOND_FACTORS_REMOVED = "seconds-facteurs-retires"
    RECOVERY_CODES_RENEWED = "codes-de-secours-renouveles"
    RECOVERY_CODE_USED = "code-de-secours-utilise"
    IDENTITY_LINKED = "identite-reliee"
    NEW_DEVICE = "nouvel-appareil"


SUBJECTS: dict[Notice, str | Promise] = {
    Notice.PASSWORD_CHANGED: _("Votre mot de passe a été changé"),
    Notice.PASSWORD_RESET: _("Votre mot de passe a été réinitialisé"),
    Notice.SECOND_FACTOR_ADDED: _("Une vérification en deux étapes a été ajoutée"),
    Notice.SECOND_FACTOR_REMOVED: _("Une vérification en deux étapes a été retirée"),
    Notice.SECOND_FACTORS_REMOVED: _("Votre vérification en deux étapes a été retirée"),
    Notice.RECOVERY_CODES_RENEWED: _("Vos codes de secours ont été renouvelés"),
    Notice.RECOVERY_CODE_USED: _("Un code de secours a été utilisé"),
    Notice.IDENTITY_LINKED: _("Votre compte a été relié à un fournisseur d’identité"),
    Notice.NEW_DEVICE: _("Nouvelle connexion à votre compte"),
}

SENTENCES: dict[Notice, str | Promise] = {
    Notice.PASSWORD_CHANGED: _(
        "Le mot de passe de votre compte vient d’être changé. Vos autres sessions ont été fermées."
    ),
    Notice.PASSWORD_RESET: _(
        "Le mot de passe de votre compte vient d’être réinitialisé par courriel. Toutes vos sessions ont été fermées."
    ),
    Notice.SECOND_FACTOR_ADDED: _("Un moyen de vérification vient d’être ajouté à votre compte."),
    Notice.SECOND_FACTOR_REMOVED: _("Un moyen de vérification vient d’être retiré de votre compte."),
    Notice.SECOND_FACTORS_REMOVED: _(
        "Un administrateur vient de retirer tous les moyens de vérification de votre compte et de fermer vos sessions."
    ),
    Notice.RECOVERY_CODES_RENEWED: _(
        "De nouveaux codes de secours viennent d’être créés pour votre compte. Les anciens ne fonctionnent plus."
    ),
    Notice.RECOVERY_CODE_USED: _("Un de vos codes de secours vient de servir. Il ne peut plus être utilisé."),
    Notice.IDENTITY_LINKED: _("Votre compte vient d’être relié à un fournisseur d’identité, qui permet d’y entrer."),
    Notice.NEW_DEVICE: _("Votre compte vient d’être ouvert depuis un appareil que nous ne connaissions pas."),
}
