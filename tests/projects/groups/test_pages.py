import re
from datetime import date, timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from filiere.days import today
from projects.access.enums import Permission, Role
from projects.activity.services import record
from projects.groups.enums import GroupKind
from projects.groups.mandates.services import end_mandate
from projects.groups.projection import project as project_grants
from projects.groups.services import archive_group, change_group
from projects.models import Delegation, Membership
from tests.factories import AdministratorFactory, OrganisationFactory, UserFactory
from tests.factories.contracts import AxisFactory, ProjectFactory
from tests.factories.groups import DelegationFactory, MembershipFactory, WorkingGroupFactory
from tests.projects.groups.visits import enter, links, rows_of, seated, text

pytestmark = pytest.mark.django_db

LONG_AGO, YESTERDAY = date(2024, 1, 1), today() - timedelta(days=1)


@pytest.fixture
def group():
    return WorkingGroupFactory(slug="imagerie", name="Imagerie médicale")


# --- The doors ---

PAGES = {
    "group": Permission.SEE,
    "group-members": Permission.SEE,
    "group-journal": Permission.READ_JOURNAL,
    "group-change": Permission.EDIT_GROUP,
    "group-archive": Permission.MANAGE_GROUP,
    "group-reopen": Permission.MANAGE_GROUP,
}
MAY_OPEN = {
    Role.PILOT: {"group", "group-members", "group-journal", "group-change"},
    Role.CO_PILOT: {"group", "group-members", "group-journal", "group-change"},
    Role.RAPPORTEUR: {"group", "group-members", "group-journal"},
    Role.MEMBER: {"group", "group-members", "group-journal"},
    Role.OBSERVER: {"group", "group-members"},
    Role.GUEST: {"group", "group-members"},
}


@pytest.mark.parametrize("role", Role)
def test_group_pages_open_to_each_role_what_it_holds(client, group, role):
    enter(client, seated(group, role))
    opened = {name for name in PAGES if client.get(reverse(name, args=[group.slug])).status_code == 200}
    refused = {name for name in PAGES if client.get(reverse(name, args=[group.slug])).status_code == 403}
    assert opened == MAY_OPEN[role]
    assert refused == PAGES.keys() - opened


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    "sits",
    [
        lambda group: UserFactory(),
        lambda group: seated(WorkingGroupFactory(), Role.PILOT),
        lambda group: seated(group, Role.PILOT, ends_on=YESTERDAY),
        lambda group: seated(group, Role.PILOT, starts_on=today() + timedelta(days=1)),
        lambda group: UserFactory(is_superuser=True),
    ],
)
def test_group_does_not_exist_for_who_does_not_sit_there(client, group, name, sits):
    enter(client, sits(group))
    hidden = client.get(reverse(name, args=[group.slug]))
    unknown = client.get(reverse(name, args=["inconnu"]))
    assert (hidden.status_code, unknown.status_code) == (404, 404)
    assert text(hidden).replace("imagerie", "inconnu") != ""
    assert group.name not in hidden.content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_group_pages_lead_a_visitor_to_the_sign_in(client, group, name):
    response = client.get(reverse(name, args=[group.slug]))
    assert response.status_code == 302
    assert response["Location"].startswith("/connexion/")


@pytest.mark.parametrize("name", ["groups-administration", "groups-together", "group-new"])
def test_administration_of_groups_is_closed_to_a_pilot(client, group, name):
    enter(client, seated(group, Role.PILOT))
    assert client.get(reverse(name)).status_code == 403
    assert client.post(reverse(name)).status_code in {403, 405}


@pytest.mark.parametrize("name", ["groups", "group", "group-members", "group-journal"])
def test_reading_pages_are_not_written_to(client, group, name):
    enter(client, seated(group, Role.PILOT))
    address = reverse(name) if name == "groups" else reverse(name, args=[group.slug])
    assert client.post(address).status_code == 405


# --- The list ---


def test_list_shows_my_groups_with_my_seat_and_no_other(client, group):
    organisation = OrganisationFactory(name="SNITEM", acronym="")
    enter(client, seated(group, organisation=organisation))
    pilot = seated(group, Role.PILOT, person__given_name="Perle", person__family_name="Rare")
    WorkingGroupFactory(slug="autre")
    response = client.get("/groupes/")
    assert rows_of(response) == ["imagerie"]
    assert "Membre, pour SNITEM" in text(response)
    assert "Perle Rare (pilote)" in text(response)
    assert pilot.email not in response.content.decode()


def test_list_of_a_delegate_has_every_group_theirs_first_archived_last(client, group):
    WorkingGroupFactory(slug="antibio", name="Antibio")
    archive_group(group=WorkingGroupFactory(slug="ancien", name="Ancien"), by=None)
    delegate = enter(client, UserFactory(is_delegate=True))
    MembershipFactory(group=group, person=delegate)
    response = client.get("/groupes/")
    assert rows_of(response) == ["imagerie", "antibio", "ancien"]
    assert "Archivé" in text(response)


def test_list_says_what_comes_next_in_my_groups(client, group):
    leaving = MembershipFactory(group=group, ends_on=today() + timedelta(days=20))
    enter(client, seated(group))
    response = client.get("/groupes/")
    assert f"Fin du mandat de {leaving.person}" in text(response)
    assert reverse("mandate", args=[group.slug, leaving.pk]) in links(response)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("nature=copil", ["steering"]),
        ("projet=P04", ["imagerie"]),
        ("axe=D", ["imagerie"]),
        ("etat=archives", ["ancien"]),
        ("etat=actifs", ["imagerie", "steering"]),
        ("miens=1", ["imagerie"]),
        ("q=medicale", ["imagerie"]),
        ("q=capital", ["imagerie"]),
        ("nature=x&projet=y&axe=z&etat=w&q=%00", ["imagerie", "steering", "ancien"]),
        ("tri=-name", ["steering", "imagerie", "ancien"]),
    ],
)
def test_list_is_narrowed_and_sorted_by_its_address(client, group, query, found):
    WorkingGroupFactory(slug="steering", name="Pilotage", kind=GroupKind.STEERING)
    archive_group(group=WorkingGroupFactory(slug="ancien", name="Ancien"), by=None)
    axis = AxisFactory(code="D")
    group.projects.add(ProjectFactory(axis=axis, code="P04", title="Le capital des données"))
    ProjectFactory(code="P05")
    delegate = enter(client, UserFactory(is_delegate=True))
    MembershipFactory(group=group, person=delegate)
    assert rows_of(client.get(f"/groupes/?{query}")) == found


@pytest.mark.parametrize("role", Role)
def test_list_offers_the_axes_and_projects_of_the_contract_to_who_reads_it(client, group, role):
    ProjectFactory(title="Un projet que les invités ne connaissent pas", axis__contract=group.contract)
    enter(client, seated(group, role))
    page = text(client.get("/groupes/"))
    assert ("Un projet que" in page) == ("Axe" in page) == (role != Role.GUEST)


def test_list_exports_what_it_shows(client, group):
    enter(client, seated(group, organisation=OrganisationFactory(name="SNITEM", acronym="")))
    lines = client.get("/groupes/?format=csv").content.decode("utf-8-sig").splitlines()
    assert lines[0].split(";")[:4] == ["Groupe", "Nature", "Votre place", "Pilotage"]
    assert lines[1].startswith("Imagerie médicale;Groupe de travail;Membre, pour SNITEM")


def test_list_without_any_group_says_how_one_enters(client):
    enter(client, UserFactory())
    assert "Aucun groupe ne vous est ouvert pour l’instant" in text(client.get("/groupes/"))


def test_list_offers_to_create_to_coordinators_alone(client, group):
    enter(client, seated(group, Role.PILOT))
    assert "/groupes/nouveau/" not in links(client.get("/groupes/"))
    enter(client, AdministratorFactory())
    assert "/groupes/nouveau/" in links(client.get("/groupes/"))


# --- The home of a group ---


def test_home_of_a_group_tells_what_it_is_for(client, group):
    change_group(
        group=group,
        by=None,
        presentation="Remettre une feuille de route.\n\n<b>Sans balise.</b>",
        cadence="toutes les 6 semaines",
        parent=WorkingGroupFactory(slug="copil", name="Le comité"),
        projects=[ProjectFactory(contract=group.contract, axis__contract=group.contract, number=13, title="Scanners")],
    )
    enter(client, AdministratorFactory())
    response = client.get("/groupes/imagerie/")
    read = text(response)
    assert "Remettre une feuille de route." in read
    assert "&lt;b&gt;Sans balise.&lt;/b&gt;" in response.content.decode()
    assert "toutes les 6 semaines Au moins une réunion toutes les 6 semaines." in read
    assert "13. Scanners" in read
    assert "/groupes/copil/" in links(response)
    assert "/groupes/imagerie/" in links(client.get("/groupes/copil/"))


def test_home_of_a_group_does_not_name_relatives_that_its_reader_may_not_see(client, group):
    parent = WorkingGroupFactory(slug="copil", name="Comité secret")
    change_group(group=group, by=None, parent=parent)
    WorkingGroupFactory(parent=group, slug="enfant", name="Enfant caché")
    enter(client, seated(group))
    read = client.get("/groupes/imagerie/").content.decode()
    assert "Comité secret" not in read
    assert "Enfant caché" not in read


def test_home_of_a_group_says_who_steers_it_and_who_is_missing(client, group):
    pilot = MembershipFactory(group=group, role=Role.PILOT, organisation=OrganisationFactory(college="etat"))
    enter(client, pilot.person)
    read = text(client.get("/groupes/imagerie/"))
    assert f"{pilot.person} Pilote, {pilot.organisation}" in read
    assert "Aucun copilote" in read
    assert "Aucun rapporteur" in read
    assert "Aucun représentant de l’industrie" in read
    assert "Aucun pilote" not in read
    assert "Aucun représentant de l’État" not in read
    assert "Voir la personne qui y siège" in read


def test_home_of_a_group_shows_delegations_in_force_and_no_other(client, group):
    lender, borrower = seated(group, Role.PILOT), seated(group)
    DelegationFactory(group=group, lender=lender, borrower=borrower, ends_on=date(2099, 12, 31))
    DelegationFactory(group=group, lender=lender, borrower=borrower, permission="edit_group", ends_on=date(2024, 2, 1))
    DelegationFactory(
        group=group, lender=lender, borrower=borrower, permission="hold_meetings", revoked_at=timezone.now()
    )
    enter(client, borrower)
    read = text(client.get("/groupes/imagerie/"))
    assert "Approuver les livrables et les comptes rendus, jusqu’au 31 décembre 2099" in read
    assert "Préparer les réunions" not in read
    assert "régler son rythme" not in read


@pytest.mark.parametrize("role", Role)
def test_home_of_a_group_leads_to_the_projects_it_serves_who_may_read_them(client, group, role):
    served = ProjectFactory(axis__contract=group.contract, title="Un projet servi")
    group.projects.add(served)
    enter(client, seated(group, role))
    response = client.get("/groupes/imagerie/")
    assert "Un projet servi" in text(response)
    sheet = reverse("project", args=[group.contract.code, served.code])
    assert (sheet in links(response)) == (role != Role.GUEST) == (client.get(sheet).status_code == 200)


def test_latest_changes_say_whom_they_are_about(client, group):
    pilot, leaving = seated(group, Role.PILOT), MembershipFactory(group=group)
    gone = MembershipFactory(group=group, starts_on=LONG_AGO, ends_on=LONG_AGO)
    lent = DelegationFactory(group=group, lender=pilot, borrower=seated(group))
    enter(client, pilot)
    end_mandate(mandate=leaving, by=pilot)
    with transaction.atomic():
        for verb, target in (("mandate.ended", gone), ("delegation.given", lent)):
            record(actor=pilot, verb=verb, target=target, group=group)
    page = text(client.get("/groupes/imagerie/"))
    assert f"{leaving.person}, membre — pilote, " in page
    assert f"{lent.lender} → {lent.borrower}" in page
    assert str(gone.person) not in page


def test_who_just_left_is_not_counted_among_those_who_sit_there(client, group):
    MembershipFactory(group=group, ends_on=YESTERDAY, role=Role.PILOT)
    enter(client, seated(group))
    page = text(client.get("/groupes/imagerie/"))
    assert "Voir la personne qui y siège" in page
    assert "Aucun pilote" in page


def test_home_of_a_group_tells_its_latest_changes_to_who_reads_its_journal(client, group):
    change_group(group=group, by=None, name="Imagerie")
    enter(client, seated(group))
    assert "L’application a modifié un groupe" in text(client.get("/groupes/imagerie/"))
    enter(client, seated(group, Role.OBSERVER))
    response = client.get("/groupes/imagerie/")
    assert "a modifié un groupe" not in text(response)
    assert "/groupes/imagerie/journal/" not in links(response)


def test_home_of_an_archived_group_says_so_and_offers_no_change(client, group):
    archive_group(group=group, by=None)
    pilot = enter(client, seated(group, Role.PILOT))
    response = client.get("/groupes/imagerie/")
    assert "Ce groupe est archivé" in text(response)
    assert "/groupes/imagerie/modifier/" not in links(response)
    assert "/groupes/imagerie/rouvrir/" not in links(response)
    assert "Aucun copilote" not in text(response)
    assert client.get("/groupes/imagerie/modifier/").status_code == 403
    client.force_login(AdministratorFactory())
    assert "/groupes/imagerie/rouvrir/" in links(client.get("/groupes/imagerie/"))
    assert pilot.is_active


def test_home_of_a_group_at_peace_says_so(client, group):
    enter(client, seated(group))
    assert "Rien n’est en retard, et rien n’est prévu" in text(client.get("/groupes/imagerie/"))


# --- Its members ---


def members_of(response):
    table = re.search(r"<tbody>(.*?)</tbody>", response.content.decode(), re.DOTALL)
    return re.findall(r"</span><span>([^<]+)</span></span>", table[1]) if table else []


def test_members_are_those_of_today_unless_another_day_is_asked(client, group):
    past = MembershipFactory(group=group, ends_on=date(2024, 6, 30), person__given_name="Ancienne")
    now = MembershipFactory(group=group, starts_on=date(2024, 7, 1), person__given_name="Présent")
    coming = MembershipFactory(group=group, starts_on=today() + timedelta(days=90), person__given_name="Suivante")
    enter(client, now.person)

    def on(day):
        return members_of(client.get(f"/groupes/imagerie/membres/?le={day}"))

    assert on("") == on("n’importe quoi") == [str(now.person)]
    assert on("2024-06-30") == [str(past.person)]
    assert on("2024-07-01") == [str(now.person)]
    assert on("2023-12-31") == []
    assert set(on((today() + timedelta(days=90)).isoformat())) == {str(now.person), str(coming.person)}


def test_members_of_another_day_are_announced_and_lead_back(client, group):
    enter(client, seated(group))
    response = client.get("/groupes/imagerie/membres/?le=2024-03-01")
    assert "Voici qui siégeait, ou siégera, le 1er mars 2024, et pour qui." in text(response)
    assert "/groupes/imagerie/membres/" in links(response)
    assert "Voici qui siégeait" not in text(client.get("/groupes/imagerie/membres/"))


def test_members_are_told_with_role_organisation_college_and_substitute(client, group):
    holder = MembershipFactory(group=group, role=Role.PILOT, organisation=OrganisationFactory(college="etat"))
    MembershipFactory(group=group, substitute_for=holder, ends_on=date(2099, 1, 1))
    enter(client, holder.person)
    response = client.get("/groupes/imagerie/membres/")
    read = text(response)
    assert f"Pilote {holder.organisation} État" in read
    assert read.count(str(holder.person)) >= 2
    assert "1er janvier 2099" in read
    assert reverse("mandate", args=["imagerie", holder.pk]) in links(response)


def test_members_come_pilots_first_and_are_found_by_name_or_organisation(client, group):
    member = MembershipFactory(group=group, person__family_name="Abricot", organisation__name="Zèbre industries")
    pilot = MembershipFactory(group=group, role=Role.PILOT, person__family_name="Zinnia")
    enter(client, member.person)
    address = "/groupes/imagerie/membres/"
    assert members_of(client.get(address)) == [str(pilot.person), str(member.person)]
    assert members_of(client.get(f"{address}?tri=person")) == [str(member.person), str(pilot.person)]
    assert members_of(client.get(f"{address}?q=ZINNIA")) == [str(pilot.person)]
    assert members_of(client.get(f"{address}?q=zebre abricot")) == [str(member.person)]
    assert members_of(client.get(f"{address}?role=pilote")) == [str(pilot.person)]


def test_members_are_not_found_by_an_address_that_is_not_shown(client, group):
    person = seated(group, person__email="secrete@demo.example")
    enter(client, person)
    assert members_of(client.get("/groupes/imagerie/membres/?q=secrete")) == []


def test_members_are_exported_for_the_day_that_is_shown(client, group):
    past = MembershipFactory(group=group, ends_on=date(2024, 6, 30))
    enter(client, seated(group, starts_on=date(2025, 1, 1)))
    lines = client.get("/groupes/imagerie/membres/?le=2024-06-30&format=csv").content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert str(past.person) in lines[1]


def test_members_offer_mandates_and_invitations_to_who_may_give_them(client, group):
    enter(client, seated(group))
    shown = set(links(client.get("/groupes/imagerie/membres/")))
    doors = {reverse("mandate-new", args=["imagerie"]), reverse("group-invite", args=["imagerie"])}
    assert not shown & doors
    enter(client, seated(group, Role.PILOT))
    assert doors <= set(links(client.get("/groupes/imagerie/membres/")))


def test_composition_counts_people_by_college_on_that_day(client, group):
    state, industry = OrganisationFactory(college="etat"), OrganisationFactory(college="industrie")
    both = seated(group, organisation=state)
    MembershipFactory(group=group, person=both, organisation=OrganisationFactory(college="etat"))
    seated(group, organisation=industry, starts_on=date(2025, 1, 1))
    enter(client, both)
    assert "État 1 Industrie 1 " in text(client.get("/groupes/imagerie/membres/"))
    then = text(client.get("/groupes/imagerie/membres/?le=2024-06-30"))
    assert "Par collège État 1 " in then
    assert "Aucun représentant de l’industrie" in then


# --- Its journal ---


def test_journal_of_a_group_tells_its_own_events_alone(client, group):
    change_group(group=group, by=None, name="Imagerie")
    change_group(group=WorkingGroupFactory(slug="autre"), by=None, name="Groupe d’à côté")
    change_group(group=group, by=None, parent=WorkingGroupFactory(slug="copil-secret"))
    enter(client, seated(group))
    read = text(client.get("/groupes/imagerie/journal/"))
    assert "2 événements" in read
    assert "nom : Imagerie médicale → Imagerie" in read
    assert "copil-secret" not in read
    assert "Groupe d’à côté" not in read


def test_journal_of_a_group_is_filtered_by_act_and_day(client, group):
    change_group(group=group, by=None, name="Imagerie")
    archive_group(group=group, by=None)
    enter(client, seated(group))
    address = "/groupes/imagerie/journal/"
    assert "1 événement" in text(client.get(f"{address}?acte=group.archived"))
    assert "2 événements" in text(client.get(f"{address}?nature=projects.workinggroup"))
    assert "Rien ne correspond" in text(client.get(f"{address}?depuis=2099-01-01"))
    assert "personne=" not in client.get(address).content.decode()


# --- The Bureau ---


def test_bureau_leads_to_the_group_of_that_kind(client):
    bureau = WorkingGroupFactory(slug="bureau", kind=GroupKind.BUREAU)
    enter(client, seated(bureau))
    assert client.get("/bureau/")["Location"] == "/groupes/bureau/"


def test_bureau_does_not_exist_for_who_may_not_see_it(client):
    enter(client, UserFactory(is_delegate=True))
    assert client.get("/bureau/").status_code == 404
    WorkingGroupFactory(kind=GroupKind.BUREAU)
    enter(client, UserFactory())
    assert client.get("/bureau/").status_code == 404


# --- What pages cost ---


def crowd(group, number):
    """So many of everything that the pages of a group list."""
    organisation = OrganisationFactory()
    soon = today() + timedelta(days=5)
    pilots, members, leaving = (UserFactory.create_batch(number) for _ in range(3))
    Membership.objects.bulk_create(
        Membership(person=person, group=group, role=role, organisation=organisation, starts_on=LONG_AGO, ends_on=end)
        for people, role, end in ((pilots, "pilote", None), (members, "membre", None), (leaving, "membre", soon))
        for person in people
    )
    Delegation.objects.bulk_create(
        Delegation(group=group, lender=lender, borrower=to, permission="approve", starts_on=LONG_AGO, ends_on=soon)
        for lender, to in zip(pilots, members, strict=True)
    )
    projects = [ProjectFactory(contract=group.contract, axis__contract=group.contract) for _ in range(number)]
    group.projects.add(*projects)
    with transaction.atomic():
        for target in [*group.mandates.all(), *group.delegations.all(), group]:
            record(actor=pilots[0], verb="group.changed", target=target, group=group)
        for _ in range(number):
            WorkingGroupFactory(parent=group, contract=group.contract).projects.set(projects)
    project_grants(group)


@pytest.mark.parametrize(
    "address", ["/groupes/", "/groupes/imagerie/", "/groupes/imagerie/membres/", "/groupes/imagerie/journal/"]
)
@pytest.mark.parametrize("who", ["pilot", "delegate", "administrator who sits there"])
def test_pages_cost_the_same_with_one_or_thirty_of_everything(
    client, group, address, who, django_assert_max_num_queries
):
    readers = {"pilot": UserFactory(), "delegate": UserFactory(is_delegate=True)}
    reader = readers.get(who) or AdministratorFactory()
    if who != "delegate":
        seated(group, Role.PILOT, person=reader)
    enter(client, reader)
    costs = []
    for number in (1, 30):
        crowd(group, number)
        with django_assert_max_num_queries(12) as queries:
            client.get(address)
        costs.append(len(queries))
    assert costs[0] == costs[1]
