"""The question of visibility the other way round: who reads the work on this thing. For mentions, opinions, mails."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from accounts.people.models import User
from projects.access.confidentiality import OPEN, Confidential
from projects.access.enums import Confidentiality, ContractRole, Permission
from projects.access.models import Grant
from projects.access.roles import COLLEGES, CONTRACT_ROLES

if TYPE_CHECKING:
    from accounts.organisations.enums import College


def who_works_on(thing: Confidential) -> QuerySet[User]:
    """Those who read work under way there, and this level of it; open accounts only. One query, whatever the group.

    Grants answer it, those of today: whoever asks has had the day projected by their own request.
    """
    found = Q()
    for permission in _needed(thing):
        found &= Q(pk__in=_holders(thing, permission))
    if thing.confidentiality in {*OPEN, Confidentiality.GROUP} and _holds_everywhere({Permission.READ_WORK}):
        found |= Q(is_delegate=True)
    return User.objects.filter(found, is_active=True).order_by("searchable", "pk")


def _needed(thing: Confidential) -> Iterable[Permission]:
    yield Permission.READ_WORK
    if thing.confidentiality == Confidentiality.GROUP:
        yield Permission.READ
    if thing.confidentiality == Confidentiality.FILIERE:
        yield Permission.READ_FILIERE
    if thing.confidentiality == Confidentiality.RESTRICTED:
        yield Permission.READ_RESTRICTED
    if thing.confidentiality == Confidentiality.COLLEGE:
        college: College = thing.college  # type: ignore[assignment]
        yield COLLEGES[college]


def _holders(thing: Confidential, permission: Permission) -> QuerySet[Grant]:
    rows = Grant.objects.filter(content_object=thing.group_id, permission__codename=permission)
    return rows.values("user")  # type: ignore[return-value]


def _holds_everywhere(permissions: set[Permission]) -> bool:
    return permissions <= CONTRACT_ROLES[ContractRole.DELEGATE]
