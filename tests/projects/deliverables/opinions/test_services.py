"""Opinions: asked of members, given by them, recorded. They approve nothing and hold nothing up."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from filiere.days import today
from filiere.refusals import Refused
from projects.access.enums import Confidentiality, Role
from projects.deliverables.enums import ApprovalState, OpinionKind
from projects.deliverables.opinions.services import ask, give, take_back
from projects.models import Approval, Deliverable, Opinion
from tests.factories import UserFactory
from tests.factories.access import seat
from tests.factories.deliverables import DeliverableFactory, a_group_at_work, a_version
from tests.projects.deliverables.stories import archive, hidden_from, onlookers, refuses, story, strangers

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def room():
    return a_group_at_work()


@pytest.fixture
def group(room):
    return room[0]


@pytest.fixture
def people(room):
    return room[1]


@pytest.fixture
def deliverable(group):
    return DeliverableFactory(group=group)


@pytest.fixture
def version(deliverable, people):
    return a_version(deliverable, author=people["rapporteur"])


def wrong(act, **arguments):
    with pytest.raises(ValidationError) as caught:
        act(**arguments)
    return caught.value.message_dict


def test_ask_says_of_whom_by_when_and_names_nobody_in_the_journal(version, deliverable, people):
    asked = [people["membre"], people["invite"]]
    found = ask(version=version, people=asked, by=people["rapporteur"], due_on=today())
    assert {opinion.person for opinion in found} == set(asked)
    assert {(opinion.asked_by, opinion.due_on, opinion.kind, opinion.given_at) for opinion in found} == {
        (people["rapporteur"], today(), "", None)
    }
    event = story(deliverable)[-1]
    assert (event.verb, event.actor) == ("deliverable.opinion_asked", people["rapporteur"])
    assert event.changes == {
        "version": [None, 1],
        "people": [None, sorted(str(person.pk) for person in asked)],
        "due_on": [None, today().isoformat()],
    }


def test_ask_again_asks_only_those_who_were_not(version, people):
    ask(version=version, people=[people["membre"]], by=people["rapporteur"])
    ask(version=version, people=[people["membre"], people["pilote"]], by=people["copilote"])
    assert Opinion.objects.count() == 2
    sentence = "Choisissez au moins un membre à qui rien n’est encore demandé."
    assert wrong(ask, version=version, people=[people["membre"]], by=people["rapporteur"]) == {"people": [sentence]}
    assert wrong(ask, version=version, people=[], by=people["rapporteur"]) == {"people": [sentence]}


def test_ask_twice_in_one_breath_asks_once(version, people):
    ask(version=version, people=[people["membre"], people["membre"]], by=people["rapporteur"])
    assert Opinion.objects.count() == 1


def test_ask_is_for_those_who_contribute(version, group, people):
    hidden_from(ask, strangers(group), version=version, people=[people["membre"]])
    hidden_from(ask, {"observer": people["observateur"]}, version=version, people=[people["membre"]])
    refuses(ask, onlookers(group, Role.GUEST), version=version, people=[people["membre"]])
    archive(group)
    refuses(ask, {"member": people["membre"]}, version=version, people=[people["pilote"]])


def test_ask_is_of_those_who_may_debate_there(version, people, group):
    sentence = "On demande un avis à qui siège dans le groupe et peut y débattre."
    for person in (people["observateur"], UserFactory(), *strangers(group).values()):
        assert wrong(ask, version=version, people=[people["membre"], person], by=people["pilote"]) == {
            "people": [sentence]
        }
    assert not Opinion.objects.exists()


def test_ask_is_of_those_who_may_read_it(group, people):
    deliverable = DeliverableFactory(group=group, confidentiality=Confidentiality.RESTRICTED)
    version = a_version(deliverable, author=people["rapporteur"])
    found = wrong(ask, version=version, people=[people["membre"]], by=people["pilote"])
    assert found == {"people": ["Une de ces personnes ne peut pas lire ce livrable."]}
    ask(version=version, people=[people["copilote"]], by=people["pilote"])


def test_ask_for_yesterday_is_refused(version, people):
    found = wrong(ask, version=version, people=[people["membre"]], by=people["pilote"], due_on=today() - DAY)
    assert found == {"due_on": ["Cette date est déjà passée."]}


def test_replaced_version_is_neither_asked_about_nor_judged(version, deliverable, people):
    a_version(deliverable, b"Autre texte.")
    for act, more in ((ask, {"people": [people["membre"]]}), (give, {"kind": "favorable"})):
        with pytest.raises(Refused) as caught:
            act(version=version, by=people["membre"], **more)
        assert caught.value.sentence == "Une version plus récente a été déposée\u00a0: c’est elle qui compte."


@pytest.mark.parametrize("kind", OpinionKind)
def test_give_answers_what_was_asked_and_says_for_whom(version, deliverable, people, kind):
    ask(version=version, people=[people["membre"]], by=people["rapporteur"], due_on=today())
    give(version=version, kind=kind, by=people["membre"], text=" Page 4.\r\nÀ revoir. ")
    opinion = Opinion.objects.get()
    organisation = people["membre"].mandates.get().organisation
    assert (opinion.kind, opinion.text, opinion.given_at is not None) == (kind, "Page 4.\nÀ revoir.", True)
    assert (opinion.organisation, opinion.capacity) == (organisation, f"membre, {organisation}")
    assert not opinion.is_late
    event = story(deliverable)[-1]
    assert (event.verb, event.actor, event.capacity) == (
        "deliverable.opinion_given",
        people["membre"],
        opinion.capacity,
    )
    # What was written is in the opinion, which may be hidden some day; the journal keeps which it was.
    assert event.changes == {"version": [None, 1], "kind": [None, kind]}


def test_give_unasked_then_again_replaces_what_one_said(version, deliverable, people):
    give(version=version, kind="favorable", by=people["invite"])
    give(version=version, kind="defavorable", text="À la réflexion, non.", by=people["invite"])
    opinion = Opinion.objects.get()
    assert (opinion.asked_by, opinion.kind) == (None, "defavorable")
    assert story(deliverable)[-1].changes["kind"] == ["favorable", "defavorable"]


def test_give_is_for_those_who_debate(version, group, people):
    hidden_from(give, strangers(group), version=version, kind="favorable")
    hidden_from(give, {"observer": people["observateur"]}, version=version, kind="favorable")
    refuses(give, {"delegate": UserFactory(is_delegate=True)}, version=version, kind="favorable")
    archive(group)
    refuses(give, {"member": people["membre"]}, version=version, kind="favorable")


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"kind": "peut-etre"}, {"kind": ["Choisissez un avis."]}),
        ({"kind": ""}, {"kind": ["Choisissez un avis."]}),
        ({"kind": "defavorable"}, {"text": ["Dites vos réserves, ou ce qui s’y oppose."]}),
        ({"kind": "favorable_reserves", "text": " \n"}, {"text": ["Dites vos réserves, ou ce qui s’y oppose."]}),
        ({"kind": "favorable", "text": "x" * 5001}, {"text": ["Écrivez 5\u202f000 caractères au plus."]}),
    ],
)
def test_give_says_what_is_wrong_by_its_field(version, people, fields, error):
    assert wrong(give, version=version, by=people["membre"], **fields) == error
    assert not Opinion.objects.exists()


def test_opinion_approves_nothing_and_holds_nothing_up(version, deliverable, people):
    give(version=version, kind="favorable", by=people["pilote"])
    assert Deliverable.objects.get().approval_state == ApprovalState.DRAFT
    assert not Approval.objects.exists()


@pytest.mark.parametrize("who", ["rapporteur", "pilote", "copilote"])
def test_take_back_is_for_who_asked_and_for_pilots(version, deliverable, people, who):
    (opinion,) = ask(version=version, people=[people["membre"]], by=people["rapporteur"])
    take_back(opinion=opinion, by=people[who])
    assert Opinion.objects.get().withdrawn_at is not None
    event = story(deliverable)[-1]
    assert event.verb == "deliverable.opinion_no_longer_asked"
    assert event.changes == {"version": [None, 1], "people": [None, [str(people["membre"].pk)]]}
    # Asked again, it is another question.
    ask(version=version, people=[people["membre"]], by=people["rapporteur"])


def test_take_back_is_not_for_others(version, group, people):
    (opinion,) = ask(version=version, people=[people["membre"]], by=people["rapporteur"])
    hidden_from(take_back, strangers(group), opinion=opinion)
    refuses(take_back, onlookers(group, Role.GUEST), opinion=opinion)
    with pytest.raises(PermissionDenied, match="Seuls qui a demandé cet avis et les pilotes"):
        take_back(opinion=opinion, by=seat(Role.MEMBER, group))


def test_take_back_of_what_was_given_or_taken_back_comes_too_late(version, people):
    given, withdrawn = ask(version=version, people=[people["membre"], people["copilote"]], by=people["rapporteur"])
    give(version=version, kind="favorable", by=given.person)
    take_back(opinion=withdrawn, by=people["rapporteur"])
    for opinion in (given, withdrawn):
        with pytest.raises(Refused) as caught:
            take_back(opinion=opinion, by=people["rapporteur"])
        assert caught.value.sentence == "Cet avis a été donné, ou sa demande retirée."


def test_opinion_is_late_once_its_day_is_over(version, people):
    (opinion,) = ask(version=version, people=[people["membre"]], by=people["rapporteur"], due_on=today())
    assert not opinion.is_late
    opinion.due_on = today() - DAY
    assert opinion.is_late
