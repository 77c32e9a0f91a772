"""To whom a deliverable exists, and what hangs on it: every person, level and stage, against a second reckoning.

What is expected is worked out here from the table of roles and the rules of the product, never by the code under test.
"""

from dataclasses import dataclass, field

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.organisations.enums import College
from projects.access.enums import Confidentiality, Permission, Role
from projects.access.roles import COLLEGES, ROLES
from projects.access.standing import standing_of
from projects.deliverables.enums import ApprovalState, Verdict, Void
from projects.deliverables.permissions import works_on
from projects.groups.enums import GroupKind
from projects.models import (
    AcceptanceCriterion,
    Approval,
    Comment,
    Deliverable,
    Dependency,
    HealthNote,
    Opinion,
    Recusal,
    Thread,
    Version,
)
from tests.factories import UserFactory
from tests.factories.access import Actor, furnished, seat
from tests.factories.deliverables import DeliverableFactory, a_version, decided, validated_version
from tests.factories.groups import WorkingGroupFactory

pytestmark = pytest.mark.django_db

PUBLIC, FILIERE, GROUP, COLLEGE, RESTRICTED = Confidentiality
LEVELS = [(PUBLIC, ""), (FILIERE, ""), (GROUP, ""), (COLLEGE, "industrie"), (COLLEGE, "etat"), (RESTRICTED, "")]
OPEN_TO_THE_BUREAU = {PUBLIC, FILIERE, GROUP}


@dataclass
class Case:
    """A deliverable at one stage, with one of everything that can hang on it."""

    stage: str
    level: Confidentiality
    college: str
    deliverable: Deliverable
    # By what a reader may know of it: what was validated, what is before the Bureau, all the rest.
    validated: list[Version] = field(default_factory=list)
    before_the_bureau: list[Version] = field(default_factory=list)

    def __str__(self):
        return f"{self.stage}, {self.level} {self.college}".strip()


def nothing(deliverable):
    return [], []


def draft(deliverable):
    a_version(deliverable, author=None)
    return [], []


def submitted(deliverable):
    decided(a_version(deliverable, author=None), ApprovalState.SUBMITTED)
    return [], []


def enough_for_its_pilots(deliverable):
    return [validated_version(deliverable)], []


def validated_then_a_new_draft(deliverable):
    first = validated_version(deliverable)
    a_version(deliverable, b"Autre chose.", author=None)
    return [first], []


def waiting_for_the_bureau(deliverable):
    a_version(deliverable, b"Abandonnee.", author=None)
    return [], [decided(a_version(deliverable, b"Pour le Bureau.", author=None), ApprovalState.APPROVED)]


def validated_by_the_bureau(deliverable):
    a_version(deliverable, b"Abandonnee.", author=None)
    version = validated_version(deliverable, b"Pour le Bureau.")
    return [version], [version]


STAGES = [nothing, draft, submitted, enough_for_its_pilots, validated_then_a_new_draft]
BUREAU_STAGES = [draft, submitted, waiting_for_the_bureau, validated_by_the_bureau, validated_then_a_new_draft]


@pytest.fixture
def room():
    """Furnished by the industry: the State sits there too."""
    found = furnished()
    person = seat(Role.MEMBER, found.group, college=College.STATE)
    rights = {found.group.slug: ROLES[Role.MEMBER] | {Permission.READ_COLLEGE_STATE}}
    found.actors["membre État, ici"] = Actor(person, rights)
    return found


@pytest.fixture
def cases(room):
    found = []
    for group in (room.group, room.archived):
        for level, college in LEVELS:
            rows = [(stage, False) for stage in STAGES]
            if level in OPEN_TO_THE_BUREAU:
                rows += [(stage, True) for stage in BUREAU_STAGES]
            for stage, bureau in rows:
                deliverable = DeliverableFactory(
                    group=group, confidentiality=level, college=college, needs_bureau=bureau
                )
                case = Case(f"{stage.__name__}{' (Bureau)' if bureau else ''}", level, college, deliverable)
                case.validated, case.before_the_bureau = stage(deliverable)
                found.append(case)
    return found


def may_read(actor, case):
    """Its level alone: the column of the product's page about confidentiality."""
    group = case.deliverable.group
    if case.level == PUBLIC:
        return actor.person.is_active
    if case.level == FILIERE:
        return actor.in_filiere
    needed = {GROUP: Permission.READ, RESTRICTED: Permission.READ_RESTRICTED}
    wanted = COLLEGES[College(case.college)] if case.level == COLLEGE else needed[case.level]
    return actor.holds(wanted, group)


def sits_on_the_bureau(actor):
    return actor.person.is_active and any(Permission.SIT_ON_BUREAU in held for held in actor.rights.values())


def works(actor, case):
    return may_read(actor, case) and actor.holds(Permission.READ_WORK, case.deliverable.group)


def expected(actor, case):
    """Whether it exists for them, and which versions do."""
    if works(actor, case):
        return True, set(case.deliverable.versions.all())
    seen, versions = False, set()
    if may_read(actor, case) and case.deliverable.validated_id:
        seen, versions = True, set(case.validated)
    if sits_on_the_bureau(actor) and case.before_the_bureau:
        seen, versions = True, versions | set(case.before_the_bureau)
    return seen, versions


def test_deliverable_and_its_versions_exist_for_those_whom_the_rules_name_and_for_nobody_else(room, cases):
    wrong = []
    for name, actor in room.actors.items():
        deliverables = set(Deliverable.objects.visible_to(actor.person))
        versions = set(Version.objects.visible_to(actor.person).select_related("deliverable"))
        for case in cases:
            own = {version for version in versions if version.deliverable_id == case.deliverable.pk}
            found = case.deliverable in deliverables, own
            if found != expected(actor, case):
                wrong.append(f"{name}: {case}, {case.deliverable.group.slug}: {found}")
    assert not wrong, "\n".join(wrong[:20])


def test_room_sees_something_of_everything_and_not_everything(room, cases):
    """The reckoning above says both yes and no, of each stage."""
    for case in cases:
        answers = {expected(actor, case)[0] for actor in room.actors.values()}
        of_nobody = case.college == College.STATE and case.deliverable.group == room.archived
        assert answers == ({False} if of_nobody else {True, False}), str(case)


def hang_everything_on(case):
    """What is said and decided about work under way, and, last, what the readers of the deliverable itself see."""
    deliverable = case.deliverable
    other = DeliverableFactory(group=deliverable.group)
    work = [
        HealthNote.objects.create(deliverable=deliverable, health="soleil"),
        Dependency.objects.create(deliverable=deliverable, needs=other),
        Recusal.objects.create(deliverable=deliverable, person=UserFactory(), reason="Conflit d’intérêts"),
    ]
    if version := deliverable.current:
        thread = Thread.objects.create(version=version)
        work += [
            Approval.objects.create(
                version=version, sha256=version.sha256, verdict=Verdict.CHANGES_ASKED, reason="Non", person=None
            ),
            Opinion.objects.create(version=version, person=UserFactory()),
            thread,
            Comment.objects.create(thread=thread, text="Une question."),
        ]
    return work, AcceptanceCriterion.objects.create(deliverable=deliverable, text="Chiffré")


def test_work_under_way_is_hidden_from_those_who_read_validated_things_only(room, cases):
    hung = {id(case): hang_everything_on(case) for case in cases}
    wrong = []
    for name, actor in room.actors.items():
        seen = {
            model: set(model.objects.visible_to(actor.person))
            for model in (HealthNote, Dependency, Recusal, Approval, Opinion, Thread, Comment, AcceptanceCriterion)
        }
        for case in cases:
            work, criterion = hung[id(case)]
            wrong += [
                f"{name}: {type(row).__name__} of {case}"
                for row in work
                if (row in seen[type(row)]) != works(actor, case)
            ]
            if (criterion in seen[AcceptanceCriterion]) != expected(actor, case)[0]:
                wrong.append(f"{name}: criterion of {case}")
    assert not wrong, "\n".join(wrong[:20])


def test_works_on_says_the_same_as_what_hangs_on_a_deliverable_that_one_reads(room, cases):
    for name, actor in room.actors.items():
        for case in cases:
            if expected(actor, case)[0]:
                assert works_on(actor.person, case.deliverable) == actor.holds(
                    Permission.READ_WORK, case.deliverable.group
                ), (name, str(case))


def test_nothing_exists_for_who_is_not_signed_in(cases):
    hang_everything_on(cases[1])
    for model in (Deliverable, Version, Approval, Opinion, HealthNote, Dependency, Thread, Comment, Recusal):
        assert not model.objects.visible_to(AnonymousUser()).exists(), model.__name__


def test_superuser_without_a_mandate_reads_what_is_public_and_validated_alone():
    superuser = UserFactory(is_superuser=True, is_staff=False)
    validated_version(DeliverableFactory(confidentiality=PUBLIC))
    validated_version(DeliverableFactory(confidentiality=GROUP))
    assert [row.confidentiality for row in Deliverable.objects.visible_to(superuser)] == [PUBLIC]


def test_bureau_no_longer_reads_what_went_back_to_its_group():
    group, bureau = WorkingGroupFactory(), WorkingGroupFactory(kind=GroupKind.BUREAU)
    member = seat(Role.MEMBER, bureau)
    deliverable = DeliverableFactory(group=group, needs_bureau=True)
    version = decided(a_version(deliverable, author=None), ApprovalState.APPROVED)
    assert list(Deliverable.objects.visible_to(member)) == [deliverable]
    assert list(Version.objects.visible_to(member)) == [version]
    decided(version, ApprovalState.CHANGES_ASKED)
    assert not Deliverable.objects.visible_to(member).exists()
    assert not Version.objects.visible_to(member).exists()


def test_observer_of_the_bureau_reads_nothing_that_is_brought_before_it():
    bureau = WorkingGroupFactory(kind=GroupKind.BUREAU)
    decided(a_version(DeliverableFactory(needs_bureau=True), author=None), ApprovalState.APPROVED)
    assert not Deliverable.objects.visible_to(seat(Role.OBSERVER, bureau)).exists()
    assert not Deliverable.objects.visible_to(seat(Role.GUEST, bureau)).exists()


def test_voided_approval_stays_readable_to_those_who_work_there():
    deliverable = DeliverableFactory()
    version = validated_version(deliverable)
    Approval.objects.update(voided_at=version.deposited_at, voided_because=Void.REPLACED)
    assert Approval.objects.visible_to(seat(Role.MEMBER, deliverable.group)).count() == 1
    assert not Approval.objects.standing().exists()


def test_visible_to_costs_the_same_for_one_row_and_for_thirty(django_assert_num_queries):
    group = WorkingGroupFactory()
    member = seat(Role.MEMBER, group)
    models = (Deliverable, Version, Approval, Opinion, HealthNote, Dependency, Thread, Comment, Recusal)
    for number in (1, 29):
        for _ in range(number):
            deliverable = DeliverableFactory(group=group)
            a_version(deliverable, author=None)
            hang_everything_on(Case("", GROUP, "", deliverable))
        standing_of(member)
        for model in models:
            with django_assert_num_queries(2):  # who the reader is, the rows
                list(model.objects.visible_to(member))
    assert Version.objects.visible_to(member).count() == 30
