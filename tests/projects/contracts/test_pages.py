import re
from datetime import date
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.models import Contract, Participation, ProjectLink
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.contracts import AmendmentFactory, AxisFactory, BudgetLineFactory, ContractFactory, ProjectFactory
from tests.factories.groups import MembershipFactory, WorkingGroupFactory
from tests.factories.organisations import an_organisation
from tests.projects.contracts.sheets import READ, WRITTEN, a_whole_sheet, address

pytestmark = pytest.mark.django_db

UNKNOWN = {"contract-version": {"code": "inconnu"}, "projects": {"code": "inconnu"}, "project": {"project": "P99"}}


@pytest.fixture
def project():
    return a_whole_sheet()


@pytest.fixture
def member(client):
    person = MembershipFactory(group__contract=ContractFactory()).person
    client.force_login(person)
    return person


@pytest.fixture
def administrator(client):
    person = AdministratorFactory()
    client.force_login(person)
    return person


def text_of(response):
    return unescape(response.content.decode()).replace("\xa0", " ").replace("\u202f", " ")


def without_what_changes(response):
    """The reference of the request, the address that was asked, and the token that protects forms."""
    page = text_of(response).replace(response.headers["X-Request-ID"], "").replace(response.request["PATH_INFO"], "")
    return re.sub(r'"\w{64}"', "", page)


def _told(client, name, **changes):
    with CaptureQueriesContext(connection) as asked:
        response = client.get(address(name, **changes))
    return response.status_code, without_what_changes(response), len(asked)


@pytest.mark.parametrize("name", [*READ, *WRITTEN, "axis-move"])
def test_visitors_are_sent_to_sign_in(client, project, name):
    response = client.get(address(name))
    assert response.status_code == 302
    assert response["Location"].startswith("/connexion/")


@pytest.mark.parametrize("name", READ)
@pytest.mark.parametrize("role", ["pilote", "copilote", "rapporteur", "membre", "observateur"])
def test_the_filiere_reads(client, project, name, role):
    client.force_login(MembershipFactory(role=role).person)
    response = client.get(address(name))
    assert response.status_code == 200
    assert "Décarbonation" in text_of(response)
    assert "Modifier" not in text_of(response)
    assert "Nouveau projet" not in text_of(response)


@pytest.mark.parametrize("rights", [{"is_staff": True}, {"is_delegate": True}])
@pytest.mark.parametrize("name", [*READ, *WRITTEN])
def test_coordinators_open_every_page(client, project, name, rights):
    client.force_login(UserFactory(**rights))
    assert client.get(address(name)).status_code == 200


@pytest.mark.parametrize("name", WRITTEN)
def test_members_do_not_open_what_is_written(client, member, project, name):
    assert client.get(address(name)).status_code == 403
    assert client.post(address(name), {}).status_code == 403


OUTSIDERS = pytest.mark.parametrize(
    "outsider",
    [
        UserFactory,
        lambda: UserFactory(is_superuser=True),
        lambda: MembershipFactory(role="invite").person,
        lambda: MembershipFactory(ends_on=date(2024, 2, 1)).person,
        lambda: MembershipFactory(starts_on=date(2999, 1, 1)).person,
    ],
    ids=["nobody", "superuser", "guest", "expired", "future"],
)


@OUTSIDERS
def test_outside_the_filiere_there_is_no_contract(client, project, outsider):
    client.force_login(outsider())
    for name in READ[1:]:
        assert client.get(address(name)).status_code == 404
    for name in WRITTEN:
        assert client.post(address(name), {}).status_code == 403
    assert Contract.objects.get().title == "Contrat de la santé"


@OUTSIDERS
def test_menu_leads_who_is_outside_the_filiere_to_a_sentence_and_not_to_the_contract(client, outsider):
    client.force_login(outsider())
    client.get(address("contract"))
    before = _told(client, "contract")
    a_whole_sheet()
    assert _told(client, "contract") == before
    status, page, queries = before
    assert (status, queries) == (200, 3)
    assert "Le contrat ne vous est pas ouvert" in page


@pytest.mark.parametrize("name", UNKNOWN)
def test_outsider_cannot_tell_a_contract_from_a_code_nobody_gave(client, project, name):
    client.force_login(MembershipFactory(role="invite").person)
    answers = []
    for changes in ({}, UNKNOWN[name]):
        client.get(address(name))  # whatever is asked once a day is asked
        answers.append(_told(client, name, **changes))
    assert answers[0][0] == 404
    assert answers[0] == answers[1]


@pytest.mark.parametrize("name", UNKNOWN)
def test_unknown_code_is_not_found_by_the_filiere_either(client, member, project, name):
    assert client.get(address(name, **UNKNOWN[name])).status_code == 404


def test_closed_account_is_a_visitor(client, member, project):
    member.is_active = False
    member.save()
    assert client.get(address("contract")).status_code == 302


def test_contract_of_an_empty_installation_says_what_comes_next(client, administrator):
    assert "Nouveau contrat" in text_of(client.get(address("contract")))


def test_contract_of_an_empty_installation_says_so_to_who_cannot_write(client):
    group = WorkingGroupFactory(contract=ContractFactory(code="autre"))
    observer = MembershipFactory(group=group, role="observateur").person
    client.force_login(observer)
    page = text_of(client.get(address("contract")))
    assert "Aucun axe pour l’instant" in page
    assert "Nouvel axe" not in page


def test_contract_shows_all_there_is(client, member, project):
    group = member.mandates.get().group
    group.projects.add(project)
    page = text_of(client.get(address("contract")))
    for words in (
        "Contrat de la santé",
        "Et le reste.",
        "au <time",
        "30 juin 2031",
        "Transition",
        "Décarbonation",
        "Pilote :",
        "13,7 M€",
        group.name,
        "Avenant 1 — Prolongation",
        "Six mois de plus.",
        "Direction générale des Entreprises",
    ):
        assert words in page, words


def test_contract_leads_to_the_others(client, member, project):
    ContractFactory(code="ancien", title="Contrat précédent", starts_on=date(2019, 1, 1), ends_on=date(2022, 12, 31))
    assert "Contrat précédent" in text_of(client.get(address("contract")))
    page = text_of(client.get(address("contract-version", code="ancien")))
    assert "arrivé à son terme" in page
    assert "Contrat de la santé" in page


def test_contract_that_has_not_begun_says_so(client, administrator):
    ContractFactory(starts_on=date(2990, 1, 1), ends_on=date(2999, 12, 31))
    assert "n’a pas commencé" in text_of(client.get(address("contract")))


def test_contract_names_no_group_that_its_reader_may_not_see(client, member, project):
    hidden = WorkingGroupFactory(contract=project.contract, name="Groupe caché")
    hidden.projects.add(project)
    WorkingGroupFactory(contract=project.contract, name="Instance cachée")
    assert "cach" not in text_of(client.get(address("contract")))
    assert "caché" not in text_of(client.get(address("project")))


def test_project_shows_all_there_is(client, member, project):
    page = text_of(client.get(address("project")))
    for words in (
        "Projet 1, axe A. Transition",
        "Émettre moins.",
        "Carbone",
        "13,7 M€",
        "13 712 345 €",
        "somme de ses parts",
        "« 13,7 M€ au plus »",
        "à définir",
        "Tonnes évitées",
        "Données communes",
        "Formations",
        "Ceux qui mènent ici",
        "Mêmes sites",
        "DGE",
    ):
        assert words in page, words


def test_project_without_anything_says_so(client, member):
    ProjectFactory(axis__contract=Contract.objects.get(), code="P01")
    page = text_of(client.get(address("project")))
    for words in ("ne dit rien du budget", "Aucun critère", "Aucun lien", "Aucune organisation"):
        assert words in page


def test_project_says_that_a_group_is_archived(client, administrator, project):
    group = WorkingGroupFactory(contract=project.contract, archived_at="2024-01-01T00:00:00Z")
    group.projects.add(project)
    assert "Archivé" in text_of(client.get(address("project")))


@pytest.mark.parametrize("text", ["decarbonation", "CARBONE", "p01"])
def test_projects_are_found_by_title_other_title_and_code(client, member, project, text):
    page = text_of(client.get(address("projects"), {"q": text}))
    assert "Décarbonation" in page
    assert "Eau</a>" not in page


def test_projects_are_filtered_by_axis_and_leave_as_csv(client, member, project):
    page = text_of(client.get(address("projects"), {"axe": "B"}))
    assert "Eau</a>" in page
    assert "Décarbonation" not in page
    assert "Décarbonation" in client.get(address("projects"), {"format": "csv"}).content.decode("utf-8-sig")


def more(contract, number):
    for rank in range(number):
        AmendmentFactory(contract=contract, number=contract.amendments.count() + 1)
        project = ProjectFactory(axis=AxisFactory(contract=contract))
        group = WorkingGroupFactory(contract=contract)
        group.projects.add(project)
        whole = BudgetLineFactory(project=project)
        BudgetLineFactory(project=project, parent=whole, amount=1)
        organisation = an_organisation(f"Organisation {contract.projects.count()} {rank}")
        Participation.objects.create(project=project, organisation=organisation, part="pilote")
        contract.organisations.add(organisation)
        shown = contract.projects.get(code="P01")
        Participation.objects.create(project=shown, organisation=organisation, part="partenaire")
        ProjectLink.objects.create(from_project=shown, to_project=project, why="Oui")
        ProjectLink.objects.create(from_project=project, to_project=shown, why="Aussi")
        group.projects.add(shown)


@pytest.mark.parametrize("name", [*READ, *WRITTEN])
def test_page_costs_the_same_for_one_and_for_thirty(client, administrator, project, name):
    def cost():
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address(name)).status_code == 200
        return len(asked)

    client.get(address(name))
    more(project.contract, 1)
    before = cost()
    more(project.contract, 30)
    assert cost() == before
    assert before <= 13  # an administrator's standing takes one query more than anybody else's


@pytest.mark.parametrize("name", READ)
def test_page_costs_a_reader_twelve_queries_at_most(client, member, project, name):
    client.get(address(name))
    with CaptureQueriesContext(connection) as asked:
        client.get(address(name))
    assert len(asked) <= 12
