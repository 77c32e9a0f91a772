import pytest

from projects.activity import selectors
from projects.activity.models import Event
from projects.activity.selectors import done_by, events_of_object, events_of_person, journal, numbered
from tests.factories import OrganisationFactory, UserFactory
from tests.factories.activity import recorded, sealed

pytestmark = pytest.mark.django_db


def test_journal_is_read_newest_first_in_one_query(django_assert_num_queries):
    events = sealed(3, actor=UserFactory())
    recorded(1)
    with django_assert_num_queries(1):
        found = list(journal())
        assert [event.pk for event in found[1:]] == [event.pk for event in reversed(events)]
        assert [str(event.actor) for event in found[1:]] == [str(events[0].actor)] * 3
        assert [event.link.position for event in found[1:]] == [3, 2, 1]
        assert not hasattr(found[0], "link")


def test_count_of_the_whole_journal_reads_the_chain_and_not_the_events(django_assert_num_queries):
    sealed(5)
    recorded(2)
    with django_assert_num_queries(2) as queries:
        assert journal().count() == 7
    assert not any("projects_event" in query["sql"] for query in queries)


def test_count_of_a_part_of_the_journal_counts_it():
    sealed(3)
    recorded(2, verb="organisation.created")
    assert journal().filter(verb="organisation.created").count() == 2
    assert journal().exclude(verb="organisation.created").count() == 3
    assert journal()[:4].count() == 4
    assert journal().filter(selectors.WAITING).count() == 2
    assert journal().order_by("at").count() == 5


def test_events_of_an_object_are_its_own():
    one, other, person = OrganisationFactory(), OrganisationFactory(), UserFactory()
    events = recorded(2, target=one)
    recorded(1, target=other)
    recorded(1, target=person, verb="person.changed")
    assert list(events_of_object(one)) == events[::-1]
    assert events_of_object(person).get().verb == "person.changed"


def test_events_of_a_person_are_what_they_did_last():
    person, other = UserFactory(), UserFactory()
    events = recorded(5, actor=person)
    recorded(2, actor=other)
    recorded(1, target=person, verb="person.changed")
    assert list(events_of_person(person)) == events[::-1]
    assert list(events_of_person(person, limit=2)) == events[:2:-1]


def test_done_by_finds_people_by_every_word_of_their_name(django_assert_num_queries):
    zoe, other = UserFactory(given_name="Zoé", family_name="Lefèvre"), UserFactory(given_name="Zoé", family_name="Roux")
    (of_zoe,), (of_other,) = recorded(actor=zoe), recorded(actor=other)
    recorded(actor=None)
    assert list(done_by(journal(), "lefevre ZOE")) == [of_zoe]
    assert list(done_by(journal(), "zoé")) == [of_other, of_zoe]
    assert list(done_by(journal(), "personne d’autre")) == []
    with django_assert_num_queries(2):
        list(done_by(journal(), "zoé"))


def test_numbered_finds_a_request_or_an_object():
    organisation = OrganisationFactory()
    (event,) = recorded(target=organisation)
    recorded(target=OrganisationFactory())
    assert numbered(journal(), str(organisation.pk)).get() == event
    assert numbered(journal(), str(organisation.pk).upper()).get() == event
    assert not numbered(journal(), "rien").exists()


def test_waiting_events_are_those_without_a_link():
    sealed(2)
    waiting = recorded(2)
    assert list(Event.objects.filter(selectors.WAITING).order_by("id")) == waiting
