from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.invitations.enums import Sending, State
from accounts.invitations.selectors import invitations, matching
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.invitations import a_sent_invitation

pytestmark = pytest.mark.django_db

PAST, FUTURE = timezone.now() - timedelta(days=1), timezone.now() + timedelta(days=1)


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"sending": Sending.WAITING}, State.WAITING),
        ({"sending": Sending.UNDER_WAY}, State.UNDER_WAY),
        ({"sending": Sending.SENT}, State.SENT),
        ({"sending": Sending.FAILED}, State.FAILED),
        ({"sending": Sending.WAITING, "expires_at": PAST}, State.EXPIRED),
        ({"sending": Sending.FAILED, "expires_at": PAST}, State.EXPIRED),
        ({"revoked_at": PAST}, State.REVOKED),
        ({"revoked_at": PAST, "expires_at": PAST}, State.REVOKED),
        ({"accepted_at": PAST, "expires_at": PAST}, State.ACCEPTED),
    ],
)
def test_state_is_the_end_when_there_is_one_else_where_the_mail_stands(fields, state):
    a_sent_invitation(**fields)
    assert invitations().get().state == state


def test_state_expires_at_the_very_moment():
    made, _token = a_sent_invitation(expires_at=FUTURE)
    assert invitations(at=FUTURE - timedelta(seconds=1)).get(pk=made.pk).state == State.SENT
    assert invitations(at=FUTURE).get(pk=made.pk).state == State.EXPIRED
    assert made.is_open


def test_address_of_an_accepted_invitation_is_the_accounts():
    a_sent_invitation("", accepted_at=PAST, accepted_by=UserFactory(email="entree@demo.example"))
    assert invitations().get().address == "entree@demo.example"


def test_address_of_the_first_administrators_link_is_empty():
    a_sent_invitation("", as_administrator=True)
    assert invitations().get().address == ""


@pytest.mark.parametrize("text", ["gerard", "Gérard", "beranger gerard", "BÉRANGER", "gb@demo", ""])
def test_matching_finds_by_name_or_address_whatever_the_accents(text):
    wanted, _token = a_sent_invitation("gb@demo.example", given_name="Gérard", family_name="Béranger")
    assert wanted in matching(invitations(), text)


def test_matching_finds_accepted_ones_by_their_account():
    wanted, _token = a_sent_invitation(
        "", accepted_at=PAST, accepted_by=UserFactory(given_name="Zoé", family_name="Ünal")
    )
    a_sent_invitation()
    assert list(matching(invitations(), "unal zoe")) == [wanted]


@pytest.mark.parametrize("number", [1, 30])
def test_invitations_are_one_query(django_assert_num_queries, number):
    for n in range(number):
        a_sent_invitation(invited_by=AdministratorFactory(), accepted_by=UserFactory() if n % 2 else None)
    with django_assert_num_queries(1):
        rows = list(invitations())
        assert (
            len({(str(row.invited_by), row.state, row.accepted_by and str(row.accepted_by)) for row in rows}) == number
        )
