"""The pages of opinions."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from accounts.organisations.enums import College
from filiere.days import today
from projects.access.enums import Confidentiality, Role
from projects.deliverables.opinions.services import ask, give
from projects.deliverables.versions.services import deposit_version
from projects.models import Deliverable, Opinion
from tests.factories import UserFactory
from tests.factories.access import seat
from tests.factories.deliverables import DeliverableFactory, a_group_at_work, submitted_version
from tests.projects.deliverables.stories import strangers
from tests.projects.groups.visits import enter, links, text

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
def version(group, people):
    return submitted_version(DeliverableFactory(group=group), author=people["membre"])


def at(name, version):
    return reverse(name, kwargs={"pk": version.deliverable_id, "number": version.number})


def back(opinion, version):
    return reverse("opinion-take-back", kwargs={"pk": version.deliverable_id, "opinion": opinion.pk})


def offered(client, version):
    return set(client.get(at("opinion-ask", version)).context["form"].fields["people"].queryset)


def asked(version, people, who, by="membre", **fields):
    return ask(version=version, people=[people[who]], by=people[by], **fields)[0]


# --- Who opens them ---------------------------------------------------------


def test_strangers_find_nothing(client, version, people):
    opinion = asked(version, people, "rapporteur")
    addresses = (at("opinion-ask", version), at("opinion-give", version), back(opinion, version))
    for address in addresses:
        assert client.get(address)["Location"].startswith("/connexion/")
    for stranger in strangers(version.deliverable.group).values():
        if stranger.is_active:
            client.force_login(stranger)
            assert {client.get(address).status_code for address in addresses} == {404}


def test_guests_give_and_ask_nothing(client, version, people):
    enter(client, people["invite"])
    assert client.get(at("opinion-ask", version)).status_code == 403
    assert client.get(at("opinion-give", version)).status_code == 200


# --- Asking -----------------------------------------------------------------


def test_those_who_debate_and_read_it_may_be_asked_once(client, version, people):
    enter(client, people["membre"])
    everybody = {people[name] for name in ("pilote", "copilote", "rapporteur", "invite")}
    assert offered(client, version) == everybody
    due = today() + 5 * DAY
    form = {"people": [str(people["invite"].pk), str(people["rapporteur"].pk)], "due_on": due.isoformat()}
    response = client.post(at("opinion-ask", version), form, follow=True)
    assert "L’avis de 2 personnes est demandé." in text(response)
    assert {(each.person, each.due_on) for each in Opinion.objects.all()} == {
        (people["invite"], due),
        (people["rapporteur"], due),
    }
    assert offered(client, version) == everybody - {people["invite"], people["rapporteur"]}


def test_whom_another_college_hides_it_from_is_not_offered(client, version, people, group):
    outside = seat(Role.MEMBER, group, college=College.STATE)
    Deliverable.objects.update(confidentiality=Confidentiality.COLLEGE, college=College.INDUSTRY)
    enter(client, people["membre"])
    assert outside not in offered(client, version)
    client.post(at("opinion-ask", version), {"people": [str(outside.pk)]})
    assert not Opinion.objects.exists()


def test_a_past_day_and_nobody_are_refused_beside_their_fields(client, version, people):
    enter(client, people["membre"])
    form = {"people": [str(people["invite"].pk)], "due_on": (today() - DAY).isoformat()}
    assert "déjà passée" in str(client.post(at("opinion-ask", version), form).context["form"].errors["due_on"])
    assert "people" in client.post(at("opinion-ask", version), {}).context["form"].errors
    assert not Opinion.objects.exists()


# --- Giving -----------------------------------------------------------------


def test_an_opinion_asked_is_given_then_changed(client, version, people):
    asked(version, people, "invite", due_on=today() + 5 * DAY)
    enter(client, people["invite"])
    assert "vous le demande pour le" in text(client.get(at("opinion-give", version)))
    client.post(at("opinion-give", version), {"kind": "favorable", "text": ""})
    assert Opinion.objects.get().kind == "favorable"
    page = client.get(at("opinion-give", version))
    assert "ce que vous enregistrez ici le remplace" in text(page)
    client.post(at("opinion-give", version), {"kind": "defavorable", "text": "Trop tard"})
    opinion = Opinion.objects.get()
    assert (opinion.kind, opinion.text) == ("defavorable", "Trop tard")


def test_reserves_without_words_are_refused_and_kept(client, version, people):
    enter(client, people["invite"])
    response = client.post(at("opinion-give", version), {"kind": "favorable_reserves", "text": " "})
    assert "Dites vos réserves" in text(response)
    assert response.context["form"].data["kind"] == "favorable_reserves"
    assert not Opinion.objects.exists()


def test_of_a_replaced_version_nothing_is_asked_nor_given(client, version, people):
    new = ContentFile(b"Un autre texte.", "suite.txt")
    deposit_version(deliverable=version.deliverable, file=new, by=people["membre"])
    enter(client, people["membre"])
    assert "Une version plus récente" in text(client.get(at("opinion-ask", version)))
    assert "Une version plus récente" in text(client.get(at("opinion-give", version)))
    client.post(at("opinion-give", version), {"kind": "favorable", "text": ""})
    assert not Opinion.objects.exists()


# --- Taking back ------------------------------------------------------------


def test_who_asked_and_pilots_take_a_question_back(client, version, people):
    for who in ("membre", "pilote"):
        opinion = asked(version, people, "invite")
        enter(client, people[who])
        assert people["invite"].get_full_name() in text(client.get(back(opinion, version)))
        client.post(back(opinion, version))
        opinion.refresh_from_db()
        assert opinion.withdrawn_at is not None


def test_others_take_nothing_back(client, version, people, group):
    opinion = asked(version, people, "invite")
    for who, status in ((seat(Role.MEMBER, group), 403), (people["invite"], 403), (UserFactory(), 404)):
        client.force_login(who)
        assert client.post(back(opinion, version)).status_code == status
    other = submitted_version(DeliverableFactory(group=group))
    client.force_login(people["pilote"])
    assert client.post(back(opinion, other)).status_code == 404
    opinion.refresh_from_db()
    assert opinion.withdrawn_at is None


def test_an_opinion_given_is_no_longer_taken_back(client, version, people):
    opinion = asked(version, people, "invite")
    give(version=version, kind="favorable", by=people["invite"])
    enter(client, people["membre"])
    response = client.post(back(opinion, version), follow=True)
    assert "Cet avis a été donné" in text(response)
    opinion.refresh_from_db()
    assert opinion.withdrawn_at is None


# --- Shown ------------------------------------------------------------------


def test_what_was_said_and_what_is_awaited_are_shown_with_the_version(client, version, people):
    late = asked(version, people, "rapporteur")
    Opinion.objects.filter(pk=late.pk).update(due_on=today() - DAY)
    give(version=version, kind="favorable_reserves", by=people["invite"], text="Revoir l’annexe")
    enter(client, people["membre"])
    page = client.get(at("version-decide", version))
    said = text(page)
    for word in ("Favorable avec réserves", "Revoir l’annexe", "Avis en retard", people["rapporteur"].get_full_name()):
        assert word in said
    assert back(late, version) in links(page)
    assert "Revoir l’annexe" in text(client.get(at("version", version)))
    assert at("opinion-give", version) in links(page)


def test_thirty_opinions_take_as_many_queries_as_one(client, version, people, group, django_assert_max_num_queries):
    give(version=version, kind="favorable", by=people["invite"])
    enter(client, people["membre"])
    with django_assert_max_num_queries(45) as one:
        client.get(at("version-decide", version))
    ask(version=version, people=[seat(Role.MEMBER, group) for _each in range(30)], by=people["membre"])
    with django_assert_max_num_queries(len(one.captured_queries)):
        client.get(at("version-decide", version))
