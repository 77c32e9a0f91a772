"""Lists of contracts and of projects."""

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from filiere.web.french import number_fr
from filiere.web.tables import ChoiceFilter, Column, SearchFilter, Table
from projects.contracts.models import Contract, Project


class ContractsTable(Table[Contract]):
    id = "contrats"
    caption = _("Contrats")
    file_name = "contrats"
    columns = [
        Column("title", _("Titre"), sort="title", template="projects/contracts/cells/contract.html"),
        Column("code", _("Code"), sort="code", narrow=False),
        Column("starts_on", _("Début"), sort="starts_on", template="components/cells/date.html"),
        Column("last_day", _("Fin"), template="components/cells/date.html"),
    ]
    # None: the latest first.
    default_sort = ""
    empty_title = _("Aucun contrat pour l’instant")
    empty_text = _("Tout part de lui\u00a0: les axes, les projets, puis les groupes qui les servent.")
    empty_url_name = "contract-new"
    empty_label = _("Nouveau contrat")

    def counted(self, number: int) -> str:
        return ngettext("%s contrat", "%s contrats", number) % number_fr(number)


class ProjectsTable(Table[Project]):
    id = "projets"
    caption = _("Projets structurants")
    file_name = "projets"
    columns = [
        Column("title", _("Intitulé"), sort="title", template="projects/contracts/cells/project.html"),
        Column("number", _("Numéro"), sort="number", align="end"),
        Column("code", _("Code"), sort="code"),
        Column("axis", _("Axe"), sort=("axis__position", "number"), narrow=False),
    ]
    # None: by number.
    default_sort = ""
    empty_title = _("Aucun projet pour l’instant")
    empty_text = _("Ils apparaîtront ici dès qu’un administrateur ou un délégué les aura ajoutés.")

    def __init__(self, request: HttpRequest, contract: Contract, queryset: "QuerySet[Project]") -> None:
        super().__init__(request, queryset)
        axes = [(axis.code, str(axis)) for axis in contract.axes.all()]
        # Each contract has axes of its own.
        vars(self)["filters"] = [
            SearchFilter(fields=["searchable"], folded=True),
            ChoiceFilter(param="axe", label=_("Axe"), choices=axes, lookup="axis__code"),
        ]

    def counted(self, number: int) -> str:
        return ngettext("%s projet", "%s projets", number) % number_fr(number)
