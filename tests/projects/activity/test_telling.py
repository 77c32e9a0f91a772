from datetime import timedelta

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Organisation, User
from projects.access.models import EmergencyReading
from projects.activity.models import Event
from projects.activity.selectors import journal
from projects.activity.telling import Change, tell, with_names
from projects.groups.models import WorkingGroup
from tests.factories import AdministratorFactory, OrganisationFactory, UserFactory
from tests.factories.activity import recorded, sealed, tamper
from tests.factories.groups import DelegationFactory, MembershipFactory, WorkingGroupFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def administrator():
    return AdministratorFactory()


def told(event, reader):
    (story,) = tell([Event.objects.select_related("actor", "link").get(pk=event.pk)], reader)
    return story


def test_event_is_told_with_its_object_and_its_changes(administrator):
    organisation = OrganisationFactory(name="Institut", acronym="INST")
    (event,) = sealed(actor=administrator, target=organisation, changes={"region": ("bretagne", "normandie")})
    story = told(event, administrator)
    assert story.sentence == f"{administrator} a modifié une organisation"
    assert (story.kind, story.name) == ("organisation", "INST")
    assert story.changes == [Change("région", "Bretagne", "Normandie", untold=False)]
    assert [str(change) for change in story.changes] == ["région\u00a0: Bretagne → Normandie"]
    assert story.link.position == 1
    assert story.place == "n°\u00a01"


def test_waiting_event_has_no_link(administrator):
    (event,) = recorded()
    story = told(event, administrator)
    assert story.link is None
    assert story.place == ""


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        ({"is_staff": (False, True)}, "non", "oui"),
        ({"digest": ("quotidien", "hebdomadaire")}, "Une fois par jour", "Une fois par semaine"),
        ({"rang": (0, 3)}, "0", "3"),
        ({"rang": (None, "")}, "—", "—"),
        ({"rang": ([], ["a", "b"])}, "—", "a, b"),
        ({"rang": ({}, {"mandats": 2, "jetons": 0})}, "—", "jetons\u00a0: 0, mandats\u00a0: 2"),
        ({"rang": (None, "inconnu")}, "—", "inconnu"),
    ],
)
def test_values_are_shown_in_words(administrator, change, before, after):
    (event,) = recorded(target=UserFactory(), changes=change)
    (shown,) = told(event, administrator).changes
    assert (shown.before, shown.after, shown.untold) == (before, after, False)


def test_personal_change_is_told_without_its_values(administrator):
    (event,) = recorded(target=UserFactory(), changes={"email": (None, None)})
    (shown,) = told(event, administrator).changes
    assert shown.untold
    assert str(shown) == "adresse électronique\u00a0: modifié"


def an_emergency():
    reading: EmergencyReading = EmergencyReading.objects.create(
        person=AdministratorFactory(), group=WorkingGroupFactory(), reason="Un doute", closes_at=timezone.now() + HOUR
    )
    return reading


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ((None, "bretagne"), "région\u00a0: Bretagne"),
        (("", "bretagne"), "région\u00a0: Bretagne"),
        (("bretagne", ""), "région\u00a0: Bretagne → —"),
    ],
)
def test_what_was_empty_before_is_told_by_what_it_became(administrator, change, said):
    (event,) = recorded(target=OrganisationFactory(), changes={"region": change})
    assert [str(each) for each in told(event, administrator).changes] == [said]


@pytest.mark.parametrize(("name", "label"), [("rang", "rang"), ("moved", "repris"), ("successor", "successeur")])
def test_field_that_the_model_does_not_have_is_called_by_the_word_there_is_for_it(administrator, name, label):
    (event,) = recorded(changes={name: (None, 3)})
    assert told(event, administrator).changes[0].label == label


@pytest.mark.parametrize(
    ("target", "change", "shown"),
    [
        (MembershipFactory, {"starts_on": (None, "2026-11-01")}, "début\u00a0: 1er\u00a0novembre 2026"),
        (MembershipFactory, {"ends_on": ("2026-11-30", "")}, "fin\u00a0: 30\u00a0novembre 2026 → —"),
        (MembershipFactory, {"starts_on": (None, "2026-02-31")}, "début\u00a0: 2026-02-31"),
        (MembershipFactory, {"starts_on": (None, "bientôt")}, "début\u00a0: bientôt"),
        (
            an_emergency,
            {"closes_at": (None, "2026-03-10T11:00:00Z")},
            "se referme\u00a0: 10\u00a0mars 2026 à 12\u00a0h\u00a000",
        ),
        (an_emergency, {"closes_at": (None, "2026-13-45T99:00")}, "se referme\u00a0: 2026-13-45T99:00"),
    ],
)
def test_days_and_moments_are_written_the_french_way(administrator, target, change, shown):
    (event,) = recorded(target=target(), changes=change)
    assert [str(each) for each in told(event, administrator).changes] == [shown]


# --- What a change points at ---


def named(*events, reader):
    rows = Event.objects.select_related("actor", "link").filter(pk__in=[event.pk for event in events]).order_by("pk")
    return [[str(change) for change in story.changes] for story in with_names(tell(rows, reader))]


def test_people_and_mandates_are_called_by_their_names_of_today(administrator):
    delegation, mandate, successor = DelegationFactory(), MembershipFactory(), MembershipFactory()
    (lent,) = recorded(target=delegation, verb="delegation.given", changes={"borrower": (None, delegation.borrower.pk)})
    (ended,) = recorded(target=mandate, verb="mandate.ended", changes={"successor": ("", successor.pk)})
    assert named(lent, ended, reader=administrator) == [
        [f"à\u00a0: {delegation.borrower}"],
        [f"successeur\u00a0: {successor}"],
    ]
    User.objects.filter(pk=delegation.borrower.pk).update(given_name="Renommée", family_name="Depuis")
    assert named(lent, reader=administrator) == [["à\u00a0: Renommée Depuis"]]


@pytest.mark.parametrize("value", ["0193a1fb-0000-7000-8000-000000000000", "pas-un-identifiant", ["a"], 3])
def test_what_nobody_finds_any_more_is_told_as_it_was_written(administrator, value):
    (event,) = recorded(target=DelegationFactory(), verb="delegation.given", changes={"borrower": (None, value)})
    shown = "a" if value == ["a"] else value
    assert named(event, reader=administrator) == [[f"à\u00a0: {shown}"]]


def test_who_may_not_read_a_change_learns_no_name_by_it():
    delegation = DelegationFactory()
    (event,) = recorded(
        target=delegation, verb="delegation.given", changes={"borrower": (None, delegation.borrower.pk)}
    )
    with CaptureQueriesContext(connection) as queries:
        assert named(event, reader=UserFactory()) == [[]]
    assert not [query for query in queries if str(delegation.borrower.pk.hex) in query["sql"]]


def test_names_cost_a_query_a_kind_whatever_their_number(administrator, django_assert_num_queries):
    def stories(count):
        for _ in range(count):
            delegation, mandate = DelegationFactory(), MembershipFactory()
            recorded(target=delegation, changes={"borrower": (None, delegation.borrower.pk)})
            recorded(target=mandate, changes={"substitute_for": ("", MembershipFactory().pk)})
        return tell(journal(), administrator)

    for told_already in (stories(1), stories(30)):
        with django_assert_num_queries(2):
            with_names(told_already)


def test_reference_without_a_name_is_called_after_what_it_points_at(administrator):
    (event,) = recorded(target=MembershipFactory(), verb="mandate.given", changes={"group": (None, "amr")})
    assert told(event, administrator).changes == [Change("groupe", "—", "amr", untold=False)]


def test_anonymised_actor_is_told_by_what_the_person_became(administrator, monkeypatch):
    monkeypatch.setattr(User, "__str__", lambda person: "Personne anonymisée" if person.family_name == "" else "?")
    actor = UserFactory(family_name="")
    (event,) = recorded(actor=actor)
    assert told(event, administrator).sentence == "Personne anonymisée a modifié une organisation"


@pytest.mark.parametrize(
    "reader", [{}, {"is_delegate": True}, {"is_superuser": True}, {"is_staff": True, "is_active": False}]
)
def test_who_does_not_administer_learns_neither_name_nor_changes(reader):
    (event,) = recorded(changes={"region": (None, "bretagne")})
    story = told(event, UserFactory(**reader))
    assert (story.kind, story.name, story.readable, story.changes) == ("organisation", "", False, [])
    assert story.sentence == "L’application a modifié une organisation"


class _Confidential(models.QuerySet):
    """As features declare it: each model says who sees its rows."""

    def visible_to(self, user):
        return self.filter(slug="ouvert")


def test_object_that_the_reader_may_not_see_keeps_name_and_changes_to_itself(administrator, monkeypatch):
    monkeypatch.setattr("projects.activity.telling.ADMINISTERED", frozenset())
    monkeypatch.setattr(WorkingGroup._meta, "default_manager", _Confidential(WorkingGroup))
    seen = WorkingGroupFactory(slug="ouvert", name="Ouvert")
    hidden = WorkingGroupFactory(slug="ferme", name="Fermé")
    events = [
        recorded(target=group, verb="group.created", changes={"name": (None, group.name)})[0]
        for group in (seen, hidden)
    ]
    open_story, closed_story = tell(events, administrator)
    assert (open_story.name, len(open_story.changes)) == ("Ouvert", 1)
    assert (closed_story.name, closed_story.readable, closed_story.changes) == ("", False, [])


def test_model_that_says_nothing_of_who_sees_it_is_not_told(administrator, monkeypatch):
    monkeypatch.setattr("projects.activity.telling.ADMINISTERED", frozenset())
    (event,) = recorded(changes={"region": (None, "bretagne")})
    story = told(event, administrator)
    assert (story.name, story.readable) == ("", False)


def test_erased_object_leaves_its_story_to_administrators(administrator):
    organisation = OrganisationFactory()
    (event,) = recorded(target=organisation, changes={"region": (None, "bretagne")})
    Organisation.objects.filter(pk=organisation.pk).delete()
    story = told(event, administrator)
    assert story.name == ""
    assert len(story.changes) == 1


def test_mandate_is_named_after_person_and_group(administrator):
    mandate = MembershipFactory()
    (event,) = recorded(target=mandate, verb="mandate.given")
    assert told(event, administrator).name == str(mandate)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("object_type", "gone.model"),
        ("object_type", "nonsense"),
        ("object_id", "pas-un-identifiant"),
        ("changes", "[1, 2]"),
        ("changes", '{"rang": 3, "autre": [1]}'),
        ("verb", "{actor.password}"),
    ],
)
def test_tampered_event_is_still_told(administrator, column, value):
    (event,) = recorded()
    tamper(f"UPDATE projects_event SET {column} = %s", value)
    story = told(event, administrator)
    assert story.sentence.startswith("L’application ")
    assert column != "changes" or story.changes == []


def test_telling_costs_a_query_a_kind_of_object(administrator):
    def cost():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            stories = tell(journal(), administrator)
            assert all(story.name for story in stories)
            assert len([change for story in stories for change in story.changes]) == len(stories)
        return len(queries)

    def acts(count):
        for _ in range(count):
            recorded(actor=UserFactory(), target=OrganisationFactory())
            recorded(target=UserFactory(), verb="person.changed")
            recorded(target=MembershipFactory(), verb="mandate.given")

    acts(1)
    one = cost()
    assert one == 1 + 3
    acts(10)
    assert cost() == one
