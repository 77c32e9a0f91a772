from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse

from filiere.versions import version_of
from projects.contracts.entries import Lead
from projects.contracts.sheets import change_project
from projects.models import Axis, BudgetLine, Project
from tests.factories import AdministratorFactory
from tests.factories.organisations import an_organisation
from tests.projects.contracts.sheets import a_whole_sheet, address

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return a_whole_sheet()


@pytest.fixture(autouse=True)
def administrator(client):
    person = AdministratorFactory()
    client.force_login(person)
    return person


def text_of(response):
    return unescape(response.content.decode()).replace("\xa0", " ").replace("\u202f", " ")


def as_shown(client, name):
    """What a browser would send back without anything being touched."""
    form = client.get(address(name)).context["form"]
    rows = form.rows
    data = {bound.html_name: bound.value() for bound in (*form, *rows.management_form)}
    data |= {bound.html_name: bound.value() for row in rows for bound in row if bound.name != "DELETE"}
    return {name: "" if value is None else value for name, value in data.items()}


def test_new_project_is_added_and_leads_to_its_sheet(client, project):
    page = client.get(address("project-new"))
    assert page.context["form"]["number"].value() == 3
    data = {
        "code": "P03",
        "axis": project.axis_id,
        "number": "3",
        "title": "Talents",
        "other_titles": "Emplois\r\nMétiers",
    }
    assert client.post(address("project-new"), data)["Location"] == reverse("project", args=["contrat", "P03"])
    assert Project.objects.get(code="P03").other_titles == "Emplois\nMétiers"


def test_new_project_refused_keeps_what_was_typed(client, project):
    data = {"code": "p01", "axis": project.axis_id, "number": "3", "title": "Talents"}
    page = text_of(client.post(address("project-new"), data))
    assert "déjà pris" in page
    assert "Talents" in page


def test_project_edit_changes_the_number_and_asks_for_no_code(client, project):
    assert 'name="code"' not in text_of(client.get(address("project-edit")))
    data = {
        "axis": Axis.objects.get(code="B").pk,
        "number": "12",
        "title": "Décarboner",
        "version": version_of(project),
        "code": "P77",
    }
    assert client.post(address("project-edit"), data)["Location"] == address("project")
    project.refresh_from_db()
    assert (project.number, project.title, project.axis.code, project.code) == (12, "Décarboner", "B", "P01")


def test_project_edit_that_lost_a_race_shows_both_texts(client, project, administrator):
    data = {"axis": project.axis_id, "number": "1", "title": "Le mien", "version": version_of(project)}
    change_project(project=project, title="Le sien", by=administrator)
    page = text_of(client.post(address("project-edit"), data))
    assert "Le sien" in page
    assert "Le mien" in page


def test_participations_are_read_from_lines(client, project):
    an_organisation("Direction générale de la Santé", "DGS")
    form = client.get(address("project-organisations")).context["form"]
    assert form["pilote"].value() == "DGE"
    data = {"pilote": "DGS", "cogouvernance": "dge\nDGS", "partenaire": "", "version": version_of(project)}
    assert client.post(address("project-organisations"), data)["Location"] == address("project")
    assert sorted(project.participations.values_list("organisation__acronym", "part")) == [
        ("DGE", "cogouvernance"),
        ("DGS", "cogouvernance"),
        ("DGS", "pilote"),
    ]


def test_participations_refused_keep_what_was_typed(client, project):
    data = {"pilote": "DGE\nInconnue", "version": version_of(project)}
    page = text_of(client.post(address("project-organisations"), data))
    assert "« Inconnue »" in page
    assert "DGE\nInconnue" in page
    assert project.participations.count() == 1


def test_participations_that_lost_a_race_show_both_lists(client, project, administrator):
    data = {"pilote": "DGE", "partenaire": "DGE", "version": version_of(project)}
    change_project(project=project, participations=[], by=administrator)
    response = client.post(address("project-organisations"), data)
    assert "Une autre personne a enregistré" in text_of(response)
    assert project.participations.count() == 0


def test_criteria_are_lines_in_their_order(client, project):
    data = {"criteria": "Deux\r\n\r\n Un ", "version": version_of(project)}
    assert client.post(address("project-criteria"), data)["Location"] == address("project")
    assert list(project.criteria.values_list("text", flat=True)) == ["Deux", "Un"]


def test_criterion_too_long_is_refused(client, project):
    data = {"criteria": "x" * 501, "version": version_of(project)}
    assert "500 caractères" in text_of(client.post(address("project-criteria"), data))


@pytest.mark.parametrize("name", ["project-links", "project-budget"])
def test_rows_sent_back_untouched_change_nothing(client, project, name):
    before = version_of(project)
    assert client.post(address(name), as_shown(client, name))["Location"] == address("project")
    project.refresh_from_db()
    assert version_of(project) == before


def test_links_are_added_changed_and_taken_away(client, project):
    data = as_shown(client, "project-links")
    other = Project.objects.get(code="P02")
    data |= {
        "lignes-0-why": "Autre raison",
        "lignes-1-DELETE": "on",
        "lignes-2-target": f"projet {other.pk}",
        "lignes-2-why": "Une de plus",
    }
    client.post(address("project-links"), data)
    assert sorted(project.links.values_list("why", flat=True)) == ["Autre raison", "Une de plus"]


def test_link_without_a_reason_or_towards_itself_is_refused_at_its_row(client, project):
    data = as_shown(client, "project-links")
    data |= {"lignes-2-target": f"projet {project.pk}", "lignes-2-why": ""}
    page = text_of(client.post(address("project-links"), data))
    assert "À corriger, ligne 3" in page
    assert project.links.count() == 2


def test_links_offer_every_other_project_and_axis(client, project):
    page = text_of(client.get(address("project-links")))
    assert "2. Eau" in page
    assert "B. Emplois" in page
    assert "1. Décarbonation" not in page


def test_links_that_lost_a_race_show_both_lists(client, project, administrator):
    data = {**as_shown(client, "project-links"), "lignes-0-why": "La mienne"}
    axis = Axis.objects.get(code="A")
    change_project(project=project, links=[Lead(axis=axis.pk, why="La sienne")], by=administrator)
    response = client.post(address("project-links"), data)
    page = text_of(response)
    assert "A. Transition — La sienne" in page
    assert "La mienne" in page
    again = {**data, "version": response.context["form"]["version"].value()}
    client.post(address("project-links"), again)
    assert sorted(project.links.values_list("why", flat=True)) == ["Formations", "La mienne"]


def test_links_that_lost_a_race_to_an_empty_list_say_so(client, project, administrator):
    data = {**as_shown(client, "project-links"), "lignes-0-why": "La mienne"}
    change_project(project=project, links=[], by=administrator)
    assert "Rien." in text_of(client.post(address("project-links"), data))


def test_budget_is_read_as_people_type_it(client, project):
    data = as_shown(client, "project-budget")
    data |= {
        "lignes-3-kind": "alloue",
        "lignes-3-label": "Enveloppe",
        "lignes-3-amount": "48,5 millions d'euros",
        "lignes-4-kind": "alloue",
        "lignes-4-amount": "1,2 M€",
        "lignes-4-parent": "4",
    }
    response = client.post(address("project-budget"), {**data, "encore": "1"})
    assert response["Location"] == address("project-budget")
    part = BudgetLine.objects.get(parent__label="Enveloppe")
    assert (part.amount, part.parent.amount) == (Decimal(1_200_000), Decimal(48_500_000))


def test_budget_refused_keeps_what_was_typed(client, project):
    data = {**as_shown(client, "project-budget"), "lignes-3-kind": "prevu", "lignes-3-amount": "beaucoup"}
    page = text_of(client.post(address("project-budget"), data))
    assert "À corriger, ligne 4" in page
    assert 'value="beaucoup"' in page
    assert project.budget_lines.count() == 3


def test_budget_part_of_a_line_that_is_taken_away_is_refused(client, project):
    data = {**as_shown(client, "project-budget")}
    whole = next(number for number in range(3) if data[f"lignes-{number}-as_written"])
    page = text_of(client.post(address("project-budget"), {**data, f"lignes-{whole}-DELETE": "on"}))
    assert "n’est pas dans la liste" in page
    assert project.budget_lines.count() == 3


def test_budget_row_does_not_offer_itself_as_its_envelope(client, project):
    form = client.get(address("project-budget")).context["form"]
    first = form.rows.forms[0]
    assert [value for value, _label in first.fields["parent"].choices] == ["", "2", "3", "4", "5", "6"]


@pytest.mark.parametrize("total", ["", "x", "99999999999"])
def test_budget_forged_number_of_rows_is_refused_without_an_error(client, project, total):
    data = {**as_shown(client, "project-budget"), "lignes-TOTAL_FORMS": total}
    assert client.post(address("project-budget"), data).status_code == 200
    assert project.budget_lines.count() == 3


@pytest.mark.parametrize("name", ["project-links", "project-budget", "project-organisations", "project-criteria"])
def test_empty_post_is_refused_or_harmless_and_never_an_error(client, project, name):
    assert client.post(address(name), {}).status_code in {200, 302}
