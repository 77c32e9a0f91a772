from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.tokens.hashing import SHOWN, hash_of, new_token
from accounts.tokens.models import ApiToken, Scope
from accounts.tokens.selectors import live
from filiere.refusals import Refused
from projects.activity.services import record

# Enough for every script of a person; more is a script that makes one at each run and forgets it.
LIMIT = 20
LONGEST = timedelta(days=3653)


def create_token(
    *, person: User, name: str, by: User | None, scope: str = Scope.READ, expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """The token and its value, which exists nowhere else: it is shown now or never."""
    _own(person, by)
    value = new_token()
    token = ApiToken(
        person=person,
        name=" ".join(name.split()),
        scope=scope,
        prefix=value[:SHOWN],
        token_hash=hash_of(value),
        expires_at=expires_at,
    )
    token.full_clean(exclude=["person", "token_hash"])
    _check_expiry(expires_at)
    with transaction.atomic():
        # Two tokens asked for at once are counted one after the other.
        holder = User.objects.select_for_update(no_key=True).get(pk=person.pk)
        if not holder.is_active or holder.anonymised_at:
            raise Refused(_("Ce compte est fermé."), code="compte_ferme")
        if live().filter(person=holder).count() >= LIMIT:
            raise Refused(
                _("Vous avez déjà %(limit)d jetons\u00a0: révoquez-en un d’abord.") % {"limit": LIMIT},
                code="trop_de_jetons",
            )
        token.save(force_insert=True)
        record(
            actor=by,
            verb="token.created",
            target=token,
            changes={
                "scope": (None, token.scope),
                "expires_at": (None, expires_at.isoformat() if expires_at else None),
            },
        )
    return token, value


def revoke_token(*, token: ApiToken, by: User | None) -> ApiToken:
    _own(token.person, by)
    with transaction.atomic():
        token = ApiToken.objects.select_for_update().get(pk=token.pk)
        _revoke(token, by)
    return token


def revoke_all(*, person: User, by: User | None) -> int:
    """When an account is closed: whoever closes it ends its tokens, theirs or not."""
    with transaction.atomic():
        tokens = list(ApiToken.objects.select_for_update().filter(person=person, revoked_at=None).order_by("pk"))
        for token in tokens:
            _revoke(token, by)
    return len(tokens)


def _revoke(token: ApiToken, by: User | None) -> None:
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        record(actor=by, verb="token.revoked", target=token)


def _check_expiry(expires_at: datetime | None) -> None:
    now = timezone.now()
    if expires_at is not None and not now < expires_at <= now + LONGEST:
        raise ValidationError({"expires_at": _("Choisissez un moment à venir, dans les dix ans.")})


def _own(person: User, by: User | None) -> None:
    """A token acts as its person: nobody else makes or ends one, save the server's own command."""
    if by is not None and by.pk != person.pk:
        raise PermissionDenied
