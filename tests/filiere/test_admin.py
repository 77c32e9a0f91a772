"""The admin site, tried by who should not be there, and by a superuser who would like to write."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from filiere.admin import ReadOnlyAdmin, site
from projects.activity.models import Event, Link
from projects.activity.verification import verify
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.activity import recorded, sealed

# Django's own templates lean on variables that are not there.
pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]

READABLE = ["", "projects/", "projects/event/", "projects/link/", "jsi18n/"]


@pytest.fixture
def event():
    (event,) = sealed(1, changes={"region": ("", "bretagne")})
    return event


@pytest.fixture
def superuser(client):
    person = AdministratorFactory(is_superuser=True)
    client.force_login(person)
    return client


def text(response):
    return response.content.decode()


def test_only_read_only_models_are_registered():
    assert site._registry
    assert all(isinstance(admin, ReadOnlyAdmin) for admin in site._registry.values())


@pytest.mark.parametrize("address", READABLE)
def test_visitor_is_sent_to_the_applications_sign_in(client, address):
    response = client.get(f"/admin/{address}")
    assert response.status_code == 302
    assert response["Location"] == f"{reverse('account_login')}?next=/admin/{address}"


@pytest.mark.parametrize("rights", [{}, {"is_delegate": True}, {"is_superuser": True}])
@pytest.mark.parametrize("address", READABLE)
def test_who_does_not_administer_is_refused(client, event, rights, address):
    client.force_login(UserFactory(**rights))
    assert client.get(f"/admin/{address}").status_code == 403
    assert client.get(f"/admin/projects/event/{event.pk}/change/").status_code == 403


def test_closed_account_of_an_administrator_is_a_visitor(client):
    person = AdministratorFactory()
    client.force_login(person)
    person.is_active = False
    person.save()
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize("address", READABLE)
def test_administrator_reads(client, event, address):
    client.force_login(AdministratorFactory())
    assert client.get(f"/admin/{address}").status_code == 200


def test_site_speaks_french_and_says_that_it_only_reads(superuser):
    page = text(superuser.get("/admin/"))
    assert "Filière\u00a0: consultation des données" in page
    assert "Données enregistrées, en lecture seule" in page
    assert "Ajouter" not in page


@pytest.mark.parametrize(
    ("door", "leads_to"),
    [("login", "/admin/"), ("logout", "account_logout"), ("password_change", "account_change_password")],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_site_has_no_door_of_its_own(client, door, leads_to, method):
    person = AdministratorFactory(password="filiere-demo")
    form = {"username": person.email, "password": "filiere-demo"} if method == "post" else {}
    response = getattr(client, method)(f"/admin/{door}/", form)
    assert response.status_code == 302
    assert response["Location"] == (leads_to if leads_to.startswith("/") else reverse(leads_to))
    assert "_auth_user_id" not in client.session


def test_password_form_of_the_site_is_gone(superuser):
    assert superuser.get("/admin/password_change/done/").status_code == 404


def test_event_is_read_without_what_changed(superuser, event):
    page = text(superuser.get(f"/admin/projects/event/{event.pk}/change/"))
    assert event.digest in page
    # The content of groups is not for administrators as such; the application's page knows who may read what.
    assert "bretagne" not in page
    assert '<input type="submit"' not in page


def test_events_are_listed_and_found(superuser, event):
    recorded(1, verb="organisation.created")
    assert superuser.get("/admin/projects/event/").context["cl"].result_count == 2
    assert superuser.get("/admin/projects/event/", {"q": event.object_id}).context["cl"].result_count == 2
    assert superuser.get("/admin/projects/event/", {"q": "rien"}).context["cl"].result_count == 0
    chosen = superuser.get("/admin/projects/event/", {"verb": "organisation.created"})
    assert chosen.context["cl"].result_count == 1


def attempts(event):
    change = {"verb": "x", "capacity": "x", "object_type": "x", "object_id": "x", "changes": "{}", "request_id": "x"}
    chosen = {"action": "delete_selected", "_selected_action": [str(event.pk)], "post": "yes"}
    return [
        ("/admin/projects/event/add/", change),
        (f"/admin/projects/event/{event.pk}/change/", change),
        (f"/admin/projects/event/{event.pk}/delete/", {"post": "yes"}),
        ("/admin/projects/event/", chosen),
        (
            "/admin/projects/event/",
            {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-verb": "x", "_save": "1"},
        ),
        ("/admin/projects/link/add/", {"position": "2", "event": str(event.pk), "hash": "x"}),
        ("/admin/projects/link/1/change/", {"hash": "x"}),
        ("/admin/projects/link/1/delete/", {"post": "yes"}),
        ("/admin/projects/link/", {**chosen, "_selected_action": ["1"]}),
    ]


@pytest.mark.parametrize("number", range(9))
def test_superuser_cannot_write(superuser, event, number):
    address, form = attempts(event)[number]
    response = superuser.post(address, form)
    assert response.status_code in {200, 302, 403}
    if address.endswith(("/add/", "/change/", "/delete/")):
        assert response.status_code == 403
    assert Event.objects.get().verb == "organisation.changed"
    assert Link.objects.get().event == event
    assert not LogEntry.objects.exists()
    assert verify().intact


@pytest.mark.parametrize("page", ["add/", "{pk}/delete/"])
def test_superuser_is_not_even_asked(superuser, event, page):
    assert superuser.get(f"/admin/projects/event/{page.format(pk=event.pk)}").status_code == 403


def test_second_factor_is_asked_of_administrators_here_too(client, settings):
    settings.REQUIRE_MFA = True
    client.force_login(AdministratorFactory())
    response = client.get("/admin/")
    assert response.status_code == 302
    assert response["Location"] != "/admin/"
