"""Lists of groups, and of those who sit in one."""

from datetime import date
from functools import cached_property
from typing import Any, cast

from django.core.paginator import Page
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.organisations.enums import College
from accounts.people.models import User
from filiere.days import today
from filiere.web import components
from filiere.web.filters import Rows
from filiere.web.french import date_fr, number_fr
from filiere.web.tables import ChoiceFilter, Column, DateFilter, FlagFilter, SearchFilter, Table, label_of
from projects.access.enums import Role
from projects.access.standing import standing_of
from projects.groups import selectors
from projects.groups.enums import STEERING_ROLES, Gap, GroupKind
from projects.groups.gaps import gaps_of, lacking
from projects.groups.matters import Matter, matters_of
from projects.groups.models import Membership, WorkingGroup

LIVING, ARCHIVED = "actifs", "archives"
ANYBODY = "quelqu_un"


def with_state(groups: Rows, value: str) -> Rows:
    return groups.filter(archived_at__isnull=value == LIVING)


def with_gap(groups: Rows, value: str) -> Rows:
    return groups.filter(lacking("" if value == ANYBODY else value))


def project_choices() -> list[tuple[str, str]]:
    return [(project.code, f"{project.number}. {project.title}") for project in selectors.projects_to_choose()]


def axis_choices() -> list[tuple[str, str]]:
    return list({project.axis.code: str(project.axis) for project in selectors.projects_to_choose()}.items())


def of_project(groups: Rows, value: str) -> Rows:
    return selectors.serving(groups, [each for each in selectors.projects_to_choose() if each.code == value])


def of_axis(groups: Rows, value: str) -> Rows:
    return selectors.serving(groups, [each for each in selectors.projects_to_choose() if each.axis.code == value])


kind = label_of("kind", GroupKind)
role = label_of("role", Role)
college = label_of("college", College)


def seat(group: WorkingGroup) -> str:
    """The reader's own mandates there, as a sentence each."""
    return "\u202f; ".join(
        gettext("%(role)s, pour %(organisation)s") % {"role": role(mandate), "organisation": mandate.organisation}
        for mandate in vars(group)["told"]
        if mandate.own
    )


def steered_by(group: WorkingGroup) -> str:
    steering = (mandate for mandate in vars(group)["told"] if mandate.role in STEERING_ROLES)
    return ", ".join(f"{mandate.person} ({role(mandate).lower()})" for mandate in steering)


def served(group: WorkingGroup) -> str:
    return ", ".join(str(project.number) for project in vars(group)["served"])


def missing(group: WorkingGroup) -> str:
    return ", ".join(str(gap.label) for gap in gaps_of(group))


def linked(group: WorkingGroup) -> SafeString:
    """Written here, and the next as well: fifty small templates would be a tenth of the page."""
    archived = components.badge(gettext("Archivé"), icon="folder") if group.is_archived else ""
    return format_html('<a href="{}">{}</a> {}', reverse("group", args=[group.slug]), group.name, archived)


def first_matter(group: WorkingGroup) -> SafeString | str:
    """What is late, or comes first, of those that `GroupsTable.page` found."""
    found: list[Matter] = vars(group)["matters"]
    if not found:
        return ""
    first = found[0]
    when: SafeString | str = ""
    if first.late:
        when = components.badge(gettext("En retard"), tone="warning")
    elif first.on:
        when = format_html('<br><time datetime="{}">{}</time>', first.on.isoformat(), date_fr(first.on))
    return format_html('<a href="{}">{}</a> {}', first.href, first.title, when)


SEARCH = SearchFilter(search=selectors.matching)
KIND = ChoiceFilter(param="nature", label=_("Nature"), choices=GroupKind.choices, lookup="kind")
STATE = ChoiceFilter(
    param="etat",
    label=_("État"),
    choices=[(LIVING, _("En activité")), (ARCHIVED, _("Archivés"))],
    choose=with_state,
)
AXIS = ChoiceFilter(param="axe", label=_("Axe"), choices=axis_choices, choose=of_axis)
PROJECT = ChoiceFilter(param="projet", label=_("Projet"), choices=project_choices, choose=of_project)
MINE = FlagFilter(param="miens", label=_("Les vôtres seulement"), condition=Q(mine=0))


class GroupsTable(Table[WorkingGroup]):
    """One's own groups first, with what one is there and what comes next."""

    id = "groupes"
    caption = _("Groupes")
    file_name = "groupes"
    columns = [
        Column("name", _("Groupe"), sort="alphabetical", value=linked, export=lambda group: group.name),
        Column("kind", _("Nature"), sort="kind", value=kind, narrow=False),
        Column("seat", _("Votre place"), value=seat),
        Column("steered_by", _("Pilotage"), value=steered_by),
        Column("projects", _("Projets"), value=served, narrow=False),
        Column("matters", _("À suivre"), value=first_matter, export=False),
    ]
    filters = [SEARCH, KIND, AXIS, PROJECT, STATE, MINE]
    empty_title = _("Aucun groupe ne vous est ouvert pour l’instant")
    empty_text = _("Un groupe apparaît ici le jour où un mandat vous y fait entrer.")

    def __init__(self, request: HttpRequest, queryset: QuerySet[WorkingGroup]) -> None:
        super().__init__(request, queryset)
        if not standing_of(cast(User, request.user)).in_filiere:
            # They would read there the whole contract, which is not theirs.
            vars(self)["filters"] = [each for each in self.filters if each not in (AXIS, PROJECT)]

    def counted(self, number: int) -> str:
        return ngettext("%s groupe", "%s groupes", number) % number_fr(number)

    @cached_property
    def page(self) -> "Page[WorkingGroup]":
        page = super().page
        mine = [group for group in page.object_list if vars(group)["mine"] == 0]
        turning = selectors.turning_in(mine) if mine else ()
        found = matters_of(mine, cast(User, self.request.user), turning=turning)
        for group in page.object_list:
            vars(group)["matters"] = found.get(group.pk, [])  # where the cell of its row finds them
        return page


class AdministrationTable(Table[WorkingGroup]):
    """Every group, with who is missing; ticked one by one, they are archived or reopened together."""

    id = "groupes"
    caption = _("Groupes")
    file_name = "groupes"
    columns = [
        Column("name", _("Groupe"), sort="alphabetical", template="projects/groups/cells/ticked.html"),
        Column("kind", _("Nature"), sort="kind", value=kind, narrow=False),
        Column("members", _("Personnes"), sort="members"),
        Column("missing", _("Il manque"), value=missing, template="projects/groups/cells/gaps.html"),
        Column("cadence", _("Rythme"), narrow=False),
        Column("archived_at", _("Archivé le"), sort="archived_at", template="components/cells/date.html", narrow=False),
    ]
    filters = [
        SEARCH,
        KIND,
        ChoiceFilter(
            param="manque",
            label=_("Il manque"),
            choices=[(ANYBODY, _("Quelqu’un")), *Gap.choices],
            choose=with_gap,
            everything=_("Peu importe"),
        ),
        STATE,
    ]
    default_sort = "name"
    empty_title = _("Aucun groupe pour l’instant")
    empty_text = _("Créez le premier\u00a0: c’est par un groupe que l’on entre dans l’espace de travail.")
    empty_url_name = "group-new"
    empty_label = _("Nouveau groupe")

    def counted(self, number: int) -> str:
        return ngettext("%s groupe", "%s groupes", number) % number_fr(number)


class DayFilter(DateFilter):
    """Read by the table itself: a list of members has a day even when its address names none."""

    def narrow(self, rows: Rows, value: str) -> Rows:
        return rows


class MembersTable(Table[Membership]):
    """Who sits in a group on a day: today, unless the address names another."""

    id = "membres"
    caption = _("Membres")
    file_name = "membres"
    columns = [
        Column("person", _("Personne"), sort="person__searchable", template="projects/groups/cells/member.html"),
        Column("role", _("Rôle"), sort="rank", value=role),
        Column(
            "organisation", _("Pour"), sort="organisation__alphabetical", value=lambda mandate: mandate.organisation
        ),
        Column("college", _("Collège"), sort="college", value=college),
        Column("substitute_for.person", _("Suppléant de"), narrow=False),
        Column("starts_on", _("Depuis le"), sort="starts_on", template="components/cells/date.html", narrow=False),
        Column("ends_on", _("Jusqu’au"), sort="ends_on", template="components/cells/date.html"),
    ]
    filters = [
        DayFilter(param="le", label=_("Membres au"), lookup="starts_on"),
        SearchFilter(search=selectors.named),
        ChoiceFilter(param="role", label=_("Rôle"), choices=Role.choices),
        ChoiceFilter(param="college", label=_("Collège"), choices=College.choices),
    ]
    empty_title = _("Personne ne siège dans ce groupe à cette date")
    empty_text = _("Choisissez une autre date, ou invitez un premier membre.")

    def __init__(self, request: HttpRequest, group: WorkingGroup) -> None:
        super().__init__(request, Membership.objects.none())
        self.group = group
        self.queryset: QuerySet[Any] = selectors.members_on(group, self.day)

    @cached_property
    def day(self) -> date:
        asked = self.values["le"]
        return date.fromisoformat(asked) if asked else today()

    def counted(self, number: int) -> str:
        return ngettext("%s mandat", "%s mandats", number) % number_fr(number)
