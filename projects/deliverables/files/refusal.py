"""Why a file is not taken: always with the sentence that its sender reads."""

from django.utils.translation import gettext as _


class RefusedFile(ValueError):
    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def damaged() -> RefusedFile:
    return RefusedFile(
        _("Ce fichier est abîmé ou incomplet\u00a0: le transfert s’est peut-être interrompu. Déposez-le de nouveau.")
    )


def not_accepted() -> RefusedFile:
    return RefusedFile(
        _(
            "Ce type de fichier n’est pas accepté\u00a0: déposez un PDF, un document Word, Excel, PowerPoint ou "
            "OpenDocument, un texte, ou une image PNG ou JPEG."
        )
    )


def several_files_in_one() -> RefusedFile:
    return RefusedFile(
        _("Ce fichier en cache un autre\u00a0: enregistrez de nouveau le document d’origine, puis déposez-le.")
    )


def holds_macros() -> RefusedFile:
    return RefusedFile(
        _(
            "Ce document contient des macros\u00a0: enregistrez-le sans elles, au format .docx, .xlsx, .pptx, "
            "OpenDocument ou PDF."
        )
    )


def holds_program() -> RefusedFile:
    return RefusedFile(_("Ce document contient un programme\u00a0: retirez-le, puis déposez le document de nouveau."))


def protected() -> RefusedFile:
    return RefusedFile(
        _(
            "Ce document est protégé (mot de passe ou restrictions)\u00a0: personne ne pourrait le lire ni le "
            "comparer. Enregistrez-le sans protection."
        )
    )


def unfolds_too_far() -> RefusedFile:
    return RefusedFile(_("Une fois décompressé, ce document serait démesuré\u00a0: il n’est pas accepté."))
