"""Versions as lists and pages read them: with what they say of people, never with their words."""

from typing import Any

from django.db.models import QuerySet

from accounts.people.models import User
from projects.deliverables.versions.models import Version

BESIDE = (
    "deliverable__group__contract",
    "deliverable__current",
    "deliverable__validated",
    "author",
    "submitted_by",
    "text",
)
# Megabytes of them, that no list shows.
WORDS = ("text__words", "text__searchable")


def visible_versions(person: User) -> "QuerySet[Any]":
    seen: QuerySet[Any] = Version.objects.visible_to(person)
    return seen.select_related(*BESIDE).defer(*WORDS)
