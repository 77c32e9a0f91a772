import json
import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404
from django.test import Client, override_settings
from django.urls import include, path

from filiere.web import errors
from filiere.web.access import everyone
from tests.factories import AdministratorFactory, UserFactory

HOSTILE = '"><script>alert(1)</script>'


@everyone
def fail(request, kind):
    raise {
        "400": BadRequest(HOSTILE),
        "403": PermissionDenied(),
        "403-said": PermissionDenied(f"Réservé au Bureau. {HOSTILE}"),
        "404": Http404("No User matches the given query."),
        "500": RuntimeError("secret detail"),
    }[kind]


@everyone
def throttled(request):
    return errors.too_many_requests(request)


urlpatterns = [
    path("echec/429/", throttled),
    path("echec/<str:kind>/", fail),
    path("api/v1/echec/<str:kind>/", fail),
    path("", include("filiere.urls")),
]
handler400, handler403, handler404, handler500 = (
    errors.bad_request,
    errors.forbidden,
    errors.not_found,
    errors.server_error,
)

TITLES = {
    "400": "Demande incomprise",
    "403": "Accès refusé",
    "404": "Page introuvable",
    "429": "Trop de demandes",
    "500": "Une erreur est survenue",
}


@pytest.fixture
def client():
    with override_settings(ROOT_URLCONF=__name__):
        yield Client(raise_request_exception=False)


@pytest.mark.django_db
@pytest.mark.parametrize("code", TITLES)
@pytest.mark.parametrize("factory", [None, UserFactory, AdministratorFactory])
def test_error_page_says_what_happened_what_to_do_and_its_reference(client, code, factory):
    if factory:
        client.force_login(factory())
    response = client.get(f"/echec/{code}/", headers={"X-Request-ID": "reference-1234"})
    html = " ".join(response.content.decode().split())
    assert response.status_code == int(code)
    assert re.search(rf"<h1>\s*{TITLES[code]}\s*</h1>", html)
    assert re.search(rf"<title>\s*{TITLES[code]} — Filière</title>", html)
    assert "<code>reference-1234</code>" in html
    assert 'href="/"' in html
    assert 'id="contenu"' in html
    assert "secret detail" not in html
    assert "<script>alert" not in html
    assert "No User matches" not in html


@pytest.mark.django_db
def test_refusal_shows_the_sentence_of_whoever_refused(client):
    html = client.get("/echec/403-said/").content.decode()
    assert "Réservé au Bureau." in html
    assert "<script>alert" not in html


@pytest.mark.django_db
def test_unknown_address_is_a_404_in_the_same_dress(client):
    response = client.get("/nulle-part/")
    assert response.status_code == 404
    assert "Page introuvable" in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["400", "403", "404", "500"])
def test_program_gets_a_problem_document(client, code):
    response = client.get(f"/api/v1/echec/{code}/")
    problem = json.loads(response.content)
    assert response.status_code == problem["status"] == int(code)
    assert response["Content-Type"].startswith("application/problem+json")
    assert problem["title"] == TITLES[code]
    assert "secret" not in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("code", TITLES)
def test_htmx_gets_words_for_a_message(client, code):
    response = client.get(f"/echec/{code}/", headers={"HX-Request": "true"})
    html = response.content.decode()
    assert response.status_code == int(code)
    assert "<html" not in html
    assert f"<p data-said>{TITLES[code]}. " in html
    assert 'role="alert"' in html


def test_failure_page_asks_nothing_of_the_database_or_the_session(rf):
    """Without the `db` mark any query fails this test; without a session or a user, so would reading them."""

    class Gone:
        def __getattr__(self, name):
            raise RuntimeError("the session is gone")

    request = rf.get("/")
    request.session = request.user = Gone()
    response = errors.server_error(request)
    assert response.status_code == 500
    assert "Une erreur est survenue" in response.content.decode()


def test_failure_page_keeps_the_chosen_theme(rf):
    rf.cookies["theme"] = "dark"
    assert '<html lang="fr" data-theme="dark">' in errors.server_error(rf.get("/")).content.decode()


@pytest.mark.django_db
def test_expired_form_says_that_nothing_was_saved():
    client = Client(enforce_csrf_checks=True)
    response = client.post("/apparence/", {"theme": "dark"})
    html = response.content.decode()
    assert response.status_code == 403
    assert "Formulaire expiré" in html
    assert "Rien n’a été enregistré." in html


@pytest.mark.django_db
def test_wrong_host_is_a_bad_request_in_the_same_dress():
    response = Client(raise_request_exception=False).get("/aide/", headers={"Host": "ailleurs.example"})
    assert response.status_code == 400
    assert "Demande incomprise" in response.content.decode()


@pytest.mark.django_db
def test_throttled_template_stands_by_itself_as_allauth_uses_it(rf):
    from django.shortcuts import render

    request = rf.get("/connexion/")
    request.user = AnonymousUser()
    html = render(request, "429.html", status=429).content.decode()
    assert "Trop de demandes" in html
    assert "Attendez quelques minutes" in html


def test_too_many_requests_may_be_given_what_was_raised(rf):
    request = rf.get("/api/v1/x/")
    assert errors.too_many_requests(request, RuntimeError()).status_code == 429
