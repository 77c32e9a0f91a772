"""The journal as a list."""

from functools import cached_property
from typing import TYPE_CHECKING, cast

from django.apps import apps
from django.core.paginator import Page
from django.db.models import UUIDField
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from filiere.web.french import number_fr
from filiere.web.tables import ChoiceFilter, Column, DateFilter, FlagFilter, SearchFilter, Table
from projects.activity import selectors
from projects.activity.models import AppendOnly, Event
from projects.activity.sentences import acts, sentence_of
from projects.activity.telling import TOLD_TO_GROUPS, tell, with_names

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from accounts.people.models import User


def kinds() -> "list[tuple[str, StrOrPromise]]":
    """What acts are about: whatever has a public identifier."""
    return [
        (model._meta.label_lower, str(model._meta.verbose_name))
        for application in ("accounts", "projects")
        for model in apps.get_app_config(application).get_models()
        if isinstance(model._meta.pk, UUIDField) and not issubclass(model, AppendOnly)
    ]


def seal(event: Event) -> str:
    link = getattr(event, "link", None)
    return f"{link.position} {link.hash}" if link else ""


def kinds_told_to_groups() -> "list[tuple[str, StrOrPromise]]":
    return [(label, word) for label, word in kinds() if label in TOLD_TO_GROUPS]


def acts_told_to_groups() -> list[tuple[str, str]]:
    """A verb begins with its object: `mandate.given`."""
    told = ("delegation.", "emergency.", "group.", "mandate.")
    return [(verb, sentence) for verb, sentence in acts() if verb.startswith(told)]


class JournalTable(Table[Event]):
    of_groups = False
    id = "journal"
    caption = _("Journal")
    file_name = "journal"
    columns = [
        Column("at", _("Quand"), template="components/cells/datetime.html"),
        Column("act", _("Acte"), value=sentence_of, template="projects/activity/cells/act.html"),
        Column(
            "object",
            _("Objet"),
            value=lambda event: f"{event.object_type} {event.object_id}",
            template="projects/activity/cells/object.html",
        ),
        Column("capacity", _("En qualité de"), narrow=False),
        Column("request_id", _("Requête"), template="projects/activity/cells/request.html", narrow=False),
        Column("seal", _("Scellement"), value=seal, template="projects/activity/cells/seal.html"),
    ]
    filters = [
        SearchFilter(param="personne", label=_("Personne"), search=selectors.done_by),
        ChoiceFilter(param="acte", label=_("Acte"), choices=acts, lookup="verb"),
        ChoiceFilter(param="nature", label=_("Nature de l’objet"), choices=kinds, lookup="object_type"),
        DateFilter(param="depuis", label=_("Depuis le"), lookup="at"),
        DateFilter(param="jusqu_au", label=_("Jusqu’au"), lookup="at", until=True),
        SearchFilter(param="numero", label=_("Numéro de requête ou d’objet"), search=selectors.numbered),
        FlagFilter(param="en_attente", label=_("En attente de scellement"), condition=selectors.WAITING),
    ]
    empty_title = _("Rien n’est encore inscrit au journal")
    empty_text = _("Le premier acte de quelqu’un y apparaîtra.")

    def counted(self, number: int) -> str:
        return ngettext("%s événement", "%s événements", number) % number_fr(number)

    @cached_property
    def page(self) -> "Page[Event]":
        page = super().page
        for told in with_names(tell(page.object_list, cast("User", self.request.user), of_groups=self.of_groups)):
            vars(told.event)["told"] = told  # where the cells of its row find it
        return page


class GroupJournalTable(JournalTable):
    """What a group's readers may know of it. Nobody is sought by name: searching would find addresses as well."""

    of_groups = True
    columns = [column for column in JournalTable.columns if column.key in {"at", "act", "object", "capacity"}]
    filters = [
        ChoiceFilter(param="acte", label=_("Acte"), choices=acts_told_to_groups, lookup="verb"),
        ChoiceFilter(param="nature", label=_("Nature de l’objet"), choices=kinds_told_to_groups, lookup="object_type"),
        *(each for each in JournalTable.filters if each.param in {"depuis", "jusqu_au"}),
    ]
    empty_title = _("Rien n’est encore inscrit au journal de ce groupe")
    empty_text = _("Les mandats, les délégations et les changements du groupe y apparaîtront.")
