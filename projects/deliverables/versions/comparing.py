"""Two versions compared by their words; or why they cannot be."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from projects.deliverables.enums import TextState
from projects.deliverables.files.comparison import Folded, Paragraph, compare
from projects.deliverables.versions.models import Version, VersionText


@dataclass(frozen=True)
class Stretch:
    """One paragraph, or so many that did not change."""

    paragraph: Paragraph | None = None
    folded: int = 0


@dataclass(frozen=True)
class Comparison:
    """`problem`: what keeps them from being compared."""

    stretches: Sequence[Stretch] = ()
    added: int = 0
    removed: int = 0
    changed: int = 0
    problem: str = ""


def comparison_of(before: Version, after: Version) -> Comparison:
    if before.sha256 == after.sha256:
        return Comparison()
    texts = {text.version_id: text for text in VersionText.objects.filter(version__in=[before.pk, after.pk])}
    for version in (before, after):
        if problem := _problem(version, texts.get(version.pk)):
            return Comparison(problem=problem)
    told = compare(texts[before.pk].words, texts[after.pk].words)
    kinds = [each.kind for each in told if isinstance(each, Paragraph)]
    return Comparison(
        [Stretch(folded=each.count) if isinstance(each, Folded) else Stretch(each) for each in told],
        added=kinds.count("added"),
        removed=kinds.count("removed"),
        changed=kinds.count("changed"),
    )


def _problem(version: Version, text: VersionText | None) -> str:
    number = {"number": version.number}
    if version.is_quarantined:
        return _("La version %(number)s est en quarantaine\u00a0: son texte n’est pas lu.") % number
    if text is None or text.state == TextState.WAITING:
        return (
            _("Le texte de la version %(number)s n’est pas encore extrait\u00a0: réessayez dans un instant.") % number
        )
    if text.state == TextState.NONE:
        why = text.problem or _("Ce fichier ne contient pas de texte.")
        return _("La version %(number)s n’a pas de texte à comparer. %(why)s") % {**number, "why": why}
    return ""
