import pytest

from projects.access.enums import Role
from projects.deliverables.enums import ApprovalState, Progress
from projects.deliverables.lists import selectors
from projects.groups.enums import GroupKind
from projects.groups.services import archive_group
from tests.factories import OrganisationFactory, UserFactory
from tests.factories.access import seat
from tests.factories.contracts import ProjectFactory
from tests.factories.deliverables import DeliverableFactory, a_group_at_work, a_version
from tests.factories.groups import MembershipFactory, WorkingGroupFactory
from tests.projects.deliverables.lists.visits import due

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return a_group_at_work()


def validated(deliverable, content=b"Texte approuve."):
    version = a_version(deliverable, content)
    version.state, version.validated_at = ApprovalState.APPROVED, "2026-01-01T00:00:00Z"
    version.save()
    deliverable.approval_state, deliverable.validated = ApprovalState.APPROVED, version
    deliverable.health = "orage"
    deliverable.save()
    return version


def found(rows, text, reader):
    return [row.title for row in selectors.matching(reader)(rows, text)]


def test_what_is_late_comes_first_then_what_comes_then_what_is_over(room):
    group, people = room
    due(-40, group=group, title="Fini", progress=Progress.FINISHED)
    due(20, group=group, title="Bientôt")
    due(-2, group=group, title="En retard depuis peu")
    DeliverableFactory(group=group, title="Sans date")
    due(-30, group=group, title="En retard")
    due(-50, group=group, title="Récurrent", recurrent=True)
    rows = selectors.listed_in(group, people["membre"])
    assert [row.title for row in rows] == [
        "En retard",
        "En retard depuis peu",
        "Récurrent",
        "Bientôt",
        "Sans date",
        "Fini",
    ]


def test_list_of_a_group_holds_its_own_alone(room):
    group, people = room
    DeliverableFactory(title="D’un autre groupe", confidentiality="public")
    mine = DeliverableFactory(group=group)
    assert list(selectors.listed_in(group, people["pilote"])) == [mine]
    assert list(selectors.listed_in(group, UserFactory())) == []


def test_observer_knows_the_validated_state_and_nothing_of_the_work(room):
    group, people = room
    deliverable = DeliverableFactory(group=group)
    DeliverableFactory(group=group, title="Jamais validé")
    validated(deliverable)
    a_version(deliverable, b"Brouillon secret")
    (row,) = selectors.listed_in(group, people["observateur"])
    assert (row.known_state, row.known_health) == (ApprovalState.APPROVED, "")
    row = selectors.listed_in(group, people["membre"]).get(pk=deliverable.pk)
    assert (row.known_state, row.known_health) == (ApprovalState.DRAFT, "orage")


def test_bureau_knows_the_state_of_what_is_before_it(room):
    group, _people = room
    deliverable = DeliverableFactory(group=group, needs_bureau=True, health="orage")
    version = a_version(deliverable)
    version.state = deliverable.approval_state = ApprovalState.APPROVED
    version.save()
    deliverable.save()
    bureau = seat(Role.MEMBER, WorkingGroupFactory(kind=GroupKind.BUREAU))
    (row,) = selectors.listed_in(group, bureau)
    assert (row.known_state, row.known_health) == (ApprovalState.APPROVED, "")
    assert found(selectors.listed_in(group, bureau), "premier texte", bureau) == [deliverable.title]


def test_search_reads_titles_codes_descriptions_and_the_current_text(room):
    group, people = room
    reader = people["membre"]
    DeliverableFactory(group=group, title="Feuille de route", code="P04-L1", description="Modèle économique")
    replaced = DeliverableFactory(group=group, title="Rapport")
    a_version(replaced, b"ancien propos")
    a_version(replaced, b"parcours patient")
    rows = selectors.listed_in(group, reader)
    for text in ("FEUILLE route", "p04-l1", "modele economique"):
        assert found(rows, text, reader) == ["Feuille de route"]
    assert found(rows, "patient parcours", reader) == ["Rapport"]
    assert found(rows, "rapport patient", reader) == ["Rapport"]
    assert found(rows, "ancien propos", reader) == []
    assert found(rows, "patient absent", reader) == []


def test_search_of_an_observer_reads_validated_texts_alone(room):
    group, people = room
    deliverable = DeliverableFactory(group=group, title="Rapport")
    validated(deliverable, b"conclusions publiques")
    a_version(deliverable, b"brouillon confidentiel")
    observer, member = people["observateur"], people["membre"]
    assert found(selectors.listed_in(group, observer), "confidentiel", observer) == []
    assert found(selectors.listed_in(group, observer), "conclusions", observer) == ["Rapport"]
    assert found(selectors.listed_in(group, member), "confidentiel", member) == ["Rapport"]
    assert found(selectors.listed_in(group, member), "conclusions", member) == []


def test_hidden_whole_is_not_named_by_its_part(room):
    group, people = room
    whole = DeliverableFactory(group=group, title="Restreint", confidentiality="restreint")
    part = DeliverableFactory(group=group, parent=whole)
    assert selectors.listed_in(group, people["pilote"]).get(pk=part.pk).parent == whole
    assert selectors.listed_in(group, people["membre"]).get(pk=part.pk).parent is None


def test_own_are_those_one_answers_for_or_contributes_to_across_groups(room):
    group, _people = room
    other, closed = WorkingGroupFactory(), WorkingGroupFactory()
    mandate = MembershipFactory(group=group)
    person = mandate.person
    for each in (other, closed):
        MembershipFactory(group=each, person=person, organisation=mandate.organisation)
    owned, contributed = DeliverableFactory(group=group, title="A"), DeliverableFactory(group=other, title="B")
    owned.owners.add(person)
    contributed.organisations.add(mandate.organisation)
    both = due(-1, group=other, title="C")
    both.owners.add(person)
    both.organisations.add(mandate.organisation)
    DeliverableFactory(group=group, title="De personne").organisations.add(OrganisationFactory())
    DeliverableFactory(group=closed, title="Clos").owners.add(person)
    archive_group(group=closed, by=None)
    hidden = DeliverableFactory(group=other, title="Caché", confidentiality="restreint")
    hidden.owners.add(person)
    assert [row.title for row in selectors.own(person)] == ["C", "A", "B"]
    assert list(selectors.own(UserFactory())) == []


def test_mandate_that_ended_no_longer_makes_its_organisation_ones_own(room):
    group, people = room
    past = MembershipFactory(group=group, person=people["membre"], ends_on="2025-01-01")
    DeliverableFactory(group=group).organisations.add(past.organisation)
    assert list(selectors.own(people["membre"])) == []


def test_choices_name_only_what_the_reader_may_see_in_the_order_people_expect(room, django_assert_num_queries):
    group, people = room
    reader = people["membre"]
    shown = DeliverableFactory(group=group)
    hidden = DeliverableFactory(group=group, confidentiality="restreint")
    zoe, abel = UserFactory(given_name="Abel", family_name="Zoé"), UserFactory(given_name="Zoé", family_name="Abel")
    shown.owners.add(zoe, abel)
    hidden.owners.add(UserFactory())
    shown.organisations.add(OrganisationFactory(name="Zeta", acronym="ZZ"), OrganisationFactory(name="Été", acronym=""))
    shown.projects.add(
        *(ProjectFactory(contract=group.contract, axis__contract=group.contract, number=n) for n in (12, 3))
    )
    rows = selectors.listed_in(group, reader)
    with django_assert_num_queries(1):
        found = selectors.choices_among(rows)
    assert [words for _key, words in found["responsable"]] == ["Zoé Abel", "Abel Zoé"]
    assert [words for _key, words in found["organisation"]] == ["Été", "ZZ"]
    assert [words.partition(".")[0] for _key, words in found["projet"]] == ["3", "12"]
