"""Writes about what a deliverable is. Its versions, approvals, opinions and dependencies have files of their own."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.organisations.models import Organisation
from accounts.people.models import User
from accounts.people.names import one_line
from filiere.days import today
from filiere.refusals import Refused
from projects.access.confidentiality import check_chosen
from projects.access.enums import Confidentiality, Permission
from projects.access.standing import read_standing
from projects.contracts.models import Contract, Project
from projects.deliverables.approvals.models import Approval
from projects.deliverables.due.period import Period, Span
from projects.deliverables.due.reading import Unreadable, read
from projects.deliverables.enums import ApprovalState, Verdict
from projects.deliverables.holding import held, tell
from projects.deliverables.models import READ_BY_THE_BUREAU, AcceptanceCriterion, Deliverable
from projects.groups.models import Membership, WorkingGroup
from projects.groups.permissions import demand
from projects.groups.services import held_group

MOST_CRITERIA = 50
LONGEST_DESCRIPTION = 10_000
TERMS = ("code", "title", "description", "parent", "recurrent", "needs_bureau", "confidentiality", "college")


def create_deliverable(
    *,
    group: WorkingGroup,
    title: str,
    by: User | None,
    due: str = "",
    criteria: Sequence[str | Mapping[str, Any]] = (),
    projects: Iterable[Project] = (),
    owners: Iterable[User] = (),
    organisations: Iterable[Organisation] = (),
    confidentiality: str = "",
    **terms: Any,
) -> Deliverable:
    if unknown := terms.keys() - set(TERMS):
        raise TypeError(f"{sorted(unknown)}")
    with transaction.atomic():
        group = held_group(group)
        demand(by, Permission.PLAN, group)
        deliverable = Deliverable(
            group=group, confidentiality=confidentiality or _usual(group, terms.get("needs_bureau", False)), **terms
        )
        _check_parent_seen(terms, by)
        deliverable.title = one_line("title", title)
        deliverable.description = _paragraphs(deliverable.description)
        _set_due(deliverable, due)
        _check(deliverable, by)
        lists = _Lists.checked(group, projects=projects, owners=owners, organisations=organisations)
        deliverable.save(force_insert=True)
        lists.enter(deliverable)
        if criteria:
            _write_criteria(deliverable, criteria)
        tell(
            deliverable,
            "deliverable.created",
            by=by,
            permission=Permission.PLAN,
            changes={name: (None, value) for name, value in _content(deliverable).items() if value},
        )
    return deliverable


def change_deliverable(
    *, deliverable: Deliverable, by: User | None, seen: str | None = None, **changes: Any
) -> Deliverable:
    """What is not given stays as it is; lists are given whole."""
    with transaction.atomic():
        row = held(deliverable, by=by, permission=Permission.PLAN, seen=seen)
        before = _content(row)
        lists = _Lists.checked(
            row.group,
            **{name: changes.pop(name) for name in ("projects", "owners", "organisations") if name in changes},
        )
        criteria = changes.pop("criteria", None)
        if "due" in changes:
            _set_due(row, changes.pop("due"))
        if changes.get("needs_bureau", row.needs_bureau) != row.needs_bureau:
            _check_may_change_stages(row)
        _check_parent_seen(changes, by)
        for field, value in changes.items():
            if field not in TERMS:
                raise TypeError(field)
            setattr(row, field, value)
        row.title = one_line("title", row.title)
        row.description = _paragraphs(row.description)
        _check(row, by)
        row.save()
        lists.write(row)
        if criteria is not None:
            _write_criteria(row, criteria)
        after = _content(row)
        difference = {name: (before[name], after[name]) for name in after if before[name] != after[name]}
        if difference:
            tell(row, "deliverable.changed", by=by, permission=Permission.PLAN, changes=difference)
    return row


def tick_criteria(
    *, deliverable: Deliverable, met: Iterable[AcceptanceCriterion], by: User | None, seen: str | None = None
) -> Deliverable:
    """`met`: all those that are, of its own; the others are not."""
    with transaction.atomic():
        row = held(deliverable, by=by, permission=Permission.CONTRIBUTE, seen=seen)
        chosen = {criterion.pk for criterion in met}
        changes: dict[str, tuple[Any, Any]] = {}
        for criterion in row.criteria.all():
            if criterion.met != (criterion.pk in chosen):
                criterion.met = criterion.pk in chosen
                criterion.save(update_fields=["met"])
                changes[criterion.text] = (not criterion.met, criterion.met)
        if changes:
            row.save()
            tell(row, "deliverable.criteria_ticked", by=by, permission=Permission.CONTRIBUTE, changes=changes)
    return row


def period_of(group_contract: Contract, words: str) -> Period:
    """What an échéance comes to, for that contract; a ValidationError that asks when it cannot tell."""
    try:
        period: Period = read(words, contract=Span(group_contract.starts_on, group_contract.last_day), today=today())
    except Unreadable as error:
        raise ValidationError({"due": error.sentence}) from error
    return period


def _set_due(deliverable: Deliverable, words: str) -> None:
    period = period_of(deliverable.group.contract, words)
    deliverable.due, deliverable.due_precision = period.words, period.precision
    deliverable.due_start, deliverable.due_end = period.start, period.end


def _usual(group: WorkingGroup, needs_bureau: bool) -> str:
    """A group that keeps things to one college by habit says which one each time: nobody guesses it."""
    usual = group.default_confidentiality
    narrow = usual == Confidentiality.COLLEGE or (needs_bureau and usual not in READ_BY_THE_BUREAU)
    return Confidentiality.GROUP if narrow else usual


def _check_may_change_stages(row: Deliverable) -> None:
    if row.approval_state in {ApprovalState.APPROVED, ApprovalState.VALIDATED}:
        raise Refused(
            _(
                "La version courante est déjà approuvée\u00a0: déposez-en une nouvelle "
                "avant de changer qui doit valider ce livrable."
            ),
            code="already_approved",
        )
    ruled = Approval.objects.filter(version__deliverable=row, verdict__in=[Verdict.VALIDATED, Verdict.SENT_BACK])
    if row.needs_bureau and ruled.exists():
        raise Refused(
            _("Le Bureau s’est déjà prononcé sur ce livrable : c’est à lui que la suite revient."),
            code="before_the_bureau",
        )


def _check(deliverable: Deliverable, by: User | None) -> None:
    deliverable.full_clean(validate_unique=False, validate_constraints=False)
    if len(deliverable.description) > LONGEST_DESCRIPTION:
        raise ValidationError({"description": _("Écrivez 10\u202f000 caractères au plus.")})
    if bool(deliverable.college) != (deliverable.confidentiality == Confidentiality.COLLEGE):
        raise ValidationError({"college": _("Indiquez le collège auquel c’est réservé, et lui seul.")})
    if deliverable.needs_bureau and deliverable.confidentiality not in READ_BY_THE_BUREAU:
        raise ValidationError(
            {
                "needs_bureau": _(
                    "Le Bureau ne peut pas valider ce qu’une partie de ses membres ne lirait pas\u00a0: "
                    "ouvrez le livrable au groupe, ou n’en faites pas une position du comité."
                )
            }
        )
    if by is not None:
        check_chosen(
            read_standing(by),
            deliverable.group,
            confidentiality=deliverable.confidentiality,
            college=deliverable.college,
        )
    same = Deliverable.objects.filter(group=deliverable.group, code=deliverable.code).exclude(pk=deliverable.pk)
    if deliverable.code and same.exists():
        raise ValidationError({"code": _("Un livrable de ce groupe porte déjà ce code.")})
    _check_parent(deliverable)


def _check_parent(deliverable: Deliverable) -> None:
    """Whoever moves another part of the group at this moment waits for its lock: what is read here is what stands."""
    parents = Deliverable.objects.filter(group=deliverable.group).order_by().values_list("parent", flat=True)
    above, seen = deliverable.parent_id, {deliverable.pk}
    if above is not None and not parents.filter(pk=above).exists():
        raise ValidationError({"parent": _("Un livrable fait partie d’un livrable du même groupe.")})
    while above is not None:
        if above in seen:
            raise ValidationError({"parent": _("Un livrable ne peut pas faire partie de lui-même, même de loin.")})
        seen.add(above)
        above = parents.filter(pk=above).first()


def _check_parent_seen(chosen: Mapping[str, Any], by: User | None) -> None:
    parent = chosen.get("parent")
    if by is not None and parent is not None and not Deliverable.objects.visible_to(by).filter(pk=parent.pk).exists():
        raise Http404


class _Lists:
    """What a deliverable points at in numbers: checked before the row is written, written after."""

    def __init__(self, chosen: dict[str, list[Any]]) -> None:
        self.chosen = chosen

    @classmethod
    def checked(cls, group: WorkingGroup, **given: Iterable[Any]) -> "_Lists":
        chosen = {name: list(values) for name, values in given.items()}
        if any(project.contract_id != group.contract_id for project in chosen.get("projects", ())):
            raise ValidationError({"projects": _("Un livrable ne sert que des projets du contrat de son groupe.")})
        owners = {person.pk for person in chosen.get("owners", ())}
        if owners:
            sitting = Membership.objects.in_force(today()).filter(group=group, person__in=owners)
            if owners - set(sitting.values_list("person_id", flat=True)):
                raise ValidationError({"owners": _("Un responsable siège dans le groupe.")})
        return cls(chosen)

    def write(self, deliverable: Deliverable) -> None:
        for name, values in self.chosen.items():
            getattr(deliverable, name).set(values)

    def enter(self, deliverable: Deliverable) -> None:
        """Of a new one, which has none."""
        for name, values in self.chosen.items():
            if values:
                getattr(deliverable, name).add(*values)


def _write_criteria(deliverable: Deliverable, wanted: Sequence[str | Mapping[str, Any]]) -> None:
    """In the order given. One whose words stay keeps whether it is met."""
    known = {criterion.text: criterion for criterion in deliverable.criteria.all()}
    kept: dict[str, AcceptanceCriterion] = {}
    for each in wanted:
        given: Mapping[str, Any] = {"text": each} if isinstance(each, str) else each
        text = one_line("criteria", str(given.get("text", "")))
        if not text or text in kept:
            continue
        if len(text) > 500:
            raise ValidationError({"criteria": _("Un critère s’écrit en 500 caractères au plus.")})
        criterion = known.get(text) or AcceptanceCriterion(deliverable=deliverable, text=text)
        criterion.position = len(kept) + 1
        criterion.met = bool(given.get("met", criterion.met))
        kept[text] = criterion
    if len(kept) > MOST_CRITERIA:
        raise ValidationError({"criteria": _("Donnez 50 critères au plus.")})
    deliverable.criteria.exclude(pk__in=[criterion.pk for criterion in kept.values()]).delete()
    for criterion in kept.values():
        criterion.save()


def _paragraphs(text: str) -> str:
    """Browsers send line ends of their own: a form saved unchanged changes nothing."""
    return text.replace("\r\n", "\n").strip()


def _content(deliverable: Deliverable) -> dict[str, Any]:
    """Words rather than keys: this is read years later. People by their keys, for they can be forgotten; so the
    deliverable that this one is part of, which not everybody who reads this story may know."""
    return {
        "code": deliverable.code,
        "title": deliverable.title,
        "description": deliverable.description,
        "parent": str(deliverable.parent_id or ""),
        "projects": sorted(deliverable.projects.values_list("code", flat=True)),
        "owners": sorted(str(pk) for pk in deliverable.owners.values_list("pk", flat=True)),
        "organisations": sorted(str(organisation) for organisation in deliverable.organisations.all()),
        "due": deliverable.due,
        "recurrent": deliverable.recurrent,
        "needs_bureau": deliverable.needs_bureau,
        "confidentiality": str(deliverable.confidentiality),
        "college": str(deliverable.college),
        "criteria": [criterion.text for criterion in deliverable.criteria.all()],
    }
