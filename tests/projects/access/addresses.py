"""Every address of the project, and who may ask it what. A new page or resource adds its line here.

`PAGES`: by name, the class that the page's own mark (`filiere.web.access`, `in_group`, …) must tell. `API`: for each
method of each resource, whom it answers. A class is a `Rule`, a `Permission` held in the group of the address, the
`Work` on a deliverable, or a function of the actor and that group. What stands in the addresses is in `world`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, NamedTuple

from projects.access.enums import ContractRole, Permission
from projects.models import WorkingGroup
from tests.factories.access import Actor


class Rule(Enum):
    EVERYONE = auto()
    SIGNED_IN = auto()
    FILIERE = auto()
    COORDINATORS = auto()
    INVITING = auto()  # coordinators, and those who invite into some group
    ADMINISTRATORS = auto()


@dataclass(frozen=True)
class Work:
    """On the deliverable of the address, which its group works on and keeps to itself: with this permission there, or
    for whoever reads it."""

    permission: Permission | None = None

    def exists_for(self, actor: Actor, group: WorkingGroup) -> bool:
        return actor.holds(Permission.READ, group) and actor.holds(Permission.READ_WORK, group)

    def lets(self, actor: Actor, group: WorkingGroup) -> bool:
        return self.permission is None or actor.holds(self.permission, group)


EVERYONE, SIGNED_IN, FILIERE = Rule.EVERYONE, Rule.SIGNED_IN, Rule.FILIERE
COORDINATORS, INVITING, ADMINISTRATORS = Rule.COORDINATORS, Rule.INVITING, Rule.ADMINISTRATORS
Whom = Rule | Permission | Work | Callable[[Actor, WorkingGroup], bool]


def administers(actor: Actor, group: WorkingGroup) -> bool:
    return ContractRole.ADMINISTRATOR in actor.wide and actor.person.is_active


def seats_members(actor: Actor, group: WorkingGroup) -> bool:
    """Those who may give the role of member may end it; whoever manages the group, even archived."""
    return actor.holds(Permission.INVITE, group) or actor.holds(Permission.MANAGE_GROUP, group)


def ends_loans(actor: Actor, group: WorkingGroup) -> bool:
    """Their own, and anybody's for whoever manages the group."""
    return actor.holds(Permission.MANAGE_GROUP, group) or group.delegations.filter(lender=actor.person).exists()


def reads_the_journal(actor: Actor, group: WorkingGroup) -> bool:
    """An administrator without a mandate knows of their own emergency readings alone."""
    return actor.holds(Permission.READ_JOURNAL, group)


def told_of_emergencies(actor: Actor, group: WorkingGroup) -> bool:
    return actor.holds(Permission.READ_JOURNAL, group) or administers(actor, group)


def reads_the_queue(actor: Actor, group: WorkingGroup) -> bool:
    return bool({ContractRole.BUREAU, ContractRole.DELEGATE} & actor.wide)


def takes_back_questions(actor: Actor, group: WorkingGroup) -> bool:
    """A pilot, and who asked it, who is none of these people."""
    return actor.holds(Permission.CONTRIBUTE, group) and actor.holds(Permission.APPROVE, group)


def debates(actor: Actor, group: WorkingGroup) -> bool:
    return actor.holds(Permission.READ_WORK, group) and actor.holds(Permission.DISCUSS, group)


def moderates(actor: Actor, group: WorkingGroup) -> bool:
    """Somebody else's comment."""
    return actor.holds(Permission.APPROVE, group)


def nobody(actor: Actor, group: WorkingGroup) -> bool:
    return False


SEE, MANAGE = Permission.SEE, Permission.MANAGE_GROUP

PAGES: Mapping[Whom, frozenset[str]] = {
    EVERYONE: frozenset(
        {
            "acceptance",
            "account_login",
            "account_logout",
            "favicon",
            "healthz",
            "help",
            "invitation-link",
            "openid_connect_callback",
            "openid_connect_login",
            "readyz",
            "theme",
        }
    ),
    SIGNED_IN: frozenset(
        {
            "api-docs",
            "api-docs-section",
            "approvals",
            "bureau",
            "bureau-queue",
            "comment-correct",
            "comment-take-back",
            "contract",
            "deliverables",
            "directory",
            "directory-organisation",
            "due-preview",
            "groups",
            "home",
            "mfa_activate_totp",
            "mfa_add_webauthn",
            "mfa_deactivate_totp",
            "mfa_edit_webauthn",
            "mfa_generate_recovery_codes",
            "mfa_index",
            "mfa_reauthenticate_webauthn",
            "mfa_remove_webauthn",
            "mfa_view_recovery_codes",
            "person-card",
            "personal-data",
            "preferences",
            "roles",
            "thread",
            "thread-open",
            "thread-reopen",
            "thread-settle",
            "token-revoke",
            "tokens",
            "unlink-identity",
            "usersessions_list",
            "workflow",
        }
    ),
    FILIERE: frozenset({"contract-version", "project", "projects"}),
    COORDINATORS: frozenset(
        {
            "administration",
            "amendment-edit",
            "amendment-new",
            "axes",
            "axis-edit",
            "axis-move",
            "axis-new",
            "axis-remove",
            "contract-edit",
            "contract-new",
            "contracts",
            "gather",
            "group-new",
            "groups-administration",
            "groups-together",
            "mandates-administration",
            "mandates-together",
            "invitation",
            "invitation-new",
            "invitation-resend",
            "invitation-revoke",
            "invitations",
            "organisation",
            "organisation-edit",
            "organisation-merge",
            "organisation-new",
            "organisations",
            "project-budget",
            "project-criteria",
            "project-edit",
            "project-links",
            "project-new",
            "project-organisations",
        }
    ),
    ADMINISTRATORS: frozenset(
        {
            "journal",
            "journal-verification",
            "people",
            "person",
            "person-act",
            "person-anonymise",
            "person-edit",
            "system-state",
        }
    ),
    SEE: frozenset(
        {
            "delegation-end",
            "group",
            "group-access",
            "group-delegations",
            "group-deliverables",
            "group-deliverables-board",
            "group-deliverables-timeline",
            "group-emergency",
            "group-emergency-close",
            "group-members",
            "mandate",
            "mandate-end",
            "mandate-withdraw",
        }
    ),
    Permission.READ_JOURNAL: frozenset({"group-emergencies", "group-journal"}),
    Permission.EDIT_GROUP: frozenset({"group-change"}),
    Permission.INVITE: frozenset(
        {
            "group-invitation-resend",
            "group-invitation-withdraw",
            "group-invitations",
            "group-invite",
            "group-invite-many",
            "mandate-change",
            "mandate-new",
            "mandate-prolong",
        }
    ),
    Permission.LEND: frozenset({"delegation-new"}),
    MANAGE: frozenset({"group-archive", "group-reopen"}),
    Permission.CONTRIBUTE: frozenset({"deliverables-together"}),
    Permission.PLAN: frozenset({"deliverable-new"}),
    Work(): frozenset(
        {"deliverable", "deliverable-readers", "version", "version-compare", "version-file", "version-preview"}
    ),
    Work(Permission.READ_WORK): frozenset({"approval-sheet", "version-decide"}),
    Work(Permission.DISCUSS): frozenset({"opinion-give"}),
    Work(Permission.CONTRIBUTE): frozenset(
        {
            "deliverable-criteria",
            "deliverable-progress",
            "opinion-ask",
            "opinion-take-back",
            "version-deposit",
            "version-submit",
            "version-withdraw",
        }
    ),
    Work(Permission.PLAN): frozenset(
        {"deliverable-change", "deliverable-dependencies", "deliverable-dependency-remove"}
    ),
    Work(Permission.APPROVE): frozenset(
        {"deliverable-abandon", "deliverable-health", "deliverable-resume", "deliverable-suspend", "recusal"}
    ),
}
# Pages whose door is wider than what they let in: whoever passes the door may still be refused, and this says who is.
FINER: Mapping[str, Callable[[Actor, WorkingGroup], bool]] = {
    "group-emergency": administers,
    "mandate-end": seats_members,
    "mandate-withdraw": seats_members,
    "delegation-end": ends_loans,
    # Somebody else's reading is nobody's to close: 404, an answer of its own tests.
    "group-emergency-close": nobody,
    "thread-open": debates,
    "thread-reopen": debates,
    "thread-settle": debates,
    "bureau-queue": reads_the_queue,
    "opinion-take-back": takes_back_questions,
    "comment-correct": nobody,  # but who wrote it
    "comment-take-back": moderates,
}
# An act without a form of its own: a GET would be told so, whoever asks.
POSTED = frozenset({"group-emergency-close", "thread-reopen", "thread-settle"})
# What the libraries ship. They carry no mark; who is signed in or not is asked by their own tests in tests/accounts.
THEIRS = frozenset(
    {
        "account_change_password",
        "account_inactive",
        "account_reauthenticate",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "account_set_password",
        "mfa_authenticate",
        "mfa_login_webauthn",
        "mfa_reauthenticate",
    }
)


class Ask(NamedTuple):
    whom: Whom
    body: Callable[[Any], Mapping[str, Any]] | None = None


def _read(whom: Whom) -> dict[str, Ask]:
    return {"get": Ask(whom)}


def _act(whom: Whom) -> dict[str, Ask]:
    return {"post": Ask(whom)}


_OF_A_PERSON = (
    "anonymise",
    "close",
    "end-sessions",
    "make-administrator",
    "make-delegate",
    "remove-second-factors",
    "reopen",
    "unlock",
    "withdraw-administrator",
    "withdraw-delegate",
)
_CONTRACT = {"contract": {"patch"}, "amendment": {"patch"}, "axis": {"patch", "delete"}, "project": {"patch"}}

API: Mapping[str, Mapping[str, Ask]] = {
    "api-root": _read(SIGNED_IN),
    "api-schema": _read(SIGNED_IN),
    "me": {"get": Ask(SIGNED_IN), "patch": Ask(SIGNED_IN)},
    "me-data": _read(SIGNED_IN),
    # What one sees of the journal depends on what one reads; the list itself is everybody's.
    "event-list": _read(SIGNED_IN),
    "event-detail": _read(administers),
    "token-list": {"get": Ask(SIGNED_IN), "post": Ask(SIGNED_IN)},
    "token-detail": {"get": Ask(lambda actor, group: False), "delete": Ask(lambda actor, group: False)},
    "invitation-list": {"get": Ask(INVITING), "post": Ask(INVITING)},
    "invitation-detail": _read(INVITING),
    "invitation-resend": _act(COORDINATORS),
    "invitation-revoke": _act(COORDINATORS),
    "organisation-list": {"get": Ask(SIGNED_IN), "post": Ask(COORDINATORS)},
    "organisation-detail": {"get": Ask(SIGNED_IN), "patch": Ask(COORDINATORS)},
    "organisation-merge": _act(COORDINATORS),
    "person-list": {"get": Ask(ADMINISTRATORS), "post": Ask(ADMINISTRATORS)},
    "person-detail": {"get": Ask(ADMINISTRATORS), "patch": Ask(ADMINISTRATORS)},
    **{f"person-{act}": _act(ADMINISTRATORS) for act in _OF_A_PERSON},
    **{f"{kind}-list": {"get": Ask(SIGNED_IN), "post": Ask(COORDINATORS)} for kind in _CONTRACT},
    **{
        f"{kind}-detail": {"get": Ask(FILIERE), **{method: Ask(COORDINATORS) for method in methods}}
        for kind, methods in _CONTRACT.items()
    },
    "group-list": {"get": Ask(SIGNED_IN), "post": Ask(COORDINATORS, lambda room: room["new group"])},
    "group-detail": {"get": Ask(SEE), "patch": Ask(Permission.EDIT_GROUP, lambda room: {"cadence": "au besoin"})},
    "group-archive": _act(MANAGE),
    "group-reopen": _act(MANAGE),
    "access-explanation": _read(SEE),
    "emergency-list": {
        "get": Ask(told_of_emergencies),
        "post": Ask(administers, lambda room: {"reason": "Un fichier signalé comme dangereux"}),
    },
    "emergency-detail": _read(reads_the_journal),
    "emergency-close": _act(lambda actor, group: False),  # but to who opened it
    "group-invitation-list": {
        "get": Ask(Permission.INVITE),
        "post": Ask(Permission.INVITE, lambda room: room["new invitation"]),
    },
    "group-invitation-detail": _read(Permission.INVITE),
    "group-invitation-bulk": _act(Permission.INVITE),
    "invitation-bulk": _act(COORDINATORS),
    "group-invitation-resend": _act(Permission.INVITE),
    "group-invitation-withdraw": _act(Permission.INVITE),
    "member-list": {"get": Ask(SEE), "post": Ask(Permission.INVITE, lambda room: room["new member"])},
    "member-detail": {"get": Ask(SEE), "patch": Ask(Permission.INVITE, lambda room: {"role": "membre"})},
    "member-end": _act(seats_members),
    "member-withdraw": _act(seats_members),
    "all-mandates-list": _read(COORDINATORS),
    "all-mandates-end": _act(COORDINATORS),
    "delegation-list": {"get": Ask(SIGNED_IN), "post": Ask(Permission.LEND, lambda room: room["new delegation"])},
    "delegation-detail": _read(SEE),
    "delegation-end": _act(ends_loans),
    "deliverable-list": {
        "get": Ask(SIGNED_IN),
        "post": Ask(Permission.PLAN, lambda room: room["new deliverable"]),
    },
    "deliverable-detail": {
        "get": Ask(Work()),
        "patch": Ask(Work(Permission.CONTRIBUTE), lambda room: {"progress": "en_cours"}),
    },
    "deliverable-recusal": {
        "post": Ask(Work(Permission.APPROVE), lambda room: {"reason": "Mon entreprise y répond"}),
        "delete": Ask(Work(Permission.APPROVE)),
    },
    "deliverable-access": _read(Work()),
    "deliverable-version-list": {"get": Ask(Work()), "post": Ask(Work(Permission.CONTRIBUTE))},
    "deliverable-dependency-list": {
        "get": Ask(Work(Permission.READ_WORK)),
        "post": Ask(Work(Permission.PLAN), lambda room: room["new dependency"]),
    },
    "deliverable-dependency-detail": {
        "get": Ask(Work(Permission.READ_WORK)),
        "delete": Ask(Work(Permission.PLAN)),
    },
    "deliverable-health-list": _read(Work(Permission.READ_WORK)),
    "deliverable-history-list": _read(Work(Permission.READ_WORK)),
    "version-detail": _read(Work()),
    "version-content": _read(Work()),
    "version-text": _read(Work()),
    "version-submit": _act(Work(Permission.CONTRIBUTE)),
    "version-withdraw": _act(Work(Permission.CONTRIBUTE)),
    "version-approve": {"post": Ask(Work(Permission.APPROVE), lambda room: room["approval"])},
    "version-request-changes": {
        "post": Ask(Work(Permission.APPROVE), lambda room: {"reason": "Des chiffres à revoir"})
    },
    "approval-list": _read(Work(Permission.READ_WORK)),
    "opinion-list": {
        "get": Ask(Work(Permission.READ_WORK)),
        "post": Ask(Work(Permission.DISCUSS), lambda room: {"kind": "favorable"}),
    },
    "opinion-ask": {"post": Ask(Work(Permission.CONTRIBUTE), lambda room: room["new question"])},
    "opinion-detail": {
        "get": Ask(Work(Permission.READ_WORK)),
        "delete": Ask(takes_back_questions),
    },
    "comment-list": {"get": Ask(SIGNED_IN), "post": Ask(Work(Permission.DISCUSS), lambda room: room["new comment"])},
    "comment-detail": {"get": Ask(Work()), "patch": Ask(nobody), "delete": Ask(moderates)},
    "thread-list": _read(SIGNED_IN),
    "thread-detail": _read(Work()),
    "thread-settle": _act(Work(Permission.DISCUSS)),
    "thread-reopen": _act(Work(Permission.DISCUSS)),
}
