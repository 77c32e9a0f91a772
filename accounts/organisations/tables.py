from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.organisations.enums import College, OrganisationKind, Region
from accounts.organisations.models import Organisation
from accounts.organisations.selectors import matching
from filiere.web.french import number_fr
from filiere.web.tables import ChoiceFilter, Column, SearchFilter, Table, label_of


class DirectoryTable(Table[Organisation]):
    """What every signed-in person may read."""

    id = "organisations"
    caption = _("Organisations")
    file_name = "organisations"
    columns = [
        Column("name", _("Nom"), sort="alphabetical", template="accounts/organisations/cells/directory_name.html"),
        Column("acronym", _("Sigle"), sort="acronym"),
        Column("college", _("Collège"), sort="college", value=label_of("college", College)),
        Column("kind", _("Nature"), sort="kind", value=label_of("kind", OrganisationKind), narrow=False),
        Column("region", _("Région"), sort="region", value=label_of("region", Region), narrow=False),
    ]
    filters = [
        SearchFilter(search=matching),
        ChoiceFilter(param="college", label=_("Collège"), choices=College.choices),
        ChoiceFilter(param="nature", label=_("Nature"), choices=OrganisationKind.choices, lookup="kind"),
        ChoiceFilter(param="region", label=_("Région"), choices=Region.choices),
    ]
    # None: by name, or best first when something is searched.
    default_sort = ""
    empty_title = _("Aucune organisation pour l’instant")
    empty_text = _("Elles apparaîtront ici dès qu’un administrateur ou un délégué les aura créées.")

    def counted(self, number: int) -> str:
        return ngettext("%s organisation", "%s organisations", number) % number_fr(number)


class OrganisationsTable(DirectoryTable):
    """The same, leading to the pages where it is kept."""

    columns = [
        Column("name", _("Nom"), sort="alphabetical", template="accounts/organisations/cells/name.html"),
        *DirectoryTable.columns[1:],
    ]
    empty_text = _("Créez la première\u00a0: chaque mandat est exercé au nom d’une organisation.")
    empty_url_name = "organisation-new"
    empty_label = _("Nouvelle organisation")
