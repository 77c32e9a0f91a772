"""The list of every mandate of the contract."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.organisations.enums import College
from filiere.days import today
from filiere.web.filters import Rows
from filiere.web.french import number_fr
from filiere.web.tables import ChoiceFilter, Column, SearchFilter, Table, label_of
from projects.access.enums import Role
from projects.groups.mandates import selectors
from projects.groups.models import Membership, WorkingGroup

RUNNING, TO_COME, OVER, SOON = "en_cours", "a_venir", "termines", "bientot"


def in_state(mandates: Rows, value: str) -> Rows:
    if value == SOON:
        return selectors.ending_soon(mandates)
    states = {
        RUNNING: Q(starts_on__lte=today()) & (Q(ends_on=None) | Q(ends_on__gte=today())),
        TO_COME: Q(starts_on__gt=today()),
        OVER: Q(ends_on__lt=today()),
    }
    return mandates.filter(states[value])


def groups() -> list[tuple[str, str]]:
    return list(WorkingGroup.objects.order_by("alphabetical", "pk").values_list("slug", "name"))


class MandatesTable(Table[Membership]):
    """Ticked one by one, they are given an end together."""

    id = "mandats"
    caption = _("Mandats")
    file_name = "mandats"
    columns = [
        Column("person", _("Personne"), sort="person__searchable", template="projects/mandates/cells/ticked.html"),
        Column("group", _("Groupe"), sort="group__alphabetical"),
        Column("role", _("Rôle"), sort="role", value=label_of("role", Role)),
        Column("organisation", _("Pour"), sort="organisation__alphabetical", narrow=False),
        Column("college", _("Collège"), sort="college", value=label_of("college", College), narrow=False),
        Column("starts_on", _("Depuis le"), sort="starts_on", template="components/cells/date.html", narrow=False),
        Column("ends_on", _("Jusqu’au"), sort="ends_on", template="components/cells/date.html"),
    ]
    filters = [
        SearchFilter(search=selectors.matching),
        ChoiceFilter(param="groupe", label=_("Groupe"), choices=groups, lookup="group__slug"),
        ChoiceFilter(param="role", label=_("Rôle"), choices=Role.choices),
        ChoiceFilter(param="college", label=_("Collège"), choices=College.choices),
        ChoiceFilter(
            param="etat",
            label=_("État"),
            choices=[
                (RUNNING, _("En cours")),
                (SOON, _("Finissent d’ici 60 jours")),
                (TO_COME, _("À venir")),
                (OVER, _("Terminés")),
            ],
            choose=in_state,
        ),
    ]
    default_sort = "person"
    empty_title = _("Aucun mandat pour l’instant")
    empty_text = _("Un mandat naît dans un groupe\u00a0: ouvrez-en un, puis confiez-le à quelqu’un.")
    empty_url_name, empty_label = "groups", _("Voir les groupes")

    def counted(self, number: int) -> str:
        return ngettext("%s mandat", "%s mandats", number) % number_fr(number)
