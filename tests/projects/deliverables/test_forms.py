from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.organisations.enums import College, OrganisationKind
from accounts.organisations.services import create_organisation
from filiere.days import today
from projects.deliverables import services
from projects.models import Deliverable, Membership
from tests.factories import UserFactory
from tests.factories.contracts import ProjectFactory
from tests.factories.deliverables import DeliverableFactory, a_group_at_work
from tests.projects.deliverables.reading import page
from tests.projects.deliverables.stories import a_bureau, verbs
from tests.projects.groups.visits import enter, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return a_group_at_work()


@pytest.fixture
def group(room):
    return room[0]


@pytest.fixture
def people(room):
    return room[1]


def an_organisation(name):
    return create_organisation(
        name=name, acronym="", college=College.INDUSTRY, kind=OrganisationKind.FEDERATION, by=None
    )


@pytest.fixture
def new(client, group, people):
    enter(client, people["rapporteur"])
    address = reverse("deliverable-new", args=[group.slug])

    def post(**typed):
        return client.post(address, {"title": "Feuille de route", "confidentiality": "groupe", **typed})

    return post


def change(client, deliverable, **typed):
    """As the page gives the form, but for what is typed."""
    form = page(client, deliverable, "deliverable-change").context["form"]
    stands = {name: form[name].value() for name in form.fields}
    given = {
        name: [getattr(each, "pk", each) for each in value] if isinstance(value, list) else value
        for name, value in stands.items()
        if value not in (None, False)
    }
    if hasattr(given.get("parent"), "pk"):
        given["parent"] = given["parent"].pk
    address = reverse("deliverable-change", args=[deliverable.pk])
    return lambda **later: client.post(address, {**given, **typed, **later})


def test_new_deliverable_is_written_whole(new, group, people):
    above = DeliverableFactory(group=group)
    organisation = an_organisation("Leem")
    project = ProjectFactory(contract=group.contract)
    response = new(
        code="P04-L01",
        description="Vingt pages.",
        criteria="Un\r\n\r\n  Deux  \r\n",
        due="S1 2026",
        recurrent="on",
        owners=[str(people["membre"].pk)],
        organisations="Leem",
        projects=[str(project.pk)],
        parent=str(above.pk),
    )
    made = Deliverable.objects.get(title="Feuille de route")
    assert response["Location"] == reverse("deliverable", args=[made.pk])
    assert (made.code, made.due, made.due_end, made.recurrent) == ("P04-L01", "S1 2026", date(2026, 6, 30), True)
    assert [criterion.text for criterion in made.criteria.all()] == ["Un", "Deux"]
    assert list(made.owners.all()) == [people["membre"]]
    assert list(made.organisations.all()) == [organisation]
    assert list(made.projects.all()) == [project]
    assert made.parent == above
    assert verbs(made) == ["created"]


def test_refused_form_loses_nothing(new, people):
    response = new(
        title="",
        description="Une longue description",
        criteria="Un\nDeux",
        due="bientôt peut-être",
        owners=[str(people["membre"].pk)],
        organisations="Inconnue au bataillon",
    )
    assert response.status_code == 200
    shown = response.content.decode()
    for kept in ("Une longue description", "Un\nDeux", "bientôt peut-être", "Inconnue au bataillon"):
        assert kept in shown, kept
    assert f'value="{people["membre"].pk}"' in shown
    assert response.context["form"]["owners"].value() == [str(people["membre"].pk)]
    assert not Deliverable.objects.exists()


def test_due_that_cannot_be_told_is_asked_beside_its_field(new):
    response = new(due="un de ces jours")
    assert response.status_code == 200
    assert response.context["form"].errors["due"]
    assert "un de ces jours" in response.content.decode()


@pytest.mark.parametrize("level", ["public", "filiere", "groupe", "restreint"])
def test_confidentiality_is_chosen_among_what_one_reads(new, level):
    new(confidentiality=level)
    assert Deliverable.objects.get().confidentiality == level


def test_position_of_the_committee_is_not_kept_from_the_bureau(new, group):
    a_bureau(contract=group.contract)
    response = new(confidentiality="restreint", needs_bureau="on")
    assert "ne lirait pas" in text(response)
    assert not Deliverable.objects.exists()


def test_owner_must_sit_in_the_group(new):
    response = new(owners=[str(UserFactory().pk)])
    assert response.context["form"].errors["owners"]
    assert not Deliverable.objects.filter(title="Feuille de route").exists()


def test_projects_of_the_group_come_first(client, group, people):
    other, served = (ProjectFactory(contract=group.contract, title=title) for title in ("Autre", "Servi"))
    group.projects.set([served])
    enter(client, people["pilote"])
    offered = client.get(reverse("deliverable-new", args=[group.slug])).context["form"].fields["projects"].queryset
    assert list(offered) == [served, other]


def test_change_writes_what_was_touched(client, group, people):
    deliverable = DeliverableFactory(group=group, title="Avant")
    services.change_deliverable(deliverable=deliverable, by=people["pilote"], criteria=["Un"], due="2026")
    deliverable.criteria.update(met=True)
    enter(client, people["rapporteur"])
    assert change(client, deliverable, title="Après", criteria="Un\nDeux")().status_code == 302
    deliverable.refresh_from_db()
    assert (deliverable.title, deliverable.due) == ("Après", "2026")
    assert [(each.text, each.met) for each in deliverable.criteria.all()] == [("Un", True), ("Deux", False)]


def test_form_saved_unchanged_changes_nothing(client, group, people):
    above = DeliverableFactory(group=group)
    deliverable = services.create_deliverable(
        group=group,
        title="Livrable",
        by=people["pilote"],
        description="Deux\nlignes.",
        due="S1 2026",
        criteria=["Un"],
        owners=[people["membre"]],
        organisations=[an_organisation("Leem"), an_organisation("Snitem")],
        projects=[ProjectFactory(contract=group.contract)],
        parent=above,
    )
    enter(client, people["pilote"])
    assert change(client, deliverable)().status_code == 302
    assert verbs(deliverable) == ["created"]


def test_second_to_save_sees_both_texts_then_decides(client, group, people):
    deliverable = DeliverableFactory(group=group, title="Avant")
    enter(client, people["rapporteur"])
    post = change(client, deliverable, title="De la rapporteure")
    services.change_deliverable(deliverable=deliverable, by=people["pilote"], title="Du pilote")
    refused = post()
    assert refused.status_code == 200
    assert "De la rapporteure" in text(refused)
    assert "Du pilote" in text(refused)
    assert "Une autre personne a enregistré des changements" in text(refused)
    assert post(version=refused.context["form"].data["version"]).status_code == 302
    deliverable.refresh_from_db()
    assert deliverable.title == "De la rapporteure"


def test_owner_who_left_does_not_stand_in_the_way(client, group, people):
    deliverable = DeliverableFactory(group=group, title="Avant")
    deliverable.owners.set([people["membre"]])
    Membership.objects.filter(person=people["membre"]).update(ends_on=today() - timedelta(days=1))
    enter(client, people["pilote"])
    assert change(client, deliverable, title="Après")().status_code == 302
    deliverable.refresh_from_db()
    assert deliverable.title == "Après"
    assert list(deliverable.owners.all()) == [people["membre"]]


def test_hidden_parent_is_neither_shown_nor_lost(client, group, people):
    secret = DeliverableFactory(group=group, title="Secret", confidentiality="college", college="etat")
    deliverable = DeliverableFactory(group=group, parent=secret)
    enter(client, people["pilote"])
    assert "Secret" not in text(page(client, deliverable, "deliverable-change"))
    assert change(client, deliverable, title="Après")().status_code == 302
    deliverable.refresh_from_db()
    assert deliverable.parent == secret


# --- While it is typed ---


def preview(client, group, words):
    return client.get(reverse("due-preview"), {"groupe": group.slug, "due": words})


def test_due_is_told_while_it_is_typed(client, group, people):
    enter(client, people["rapporteur"])
    assert "du 1er janvier au 30 juin 2026" in text(preview(client, group, "S1 2026"))
    asked = preview(client, group, "un de ces jours")
    assert asked.status_code == 200
    assert "due-question" in asked.content.decode()
    assert "Sans échéance" in text(preview(client, group, "  "))
    assert "<script>" not in preview(client, group, "un jour <script>").content.decode()


def test_due_is_told_to_nobody_about_a_group_they_do_not_see(client, group, people):
    assert preview(client, group, "S1 2026").status_code == 302
    enter(client, UserFactory())
    assert preview(client, group, "S1 2026").status_code == 404
    enter(client, people["membre"])
    assert client.get(reverse("due-preview"), {"groupe": "inconnu", "due": "S1 2026"}).status_code == 404
    assert client.get(reverse("due-preview")).status_code == 404
