import pytest

from filiere.days import today
from projects.access.enums import Role
from projects.deliverables.enums import ApprovalState, Progress
from projects.deliverables.models import Deliverable
from projects.groups.services import archive_group
from tests.factories import OrganisationFactory, UserFactory
from tests.factories.contracts import ProjectFactory
from tests.factories.deliverables import DeliverableFactory, a_group_at_work, a_version
from tests.factories.groups import MembershipFactory, WorkingGroupFactory
from tests.projects.deliverables.lists.visits import DAY, due, titles
from tests.projects.groups.visits import enter, links, text

pytestmark = pytest.mark.django_db

LIST = "/groupes/antibioresistance/livrables/"
TOGETHER = f"{LIST}en-lot/"
VIEWS = [LIST, f"{LIST}tableau/", f"{LIST}frise/"]


@pytest.fixture
def room():
    return a_group_at_work()


@pytest.mark.parametrize("address", [*VIEWS, TOGETHER, "/livrables/"])
def test_visitor_is_led_to_the_sign_in(client, room, address):
    assert client.get(address)["Location"].startswith("/connexion/")


@pytest.mark.parametrize("address", [*VIEWS, TOGETHER])
def test_group_that_is_hidden_does_not_exist(client, room, address):
    enter(client, UserFactory())
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("address", VIEWS)
@pytest.mark.parametrize("role", [role.value for role in Role])
def test_every_view_shows_what_its_reader_sees(client, room, address, role):
    group, people = room
    due(10, group=group, title="Du groupe")
    due(10, group=group, title="Restreint", confidentiality="restreint")
    enter(client, people[role])
    read = text(client.get(address))
    assert ("Du groupe" in read) is (role != "observateur")
    assert ("Restreint" in read) is (role in {"pilote", "copilote", "rapporteur"})


def test_list_says_all_of_a_deliverable(client, room):
    group, people = room
    whole = DeliverableFactory(group=group, title="Feuille de route")
    row = due(-3, group=group, title="Volet <b>économique</b>", code="L-2", parent=whole, health="nuages")
    row.owners.add(UserFactory(given_name="Ada", family_name="L."))
    row.organisations.add(OrganisationFactory(name="Leem", acronym=""))
    a_version(row)
    enter(client, people["membre"])
    read = text(client.get(LIST))
    for words in (
        "Volet &lt;b&gt;économique",
        "L-2",
        "Fait partie de « Feuille de route »",
        "ce jour-là",
        "En retard",
        "À lancer",
        "Nuages",
        "Brouillon",
        "Ada L.",
        "Leem",
    ):
        assert words in read


def test_vague_due_shows_the_day_it_ends(client, room):
    group, people = room
    DeliverableFactory(
        group=group, due="S1 2031", due_start="2031-01-01", due_end="2031-06-30", due_precision="semestre"
    )
    enter(client, people["membre"])
    assert "S1 2031 jusqu’au 30 juin 2031" in text(client.get(LIST))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Tard", "Loin", "Fait"]),
        ("etat=finalise", ["Fait"]),
        ("meteo=orage", ["Tard"]),
        ("approbation=soumis", ["Loin"]),
        ("retard=1", ["Tard"]),
        ("des={tomorrow}", ["Loin"]),
        ("jusqu_au={tomorrow}", ["Tard", "Fait"]),
        ("responsable={owner}", ["Tard"]),
        ("organisation={organisation}", ["Loin"]),
        ("projet={project}", ["Fait"]),
        ("q=loin", ["Loin"]),
        ("etat=a_lancer&meteo=orage", ["Tard"]),
        ("etat=?&meteo=&des=jamais&responsable=x", ["Tard", "Loin", "Fait"]),
    ],
)
def test_filters_are_in_the_address_of_every_view(client, room, query, found):
    group, people = room
    late, far, done = (
        due(-5, group=group, title="Tard", health="orage"),
        due(40, group=group, title="Loin"),
        due(-60, group=group, title="Fait", progress=Progress.FINISHED),
    )
    late.owners.add(people["pilote"])
    organisation, project = OrganisationFactory(), ProjectFactory(contract=group.contract)
    far.organisations.add(organisation)
    version = a_version(far)
    version.state, version.submitted_by, version.submitted_at = (
        ApprovalState.SUBMITTED,
        people["membre"],
        version.deposited_at,
    )
    version.save()
    Deliverable.objects.filter(pk=far.pk).update(approval_state=ApprovalState.SUBMITTED)
    done.projects.add(project)
    enter(client, people["membre"])
    asked = query.format(
        tomorrow=today() + DAY, owner=people["pilote"].pk, organisation=organisation.pk, project=project.pk
    )
    response = client.get(f"{LIST}?{asked}")
    assert titles(response) == found
    for view in VIEWS[1:]:
        read = text(client.get(f"{view}?{asked}"))
        assert [title for title in ("Tard", "Loin", "Fait") if title in read] == found
    if found != ["Tard", "Loin", "Fait"]:
        kept = [href.replace("&amp;", "&") for href in links(response) if href.startswith(f"{LIST}frise/?")]
        assert kept
        assert titles(client.get(LIST + kept[0].removeprefix(f"{LIST}frise/"))) == found


def test_list_is_exported_with_the_computed_dates(client, room):
    group, people = room
    row = due(-5, group=group, title="=Tard")
    row.owners.add(people["pilote"])
    enter(client, people["membre"])
    heading, line = client.get(f"{LIST}?format=csv").content.decode("utf-8-sig").splitlines()
    day = f"{today() - 5 * DAY:%d/%m/%Y}"
    assert heading.startswith("Intitulé;Échéance;Avancement;Météo;Approbation;Responsables;Code;Organisations;")
    assert line.startswith("'=Tard;ce jour-là;À lancer;;Aucune version;")
    assert line.endswith(f";{day};{day};oui")


def test_empty_list_says_what_to_do_to_who_may_do_it(client, room):
    _group, people = room
    enter(client, people["membre"])
    response = client.get(LIST)
    assert "Aucun livrable pour l’instant" in text(response)
    assert f"{LIST}nouveau/" not in links(response)
    enter(client, people["rapporteur"])
    assert f"{LIST}nouveau/" in links(client.get(LIST))


@pytest.mark.parametrize(("role", "ticks"), [("pilote", True), ("membre", True), ("invite", False)])
def test_rows_are_ticked_by_those_who_may_change_them(client, room, role, ticks):
    group, people = room
    DeliverableFactory(group=group)
    enter(client, people[role])
    assert ("Modifier ensemble" in text(client.get(LIST))) is ticks
    assert client.get(TOGETHER).status_code == (302 if ticks else 403)


def test_archived_group_is_read_and_nothing_there_is_changed(client, room):
    group, people = room
    DeliverableFactory(group=group, title="Ancien")
    archive_group(group=group, by=None)
    enter(client, people["pilote"])
    for view in VIEWS:
        read = text(client.get(view))
        assert "Ancien" in read
        assert "Modifier ensemble" not in read
        assert "Déplacer" not in read
        assert "Nouveau livrable" not in read


def test_several_move_together_after_a_page_that_names_them(client, room):
    group, people = room
    rows = [DeliverableFactory(group=group, title=title) for title in ("Un", "Deux")]
    enter(client, people["membre"])
    chosen = {"livrable": [str(row.pk) for row in rows]}
    read = text(client.get(TOGETHER, chosen))
    assert "Modifier ces 2 livrables" in read
    assert "Un" in read
    assert "Responsable" not in read
    response = client.post(TOGETHER, {**chosen, "progress": "en_cours"}, follow=True)
    assert "2 livrables sont à jour." in text(response)
    assert set(Deliverable.objects.values_list("progress", flat=True)) == {"en_cours"}


def test_pilot_also_sets_owner_and_due_together(client, room):
    group, people = room
    row = DeliverableFactory(group=group)
    enter(client, people["pilote"])
    given = {"livrable": str(row.pk), "owner": str(people["membre"].pk), "due": "T1 2031"}
    client.post(TOGETHER, given)
    row.refresh_from_db()
    assert (row.due, str(row.due_end), row.progress) == ("T1 2031", "2031-03-31", Progress.TO_START)
    assert list(row.owners.all()) == [people["membre"]]


def test_refused_line_is_named_and_nothing_changes(client, room):
    group, people = room
    free = DeliverableFactory(group=group, title="Libre")
    stopped = DeliverableFactory(
        group=group, title="Arrêté", progress=Progress.SUSPENDED, stopped_on=today(), stopped_because="x"
    )
    enter(client, people["membre"])
    chosen = {"livrable": [str(free.pk), str(stopped.pk)], "progress": "en_cours"}
    read = text(client.post(TOGETHER, chosen))
    assert "Rien n’a changé." in read
    assert "« Arrêté » : Ce livrable est suspendu ou abandonné" in read
    free.refresh_from_db()
    assert free.progress == Progress.TO_START


def test_what_is_hidden_or_elsewhere_cannot_be_ticked(client, room):
    group, people = room
    hidden = DeliverableFactory(group=group, confidentiality="restreint")
    elsewhere = DeliverableFactory(group=MembershipFactory(person=people["membre"]).group)
    enter(client, people["membre"])
    chosen = {"livrable": [str(hidden.pk), str(elsewhere.pk), "x"], "progress": "en_cours"}
    assert "Cochez d’abord des livrables." in text(client.post(TOGETHER, chosen, follow=True))
    assert set(Deliverable.objects.values_list("progress", flat=True)) == {Progress.TO_START}


def test_own_list_crosses_groups(client, room):
    group, people = room
    person = people["membre"]
    other = MembershipFactory(person=person, group=WorkingGroupFactory(name="Imagerie")).group
    due(9, group=group, title="Plus tard").owners.add(person)
    due(-9, group=other, title="En retard").owners.add(person)
    DeliverableFactory(group=other, title="Contribué").organisations.add(person.mandates.get(group=group).organisation)
    enter(client, person)
    assert titles(client.get("/livrables/")) == ["En retard", "Plus tard", "Contribué"]
    assert titles(client.get("/livrables/?miens=1")) == ["En retard", "Plus tard"]
    assert "Imagerie" in text(client.get("/livrables/"))


def test_own_list_of_a_newcomer_says_what_will_be_there(client):
    enter(client, UserFactory())
    assert "Aucun livrable pour l’instant" in text(client.get("/livrables/"))


@pytest.mark.parametrize("address", [*VIEWS, "/livrables/"])
@pytest.mark.parametrize("role", ["pilote", "observateur"])
def test_lists_cost_the_same_with_one_or_thirty(client, room, address, role, django_assert_max_num_queries):
    group, people = room
    person = people[role]
    enter(client, person)
    costs = []
    for number in (1, 30):
        for _ in range(number):
            whole, row = DeliverableFactory(group=group), due(-1, group=group)
            row.parent = whole
            row.save()
            row.owners.add(person, UserFactory())
            row.organisations.add(OrganisationFactory())
            row.projects.add(ProjectFactory(contract=group.contract))
            row.validated = a_version(row, author=None)
            row.save()
        with django_assert_max_num_queries(12) as queries:
            response = client.get(address)
        costs.append(len(queries))
    assert response.status_code == 200
    assert costs[0] == costs[1]
