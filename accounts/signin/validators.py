import re
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from filiere.text import fold

if TYPE_CHECKING:
    from accounts.people.models import User

# What French-speaking people choose first; Django's own list knows English habits, and few of twelve letters.
COMMON = (
    "motdepasse",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "azerty",
    "qwertyuiop",
    "qwerty",
    "password",
    "bonjour",
    "bienvenue",
    "administrateur",
    "administration",
    "admin",
    "soleil",
    "doudou",
    "loulou",
    "chouchou",
    "marseille",
    "france",
    "paris",
    "filiere",
)
LETTERS_LEFT = 6


class EasyToGuess:
    """Refuses what is little more than the person's name, their address or a word everybody thinks of, and figures."""

    def validate(self, password: str, user: "User | None" = None) -> None:
        typed = _letters(password)
        left = typed
        for word in sorted({*COMMON, *_words_of(user)}, key=len, reverse=True):
            left = left.replace(word, "")
        if left != typed and len(left) < LETTERS_LEFT:
            raise ValidationError(
                _("Ce mot de passe est trop facile à deviner\u00a0: il tient dans votre nom ou dans un mot courant."),
                code="easy_to_guess",
            )

    def get_help_text(self) -> str:
        return _("Évitez votre nom, votre adresse et les mots courants.")


def _words_of(user: Any) -> set[str]:
    told = " ".join(str(getattr(user, name, "")) for name in ("given_name", "family_name", "email"))
    return {word for part in re.split(r"[\s@._'-]+", fold(told)) if len(word := _letters(part)) >= 3}


def _letters(text: str) -> str:
    return "".join(filter(str.isalpha, fold(text)))
