"""No page of the product is forgotten: each is opened here, or says where else it is looked at."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver, reverse
from playwright.sync_api import Page

from accounts.models import Invitation, Organisation, User
from filiere.checks import patterns
from projects.deliverables import following
from projects.deliverables.approvals.services import submit
from projects.deliverables.dependencies import depend
from projects.deliverables.opinions.services import ask, give
from projects.deliverables.services import create_deliverable
from projects.deliverables.versions.services import deposit_version
from projects.discussions.services import open_thread
from projects.groups.enums import GroupKind
from projects.models import Deliverable, Membership, WorkingGroup
from tests.factories import AdministratorFactory, OrganisationFactory, UserFactory
from tests.factories.deliverables import DeliverableFactory, a_group_at_work
from tests.factories.groups import DelegationFactory, MembershipFactory, WorkingGroupFactory
from tests.factories.invitations import a_sent_invitation
from tests.factories.people import give_second_factor, give_token, open_session
from tests.projects.contracts.sheets import a_whole_sheet

Address = Callable[[dict[str, Any]], str]


def of_group(name: str, **kwargs: Any) -> Address:
    return lambda things: reverse(name, kwargs={"slug": things["group"].slug, **kwargs})


def in_its_group(name: str, what: str) -> Address:
    return lambda things: reverse(name, kwargs={"slug": things[what].group.slug, "pk": things[what].pk})


def plain(name: str) -> Address:
    return lambda _: reverse(name)


def about(name: str, what: str, **kwargs: Any) -> Address:
    return lambda things: reverse(name, kwargs={"pk": things[what].pk, **kwargs})


def of_contract(name: str, **kwargs: Any) -> Address:
    return lambda things: reverse(name, kwargs={"code": things["project"].contract.code, **kwargs})


def of_axis(name: str) -> Address:
    return lambda things: of_contract(name, axis=things["project"].axis.code)(things)


def of_project(name: str) -> Address:
    return lambda things: of_contract(name, project=things["project"].code)(things)


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
            "gather",
            "organisations",
            "organisation-new",
            "directory",
            "contract",
            "contracts",
            "contract-new",
            "groups",
            "roles",
            "group-new",
            "groups-administration",
            "mandates-administration",
            "journal",
            "api-docs",
        )
    },
    **{
        name: of_contract(name)
        for name in (
            "contract-version",
            "contract-edit",
            "amendment-new",
            "axes",
            "axis-new",
            "projects",
            "project-new",
        )
    },
    "amendment-edit": of_contract("amendment-edit", number=1),
    **{name: of_axis(name) for name in ("axis-edit", "axis-remove")},
    **{
        name: of_project(name)
        for name in (
            "project",
            "project-edit",
            "project-organisations",
            "project-links",
            "project-budget",
            "project-criteria",
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
    "group": of_group("group"),
    "group-members": of_group("group-members"),
    "group-access": of_group("group-access"),
    "group-emergency": of_group("group-emergency"),
    "group-invite": of_group("group-invite"),
    "group-invite-many": of_group("group-invite-many"),
    "group-invitations": of_group("group-invitations"),
    "group-change": of_group("group-change"),
    "group-archive": of_group("group-archive"),
    "group-reopen": of_group("group-reopen"),
    "group-delegations": of_group("group-delegations"),
    "mandate-new": of_group("mandate-new"),
    **{name: in_its_group(name, "mandate") for name in ("mandate", "mandate-change", "mandate-prolong", "mandate-end")},
    "mandate-withdraw": in_its_group("mandate-withdraw", "mandate_to_come"),
    "delegation-end": in_its_group("delegation-end", "delegation"),
    "person-card": about("person-card", "person"),
    "directory-organisation": about("directory-organisation", "organisation"),
    "api-docs-section": lambda _: reverse("api-docs-section", kwargs={"name": "organisations"}),
}
# Pages of the work: a pilot's, about a deliverable whose second version is before them.
PILOT: dict[str, Address] = {
    **{name: plain(name) for name in ("approvals", "bureau-queue", "deliverables", "workflow")},
    **{
        name: of_group(name)
        for name in (
            "group-deliverables",
            "group-deliverables-board",
            "group-deliverables-timeline",
            "deliverable-new",
        )
    },
    "deliverables-together": lambda things: (
        f"{of_group('deliverables-together')(things)}?livrable={things['deliverable'].pk}"
    ),
    **{
        name: about(name, "deliverable")
        for name in (
            "deliverable",
            "deliverable-abandon",
            "deliverable-change",
            "deliverable-criteria",
            "deliverable-dependencies",
            "deliverable-health",
            "deliverable-progress",
            "deliverable-readers",
            "deliverable-suspend",
            "recusal",
            "version-deposit",
        )
    },
    "deliverable-resume": about("deliverable-resume", "stopped"),
    **{
        name: about(name, "deliverable", number=2)
        for name in (
            "opinion-ask",
            "opinion-give",
            "version",
            "version-compare",
            "version-decide",
            "version-submit",
            "version-withdraw",
        )
    },
    "opinion-take-back": lambda things: about("opinion-take-back", "deliverable", opinion=things["opinion"].pk)(things),
    "thread": about("thread", "thread"),
    "thread-open": lambda things: reverse("thread-open", args=["version", things["deliverable"].current_id]),
    "comment-correct": about("comment-correct", "comment"),
    "comment-take-back": about("comment-take-back", "comment"),
}
# Pages that only exist in the middle of something, or for others: the test of that path looks at them.
ELSEWHERE = {
    "group-invitation-resend": "test_group_invitations",
    "group-invitation-withdraw": "test_group_invitations",
    "delegation-new": "test_mandates",
    "group-journal": "test_groups",
    "group-emergencies": "test_access",
    "groups-together": "test_groups",
    "mandates-together": "test_mandates",
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
    "approval-sheet",  # a file
    "axis-move",  # a button among the axes
    "bureau",  # leads to the page of that group
    "deliverable-dependency-remove",  # a button
    "due-preview",  # a part of a form
    "account_set_password",  # everybody has a password; leads to its change
    "favicon",
    "group-emergency-close",  # a button
    "healthz",
    "mfa_login_webauthn",
    "openid_connect_callback",
    "openid_connect_login",
    "readyz",
    "theme",
    "thread-reopen",  # a button
    "thread-settle",  # a button
    "unlink-identity",
    "version-file",
    "version-preview",  # a file, in the frame of its version's page
}


@pytest.fixture
def things() -> dict[str, Any]:
    administrator: User = AdministratorFactory()
    person: User = UserFactory()
    mandate: Membership = MembershipFactory(person=person)
    group: WorkingGroup = mandate.group
    give_second_factor(person)
    open_session(person)
    organisation: Organisation = OrganisationFactory()
    OrganisationFactory.create_batch(3)
    invitation: Invitation = a_sent_invitation()[0]
    return {
        "administrator": administrator,
        "person": person,
        "group": group,
        "mandate": mandate,
        "mandate_to_come": MembershipFactory(group=group, starts_on=date(2040, 1, 1)),
        "project": a_whole_sheet(),
        "delegation": DelegationFactory(group=group, borrower=person, ends_on=date(2040, 1, 1)),
        "organisation": organisation,
        "invitation": invitation,
        "token": give_token(administrator),
    }


@pytest.fixture
def work() -> dict[str, Any]:
    """One deliverable with all that a page may show of it, and one that is suspended."""
    group, people = a_group_at_work()
    pilot, member = people["pilote"], people["membre"]
    # Who sits on the Bureau too, and reads what it has before it.
    MembershipFactory(person=pilot, group=WorkingGroupFactory(slug="bureau", kind=GroupKind.BUREAU))
    made = create_deliverable(
        group=group,
        by=pilot,
        title="Feuille de route",
        code="L1",
        description="Ce que le groupe propose.",
        due="T1 2027",
        criteria=["Chiffrée", "Partagée"],
        owners=[member],
    )
    stopped = DeliverableFactory(group=group, title="Étude d’impact")
    following.suspend(deliverable=stopped, reason="Budget gelé", by=pilot)
    depend(deliverable=made, needs=stopped, by=pilot, why="Les chiffres en viennent")
    following.set_health(deliverable=made, health="soleil", by=pilot)
    following.set_health(deliverable=made, health="orage", sentence="Le budget manque", by=pilot)
    for text in ("Premier texte.\nFin.", "Second texte.\nFin."):
        file = SimpleUploadedFile("note.txt", text.encode())
        version = deposit_version(deliverable=made, file=file, by=member, note="Relecture")
    give(version=version, kind="favorable_reserves", text="Chiffres à revoir", by=people["rapporteur"])
    submit(version=version, by=member)
    thread = open_thread(field="version", target=version, text="Et la page 4\u202f?", by=pilot)
    return {
        "pilot": pilot,
        "group": group,
        "deliverable": Deliverable.objects.get(pk=made.pk),
        "stopped": stopped,
        "opinion": ask(version=version, people=[people["invite"]], by=pilot)[0],
        "thread": thread,
        "comment": thread.comments.get(),
    }


def test_every_address_is_a_page_looked_at_or_says_why_not():
    named = {
        pattern.name
        for route, pattern in patterns(get_resolver())
        if not route.startswith("admin/") and (not route.startswith("api/") or "docs" in route)
    }
    assert named == {*VISITOR, *ADMINISTRATOR, *PILOT, *ELSEWHERE, *NO_PAGE}


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


@pytest.mark.parametrize("name", PILOT)
def test_page_of_the_work_has_no_accessibility_fault(page: Page, sign_in, axe, screenshot, work, name):
    sign_in(page, work["pilot"])
    address = PILOT[name](work)
    answer = page.goto(address)
    assert answer is not None
    assert answer.ok, name
    assert page.url.endswith(address), f"{name} led to {page.url}"
    axe(page)
    screenshot(page, name)
