"""The lists of approvals: what one person decided, and what waits for the Bureau."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from filiere.web.filters import ChoiceFilter
from filiere.web.french import number_fr
from filiere.web.tables import Column, Table, label_of
from projects.deliverables.approvals.models import Approval
from projects.deliverables.enums import Verdict
from projects.deliverables.models import Deliverable


def title(approval: Approval) -> str:
    return str(approval.version.deliverable)


def group(approval: Approval) -> str:
    return str(approval.version.deliverable.group)


def number(approval: Approval) -> int:
    return int(approval.version.number)


def standing(approval: Approval) -> str:
    return str(approval.get_voided_because_display()) if approval.voided_at else str(_("Compte toujours"))


class DecisionsTable(Table[Approval]):
    id = "decisions"
    caption = _("Ce que vous avez décidé")
    file_name = "mes-approbations"
    columns = [
        Column(
            "title",
            _("Livrable"),
            sort="version__deliverable__alphabetical",
            value=title,
            template="projects/deliverables/approvals/cells/decided.html",
        ),
        Column("group", _("Groupe"), sort="version__deliverable__group__alphabetical", value=group, narrow=False),
        Column("number", _("Version"), value=number),
        Column(
            "verdict",
            _("Décision"),
            value=label_of("verdict", Verdict),
            template="projects/deliverables/approvals/cells/verdict.html",
        ),
        Column("capacity", _("En qualité de"), narrow=False),
        Column("given_at", _("Le"), sort="given_at", template="components/cells/datetime.html"),
        Column(
            "standing", _("Aujourd’hui"), value=standing, template="projects/deliverables/approvals/cells/standing.html"
        ),
    ]
    filters = [ChoiceFilter(param="decision", label=_("Décision"), choices=Verdict.choices, lookup="verdict")]
    default_sort = "-given_at"
    page_size = 20
    empty_title = _("Vous n’avez encore rien décidé")
    empty_text = _(
        "Vos approbations et vos demandes de modifications s’inscriront ici, avec le contenu exact qu’elles visent."
    )

    def counted(self, number: int) -> str:
        return ngettext("%s décision", "%s décisions", number) % number_fr(number)


def version_number(deliverable: Deliverable) -> int:
    assert deliverable.current is not None  # approved
    return int(deliverable.current.number)


def sha256(deliverable: Deliverable) -> str:
    assert deliverable.current is not None  # approved
    return str(deliverable.current.sha256)


def since(deliverable: Deliverable) -> datetime | None:
    moment: datetime | None = vars(deliverable).get("waits_since")
    return moment


class BureauQueueTable(Table[Deliverable]):
    id = "a-valider"
    caption = _("Ce que le Bureau a devant lui")
    file_name = "bureau-a-valider"
    columns = [
        Column(
            "title", _("Livrable"), sort="alphabetical", template="projects/deliverables/approvals/cells/queued.html"
        ),
        Column("group", _("Groupe"), sort="group__alphabetical"),
        Column("version", _("Version"), value=version_number),
        Column(
            "sha256",
            _("Empreinte SHA-256"),
            value=sha256,
            template="projects/deliverables/approvals/cells/hash.html",
            narrow=False,
        ),
        Column("since", _("Attend depuis"), sort="waits_since", value=since, template="components/cells/ago.html"),
    ]
    default_sort = "since"
    empty_title = _("Rien n’attend le Bureau")
    empty_text = _("Ce qui porte une position du comité arrive ici dès que ses pilotes l’ont approuvé.")

    def counted(self, number: int) -> str:
        return ngettext("%s livrable à valider", "%s livrables à valider", number) % number_fr(number)
