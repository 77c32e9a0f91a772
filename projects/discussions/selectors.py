"""Reads about discussions."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from accounts.people.models import User
from filiere.text import fold
from projects.access.confidentiality import Confidential
from projects.access.readers import who_works_on
from projects.discussions.models import Comment, Thread
from projects.discussions.subjects import RELATED


def threads(reader: User) -> QuerySet[Any]:
    """Each with its comments and their authors, in the order in which they were written."""
    seen: QuerySet[Any] = Thread.objects.visible_to(reader)
    comments = Comment.objects.select_related("author").order_by("written_at", "pk")
    return seen.select_related("resolved_by", *RELATED).prefetch_related(Prefetch("comments", comments))


def threads_about(field: str, targets: Sequence[Any], reader: User) -> QuerySet[Any]:
    """Of several versions, say: what is not settled first, then in the order in which they were opened."""
    return threads(reader).filter(**{f"{field}__in": targets}).order_by("resolved_at", "opened_at", "pk")


def comments(reader: User) -> QuerySet[Any]:
    seen: QuerySet[Any] = Comment.objects.visible_to(reader)
    related = [f"thread__{path}" for path in RELATED]
    return seen.select_related("author", "thread", *related).prefetch_related("mentions")


def unsettled(field: str, target: Any, reader: User) -> int:
    seen = Thread.objects.visible_to(reader).filter(**{field: target})
    counted: dict[str, int] = seen.aggregate(number=Count("pk", filter=Q(resolved_at=None)))
    return counted["number"]


def may_be_mentioned(thing: Confidential, by: User) -> QuerySet[User]:
    """Those who would read it anyway: naming somebody opens nothing to them."""
    return who_works_on(thing).exclude(pk=by.pk)


def mentioned_in(text: str, people: Sequence[User]) -> list[User]:
    """Those whose full name follows an @, accents or not; the longest name wins where one begins like another."""
    words, found = fold(text), []
    for person in sorted(people, key=lambda each: -len(str(each))):
        name = f"@{fold(str(person))}"
        if name in words:
            words = words.replace(name, " ")
            found.append(person)
    return found
