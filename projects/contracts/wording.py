"""Parts of a project's sheet told in one line each: to the journal, and to who lost a race."""

from django.utils.translation import gettext as _

from filiere.web.money import exact_fr
from projects.contracts.models import BudgetLine, ProjectLink


def line_in_words(line: BudgetLine) -> str:
    amount = _("à définir") if line.amount is None else exact_fr(line.amount)
    within = _("dans «\u00a0%(envelope)s\u00a0»") % {"envelope": line.parent} if line.parent else ""
    return ", ".join(filter(None, [str(line.get_kind_display()), line.label, amount, line.as_written, within]))


def link_in_words(link: ProjectLink) -> str:
    return f"{link.to_project.code if link.to_project else link.to_axis} — {link.why}"
