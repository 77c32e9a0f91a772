"""Sums of money the way a French contract writes them, and the way people type them."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from filiere.web.components import attributes
from filiere.web.french import NO_BREAK_SPACE, number_fr

MILLION, BILLION = Decimal(10) ** 6, Decimal(10) ** 9
LARGEST = Decimal(10) ** 13 - Decimal("0.01")
_UNITS = (("Md", BILLION), ("M", MILLION), ("k", Decimal(1000)))
_ALIKE = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "’": "'"})
_TYPED = re.compile(
    r"(?P<whole>[0-9]{1,3}(?: [0-9]{3})+|[0-9]+)(?:[.,](?P<decimals>[0-9]+))? ?"
    r"(?P<unit>k|m|md|mds|mille|millions?|milliards?)?"
    r" ?(?:d'|de )?(?:€|euros?|eur)?"
)
_WORDS = {"k": "k", "mille": "k", "m": "M", "million": "M", "md": "Md", "milliard": "Md"}


def money_fr(amount: Decimal) -> str:
    """190 000 €, 13,7 M€, 1 Md €: rounded to a tenth of its unit from a million on."""
    if amount < MILLION:
        return exact_fr(amount)
    millions = _tenths(amount / MILLION)
    if millions < 1000:  # 999 960 000 is one milliard to the eye, not a thousand millions
        return f"{number_fr(millions)}{NO_BREAK_SPACE}M€"
    return f"{number_fr(_tenths(amount / BILLION))}{NO_BREAK_SPACE}Md{NO_BREAK_SPACE}€"


def _tenths(number: Decimal) -> Decimal:
    return number.quantize(Decimal("0.1"), ROUND_HALF_UP)


def exact_fr(amount: Decimal) -> str:
    """To the cent; whole sums without cents."""
    return f"{number_fr(amount, 0 if amount == amount.to_integral_value() else 2)}{NO_BREAK_SPACE}€"


def is_rounded(amount: Decimal) -> bool:
    """Whether `money_fr` tells less than there is."""
    return parse_money(money_fr(amount)) != amount


def money(amount: Decimal) -> SafeString:
    """For pages: short to the eye, exact to machines and to who points at it."""
    short, exact = money_fr(amount), exact_fr(amount)
    given = attributes(value=str(amount.normalize().__format__("f")), title=exact if exact != short else None)
    return format_html('<data class="money"{}>{}</data>', given, short)


def parse_money(text: str) -> Decimal:
    """The sum that was typed, in euros; what can be read two ways is refused rather than guessed."""
    typed = " ".join(text.translate(_ALIKE).casefold().split())
    found = _TYPED.fullmatch(typed)
    if found is None:
        raise ValidationError(
            _("Écrivez un montant, par exemple «\u00a0190 000\u00a0», «\u00a013,7 M€\u00a0» ou «\u00a01,2 Md€\u00a0».")
        )
    decimals = found["decimals"] or ""
    amount = Decimal(f"{found['whole'].replace(' ', '')}.{decimals or 0}")
    unit = (found["unit"] or "").removesuffix("s")
    if unit:
        amount *= dict(_UNITS)[_WORDS[unit]]
    elif len(decimals) > 2:
        # « 1.000 » is a thousand to some and one to others.
        raise ValidationError(_("Séparez les milliers par des espaces\u202f; des centimes ont deux chiffres au plus."))
    if amount != amount.quantize(Decimal("0.01")):
        raise ValidationError(_("Un montant se donne au centime près, pas plus."))
    if amount > LARGEST:
        raise ValidationError(_("Ce montant est trop grand\u00a0: vérifiez l’unité."))
    return amount


class MoneyField(forms.CharField):
    """Takes a sum as people write it; empty is nothing said, which is not zero."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "help_text",
            gettext_lazy("Par exemple «\u00a0190 000\u00a0», «\u00a013,7 M€\u00a0», «\u00a01,2 Md€\u00a0»."),
        )
        super().__init__(max_length=60, empty_value=None, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Decimal):
            return value
        return exact_fr(value) if is_rounded(value) else money_fr(value)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return text if text is None or isinstance(value, Decimal) else parse_money(text)

    def run_validators(self, value: Any) -> None:
        """Those of a text were for the text: the sum that came of it was checked when it was read."""
