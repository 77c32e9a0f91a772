import pytest
from django.urls import reverse

from filiere.admin import ReadOnlyAdmin, site
from projects.models import Amendment, Axis, Contract, Project
from tests.factories import AdministratorFactory, UserFactory
from tests.projects.contracts.sheets import a_whole_sheet

pytestmark = pytest.mark.django_db

SHOWN = (Contract, Amendment, Axis, Project)


def address(model, kind, *arguments):
    return reverse(f"admin:projects_{model._meta.model_name}_{kind}", args=arguments)


@pytest.mark.parametrize("model", SHOWN)
def test_admin_shows_and_changes_nothing(client, model):
    a_whole_sheet()
    row = model.objects.first()
    client.force_login(AdministratorFactory())
    assert client.get(address(model, "changelist"), {"q": "a"}).status_code == 200
    assert client.get(address(model, "change", row.pk)).status_code == 200
    for kind, arguments in (("add", []), ("change", [row.pk]), ("delete", [row.pk])):
        assert client.post(address(model, kind, *arguments), {"title": "x", "post": "yes"}).status_code == 403
    assert model.objects.filter(pk=row.pk, title=row.title).exists()


@pytest.mark.parametrize("model", SHOWN)
def test_admin_is_for_administrators_alone(client, model):
    client.force_login(UserFactory(is_delegate=True))
    assert client.get(address(model, "changelist")).status_code == 403


def test_admin_is_read_only():
    assert all(isinstance(site._registry[model], ReadOnlyAdmin) for model in SHOWN)
