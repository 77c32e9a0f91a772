from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.tokens.hashing import hash_of
from accounts.tokens.models import ApiToken


def live(*, at: datetime | None = None) -> QuerySet[ApiToken]:
    now = at or timezone.now()
    return ApiToken.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None)


def tokens_of(person: User) -> QuerySet[ApiToken]:
    """What a person sees of their own: expired ones too, so that a script that stopped is explained."""
    return ApiToken.objects.filter(person=person, revoked_at=None)


def token_behind(value: str) -> ApiToken | None:
    """The live token of an open account, or None: a closed account's tokens are as if they had never been."""
    # Asked at every request: the plainest query there can be, and the rules told here rather than in SQL.
    found = ApiToken.objects.select_related("person").filter(token_hash=hash_of(value)).order_by()
    token = next(iter(found), None)
    if token is None or token.revoked_at or token.expired:
        return None
    return token if token.person.is_active and not token.person.anonymised_at else None
