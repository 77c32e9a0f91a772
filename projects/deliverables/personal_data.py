"""Sections of `settings.PERSONAL_DATA`: what a person answers for, handed in, decided and said of deliverables.

The title of what they can no longer read is not theirs to take away: it stays the group's. Its key names it.
"""

from typing import Any

from django.db.models import CharField, F, OuterRef, QuerySet, Subquery

from accounts.people.models import User
from projects.deliverables.approvals.models import Approval, Recusal
from projects.deliverables.models import Deliverable, HealthNote
from projects.deliverables.opinions.models import Opinion
from projects.deliverables.versions.models import Version
from projects.discussions.models import Comment

Lines = list[dict[str, Any]]


def deliverables(person: User) -> dict[str, Any]:
    rows = Deliverable.objects.filter(owners=person).annotate(
        due_told=_as_they_read(person, "pk", "due"), progress_told=_as_they_read(person, "pk", "progress")
    )
    told = _lines(person, rows, "pk", echeance="due_told", avancement="progress_told")
    return {"livrables_dont_vous_repondez": told}


def versions(person: User) -> dict[str, Any]:
    about = {"version": "number", "fichier": "name", "empreinte": "sha256", "note": "note"}
    return {
        "versions_deposees": _lines(
            person,
            Version.objects.filter(author=person),
            "deliverable",
            **about,
            en_qualite_de="capacity",
            deposee="deposited_at",
        ),
        "versions_soumises": _lines(
            person, Version.objects.filter(submitted_by=person), "deliverable", version="number", soumise="submitted_at"
        ),
    }


def approvals(person: User) -> dict[str, Any]:
    """Those given by others in their name are theirs too."""
    about = {
        "version": "version__number",
        "empreinte": "sha256",
        "decision": "verdict",
        "motif": "reason",
        "en_qualite_de": "capacity",
        "donnee": "given_at",
        "caduque": "voided_at",
    }
    path = "version__deliverable"
    in_their_name = Approval.objects.filter(voice=person).exclude(person=person)
    return {
        "approbations": _lines(person, Approval.objects.filter(person=person), path, **about),
        "approbations_donnees_en_votre_nom": _lines(person, in_their_name, path, **about),
        "deports": _lines(
            person,
            Recusal.objects.filter(person=person),
            "deliverable",
            motif="reason",
            declare="declared_at",
            leve="lifted_at",
        ),
    }


def opinions(person: User) -> dict[str, Any]:
    return {
        "avis": _lines(
            person,
            Opinion.objects.filter(person=person),
            "version__deliverable",
            version="version__number",
            avis="kind",
            motivation="text",
            demande="asked_at",
            pour_le="due_on",
            donne="given_at",
            demande_retiree="withdrawn_at",
        ),
        "meteos": _lines(
            person, HealthNote.objects.filter(by=person), "deliverable", meteo="health", phrase="sentence", quand="at"
        ),
    }


def comments(person: User) -> dict[str, Any]:
    return {
        "commentaires": _lines(
            person,
            Comment.objects.filter(author=person),
            "thread__version__deliverable",
            version="thread__version__number",
            commentaire="text",
            ecrit="written_at",
            corrige="edited_at",
            retire="withdrawn_at",
        )
    }


def _lines(person: User, rows: QuerySet[Any], path: str, **columns: str) -> Lines:
    """`path` leads to the deliverable."""
    told = rows.annotate(named=_as_they_read(person, path, "title"), key=F(path)).order_by("pk")
    found: Any = told.values_list("named", "key", *columns.values())
    return [{"livrable": name or str(key), **dict(zip(columns, values, strict=True))} for name, key, *values in found]


def _as_they_read(person: User, path: str, column: str) -> Subquery:
    """Nothing of a deliverable that is hidden from them."""
    seen = Deliverable.objects.visible_to(person).filter(pk=OuterRef(path))
    return Subquery(seen.values(column)[:1], output_field=CharField())
