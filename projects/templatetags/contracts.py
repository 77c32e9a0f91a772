"""Money as the pages of the contract tell it."""

from typing import TYPE_CHECKING

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from filiere.web.money import exact_fr, is_rounded, money

if TYPE_CHECKING:
    from projects.contracts.budget import Worth

register = template.Library()


@register.simple_tag
def worth(value: "Worth") -> SafeString:
    """« 13,7 M€ », « au moins 900 000 € », « à définir »."""
    if value.amount is None:
        return format_html('<span class="undecided">{}</span>', _("à définir"))
    shown = money(value.amount)
    return format_html("{} {}", _("au moins"), shown) if value.at_least else shown


@register.simple_tag
def exactly(value: "Worth") -> str:
    """To the cent, where « 13,7 M€ » rounds; nothing where it does not."""
    return exact_fr(value.amount) if value.amount is not None and is_rounded(value.amount) else ""
