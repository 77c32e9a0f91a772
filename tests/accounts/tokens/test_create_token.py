from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import ApiToken
from accounts.tokens.selectors import token_behind
from accounts.tokens.services import LIMIT
from projects.models import Event
from tests.factories import UserFactory
from tests.factories.tokens import TokenFactory

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out, err = StringIO(), StringIO()
    call_command("create_token", *arguments, stdout=out, stderr=err)
    assert err.getvalue() == ""
    return out.getvalue()


def test_token_is_printed_alone_and_works():
    person = UserFactory(email="camille@demo.example")
    printed = run("camille@demo.example")
    assert printed.endswith("\n")
    token = token_behind(printed.strip())
    assert (token.person, token.scope, token.name) == (person, "read", "Créé en ligne de commande")
    assert token.expires_at is None
    assert Event.objects.get().actor is None


def test_address_is_compared_as_people_write_it():
    UserFactory(email="camille@demo.example")
    assert token_behind(run("  Camille@Demo.Example ").strip())


def test_scope_name_and_expiry_are_taken():
    UserFactory(email="camille@demo.example")
    with time_machine.travel("2026-11-20T12:00:00Z", tick=False):
        run("camille@demo.example", "--scope", "write", "--name", "Sauvegarde", "--expires-in-days", "30")
        token = ApiToken.objects.get()
        assert (token.scope, token.name) == ("write", "Sauvegarde")
        assert token.expires_at == timezone.now() + timedelta(days=30)


def test_unknown_address_is_told():
    with pytest.raises(CommandError, match=r"Aucun compte n’a l’adresse x@demo\.example\."):
        run("x@demo.example")


@pytest.mark.parametrize("closed", [{"is_active": False}, {"anonymised_at": timezone.now()}])
def test_closed_account_is_told(closed):
    person = UserFactory(**closed)
    with pytest.raises(CommandError, match="Ce compte est fermé"):
        run(person.email)


def test_limit_is_told():
    person = UserFactory()
    TokenFactory.create_batch(LIMIT, person=person)
    with pytest.raises(CommandError, match="20 jetons"):
        run(person.email)


@pytest.mark.parametrize("days", ["0", "-1", "3654", "99999999999"])
def test_impossible_expiry_is_told(days):
    with pytest.raises(CommandError, match="entre 1 et 3653"):
        run(UserFactory().email, f"--expires-in-days={days}")
    assert not ApiToken.objects.exists()


def test_name_too_long_is_told():
    with pytest.raises(CommandError, match="80"):
        run(UserFactory().email, "--name", "x" * 81)


def test_unknown_scope_is_told():
    with pytest.raises(CommandError, match="scope"):
        run(UserFactory().email, "--scope", "admin")
