"""The list of a group's delegations."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from filiere.days import today
from filiere.web.french import number_fr
from filiere.web.tables import ChoiceFilter, Column, Table
from projects.groups.delegations.services import is_running
from projects.groups.models import Delegation

STATES = [("en-cours", _("En cours")), ("a-venir", _("À venir")), ("terminees", _("Terminées"))]


def in_state(rows: "QuerySet[Delegation]", value: str) -> "QuerySet[Delegation]":
    day = today()
    over = Q(ends_on__lt=day) | Q(revoked_at__isnull=False)
    conditions = {
        "en-cours": ~over & Q(starts_on__lte=day),
        "a-venir": ~over & Q(starts_on__gt=day),
        "terminees": over,
    }
    return rows.filter(conditions[value])


def state(delegation: Delegation) -> str:
    if delegation.revoked_at:
        return str(_("Retirée"))
    if not is_running(delegation):
        return str(_("Terminée"))
    return str(_("À venir") if delegation.starts_on > today() else _("En cours"))


def permission(delegation: Delegation) -> str:
    return delegation.get_permission_display()


class DelegationsTable(Table[Delegation]):
    id = "delegations"
    caption = _("Délégations du groupe")
    file_name = "delegations"
    columns = [
        Column("permission", _("Permission"), value=permission, template="projects/mandates/cells/permission.html"),
        Column("lender", _("De"), sort="lender__searchable", template="projects/mandates/cells/person.html"),
        Column("borrower", _("À"), sort="borrower__searchable", template="projects/mandates/cells/person.html"),
        Column("starts_on", _("Du"), sort="starts_on", template="components/cells/date.html"),
        Column("ends_on", _("Au"), sort="ends_on", template="components/cells/date.html"),
        Column("state", _("État"), value=state, template="projects/mandates/cells/delegation_state.html"),
        Column(
            "actions",
            _("Actions"),
            value=is_running,
            template="projects/mandates/cells/delegation_actions.html",
            export=False,
            align="end",
        ),
    ]
    filters = [ChoiceFilter(param="etat", label=_("État"), choices=STATES, choose=in_state)]
    default_sort = "-starts_on"
    empty_title = _("Aucune délégation")
    empty_text = _("Un pilote peut prêter une de ses permissions à un membre, le temps d’une absence.")

    def counted(self, number: int) -> str:
        return ngettext("%s délégation", "%s délégations", number) % number_fr(number)
