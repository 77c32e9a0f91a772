import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.signin.validators import EasyToGuess

CLAIRE = User(given_name="Claire-Hélène", family_name="D’Aumont", email="ch.daumont@industrie.example")


@pytest.mark.parametrize(
    "password",
    [
        "motdepasse123",
        "Mot de passe 2026",
        "azertyuiop12",
        "AZERTYuiop!2026",
        "azertyqwerty",
        "bonjourbonjour",
        "Bienvenue-2026!",
        "filiere-demo",
        "claire helene 1975",
        "Hélène.Aumont!",
        "daumont-industrie",
        "aumontaumontaumont",
        "soleil-claire-12",
    ],
)
def test_easy_password_is_refused_in_french(password):
    with pytest.raises(ValidationError, match="trop facile à deviner"):
        EasyToGuess().validate(password, CLAIRE)


@pytest.mark.parametrize(
    "password",
    [
        "quatre mots pour entrer",
        "bonjour tristesse 1954",
        "7391-4820-1175",
        "x7!Kq0-zr2#Lm",
        "le soleil se couche tard",
        "claire comme de l’eau de roche",
    ],
)
def test_honest_password_passes(password):
    EasyToGuess().validate(password, CLAIRE)
    validate_password(password, CLAIRE)


def test_password_of_nobody_in_particular_is_looked_at_too():
    with pytest.raises(ValidationError):
        EasyToGuess().validate("motdepasse123")
    EasyToGuess().validate("claire helene 1975")


def test_rule_is_among_those_of_the_site(settings):
    with pytest.raises(ValidationError, match="trop facile"):
        validate_password("azertyuiop123", CLAIRE)


def test_rule_says_what_to_avoid():
    assert "votre nom" in EasyToGuess().get_help_text()
