from contextlib import contextmanager

import pytest
from django.test import Client

from tests.factories import UserFactory

PASSWORD = "filiere-demo"


@pytest.fixture
def mail(mailoutbox, tasks_at_once, django_capture_on_commit_callbacks):
    """Runs what follows a commit, then gives the messages sent."""

    @contextmanager
    def sent():
        with django_capture_on_commit_callbacks(execute=True):
            yield mailoutbox

    return sent


@pytest.fixture
def person(db):
    return UserFactory(email="claire@demo.example", given_name="Claire", family_name="Dumont")


@pytest.fixture
def typed(client):
    """Signs in the way a person does, with a form."""

    def enter(email="claire@demo.example", password=PASSWORD, **more):
        return client.post("/connexion/", {"login": email, "password": password, **more})

    return enter


@pytest.fixture
def client_elsewhere():
    """Another browser."""
    return Client(REMOTE_ADDR="192.0.2.99")
