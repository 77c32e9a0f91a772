"""No page of the product is forgotten: each is opened here, or says where else it is looked at."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import get_resolver, reverse
from playwright.sync_api import Page

from accounts.models import Invitation, Organisation, User
from filiere.checks import patterns
from tests.factories import AdministratorFactory, OrganisationFactory, UserFactory
from tests.factories.groups import MembershipFactory
from tests.factories.invitations import a_sent_invitation
from tests.factories.people import give_second_factor, give_token, open_session

Address = Callable[[dict[str, Any]], str]


def plain(name: str) -> Address:
    return lambda _: reverse(name)


def about(name: str, what: str, **kwargs: Any) -> Address:
    return lambda things: reverse(name, kwargs={"pk": things[what].pk, **kwargs})


VISITOR = {
    name: plain(name)
    for name in (
        "account_login",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key_done",
        "account_inactive",
        "help",
    )
}
ADMINISTRATOR: dict[str, Address] = {
    **{
        name: plain(name)
        for name in (
            "home",
            "administration",
            "system-state",
            "preferences",
            "personal-data",
            "tokens",
            "usersessions_list",
            "mfa_index",
            "account_change_password",
            "account_logout",
            "people",
            "invitations",
            "invitation-new",
            "organisations",
            "organisation-new",
            "directory",
            "journal",
            "api-docs",
        )
    },
    "person": about("person", "person"),
    "person-edit": about("person-edit", "person"),
    "person-anonymise": about("person-anonymise", "person"),
    "person-act": about("person-act", "person", slug="fermer"),
    "token-revoke": about("token-revoke", "token"),
    "invitation": about("invitation", "invitation"),
    "invitation-resend": about("invitation-resend", "invitation"),
    "invitation-revoke": about("invitation-revoke", "invitation"),
    "organisation": about("organisation", "organisation"),
    "organisation-edit": about("organisation-edit", "organisation"),
    "organisation-merge": about("organisation-merge", "organisation"),
    "directory-organisation": about("directory-organisation", "organisation"),
    "api-docs-section": lambda _: reverse("api-docs-section", kwargs={"name": "organisations"}),
}
# Pages that only exist in the middle of something: the test of that path looks at them.
ELSEWHERE = {
    "acceptance": "test_invitations",
    "journal-verification": "test_journal",
    "account_reauthenticate": "test_signin",
    "mfa_activate_totp": "test_signin",
    "mfa_add_webauthn": "test_signin",
    "account_reset_password_from_key": "test_signin",
    "invitation-link": "test_invitations",
    "mfa_authenticate": "test_signin",
    "mfa_deactivate_totp": "test_signin",
    "mfa_edit_webauthn": "test_signin",
    "mfa_generate_recovery_codes": "test_signin",
    "mfa_reauthenticate": "test_signin",
    "mfa_reauthenticate_webauthn": "test_signin",
    "mfa_remove_webauthn": "test_signin",
    "mfa_view_recovery_codes": "test_signin",
}
# Answers without a page of their own.
NO_PAGE = {
    "account_set_password",  # everybody has a password; leads to its change
    "healthz",
    "mfa_login_webauthn",
    "openid_connect_callback",
    "openid_connect_login",
    "readyz",
    "theme",
    "unlink-identity",
}


@pytest.fixture
def things() -> dict[str, Any]:
    administrator: User = AdministratorFactory()
    person: User = UserFactory()
    MembershipFactory(person=person)
    give_second_factor(person)
    open_session(person)
    organisation: Organisation = OrganisationFactory()
    OrganisationFactory.create_batch(3)
    invitation: Invitation = a_sent_invitation()[0]
    return {
        "administrator": administrator,
        "person": person,
        "organisation": organisation,
        "invitation": invitation,
        "token": give_token(administrator),
    }


def test_every_address_is_a_page_looked_at_or_says_why_not():
    named = {
        pattern.name
        for route, pattern in patterns(get_resolver())
        if not route.startswith("admin/") and (not route.startswith("api/") or "docs" in route)
    }
    assert named == {*VISITOR, *ADMINISTRATOR, *ELSEWHERE, *NO_PAGE}


@pytest.mark.parametrize("name", VISITOR)
def test_visitor_page_has_no_accessibility_fault(page: Page, axe, screenshot, things, name):
    answer = page.goto(VISITOR[name](things))
    assert answer is not None
    assert answer.ok, name
    axe(page)
    screenshot(page, f"visitor-{name}")


@pytest.mark.parametrize("name", ADMINISTRATOR)
def test_page_has_no_accessibility_fault(page: Page, sign_in, axe, screenshot, things, name):
    sign_in(page, things["administrator"])
    address = ADMINISTRATOR[name](things)
    answer = page.goto(address)
    assert answer is not None
    assert answer.ok, name
    assert page.url.endswith(address), f"{name} led to {page.url}"
    axe(page)
    screenshot(page, name)
