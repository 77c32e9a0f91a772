"""The list of a group's deliverables, and that of one person's, with the filters that every view of them shares."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.people.models import User
from filiere.web.filters import Filter
from filiere.web.french import number_fr
from filiere.web.tables import ChoiceFilter, Column, DateFilter, FlagFilter, SearchFilter, Table, label_of
from projects.deliverables.enums import ApprovalState, Health, Progress
from projects.deliverables.lists import selectors
from projects.deliverables.models import Deliverable
from projects.groups.models import WorkingGroup

progress = label_of("progress", Progress)
state = label_of("known_state", ApprovalState)
health = label_of("known_health", Health)

LATE, MINE = "retard", "miens"


def owners(row: Deliverable) -> str:
    return ", ".join(str(person) for person in row.owners.all())


def organisations(row: Deliverable) -> str:
    return ", ".join(str(organisation) for organisation in row.organisations.all())


DUE = Column("due", _("Échéance"), sort="due_order", template="projects/deliverables/lists/cells/due.html")
# In files a value has a column of its own; on a page it stands in the cell of what it goes with.
IN_FILES = (
    Column("code", _("Code")),
    Column("organisations", _("Organisations"), value=organisations),
    Column("due_start", _("Début calculé")),
    Column("due_end", _("Fin calculée")),
    Column("is_late", _("En retard")),
)
OWNERS = Column("owners", _("Responsables"), value=owners, template="projects/deliverables/lists/cells/owners.html")
FOLLOWING = (
    Column("progress", _("Avancement"), value=progress, template="projects/deliverables/lists/cells/progress.html"),
    Column("health", _("Météo"), value=health, template="projects/deliverables/lists/cells/health.html"),
    Column("state", _("Approbation"), value=state, template="projects/deliverables/lists/cells/state.html"),
)


def title(template: str = "projects/deliverables/lists/cells/title.html") -> Column:
    return Column("title", _("Intitulé"), sort="alphabetical", template=template)


def filters_among(rows: QuerySet[Any], reader: User) -> list[Filter]:
    """Who, which organisation, which project: only those that these deliverables name."""
    choices = selectors.choices_among(rows)
    labels = {
        selectors.OWNER: (_("Responsable"), "owners"),
        selectors.ORGANISATION: (_("Organisation"), "organisations"),
        selectors.PROJECT: (_("Projet"), "projects"),
    }
    return [
        SearchFilter(search=selectors.matching(reader)),
        ChoiceFilter(param="etat", label=_("Avancement"), choices=Progress.choices, lookup="progress"),
        ChoiceFilter(param="meteo", label=_("Météo"), choices=Health.choices, lookup="known_health"),
        ChoiceFilter(param="approbation", label=_("Approbation"), choices=ApprovalState.choices, lookup="known_state"),
        *(
            ChoiceFilter(param=param, label=label, choices=choices[param], lookup=lookup)
            for param, (label, lookup) in labels.items()
            if choices[param]
        ),
        DateFilter(param="des", label=_("Échéance à partir du"), lookup="due_end", of_moments=False),
        DateFilter(param="jusqu_au", label=_("Échéance jusqu’au"), lookup="due_end", until=True, of_moments=False),
        FlagFilter(param=LATE, label=_("En retard seulement"), condition=selectors.late_on_the_day()),
    ]


class Listed(Table[Deliverable]):
    def csv(self) -> HttpResponse:
        vars(self)["columns"] = [*self.columns, *IN_FILES]
        return super().csv()

    def counted(self, number: int) -> str:
        return ngettext("%s livrable", "%s livrables", number) % number_fr(number)


class DeliverablesTable(Listed):
    """What a group owes. What is late comes first, then what comes, then what is over."""

    id = "livrables"
    caption = _("Livrables")
    file_name = "livrables"
    columns = [
        title(),
        DUE,
        *FOLLOWING,
        OWNERS,
    ]
    empty_title = _("Aucun livrable pour l’instant")
    empty_text = _("Ce que le groupe doit remettre s’inscrit ici\u00a0: pilotes et rapporteurs l’ajoutent.")

    def __init__(self, request: HttpRequest, group: WorkingGroup, reader: User, *, ticked: bool = False) -> None:
        super().__init__(request, selectors.listed_in(group, reader))
        vars(self)["filters"] = filters_among(self.queryset, reader)
        if ticked:
            vars(self)["columns"] = [title("projects/deliverables/lists/cells/ticked.html"), *self.columns[1:]]


class OwnDeliverablesTable(Listed):
    """Across groups: those a person answers for, and those their organisations contribute to."""

    id = "mes-livrables"
    caption = _("Mes livrables")
    file_name = "mes-livrables"
    columns = [
        title(),
        Column(
            "group", _("Groupe"), sort="group__alphabetical", template="projects/deliverables/lists/cells/group.html"
        ),
        DUE,
        *FOLLOWING,
        OWNERS,
    ]
    empty_title = _("Aucun livrable pour l’instant")
    empty_text = _(
        "Ceux dont vous êtes responsable, et ceux auxquels une organisation que vous représentez contribue, "
        "apparaîtront ici."
    )
    empty_url_name = "groups"
    empty_label = _("Voir les groupes")

    def __init__(self, request: HttpRequest, reader: User) -> None:
        super().__init__(request, selectors.own(reader))
        every = filters_among(self.queryset, reader)
        mine = Q(pk__in=Deliverable.owners.through.objects.filter(user=reader).values("deliverable"))
        vars(self)["filters"] = [*every, FlagFilter(param=MINE, label=_("Dont je suis responsable"), condition=mine)]
