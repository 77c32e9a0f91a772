"""Everything that people may try on one deliverable, in any order: most of it is refused, and that is the point."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from accounts.organisations.enums import College
from filiere.days import today
from filiere.refusals import Refused
from filiere.versions import Stale
from projects.access.enums import Permission, Role
from projects.deliverables.approvals import bureau
from projects.deliverables.approvals import services as approvals
from projects.deliverables.following import suspend, take_up_again
from projects.deliverables.services import change_deliverable
from projects.deliverables.versions.services import deposit_version
from projects.groups.delegations.services import lend, take_back
from projects.groups.enums import ApprovalRule
from projects.groups.mandates.services import end_mandate, give_mandate
from projects.groups.services import change_group
from projects.models import Delegation, Deliverable, Membership
from tests.factories import OrganisationFactory, UserFactory
from tests.factories.access import seat
from tests.factories.deliverables import DeliverableFactory, a_file
from tests.factories.groups import WorkingGroupFactory
from tests.projects.deliverables.replay import check, seats_of
from tests.projects.deliverables.stories import a_bureau

# Two who steer, so that chance makes them agree now and then.
FEW = (Role.PILOT, Role.CO_PILOT, Role.RAPPORTEUR, Role.MEMBER, Role.MEMBER, Role.OBSERVER)
SAID_NO = (Refused, PermissionDenied, ValidationError, Http404, Stale)
ROLES = (Role.PILOT, Role.CO_PILOT, Role.CO_PILOT, Role.RAPPORTEUR, Role.MEMBER, Role.MEMBER, Role.OBSERVER)
# How often each is tried: what leads to an approval more than what undoes one.
WEIGHTS = {
    "deposit": 4,
    "submit": 6,
    "approve": 10,
    "withdraw": 3,
    "request_changes": 3,
    "validate": 5,
    "send_back": 3,
    "recuse": 2,
    "lift": 4,
    "lend": 3,
    "take_back": 1,
    "end": 1,
    "give": 1,
    "change_rule": 1,
    "stages": 1,
    "suspend": 1,
    "settle": 1,
}
NAMES = [name for name, weight in WEIGHTS.items() for _ in range(weight)]


class Room:
    """A group, its people by number, an outsider last; its one deliverable; the Bureau and who keeps its minutes."""

    def __init__(self, rule=ApprovalRule.ANY, roles=ROLES):
        self.rule = rule
        self.group = WorkingGroupFactory(approval_rule=rule)
        self.people = [*(seat(role, self.group, college=College.INDUSTRY) for role in roles), UserFactory()]
        self.bureau, self.keeper = a_bureau()
        self.organisation = OrganisationFactory()
        self.deliverable = DeliverableFactory(group=self.group)
        self.seats = seats_of(self.group)

    def try_to(self, name, who, other, number):
        """Whether it was done. `other` and `number` mean what the act needs: somebody else, a content, a role."""
        try:
            getattr(self, name)(self.people[who % len(self.people)], self.people[other % len(self.people)], number)
        except SAID_NO:
            return False
        return True

    def check(self):
        return check(self.group, self.deliverable, seats=self.seats, rule=self.rule)

    @property
    def row(self):
        return Deliverable.objects.select_related("current").get(pk=self.deliverable.pk)

    @property
    def version(self):
        current = self.row.current
        if current is None:
            raise Refused("nothing yet")
        return current

    def deposit(self, who, other, number):
        deposit_version(deliverable=self.deliverable, file=a_file(f"Texte {number % 5}".encode()), by=who)

    def submit(self, who, other, number):
        approvals.submit(version=self.version, by=who)

    def withdraw(self, who, other, number):
        approvals.withdraw(version=self.version, by=who)

    def approve(self, who, other, number):
        version, loans = self.version, list(Delegation.objects.filter(borrower=who).order_by("pk"))
        if number % 7 == 0:  # what was read was an older one
            version = self.row.versions.order_by("number").first()
        capacity = str(loans[number % len(loans)].pk) if loans and number % 2 else ""
        sha256 = "0" * 64 if number % 11 == 0 else version.sha256
        approvals.approve(version=version, sha256=sha256, by=who, capacity=capacity)

    def request_changes(self, who, other, number):
        approvals.request_changes(version=self.version, reason="Chiffrez.", by=who)

    def validate(self, who, other, number):
        self._decide(bureau.validate, who, number)

    def send_back(self, who, other, number):
        self._decide(bureau.send_back, who, number, reason="Trop vague.")

    def _decide(self, act, who, number, **more):
        version = self.version
        by = self.keeper if number % 4 else who
        act(version=version, sha256=version.sha256, bureau=self.bureau, reference=f"2026-{number}", by=by, **more)

    def recuse(self, who, other, number):
        approvals.declare_recusal(deliverable=self.deliverable, reason="Lien d’intérêts", by=who)

    def lift(self, who, other, number):
        approvals.lift_recusal(deliverable=self.deliverable, by=who)

    def lend(self, who, other, number):
        permission = Permission.APPROVE if number % 4 else Permission.HOLD_MEETINGS
        lend(group=self.group, permission=permission, borrower=other, ends_on=today() + timedelta(days=9), by=who)

    def take_back(self, who, other, number):
        for loan in Delegation.objects.filter(group=self.group, lender=who, revoked_at=None).order_by("pk")[:1]:
            take_back(delegation=loan, by=who)

    def end(self, who, other, number):
        mandate = Membership.objects.in_force(today()).filter(group=self.group, person=who).order_by("pk").first()
        if mandate:
            end_mandate(mandate=mandate, by=None)

    def give(self, who, other, number):
        role = (Role.PILOT, Role.CO_PILOT, Role.MEMBER, Role.OBSERVER)[number % 4]
        give_mandate(person=who, group=self.group, role=role, organisation=self.organisation, by=None)

    def change_rule(self, who, other, number):
        change_group(group=self.group, approval_rule=list(ApprovalRule)[number % 2], by=None)

    def stages(self, who, other, number):
        change_deliverable(deliverable=self.deliverable, needs_bureau=bool(number % 2), by=who)

    def suspend(self, who, other, number):
        if self.row.is_stopped:
            take_up_again(deliverable=self.deliverable, by=who)
        else:
            suspend(deliverable=self.deliverable, reason="Faute de budget", by=who)

    def settle(self, who, other, number):
        approvals.settle_everywhere()
