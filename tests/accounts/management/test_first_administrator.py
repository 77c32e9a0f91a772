import re

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.invitations.services import InvitationVoid, accept_invitation
from accounts.invitations.tokens import hash_of
from accounts.management.commands import first_administrator
from accounts.models import Invitation, User
from filiere.refusals import Refused
from tests.factories import AdministratorFactory, UserFactory

pytestmark = pytest.mark.django_db


def said(capsys) -> str:
    call_command("first_administrator")
    return capsys.readouterr().out


def token_in(line: str) -> str:
    return re.search(r"http://localhost/\S+", line)[0].rstrip("/").rpartition("/")[2]


def accept(token: str) -> User:
    return accept_invitation(
        token_hash=hash_of(token),
        email="premiere@demo.example",
        given_name="Première",
        family_name="Sureau",
        password="un mot de passe correct",
    )


def test_first_administrator_prints_one_line_with_a_link(capsys):
    line = said(capsys)
    assert line.startswith("Premier administrateur\u00a0: http://localhost/")
    assert line.count("\n") == 1


def test_first_administrator_link_lets_one_in(capsys):
    person = accept(token_in(said(capsys)))
    assert person.is_staff
    assert said(capsys) == ""


def test_first_administrator_again_voids_the_former_link(capsys):
    former, latter = token_in(said(capsys)), token_in(said(capsys))
    with pytest.raises(InvitationVoid):
        accept(former)
    assert accept(latter).is_staff


def test_first_administrator_prints_nothing_when_one_exists(capsys):
    AdministratorFactory()
    assert said(capsys) == ""
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("fields", [{}, {"is_delegate": True}, {"is_staff": True, "is_active": False}])
def test_first_administrator_counts_open_administrators_alone(capsys, fields):
    UserFactory(**fields)
    assert "http://" in said(capsys)


def test_first_administrator_says_why_when_it_cannot(monkeypatch):
    def refuse() -> str:
        raise Refused("Un autre lien vient d’être créé.")

    monkeypatch.setattr(first_administrator, "invite_first_administrator", refuse)
    with pytest.raises(CommandError, match="Un autre lien"):
        call_command("first_administrator")
