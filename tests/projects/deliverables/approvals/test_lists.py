"""What waits for one person, what they decided, and what the Bureau has before it."""

import pytest
from django.urls import reverse

from accounts.organisations.enums import College
from projects.access.enums import Confidentiality, Permission, Role
from projects.deliverables.approvals.services import declare_recusal
from projects.groups.projection import project
from projects.models import Deliverable
from tests.factories import UserFactory
from tests.factories.access import seat
from tests.factories.contracts import ContractFactory
from tests.factories.deliverables import DeliverableFactory, a_version, submitted_version, validated_version
from tests.factories.groups import DelegationFactory
from tests.projects.deliverables.approvals.going import demand_all, yes
from tests.projects.deliverables.stories import a_bureau, archive
from tests.projects.groups.visits import enter, links, text

pytestmark = pytest.mark.django_db

MINE, QUEUE = "/livrables/a-approuver/", "/bureau/a-valider/"


def waiting(client):
    return [each.title for each in client.get(MINE).context["waiting"]]


def for_the_bureau(group, pilot, **fields):
    deliverable = DeliverableFactory(group=group, needs_bureau=True, **fields)
    version = submitted_version(deliverable, deliverable.title.encode())
    yes(version, pilot)
    return version


# --- Mine -------------------------------------------------------------------


def test_visitors_are_sent_to_sign_in(client):
    assert client.get(MINE)["Location"].startswith("/connexion/")
    assert client.get(QUEUE)["Location"].startswith("/connexion/")


def test_what_waits_stands_at_the_top_the_longest_first(client, group, people):
    later, sooner = (DeliverableFactory(group=group, title=title) for title in ("Récent", "Ancien"))
    new, old = submitted_version(later), submitted_version(sooner, b"Autre")
    type(old).objects.filter(pk=old.pk).update(submitted_at="2026-01-01T00:00:00Z")
    enter(client, people["pilote"])
    response = client.get(MINE)
    assert [each.title for each in response.context["waiting"]] == ["Ancien", "Récent"]
    assert reverse("version-decide", kwargs={"pk": later.pk, "number": new.number}) in links(response)
    assert "soumise il y a" in text(response)


def test_only_what_waits_for_the_reader_is_there(client, group, people):
    submitted_version(DeliverableFactory(group=group, title="Le mien"), author=people["pilote"])
    a_version(DeliverableFactory(group=group, title="Brouillon"))
    submitted_version(DeliverableFactory(title="Autre groupe"))
    aside = DeliverableFactory(group=group, title="Déport")
    submitted_version(aside)
    declare_recusal(deliverable=aside, reason="Conflit", by=people["pilote"])
    said = submitted_version(DeliverableFactory(group=group, title="Déjà dit"))
    yes(said, people["copilote"])
    kept = DeliverableFactory(
        group=group, title="D’un collège", confidentiality=Confidentiality.COLLEGE, college=College.STATE
    )
    submitted_version(kept, author=seat(Role.MEMBER, group, college=College.STATE))
    submitted_version(DeliverableFactory(group=group, title="À moi"))
    enter(client, people["pilote"])
    assert waiting(client) == ["À moi"]
    for nobody in ("membre", "observateur", "rapporteur"):
        enter(client, people[nobody])
        assert waiting(client) == []


def test_where_all_are_asked_each_is_until_they_said_it(client, group, people):
    demand_all(group)
    version = submitted_version(DeliverableFactory(group=group, title="À deux"))
    yes(version, people["copilote"])
    enter(client, people["copilote"])
    assert waiting(client) == []
    enter(client, people["pilote"])
    assert waiting(client) == ["À deux"]


def test_a_borrower_is_asked_too_and_an_archived_group_asks_nobody(client, group, people):
    member = seat(Role.MEMBER, group)
    DelegationFactory(group=group, lender=people["pilote"], borrower=member, permission=Permission.APPROVE)
    submitted_version(DeliverableFactory(group=group, title="Prêté"))
    enter(client, member)
    assert waiting(client) == ["Prêté"]
    archive(group)
    assert waiting(client) == []


def test_what_was_decided_stays_as_long_as_it_is_read(client, version, people):
    yes(version, people["pilote"])
    enter(client, people["pilote"])
    response = client.get(MINE)
    assert version.deliverable.title in text(response)
    assert "Compte toujours" in text(response)
    people["pilote"].mandates.get().delete()
    project(version.deliverable.group)
    assert version.deliverable.title not in text(client.get(MINE))


def test_mine_takes_as_many_queries_with_thirty(client, group, people, django_assert_max_num_queries):
    def both(number):
        submitted_version(DeliverableFactory(group=group))
        yes(submitted_version(DeliverableFactory(group=group), author=people["membre"]), people["pilote"])

    both(0)
    enter(client, people["pilote"])
    with django_assert_max_num_queries(40) as one:
        client.get(MINE)
    for number in range(15):
        both(number)
    with django_assert_max_num_queries(len(one.captured_queries)):
        client.get(MINE)


# --- The Bureau -------------------------------------------------------------


@pytest.fixture
def bureau(group):
    return a_bureau(contract=group.contract)


def test_the_bureau_reads_what_waits_for_it_and_decides_nothing_there(client, group, people, bureau):
    version = for_the_bureau(group, people["pilote"], title="Position")
    submitted_version(DeliverableFactory(group=group, title="Pas encore", needs_bureau=True))
    yes(submitted_version(DeliverableFactory(group=group, title="Sans Bureau")), people["pilote"])
    validated_version(DeliverableFactory(group=group, title="Déjà", needs_bureau=True))
    for reader in (bureau[1], UserFactory(is_delegate=True)):
        enter(client, reader)
        response = client.get(QUEUE)
        said = text(response)
        assert "Position" in said
        assert version.sha256 in said
        for other in ("Pas encore", "Sans Bureau", "Déjà"):
            assert other not in said.split("Attend depuis")[-1]
        assert 'method="post"' not in response.content.decode().split("<main")[1].split("</main")[0]


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.GUEST])
def test_who_only_looks_on_at_the_bureau_is_refused(client, bureau, role):
    client.force_login(seat(role, bureau[0]))
    assert client.get(QUEUE).status_code == 403


def test_to_others_the_bureau_is_not_there(client, people, bureau):
    for person in (people["pilote"], UserFactory(), UserFactory(is_superuser=True)):
        client.force_login(person)
        assert client.get(QUEUE).status_code == 404


def test_an_administrator_sees_the_bureau_and_not_its_queue(client, bureau):
    client.force_login(UserFactory(is_staff=True))
    assert client.get(QUEUE).status_code == 403


def test_another_contract_s_bureau_has_its_own_queue(client, people, group):
    for_the_bureau(group, people["pilote"], title="Position")
    _other, keeper = a_bureau(contract=ContractFactory(code="autre"))
    enter(client, keeper)
    assert "Position" not in text(client.get(QUEUE)).split("Bureau")[-1]


def test_the_queue_takes_as_many_queries_with_thirty(client, group, people, bureau, django_assert_max_num_queries):
    for_the_bureau(group, people["pilote"])
    enter(client, bureau[1])
    with django_assert_max_num_queries(30) as one:
        client.get(QUEUE)
    for _each in range(30):
        for_the_bureau(group, people["pilote"])
    with django_assert_max_num_queries(len(one.captured_queries)):
        assert "31 livrables à valider" in text(client.get(QUEUE))


def test_the_home_of_the_bureau_leads_to_its_queue(client, group, people, bureau):
    for_the_bureau(group, people["pilote"])
    enter(client, bureau[1])
    home = client.get(reverse("group", kwargs={"slug": bureau[0].slug}))
    assert QUEUE in links(home)
    assert "1 livrable à valider" in text(home)
    enter(client, people["pilote"])
    assert QUEUE not in links(client.get(reverse("group", kwargs={"slug": group.slug})))
    assert Deliverable.objects.get().approval_state == "approuve_pilotes"
