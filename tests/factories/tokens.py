import factory
from rest_framework.test import APIClient

from accounts.models import ApiToken, User
from accounts.tokens.hashing import SHOWN, hash_of
from accounts.tokens.models import Scope
from tests.factories.accounts import UserFactory


class TokenFactory(factory.django.DjangoModelFactory):
    """Its value is known to who gives it: `TokenFactory(value="flr_…")`."""

    class Meta:
        model = ApiToken

    class Params:
        value = factory.Sequence(lambda n: f"flr_{n:040d}")

    person = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"Script {n}")
    scope = Scope.READ
    prefix = factory.LazyAttribute(lambda token: token.value[:SHOWN])
    token_hash = factory.LazyAttribute(lambda token: hash_of(token.value))


def script_of(person: User, *, scope: str = Scope.WRITE, value: str = "flr_script") -> APIClient:
    """A client that presents a token of this person, and nothing else."""
    TokenFactory(person=person, scope=scope, value=value)
    return APIClient(headers={"Authorization": f"Token {value}"})
