"""The deliverables of the contract in their groups, a few invented ones, and what became of some of them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.http import Http404

from accounts.organisations.models import Organisation
from accounts.people.models import User
from filiere.days import today
from filiere.refusals import Refused
from filiere.web.french import date_fr
from projects.contracts.models import Contract, Project
from projects.deliverables.approvals.bureau import validate
from projects.deliverables.approvals.services import approve, request_changes, submit
from projects.deliverables.dependencies import depend
from projects.deliverables.enums import LIVE
from projects.deliverables.following import abandon, set_health, set_progress, suspend
from projects.deliverables.letters import quietly
from projects.deliverables.models import Deliverable
from projects.deliverables.opinions.services import ask, give
from projects.deliverables.services import create_deliverable
from projects.deliverables.versions.models import Version
from projects.deliverables.versions.services import deposit_version, examine
from projects.demonstration.contract import CODE
from projects.demonstration.documents import made
from projects.demonstration.dossiers import INVENTED, STORIES, Dossier
from projects.demonstration.facts import facts
from projects.demonstration.groups import slug_of
from projects.demonstration.organisations import by_spelling
from projects.demonstration.people import DOMAIN
from projects.groups.models import Membership, WorkingGroup

FRIDAY = 4
# Somebody has used the demonstration since: who this takes may have left. The rest is told all the same.
NO_LONGER = (PermissionDenied, ValidationError, Http404, Refused, KeyError)


def load() -> int:
    """What is missing, and nothing of what somebody changed since."""
    contract = Contract.objects.get(code=CODE)
    known = set(Deliverable.objects.filter(group__contract=contract).values_list("code", flat=True))
    missing = {code: dossier for code, dossier in _dossiers() if code not in known}
    if not missing:
        return 0
    with quietly():
        loading = _Loading(contract)
        made_now = {code: loading.enter(code, dossier) for code, dossier in missing.items()}
        for code, deliverable in made_now.items():
            loading.live(deliverable, missing[code])
    return len(missing)


def _dossiers() -> Iterator[tuple[str, Dossier]]:
    """Wholes before their parts, as the contract lists them."""
    codes = {body["code"] for body in facts()["bodies"]}
    for project in facts()["projects"]:
        for number, fact in enumerate(project["deliverables"] or []):
            plain = Dossier(
                title=fact["label"],
                group=slug_of(fact["working_group"] or _home(project["number"], codes)),
                due=fact["calendar_verbatim"] or "",
                part_of=fact["parent"] or "",
                organisations=tuple(fact["organisations"]),
                project=project["number"],
                # What nothing is told of advances, some more than others; what was due has mostly been handed over.
                progress=("finalise", "finalise", "en_cours", "finalise")[number % 4]
                if _is_past(fact)
                else LIVE[number % 3],
            )
            yield fact["ref"], replace(plain, **STORIES.get(fact["ref"], {}))
    yield from INVENTED.items()


def _home(number: int, codes: set[str]) -> str:
    """Of what the contract gives to no group: the committee that steers the project, or the group that carries it."""
    own = (f"COPIL-P{number:02}", f"P{number:02}-GT1")
    return next((code for code in own if code in codes), "GTH")


def _is_past(fact: dict[str, Any]) -> bool:
    return "2024" in (fact["calendar_verbatim"] or "")


class _Loading:
    """What entries point at, read once."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.groups = {group.slug: group for group in WorkingGroup.objects.filter(contract=contract)}
        self.projects = {project.number: project for project in Project.objects.filter(contract=contract)}
        self.people = {
            person.email.removesuffix(f"@{DOMAIN}"): person
            for person in User.objects.filter(email__endswith=f"@{DOMAIN}", is_active=True)
        }

    @cached_property
    def organisations(self) -> dict[str, Organisation]:
        return by_spelling()

    @cached_property
    def seated(self) -> set[tuple[Any, Any]]:
        return set(Membership.objects.in_force(today()).values_list("group", "person"))

    @cached_property
    def entered(self) -> dict[str, Deliverable]:
        found = Deliverable.objects.filter(group__contract=self.contract).exclude(code="")
        return {each.code: each for each in found}

    def enter(self, code: str, dossier: Dossier) -> Deliverable:
        group = self.groups[dossier.group]
        parent = self.entered.get(dossier.part_of)
        owners = [self.people[name] for name in dossier.owners if name in self.people]
        deliverable = create_deliverable(
            group=group,
            code=code,
            title=dossier.title,
            description=dossier.description,
            due=_due(dossier),
            parent=parent if parent is not None and parent.group_id == group.pk else None,
            projects=[self.projects[dossier.project]] if dossier.project in self.projects else [],
            organisations=[self.organisations[name] for name in dossier.organisations if name in self.organisations],
            owners=[owner for owner in owners if (group.pk, owner.pk) in self.seated],
            criteria=[{"text": text, "met": place < dossier.met} for place, text in enumerate(dossier.criteria)],
            confidentiality=dossier.confidentiality,
            college=dossier.college,
            needs_bureau=dossier.needs_bureau,
            recurrent=dossier.recurrent,
            by=None,
        )
        self.entered[code] = deliverable
        return deliverable

    def live(self, deliverable: Deliverable, dossier: Dossier) -> None:
        """Step by step, as far as it goes: a step that is no longer possible ends the story of this one."""
        try:
            with transaction.atomic():
                self._follow(deliverable, dossier)
        except NO_LONGER:
            pass
        try:
            with transaction.atomic():
                self._hand_in(deliverable, dossier)
        except NO_LONGER:
            pass

    def _follow(self, deliverable: Deliverable, dossier: Dossier) -> None:
        for health, sentence, by in dossier.weather:
            set_health(deliverable=deliverable, health=health, sentence=sentence, by=self.people[by])
        if dossier.progress != deliverable.progress:
            set_progress(deliverable=deliverable, progress=dossier.progress, by=None)
        if dossier.suspended:
            resumes_on = today() + timedelta(days=dossier.resumes_in)
            suspend(deliverable=deliverable, reason=dossier.suspended, resumes_on=resumes_on, by=None)
        if dossier.abandoned:
            abandon(deliverable=deliverable, reason=dossier.abandoned, by=None)
        for code, why in dossier.needs:
            depend(deliverable=deliverable, needs=self.entered[code], why=why, by=None)

    def _hand_in(self, deliverable: Deliverable, dossier: Dossier) -> None:
        version = None
        for handed in dossier.versions:
            file = ContentFile(made(handed.name, handed.words), name=handed.name)
            by = self.people[handed.by]
            version = deposit_version(deliverable=deliverable, file=file, note=handed.note, by=by)
            examine(version.pk)
        if version is not None:
            self._decide(version, dossier)

    def _decide(self, version: Version, dossier: Dossier) -> None:
        author = version.author
        assert author is not None
        for name, days in dossier.asked:
            ask(version=version, people=[self.people[name]], due_on=today() + timedelta(days=days), by=author)
        for name, kind, text in dossier.opinions:
            give(version=version, kind=kind, text=text, by=self.people[name])
        if dossier.submitted_by:
            submit(version=version, by=self.people[dossier.submitted_by])
        for name in dossier.approved_by:
            approve(version=version, sha256=version.sha256, by=self.people[name])
        if dossier.changes:
            request_changes(version=version, reason=dossier.changes, by=self.people[dossier.changes_by])
        if dossier.decision:
            bureau = self.groups["bureau"]
            validate(version=version, sha256=version.sha256, bureau=bureau, reference=dossier.decision, by=None)


def _due(dossier: Dossier) -> str:
    if dossier.this_week:
        return date_fr(_this_week(today()))
    return dossier.due if dossier.days is None else date_fr(today() + timedelta(days=dossier.days))


def _this_week(day: date) -> date:
    """Friday; the day itself once Friday is over."""
    return day + timedelta(days=max(0, FRIDAY - day.weekday()))
