import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from tests.factories import UserFactory
from tests.filiere.api.shapes import problem

BODY = {"name": "N", "kind": "pme", "college": "industrie"}


def test_session_reads_without_more(api, sample):
    assert api.get(sample).status_code == 200


@pytest.mark.parametrize("token", [None, "x" * 64])
def test_session_writes_only_with_the_csrf_token(person, sample, token):
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(person)
    headers = {"X-CSRFToken": token} if token else {}
    content = problem(client.post(sample, BODY, headers=headers), 403, "csrf")
    assert "X-CSRFToken" in content["detail"]
    assert client.get(sample).json()["count"] == 0


def test_session_writes_with_the_csrf_token(person, settings):
    """As a page of ours does: the cookie from a page, its value in the header."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person)
    browser.get("/compte/jetons/")
    token = browser.cookies["csrftoken"].value
    settings.ROOT_URLCONF = "tests.filiere.api.sample"
    address = "/api/v1/organisations/"
    response = browser.post(address, BODY, content_type="application/json", headers={"X-CSRFToken": token})
    assert response.status_code == 201


def test_multipart_from_a_session_wants_the_csrf_token_too(person, sample):
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(person)
    problem(client.post("/api/v1/upload/", {"note": "n"}, format="multipart"), 403, "csrf")


@pytest.mark.parametrize("closed", [{"is_active": False}, {"anonymised_at": timezone.now(), "is_active": False}])
def test_session_of_a_closed_account_is_nobodys(db, sample, closed):
    client = APIClient()
    client.force_login(UserFactory(**closed))
    problem(client.get(sample), 401, "authentification")


def test_session_of_an_account_closed_meanwhile_is_nobodys(api, person, sample):
    assert api.get(sample).status_code == 200
    person.is_active = False
    person.save()
    problem(api.get(sample), 401, "authentification")


def test_signed_out_session_is_nobodys(api, sample):
    api.logout()
    problem(api.get(sample), 401, "authentification")
