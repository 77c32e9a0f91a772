import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from filiere.refusals import Refused
from projects.access.enums import Confidentiality, Role
from projects.discussions import services
from projects.discussions.selectors import may_be_mentioned, mentioned_in
from projects.models import Comment, Event, Mention, Thread
from tests.factories import UserFactory
from tests.factories.access import seat
from tests.factories.deliverables import DeliverableFactory, a_group_at_work, a_version
from tests.factories.groups import WorkingGroupFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return a_group_at_work()


@pytest.fixture
def people(room):
    return room[1]


@pytest.fixture
def version(room):
    return a_version(DeliverableFactory(group=room[0], title="Feuille de route"))


def opened(version, by, text="Quelle est la source\u202f?", **fields):
    return services.open_thread(field="version", target=version, text=text, by=by, **fields)


@pytest.mark.parametrize("role", [Role.PILOT, Role.CO_PILOT, Role.RAPPORTEUR, Role.MEMBER, Role.GUEST])
def test_who_debates_opens_a_thread(version, people, role):
    thread = opened(version, people[role], about="page 4")
    assert [comment.text for comment in thread.comments.all()] == ["Quelle est la source\u202f?"]
    event = Event.objects.get(verb="discussion.opened")
    assert (event.object_id, event.group_id) == (str(version.deliverable_id), version.deliverable.group_id)
    assert "source" not in str(event.changes), "what is said can be taken back, what the journal holds cannot"


def test_an_observer_knows_of_no_discussion(version, people):
    thread = opened(version, people[Role.PILOT])
    with pytest.raises(Http404):
        opened(version, people[Role.OBSERVER])
    with pytest.raises(Http404):
        services.answer(thread=thread, text="Non.", by=people[Role.OBSERVER])
    assert not Thread.objects.visible_to(people[Role.OBSERVER]).exists()
    assert not Comment.objects.visible_to(people[Role.OBSERVER]).exists()


def test_an_outsider_knows_of_no_discussion(version, people):
    thread = opened(version, people[Role.PILOT])
    for outsider in (UserFactory(), seat(Role.PILOT, WorkingGroupFactory()), UserFactory(is_superuser=True)):
        with pytest.raises(Http404):
            services.answer(thread=thread, text="Non.", by=outsider)
        assert not Thread.objects.visible_to(outsider).exists()


def test_the_delegate_reads_and_does_not_debate(version, people):
    delegate = UserFactory(is_delegate=True)
    thread = opened(version, people[Role.PILOT])
    assert thread in Thread.objects.visible_to(delegate)
    with pytest.raises(PermissionDenied):
        services.answer(thread=thread, text="Non.", by=delegate)


def test_answering_a_settled_question_opens_it_again(version, people):
    thread = services.settle(thread=opened(version, people[Role.MEMBER]), by=people[Role.PILOT])
    assert (thread.resolved_by, thread.resolved_at is None) == (people[Role.PILOT], False)
    services.answer(thread=thread, text="Pas tout à fait.", by=people[Role.MEMBER])
    thread.refresh_from_db()
    assert (thread.resolved_at, thread.resolved_by) == (None, None)


def test_settling_twice_tells_it_once(version, people):
    thread = opened(version, people[Role.MEMBER])
    for _twice in range(2):
        services.settle(thread=thread, by=people[Role.PILOT])
    assert Event.objects.filter(verb="discussion.settled").count() == 1
    services.reopen(thread=thread, by=people[Role.PILOT])
    assert Thread.objects.get().resolved_at is None


def test_only_its_author_corrects_a_comment(version, people):
    comment = opened(version, people[Role.MEMBER]).comments.get()
    with pytest.raises(PermissionDenied):
        services.correct(comment=comment, text="Autre chose.", by=people[Role.PILOT])
    corrected = services.correct(comment=comment, text="Quelle en est la source\u202f?", by=people[Role.MEMBER])
    assert corrected.edited_at is not None


def test_a_pilot_takes_back_what_a_member_wrote_and_its_place_stays(version, people):
    comment = opened(version, people[Role.MEMBER], text="Mots malheureux.").comments.get()
    with pytest.raises(PermissionDenied):
        services.take_back(comment=comment, by=people[Role.RAPPORTEUR])
    services.take_back(comment=comment, by=people[Role.PILOT])
    comment.refresh_from_db()
    assert (comment.text, comment.withdrawn_at is None) == ("", False)
    with pytest.raises(Refused):
        services.correct(comment=comment, text="Encore.", by=people[Role.MEMBER])


@pytest.mark.parametrize(
    ("text", "said"), [("  \n ", "Écrivez votre commentaire."), ("a" * 5001, "000 caractères au plus")]
)
def test_bad_words_are_refused(version, people, text, said):
    with pytest.raises(ValidationError, match=said):
        opened(version, people[Role.MEMBER], text=text)
    assert not Thread.objects.exists()


def test_a_person_named_after_an_at_is_mentioned(version, people):
    named = people[Role.CO_PILOT]
    thread = opened(version, people[Role.MEMBER], text=f"Qu’en pensez-vous, @{str(named).upper()}\u202f?")
    assert [mention.person for mention in Mention.objects.all()] == [named]
    services.correct(comment=thread.comments.get(), text=f"@{named} encore", by=people[Role.MEMBER])
    assert Mention.objects.count() == 1


def test_naming_somebody_who_may_not_read_mentions_nobody(version, people):
    version.deliverable.confidentiality = Confidentiality.RESTRICTED
    version.deliverable.save()
    opened(version, people[Role.PILOT], text=f"@{people[Role.MEMBER]} et @{people[Role.OBSERVER]}")
    assert not Mention.objects.exists()


def test_whom_one_may_mention_follows_the_level(version, people):
    thing, by = version.deliverable, people[Role.PILOT]
    everybody = {people[role] for role in (Role.CO_PILOT, Role.RAPPORTEUR, Role.MEMBER, Role.GUEST)}
    assert everybody <= set(may_be_mentioned(thing, by))
    thing.confidentiality = Confidentiality.RESTRICTED
    assert set(may_be_mentioned(thing, by)) == {people[Role.CO_PILOT], people[Role.RAPPORTEUR]}


def test_the_longest_name_wins():
    short = UserFactory.build(given_name="Anne", family_name="Roc")
    long = UserFactory.build(given_name="Anne", family_name="Rochette")
    assert mentioned_in("@Anne Rochette\u202f?", [short, long]) == [long]
    assert set(mentioned_in("@Anne Rochette et @anne roc", [short, long])) == {short, long}
    assert mentioned_in("Anne Rochette", [short, long]) == []
