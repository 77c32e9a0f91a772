"""How états and météo look everywhere: a colour never says alone what the word beside it says."""

from collections.abc import Mapping

from django.utils.html import format_html
from django.utils.safestring import SafeString

from filiere.web.components import badge
from filiere.web.icons import icon
from projects.deliverables.enums import ApprovalState, Health, Progress

_SKIES: Mapping[str, tuple[str, str]] = {
    Health.SUN: ("sun", "success"),
    Health.CLOUDS: ("cloud", "warning"),
    Health.STORM: ("storm", "danger"),
}
_STATES: Mapping[str, tuple[str, str | None]] = {
    ApprovalState.NO_VERSION: ("neutral", None),
    ApprovalState.DRAFT: ("neutral", None),
    ApprovalState.SUBMITTED: ("info", "clock"),
    ApprovalState.CHANGES_ASKED: ("warning", "refresh"),
    ApprovalState.APPROVED: ("success", "check"),
    ApprovalState.VALIDATED: ("success", "success"),
}
_PROGRESS: Mapping[str, str] = {
    Progress.TO_START: "to-start",
    Progress.UNDER_WAY: "under-way",
    Progress.FINISHING: "finishing",
    Progress.FINISHED: "finished",
    Progress.SUSPENDED: "suspended",
    Progress.ABANDONED: "abandoned",
}


def sky(health: str, *, words: bool = True) -> SafeString:
    """The météo; without words its name is left to who listens, and to whoever rests on it."""
    if not health:
        return SafeString("")
    drawing, tone = _SKIES[health]
    name = Health(health).label
    if words:
        return format_html('<span class="sky sky-{}">{}<span>{}</span></span>', tone, icon(drawing), name)
    return format_html(
        '<span class="sky sky-{}" title="{}">{}<span class="hidden">{}</span></span>', tone, name, icon(drawing), name
    )


def approval(state: str) -> SafeString:
    tone, drawing = _STATES[state]
    return badge(ApprovalState(state).label, tone, drawing)


def stage(progress: str) -> SafeString:
    """The état d’avancement, with a mark that fills as the work goes."""
    return format_html('<span class="stage stage-{}">{}</span>', _PROGRESS[progress], Progress(progress).label)
