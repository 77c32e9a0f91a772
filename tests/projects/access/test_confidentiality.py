"""To whom a thing exists: every level, for every standing; and what asking costs."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.organisations.enums import College
from filiere.days import today
from projects.access.confidentiality import check_chosen, readable
from projects.access.enums import Confidentiality, Permission, Role
from projects.access.forms import ConfidentialityPart
from projects.access.serializers import ConfidentialityPart as ConfidentialityBody
from projects.access.standing import standing_of
from projects.groups.access.emergencies import close_emergency, open_emergency
from tests.factories import UserFactory
from tests.factories.access import furnished, seat
from tests.factories.groups import DelegationFactory, MembershipFactory, WorkingGroupFactory
from tests.projects.access.papers import papers

pytestmark = pytest.mark.django_db

PUBLIC, FILIERE, GROUP, COLLEGE, RESTRICTED = Confidentiality
EVERYTHING = {"public", "filiere", "groupe", "restreint", *(f"college-{side}" for side in College)}


@pytest.fixture
def paper(db):
    with papers() as model:
        yield model


@pytest.fixture
def room():
    return furnished()


@pytest.fixture
def shelf(paper, room):
    """One paper of each level, validated and not, in the group; and what each reader finds of it."""
    made = {}
    for validated in (True, False):
        for level in Confidentiality:
            for side in College if level == COLLEGE else [""]:
                row = paper.objects.create(
                    group=room.group, confidentiality=level, college=side, date=today(), validated=validated
                )
                name = f"{level}-{side}" if side else level.value
                made[row.pk] = name if validated else f"{name}, ébauche"

    def found(person):
        return {made[pk] for pk in paper.objects.visible_to(person).values_list("pk", flat=True)}

    return found


def both(*names):
    return {*names, *(f"{name}, ébauche" for name in names)}


OF_A_MEMBER = both("public", "filiere", "groupe", "college-industrie")
EXPECTED = {
    "pilote, ici": OF_A_MEMBER | both("restreint"),
    "copilote, ici": OF_A_MEMBER | both("restreint"),
    "rapporteur, ici": OF_A_MEMBER | both("restreint"),
    "membre, ici": OF_A_MEMBER,
    "observateur, ici": {"public", "filiere", "groupe"},
    "invite, ici": both("public", "groupe"),
    "emprunte read_restricted_content": OF_A_MEMBER | both("restreint"),
    "emprunte approve": OF_A_MEMBER,
    "membre du Bureau": {"public", "filiere"},
    "délégué": both("public", "filiere", "groupe"),
    "administrateur": {"public", "filiere"},
    "superutilisateur": {"public"},
    "sans mandat": {"public"},
    **{f"{role}, ailleurs": {"public", "filiere"} for role in Role if role != Role.GUEST},
    "invite, ailleurs": {"public"},
    **{f"{role}, expiré": {"public"} for role in Role},
    **{f"{role}, futur": {"public"} for role in Role},
    **{f"{role}, suspendu": set() for role in Role},
}


def test_each_level_exists_for_those_it_is_for(shelf, room):
    found = {name: shelf(room.actors[name].person) for name in EXPECTED}
    assert found == EXPECTED


def test_nothing_exists_for_a_visitor(shelf):
    assert shelf(AnonymousUser()) == set()


@pytest.mark.parametrize("role", [Role.PILOT, Role.CO_PILOT, Role.RAPPORTEUR, Role.MEMBER])
@pytest.mark.parametrize("college", College)
def test_college_exists_for_those_who_speak_for_it_there(paper, role, college):
    group, other = WorkingGroupFactory(), WorkingGroupFactory()
    person, neighbour = seat(role, group, college=college), seat(role, other, college=college)
    rows = {
        side: paper.objects.create(group=group, confidentiality=COLLEGE, college=side, date=today()) for side in College
    }
    assert list(paper.objects.visible_to(person)) == [rows[college]]
    assert not paper.objects.visible_to(neighbour).exists()


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.GUEST])
def test_college_does_not_exist_for_who_only_looks_on(paper, role):
    group = WorkingGroupFactory()
    paper.objects.create(group=group, confidentiality=COLLEGE, college=College.INDUSTRY, date=today(), validated=True)
    assert not paper.objects.visible_to(seat(role, group)).exists()


def test_emergency_opens_one_group_until_it_is_closed(paper, shelf, room):
    administrator = room.actors["administrateur"].person
    elsewhere = paper.objects.create(group=room.archived, confidentiality=RESTRICTED, date=today(), validated=True)
    reading = open_emergency(group=room.group, reason="Un fichier signalé comme dangereux", by=administrator)
    assert shelf(administrator) == both(*EVERYTHING)
    assert elsewhere not in paper.objects.visible_to(administrator)
    close_emergency(reading=reading, by=administrator)
    assert shelf(administrator) == EXPECTED["administrateur"]


def test_archived_group_stays_readable_by_its_own(paper, room):
    row = paper.objects.create(group=room.archived, confidentiality=RESTRICTED, date=today())
    readers = {name for name, actor in room.actors.items() if row in paper.objects.visible_to(actor.person)}
    assert readers == {"pilote, archives", "copilote, archives", "rapporteur, archives"}


def test_audience_follows_the_row_whatever_writes_it(paper):
    group, other = WorkingGroupFactory(), WorkingGroupFactory()
    member = seat(Role.MEMBER, group)
    row = paper.objects.create(group=other, date=today())
    assert row not in paper.objects.visible_to(member)
    paper.objects.update(group=group)
    assert row in paper.objects.visible_to(member)
    paper.objects.update(confidentiality=RESTRICTED)
    assert row not in paper.objects.visible_to(member)


@pytest.mark.parametrize(("level", "college"), [(COLLEGE, ""), (COLLEGE, "martien"), (GROUP, College.STATE)])
def test_college_is_named_for_what_is_kept_for_it_and_for_nothing_else(paper, level, college):
    with pytest.raises(IntegrityError), transaction.atomic():
        paper.objects.create(group=WorkingGroupFactory(), confidentiality=level, college=college, date=today())


def test_readable_is_asked_from_what_points_at_a_confidential_thing(paper):
    """A comment on a paper is as confidential as the paper."""
    group = WorkingGroupFactory()
    mine = paper.objects.create(group=group, date=today())
    paper.objects.create(group=WorkingGroupFactory(), date=today())
    standing = standing_of(seat(Role.MEMBER, group))
    # Groups point back at their papers, which will do for a path.
    found = type(group).objects.filter(readable(standing, path="papers__"))
    assert list(found) == [mine.group]


def test_visible_to_costs_the_same_for_one_group_and_for_thirty(paper, django_assert_num_queries):
    person = UserFactory()
    for number in (1, 29):
        for _ in range(number):
            paper.objects.create(group=seat_in_new(person), date=today())
        standing_of(person)
        with django_assert_num_queries(2):
            list(paper.objects.visible_to(person))
    assert paper.objects.visible_to(person).count() == 30


def seat_in_new(person):
    return MembershipFactory(person=person).group


# --- Choosing it ------------------------------------------------------------

CHOICES = {
    "pilote, ici": (["public", "filiere", "groupe", "college", "restreint"], ["industrie"]),
    "membre, ici": (["public", "filiere", "groupe", "college"], ["industrie"]),
    "observateur, ici": (["public", "filiere", "groupe"], []),
    "invite, ici": (["public", "groupe"], []),
    "invite, ailleurs": (["public"], []),
    "emprunte read_restricted_content": (["public", "filiere", "groupe", "college", "restreint"], ["industrie"]),
    "délégué": (["public", "filiere", "groupe"], []),
    "administrateur": (["public", "filiere"], []),
    "membre, suspendu": ([], []),
}


def test_form_offers_what_one_could_read_afterwards(room):
    for name, (levels, colleges) in CHOICES.items():
        form = ConfidentialityPart(writer=room.actors[name].person, group=room.group)
        assert [value for value, _ in form.fields["confidentiality"].choices] == levels, name
        offered = form.fields["college"].choices if "college" in form.fields else []
        assert [value for value, _ in offered if value] == colleges, name


@pytest.mark.parametrize("level", Confidentiality)
def test_nobody_writes_what_they_could_not_read_afterwards(paper, room, level):
    """The form, the body of the API and the service agree, for every person and every level."""
    for name, actor in room.actors.items():
        for side in College if level == COLLEGE else [""]:
            row = paper(group=room.group, confidentiality=level, college=side, date=today(), validated=True)
            with transaction.atomic():
                row.save()
                could_read = paper.objects.visible_to(actor.person).filter(pk=row.pk).exists()
                transaction.set_rollback(True)
            accepted = _accepted(actor.person, room.group, level, side)
            assert accepted == {could_read}, (name, level, side)


def _accepted(person, group, level, side):
    data = {"confidentiality": level.value, "college": side}
    form = ConfidentialityPart(data, writer=person, group=group)
    body = ConfidentialityBody(data=data, context={"group": group, "request": _Asked(person)})
    try:
        check_chosen(standing_of(person), group, confidentiality=level, college=side)
        by_service = True
    except ValidationError:
        by_service = False
    return {form.is_valid(), body.is_valid(), by_service}


class _Asked:
    def __init__(self, user):
        self.user = user


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"confidentiality": "college", "college": ""}, "college"),
        ({"confidentiality": "college", "college": "etat"}, "college"),
        ({"confidentiality": "restreint"}, "confidentiality"),
        ({"confidentiality": "secret"}, "confidentiality"),
        ({}, "confidentiality"),
    ],
)
def test_form_says_what_is_wrong_beside_the_field(room, data, field):
    form = ConfidentialityPart(data, writer=room.actors["membre, ici"].person, group=room.group)
    assert not form.is_valid()
    assert set(form.errors) == {field}


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"confidentiality": "college"}, "college"),
        ({"confidentiality": "groupe", "college": "industrie"}, "college"),
        ({"confidentiality": "restreint"}, "confidentiality"),
        ({"confidentiality": "secret"}, "confidentiality"),
        ({"college": "industrie"}, "college"),
    ],
)
def test_body_says_what_is_wrong_by_its_field(room, data, field):
    context = {"group": room.group, "request": _Asked(room.actors["membre, ici"].person)}
    body = ConfidentialityBody(data=data, context=context)
    assert not body.is_valid()
    assert set(body.errors) == {field}


def test_body_without_a_word_takes_the_habit_of_the_group(room):
    context = {"group": room.group, "request": _Asked(room.actors["membre, ici"].person)}
    body = ConfidentialityBody(data={}, context=context)
    assert body.is_valid()
    assert body.validated_data == {"confidentiality": "groupe", "college": ""}


def test_change_that_leaves_the_college_level_forgets_the_college(paper, room):
    context = {"request": _Asked(room.actors["membre, ici"].person)}
    row = paper(group=room.group, confidentiality=COLLEGE, college="industrie")
    body = ConfidentialityBody(row, data={"confidentiality": "groupe"}, partial=True, context=context)
    assert body.is_valid()
    assert body.validated_data == {"confidentiality": "groupe", "college": ""}
    silent = ConfidentialityBody(row, data={}, partial=True, context=context)
    assert silent.is_valid()
    assert silent.validated_data == {}


@pytest.mark.parametrize(("habit", "first"), [("filiere", "filiere"), ("restreint", "groupe"), ("college", "groupe")])
def test_form_begins_with_the_habit_of_the_group_when_one_may_read_it(habit, first):
    group = WorkingGroupFactory(default_confidentiality=habit)
    form = ConfidentialityPart(writer=seat(Role.MEMBER, group), group=group)
    assert form["confidentiality"].value() == first


def test_lent_reading_ends_with_the_loan(paper):
    group = WorkingGroupFactory()
    pilot, member = seat(Role.PILOT, group), seat(Role.MEMBER, group)
    row = paper.objects.create(group=group, confidentiality=RESTRICTED, date=today())
    lent = DelegationFactory(group=group, lender=pilot, borrower=member, permission=Permission.READ_RESTRICTED)
    assert row in paper.objects.visible_to(member)
    MembershipFactory(person=pilot, group=group, role=Role.OBSERVER)
    pilot.mandates.filter(role=Role.PILOT).delete()
    MembershipFactory(group=lent.group)  # projects the group again
    assert row not in paper.objects.visible_to(member)
