"""The list of people: columns, filters, order, CSV."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.people.models import User
from filiere.web.french import number_fr
from filiere.web.tables import ChoiceFilter, Column, FlagFilter, SearchFilter, Table

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

STATES = {
    "ouvert": (_("Ouvert"), Q(is_active=True)),
    "ferme": (_("Fermé"), Q(is_active=False, anonymised_at=None)),
    "anonymise": (_("Anonymisé"), Q(anonymised_at__isnull=False)),
}
ROLES = {
    "administrateur": (_("Administrateur"), Q(is_staff=True)),
    "delegue": (_("Délégué permanent"), Q(is_delegate=True)),
}
FACTOR = {
    "oui": (_("Oui"), Q(has_second_factor=True)),
    "non": (_("Non"), Q(has_second_factor=False)),
}


def _choice(param: str, label: "StrOrPromise", conditions: "Mapping[str, tuple[StrOrPromise, Q]]") -> ChoiceFilter:
    def choose(rows: "QuerySet[User]", value: str) -> "QuerySet[User]":
        return rows.filter(conditions[value][1])

    return ChoiceFilter(
        param=param, label=label, choices=[(key, text) for key, (text, _condition) in conditions.items()], choose=choose
    )


def address(person: User) -> str:
    """What stands in for the address of an anonymised person says nothing to anybody."""
    return "" if person.anonymised_at else person.email


def state(person: User) -> str:
    key = "anonymise" if person.anonymised_at else "ouvert" if person.is_active else "ferme"
    return str(STATES[key][0])


def roles(person: User) -> str:
    held = [(person.is_staff, ROLES["administrateur"]), (person.is_delegate, ROLES["delegue"])]
    return ", ".join(str(text) for holds, (text, _condition) in held if holds)


class PeopleTable(Table[User]):
    id = "personnes"
    caption = _("Personnes")
    file_name = "personnes"
    columns = [
        Column(
            "name",
            _("Nom"),
            sort="searchable",
            value=User.get_full_name,
            template="accounts/people/cells/name.html",
        ),
        Column("email", _("Adresse électronique"), sort="email", value=address),
        Column("roles", _("Rôles"), value=roles, template="accounts/people/cells/roles.html"),
        Column(
            "has_second_factor",
            _("Second facteur"),
            template="components/cells/yes.html",
            export=lambda person: _("Oui") if person.has_second_factor else _("Non"),
            narrow=False,
        ),
        Column(
            "last_login", _("Dernière connexion"), sort="last_login", template="accounts/people/cells/last_login.html"
        ),
        Column("state", _("Compte"), value=state, template="accounts/people/cells/state.html"),
    ]
    filters = [
        SearchFilter(fields=["searchable"], folded=True),
        _choice("etat", _("Compte"), STATES),
        _choice("role", _("Rôle"), ROLES),
        _choice("second_facteur", _("Second facteur"), FACTOR),
        FlagFilter(param="jamais", label=_("Jamais connectés"), condition=Q(last_login=None, anonymised_at=None)),
    ]
    default_sort = "name"
    empty_title = _("Personne ne correspond")
    empty_text = _("Élargissez la recherche, ou invitez quelqu’un\u00a0: son compte apparaîtra ici.")

    def counted(self, number: int) -> str:
        return ngettext("%s personne", "%s personnes", number) % number_fr(number)
