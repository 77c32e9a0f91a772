"""Whose turn it is: the sentence that nobody has to look for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.people.models import User
from filiere.text import fold
from filiere.web.french import date_fr
from projects.deliverables.approvals.models import Approval
from projects.deliverables.approvals.rules import Ballot
from projects.deliverables.doors import Doors
from projects.deliverables.enums import ApprovalState, Progress, Verdict
from projects.deliverables.models import Deliverable
from projects.deliverables.versions.models import Version
from projects.deliverables.versions.selectors import outcome_of
from projects.deliverables.workflow import Situation
from projects.groups.enums import ApprovalRule


@dataclass(frozen=True)
class Turn:
    """`quote`: the words of who asked for something. `yours`: the reader is among those who are awaited."""

    title: str
    text: str = ""
    quote: str = ""
    tone: str = "neutral"
    icon: str = "clock"
    yours: bool = False


def turn_of(now: Situation, doors: Doors, *, owners: Sequence[User]) -> Turn:
    """`now.version` is the current one, with its `decisions`."""
    deliverable, version = now.deliverable, now.version
    if deliverable.group.is_archived:
        return Turn(_("Le groupe est archivé\u00a0: rien n’y est plus attendu."), icon="folder")
    if deliverable.is_stopped:
        return _stopped(deliverable)
    if version is None:
        return _first(owners, yours=doors.deposit and (now.person in owners or not owners))
    return _with_version(now, version, doors, owners)


def _with_version(now: Situation, version: Version, doors: Doors, owners: Sequence[User]) -> Turn:
    # Whoever contributes may; those who did so far are awaited.
    their_own = now.person in owners or now.person.pk in {version.author_id, version.submitted_by_id}
    if version.state == ApprovalState.SUBMITTED:
        return _submitted(version, now.ballot, now.person, doors)
    if version.state == ApprovalState.CHANGES_ASKED:
        return _sent_back(version, yours=doors.deposit and their_own)
    if version.state in {ApprovalState.APPROVED, ApprovalState.VALIDATED}:
        return settled(version)
    return _draft(version, yours=(doors.submit or doors.deposit) and their_own)


def settled(version: Version) -> Turn:
    """Approved by its pilots, or by all that it takes; also for those who read nothing else of it."""
    approvals = outcome_of(version)
    last = approvals[-1] if approvals else None
    by_pilots = [each for each in approvals if each.verdict == Verdict.APPROVED]
    approved_by = _("Approuvé par %(people)s.") % {"people": listed(said_by(by_pilots))} if by_pilots else ""
    if last is not None and last.verdict == Verdict.VALIDATED:
        title = _("Validé par le Bureau le %(day)s") % {"day": date_fr(last.given_at)}
        number = _("Décision %(reference)s.") % {"reference": last.reference} if last.reference else ""
        return Turn(title, " ".join(filter(None, (number, approved_by))), tone="success", icon="success")
    if version.validated_at is None:
        waiting = since(last.given_at) if last else ""
        return Turn(
            _("Attend la validation du Bureau%(since)s") % {"since": waiting}, approved_by, tone="info", icon="group"
        )
    day = _(" le %(day)s") % {"day": date_fr(last.given_at)} if last else ""
    return Turn(_("Approuvé%(day)s") % {"day": day}, approved_by, tone="success", icon="success")


def _stopped(deliverable: Deliverable) -> Turn:
    since_when = {"day": date_fr(deliverable.stopped_on)}
    if deliverable.progress == Progress.ABANDONED:
        return Turn(_("Abandonné le %(day)s") % since_when, quote=deliverable.stopped_because, icon="cross")
    return Turn(
        _("Suspendu depuis le %(day)s") % since_when, resumption(deliverable), deliverable.stopped_because, icon="pause"
    )


def resumption(deliverable: Deliverable) -> str:
    if deliverable.resumes_on is None:
        return _("Sans date de reprise.")
    return _("Reprise prévue le %(day)s.") % {"day": date_fr(deliverable.resumes_on)}


def _first(owners: Sequence[User], *, yours: bool) -> Turn:
    by = listed([str(person) for person in owners]) if owners else _("un membre du groupe")
    return Turn(_("Première version à déposer par %(by)s") % {"by": by}, icon="upload", yours=yours)


def _draft(version: Version, *, yours: bool) -> Turn:
    if version.is_quarantined:
        return Turn(
            _("Un autre fichier est à déposer"),
            _("L’antivirus a mis celui de la version %(number)s en quarantaine.") % {"number": version.number},
            tone="danger",
            icon="warning",
            yours=yours,
        )
    if not version.is_handed_out:
        return Turn(
            _("Analyse antivirus en cours"), _("La version pourra être soumise dès qu’elle sera finie."), tone="info"
        )
    return Turn(
        _("Version %(number)s à soumettre aux pilotes") % {"number": version.number},
        _("C’est un brouillon\u00a0: les pilotes ne l’ont pas encore reçu. Qui contribue au groupe peut le soumettre."),
        icon="edit",
        yours=yours,
    )


def _submitted(version: Version, ballot: Ballot, reader: User, doors: Doors) -> Turn:
    waiting = since(version.submitted_at)
    heard = listed(said_by(ballot.approvals))
    already = _("Déjà approuvée par %(people)s.") % {"people": heard} if heard else ""
    if ballot.is_stuck:
        return Turn(
            _("Personne ne peut approuver cette version%(since)s") % {"since": waiting},
            _(
                "Ceux qui pilotent le groupe l’ont déposée ou soumise, se sont déportés, ou manquent. "
                "Il faut un autre pilote, ou une délégation."
            ),
            tone="danger",
            icon="warning",
        )
    either = ballot.rule == ApprovalRule.ANY
    missing = [seat.person for seat in ballot.missing]
    if doors.approve:
        others = listed([of(str(person)) for person in missing if person.pk != reader.pk], either=either)
        also = _("Celle %(of)s suffirait aussi.") if either else _("Celle %(of)s l’est aussi.")
        return Turn(
            _("Votre approbation est attendue%(since)s") % {"since": waiting},
            " ".join(filter(None, (also % {"of": others} if others else "", already))),
            tone="warning",
            icon="target",
            yours=True,
        )
    names = listed([of(str(person)) for person in missing], either=either) or _("de qui tient une délégation")
    title = _("Attend l’approbation %(of)s%(since)s") % {"of": names, "since": waiting}
    return Turn(title, already, tone="info")


def _sent_back(version: Version, *, yours: bool) -> Turn:
    decisions: list[Approval] = vars(version)["decisions"]
    refusals = {Verdict.CHANGES_ASKED, Verdict.SENT_BACK}
    last = next((each for each in reversed(decisions) if each.verdict in refusals), None)
    awaited = (
        _("Une nouvelle version est attendue %(of)s.") % {"of": of(str(version.author))}
        if version.author
        else _("Une nouvelle version est attendue.")
    )
    about = {"day": date_fr(last.given_at) if last else "", "person": last.person if last else ""}
    if last is not None and last.verdict == Verdict.SENT_BACK:
        title = _("Renvoyé par le Bureau le %(day)s") % about
    else:
        title = _("Modifications demandées par %(person)s le %(day)s") % about
    return Turn(title, awaited, quote=last.reason if last else "", tone="warning", icon="edit", yours=yours)


def said_by(approvals: Sequence[Approval]) -> list[str]:
    """Those who decided; for somebody else, they say for whom."""
    return [
        _("%(person)s, pour %(voice)s") % {"person": each.person, "voice": each.voice}
        if each.voice_id and each.voice_id != each.person_id
        else str(each.person)
        for each in approvals
    ]


def listed(words: Sequence[str], *, either: bool = False) -> str:
    """« X, Y et Z », « X, Y ou Z »."""
    if len(words) < 2:
        return "".join(words)
    last = _(" ou ") if either else _(" et ")
    return ", ".join(words[:-1]) + last + words[-1]


def of(name: str) -> str:
    """« de Paul », « d’Anne »; an h is mute more often than not, a y is a vowel before a consonant."""
    folded = fold(name) + "  "
    first, second = folded[0], folded[1]
    elided = first in "aeiouh" or (first == "y" and second not in "aeiou")
    return (_("d’%s") if elided else _("de %s")) % name


def since(moment: datetime | None) -> str:
    """« depuis 4 jours », as it ends a sentence."""
    if moment is None:
        return ""
    days = (timezone.localdate() - timezone.localtime(moment).date()).days
    if days <= 0:
        return _(" depuis aujourd’hui")
    if days == 1:
        return _(" depuis hier")
    return ngettext(" depuis %(days)d jour", " depuis %(days)d jours", days) % {"days": days}
