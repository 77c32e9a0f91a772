"""Who the identity provider says has come, and which of our people that is."""

from dataclasses import dataclass

from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from accounts.people.models import User
from accounts.signin.notices import Notice
from accounts.signin.openid import assurance
from accounts.signin.openid.configuration import configuration
from accounts.signin.openid.refusals import CLOSED, OTHER_IDENTITY, UNKNOWN, UNVERIFIED, WEAK, Refusal
from accounts.signin.services import notify
from projects.activity.services import record


@dataclass(frozen=True)
class Identity:
    issuer: str
    subject: str
    email: str
    email_verified: bool | None
    acr: str
    amr: tuple[str, ...]
    nonce: str
    id_token: str

    @property
    def two_factors(self) -> bool:
        return assurance.two_factors(self.acr, self.amr)


def account_of(identity: Identity, *, origin: str) -> SocialAccount:
    """The link between this identity and one of our people; made on the first visit, by address.

    The installation names one issuer, whose word on addresses it trusts, unless the issuer itself says that it has
    not verified this one. Afterwards only the subject counts: the address may change hands.
    """
    if not assurance.suffices(identity.acr, configuration().acr_values):
        raise Refusal(WEAK, why=f"acr {identity.acr!r}")
    account = _linked(identity) or _link(identity, origin=origin)
    if not account.user.is_active:
        raise Refusal(CLOSED)
    return account


def unlink(*, person: User, by: User) -> int:
    """Lets another identity be linked by address next time."""
    with transaction.atomic():
        count: int = SocialAccount.objects.filter(user=person).delete()[0]
        if count:
            record(actor=by, verb="person.identity_unlinked", target=person)
    return count


def _linked(identity: Identity) -> SocialAccount | None:
    accounts = SocialAccount.objects.select_related("user")
    account: SocialAccount | None = accounts.filter(provider=identity.issuer, uid=identity.subject).first()
    return account


def _link(identity: Identity, *, origin: str) -> SocialAccount:
    if identity.email_verified is False:
        raise Refusal(UNVERIFIED)
    with transaction.atomic():
        person = User.objects.select_for_update().filter(email=identity.email.strip().lower()).first()
        if person is None:
            raise Refusal(UNKNOWN)
        if not person.is_active:
            raise Refusal(CLOSED)
        # Two answers for one person at once: the second finds what the first, who held the lock, has made.
        if (account := _linked(identity)) is not None:
            return account
        if SocialAccount.objects.filter(user=person, provider=identity.issuer).exists():
            raise Refusal(OTHER_IDENTITY)
        account = SocialAccount.objects.create(user=person, provider=identity.issuer, uid=identity.subject)
        record(actor=person, verb="person.identity_linked", target=person)
        notify(person, Notice.IDENTITY_LINKED, origin)
    return account
