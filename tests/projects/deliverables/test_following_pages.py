import pytest
from django.urls import reverse

from projects.deliverables import dependencies, services
from projects.models import AcceptanceCriterion, Deliverable, Dependency, HealthNote
from tests.factories import UserFactory
from tests.factories.deliverables import (
    DeliverableFactory,
    a_group_at_work,
)
from tests.factories.groups import MembershipFactory, WorkingGroupFactory
from tests.projects.deliverables.reading import page
from tests.projects.deliverables.stories import verbs
from tests.projects.groups.visits import enter, text

pytestmark = pytest.mark.django_db

READING = {"versions", "comparer", "fichier"}


@pytest.fixture
def room():
    return a_group_at_work(name="Antibiorésistance")


@pytest.fixture
def group(room):
    return room[0]


@pytest.fixture
def people(room):
    return room[1]


@pytest.fixture
def deliverable(group):
    return DeliverableFactory(group=group, title="Feuille de route", code="P04-L01", description="Vingt pages.")


def fresh(deliverable):
    return Deliverable.objects.get(pk=deliverable.pk)


def test_criteria_are_ticked(client, deliverable, people):
    services.change_deliverable(deliverable=deliverable, by=people["pilote"], criteria=["Un", "Deux"])
    _one, two = AcceptanceCriterion.objects.order_by("position")
    enter(client, people["membre"])
    form = page(client, deliverable).context["criteria_form"]
    response = client.post(
        reverse("deliverable-criteria", args=[deliverable.pk]),
        {"version": form["version"].value(), "met": [str(two.pk)]},
    )
    assert response.status_code == 302
    assert list(AcceptanceCriterion.objects.filter(met=True)) == [two]
    assert "Deux" in text(page(client, deliverable))


def test_criterion_of_another_deliverable_is_not_ticked(client, deliverable, group, people):
    other = AcceptanceCriterion.objects.create(deliverable=DeliverableFactory(group=group), text="Ailleurs")
    enter(client, people["membre"])
    response = client.post(reverse("deliverable-criteria", args=[deliverable.pk]), {"met": [str(other.pk)]})
    assert response.status_code == 200
    other.refresh_from_db()
    assert not other.met


def test_second_to_tick_sees_both(client, deliverable, people):
    services.change_deliverable(deliverable=deliverable, by=people["pilote"], criteria=["Un", "Deux"])
    one, two = AcceptanceCriterion.objects.order_by("position")
    enter(client, people["membre"])
    seen = page(client, deliverable).context["criteria_form"]["version"].value()
    services.tick_criteria(deliverable=deliverable, met=[one], by=people["pilote"])
    address = reverse("deliverable-criteria", args=[deliverable.pk])
    response = client.post(address, {"version": seen, "met": [str(two.pk)]})
    assert response.status_code == 200
    assert "Ce que vous avez écrit" in text(response)
    assert list(AcceptanceCriterion.objects.filter(met=True)) == [one]
    again = client.post(address, {"version": response.context["form"].data["version"], "met": [str(two.pk)]})
    assert again.status_code == 302
    assert list(AcceptanceCriterion.objects.filter(met=True)) == [two]


def test_progress_and_health_are_told_and_refused_with_what_was_typed(client, deliverable, people):
    enter(client, people["pilote"])
    version = page(client, deliverable).context["progress_form"]["version"].value()
    client.post(reverse("deliverable-progress", args=[deliverable.pk]), {"version": version, "progress": "en_cours"})
    assert fresh(deliverable).progress == "en_cours"
    address = reverse("deliverable-health", args=[deliverable.pk])
    version = page(client, deliverable).context["health_form"]["version"].value()
    refused = client.post(address, {"version": version, "health": "orage", "sentence": ""})
    assert "Dites en une phrase ce qui assombrit le ciel." in text(refused)
    assert HealthNote.objects.count() == 0
    client.post(address, {"version": version, "health": "orage", "sentence": "Plus de données."})
    assert HealthNote.objects.get().sentence == "Plus de données."


def test_suspension_abandonment_and_resumption(client, deliverable, people):
    enter(client, people["pilote"])

    def do(name, **typed):
        address = reverse(name, args=[deliverable.pk])
        version = client.get(address).context["form"]["version"].value()
        return client.post(address, {"version": version, **typed})

    refused = do("deliverable-suspend", reason="", resumes_on="2030-01-01")
    assert refused.status_code == 200
    assert "2030-01-01" in refused.content.decode()
    do("deliverable-suspend", reason="En attente.", resumes_on="2030-01-01")
    assert (fresh(deliverable).progress, fresh(deliverable).stopped_because) == ("suspendu", "En attente.")
    do("deliverable-abandon", reason="Sans objet.")
    assert fresh(deliverable).progress == "abandonne"
    assert do("deliverable-resume").status_code == 302
    assert fresh(deliverable).progress == "a_lancer"
    assert verbs(deliverable) == ["suspended", "abandoned", "taken_up_again"]


def test_dependency_is_searched_noted_and_removed(client, deliverable, group, people):
    other = DeliverableFactory(group=WorkingGroupFactory(name="Imagerie"), title="Échographes")
    MembershipFactory(group=other.group, person=people["pilote"])
    secret = DeliverableFactory(group=other.group, title="Échographes secrets", confidentiality="restreint")
    enter(client, people["pilote"])
    address = reverse("deliverable-dependencies", args=[deliverable.pk])
    assert "Échographes" not in text(client.get(address))
    found = text(client.get(address, {"q": "imagerie ECHO"}))
    assert "Imagerie — Échographes" in found
    assert "secrets" not in found
    refused = client.post(address, {"needs": str(secret.pk), "why": "Pour voir"})
    assert refused.status_code == 200
    assert "Pour voir" in refused.content.decode()
    client.post(address, {"needs": str(other.pk), "why": "Le périmètre"})
    link = Dependency.objects.get()
    assert (link.deliverable, link.needs, link.why) == (deliverable, other, "Le périmètre")
    remove = reverse("deliverable-dependency-remove", args=[deliverable.pk, link.pk])
    assert client.get(remove).status_code == 405
    enter(client, people["membre"])
    assert client.post(remove).status_code == 403
    enter(client, people["pilote"])
    client.post(remove)
    assert not Dependency.objects.exists()


def test_dependency_that_is_hidden_cannot_be_removed_blindly(client, deliverable, group, people):
    secret = DeliverableFactory(group=group, confidentiality="restreint")
    link = dependencies.depend(deliverable=deliverable, needs=secret, by=people["pilote"])
    enter(client, UserFactory(is_delegate=True))  # who plans everywhere, and reads nothing that is restricted
    address = reverse("deliverable-dependency-remove", args=[deliverable.pk, link.pk])
    assert client.post(address).status_code == 404
    assert Dependency.objects.exists()


def test_circle_is_refused_in_a_sentence(client, deliverable, group, people):
    other = DeliverableFactory(group=group, title="Cartographie")
    dependencies.depend(deliverable=other, needs=deliverable, by=people["pilote"])
    enter(client, people["pilote"])
    response = client.post(reverse("deliverable-dependencies", args=[deliverable.pk]), {"needs": str(other.pk)})
    assert "ils s’attendraient l’un l’autre" in text(response)
