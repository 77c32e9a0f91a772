"""The approval sheet: a PDF that says who approved which exact content, tagged for those who do not see it."""

import json
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import typst
from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from filiere.web.french import datetime_fr
from projects.deliverables.approvals.models import Approval
from projects.deliverables.approvals.register import Register
from projects.deliverables.approvals.seal import Facts, seal
from projects.deliverables.enums import ApprovalState, Verdict
from projects.deliverables.versions.models import Version

LAYOUT = Path(__file__).with_name("sheet.typ")
# What the two fonts of the sheet draw, wherever it is made: a document for all readers may hold nothing they cannot.
# Latin, Greek and Cyrillic with their accents, and the signs that French people write.
DRAWN = (
    (0x0020, 0x007E),
    (0x00A0, 0x017F),
    (0x0391, 0x03A1),
    (0x03A3, 0x03CE),
    (0x0400, 0x045F),
    (0x2010, 0x2014),
    (0x2018, 0x201E),
    (0x2020, 0x2022),
)
SIGNS = frozenset("…‰′″‹›⁄€№™Ω←↑→↓−∞≈≠≤≥\u2009\u202f\u200b∂∆∏∑√")


def sheet_of(version: Version) -> bytes:
    """Of a version whose deliverable is known. In French and on the clock of Paris, whoever asks."""
    register = Register.of(version, version.deliverable)
    facts = Facts.of(register, timezone.now())
    with translation.override(settings.LANGUAGE_CODE), timezone.override(ZoneInfo(settings.TIME_ZONE)):
        content = _content(register, facts)
    return _compiled(content, int(facts.moment.timestamp()))


def drawn(text: Any) -> str:
    """The same words, without what no font of the sheet draws: such a sign is named by its number instead."""
    composed = unicodedata.normalize("NFC", str(text))
    return "".join(char if _is_drawn(char) else _named(char) for char in composed)


def _compiled(content: dict[str, Any], moment: int) -> bytes:
    found: bytes = typst.compile(
        _layout(),
        format="pdf",
        sys_inputs={"facts": json.dumps(content, ensure_ascii=True)},
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
        timestamp=moment,
    )
    return found


@cache
def _layout() -> bytes:
    return LAYOUT.read_bytes()


def _is_drawn(char: str) -> bool:
    return char in SIGNS or any(first <= ord(char) <= last for first, last in DRAWN)


def _named(char: str) -> str:
    if char in "\n\t\r":
        return " "
    return "" if unicodedata.category(char) in {"Cf", "Cc", "Mn"} else f"[U+{ord(char):04X}]"


def _content(register: Register, facts: Facts) -> dict[str, Any]:
    version, deliverable = register.version, register.deliverable
    code = seal(facts)
    return {
        "title": drawn(deliverable.title),
        "short": _("%(title)s, version %(number)s")
        % {"title": _shortened(drawn(deliverable.title)), "number": version.number},
        "conclusion": conclusion_of(register),
        "about": [[drawn(name), drawn(value), mono] for name, value, mono in _about(register)],
        "criteria": [
            [drawn(each.text), _("Satisfait") if each.met else _("Non satisfait")] for each in register.criteria
        ],
        "sections": [
            [_("Décisions des pilotes"), [_told(each) for each in _of_pilots(register)], _("Aucune pour l’instant.")],
            *_of_the_bureau(register),
        ],
        "seal": code,
        "how": [
            _(
                "Qui tient cette fiche et le fichier les vérifie ainsi, sur le serveur de Filière\u00a0: "
                "«\u00a0python manage.py verify_file LE_FICHIER\u00a0» dit si ce fichier est bien la version "
                "courante et validée\u202f; la même commande, appliquée à cette fiche en PDF, vérifie son sceau "
                "et dit ce qui a changé depuis."
            ),
            _(
                "Le sceau signe la version, son empreinte, son état et chaque décision ci-dessus. La tête du journal "
                "se vérifie avec «\u00a0python manage.py verify_journal --expect TÊTE\u00a0»\u00a0: rien de ce qui "
                "précède n’a été réécrit."
            ),
        ],
        "codes": [[_("Sceau de la fiche"), code], [_("Tête du journal à l’établissement de la fiche"), facts.journal]],
        "words": {
            "house": _("Filière, l’espace de travail du comité stratégique de filière"),
            "heading": _("Fiche d’approbation"),
            "description": _("Qui a approuvé cette version, pour qui et quand\u202f; empreinte %(hash)s")
            % {"hash": version.sha256},
            "what": [_("Ce que c’est"), _("Dans le registre")],
            "criteria": _("Critères d’acceptation"),
            "no_criteria": _("Ce livrable n’a pas de critère d’acceptation."),
            "criteria_columns": [_("Critère"), _("À ce jour")],
            "check": _("Vérifier cette fiche"),
        },
    }


def conclusion_of(register: Register) -> str:
    """In one sentence, what this version is worth today."""
    version = register.version
    if not version.is_current:
        return _("Cette version a été remplacée\u00a0: ce qui suit ne vaut plus que pour l’histoire.")
    if register.is_the_word:
        if version.state == ApprovalState.VALIDATED:
            return _("Version courante, approuvée par ses pilotes et validée par le Bureau.")
        return _("Version courante, approuvée par ses pilotes.")
    waiting = {
        ApprovalState.DRAFT: _("Brouillon\u00a0: cette version n’est pas soumise, et rien ne l’approuve."),
        ApprovalState.SUBMITTED: _("Version soumise aux pilotes\u00a0: il manque encore des approbations."),
        ApprovalState.CHANGES_ASKED: _("Des modifications ont été demandées\u00a0: cette version n’est pas approuvée."),
        ApprovalState.APPROVED: _("Version approuvée par ses pilotes\u00a0: le Bureau ne l’a pas encore validée."),
    }
    return waiting.get(ApprovalState(version.state), str(version.get_state_display()))


def _about(register: Register) -> list[tuple[str, str, bool]]:
    version, deliverable = register.version, register.deliverable
    return [
        (_("Groupe"), deliverable.group.name, False),
        *([(_("Code"), deliverable.code, False)] if deliverable.code else []),
        (_("Version"), str(version.number), False),
        (_("Fichier"), version.name, False),
        (_("Empreinte SHA-256"), version.sha256, True),
        (_("Déposée"), _by(version.author, version.capacity, version.deposited_at), False),
        *([(_("Soumise"), _by(version.submitted_by, "", version.submitted_at), False)] if version.submitted_at else []),
        (_("Règle du groupe"), str(deliverable.group.get_approval_rule_display()), False),
        (_("Validation par le Bureau"), _("Demandée") if deliverable.needs_bureau else _("Non demandée"), False),
        (_("Confidentialité"), str(deliverable.get_confidentiality_display()), False),
        (
            _("Fiche établie"),
            _("le %(moment)s, sur %(site)s") % {"moment": _moment(), "site": settings.BASE_URL},
            False,
        ),
    ]


def _moment() -> str:
    return datetime_fr(timezone.now())


def _by(person: Any, capacity: str, at: Any) -> str:
    name = person.get_full_name() if person else _("l’application")
    who = f"{name} ({capacity})" if capacity else name
    return _("le %(at)s par %(who)s") % {"at": datetime_fr(at), "who": who}


def _of_pilots(register: Register) -> list[Approval]:
    return [each for each in register.decisions if each.verdict in {Verdict.APPROVED, Verdict.CHANGES_ASKED}]


def _of_the_bureau(register: Register) -> list[list[Any]]:
    if not (register.deliverable.needs_bureau or register.of_the_bureau):
        return []
    told = [_told(each) for each in register.of_the_bureau]
    return [[_("Décision du Bureau"), told, _("Le Bureau ne s’est pas prononcé.")]]


def _told(approval: Approval) -> dict[str, Any]:
    name = approval.person.get_full_name() if approval.person else _("L’application")
    lines = [_("En qualité de\u00a0: %s") % approval.capacity] if approval.capacity else []
    if approval.delegation_id and approval.voice:
        lines.append(_("Au nom de\u00a0: %s, qui lui a délégué cette approbation") % approval.voice.get_full_name())
    if approval.organisation:
        lines.append(_("Pour l’organisation\u00a0: %s") % approval.organisation.name)
    lines.append(_("Le %s") % datetime_fr(approval.given_at))
    if approval.reference:
        lines.append(_("Décision n°\u00a0%s") % approval.reference)
    if approval.reason:
        lines.append(_("Motif\u00a0: %s") % approval.reason)
    if approval.voided_at:
        why = str(approval.get_voided_because_display())
        lines.append(
            _("Caduque depuis le %(at)s\u00a0: %(why)s.") % {"at": datetime_fr(approval.voided_at), "why": why}
        )
    title = _("%(verdict)s — %(person)s") % {"verdict": approval.get_verdict_display(), "person": name}
    if approval.voided_at:
        title = _("CADUQUE — %s") % title
    return {
        "title": drawn(title),
        "lines": [drawn(line) for line in lines],
        "voided": approval.voided_at is not None,
        "hash_label": _("Empreinte visée\u00a0:"),
        "hash": approval.sha256,
    }


def _shortened(text: str, most: int = 60) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
