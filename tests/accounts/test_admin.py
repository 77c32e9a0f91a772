import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import ApiToken, Invitation, Organisation, User
from accounts.people.services import close_account
from filiere.admin import ReadOnlyAdmin, site
from tests.factories import AdministratorFactory, OrganisationFactory, UserFactory
from tests.factories.people import give_token, invite, surround

pytestmark = pytest.mark.django_db

SHOWN = (User, ApiToken, Invitation, Organisation)


@pytest.fixture
def office(client):
    client.force_login(AdministratorFactory())
    return client


@pytest.fixture
def rows():
    person = UserFactory(password="un mot de passe correct")
    surround(person)
    return {
        User: person,
        ApiToken: give_token(person),
        Invitation: invite("invitee@demo.example", by=person),
        Organisation: OrganisationFactory(merged_into=OrganisationFactory()),
    }


def address(model: type, kind: str, *arguments: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{kind}", args=arguments)


@pytest.mark.parametrize("model", SHOWN)
def test_admin_lists_searches_and_shows(office, rows, model):
    assert office.get(address(model, "changelist")).status_code == 200
    assert office.get(address(model, "changelist"), {"q": "demo"}).status_code == 200
    assert office.get(address(model, "change", rows[model].pk)).status_code == 200


@pytest.mark.parametrize("model", SHOWN)
def test_admin_changes_nothing(office, rows, model):
    before = list(model.objects.values())
    pk = rows[model].pk
    assert office.get(address(model, "add")).status_code == 403
    for path in (address(model, "add"), address(model, "change", pk), address(model, "delete", pk)):
        assert office.post(path, {"email": "x@demo.example", "name": "x", "post": "yes"}).status_code == 403
    office.post(address(model, "changelist"), {"action": "delete_selected", "_selected_action": str(pk), "post": "yes"})
    assert list(model.objects.values()) == before


def test_admin_never_shows_what_opens_an_account(office, rows):
    person = rows[User]
    secrets = [
        person.password,
        rows[ApiToken].token_hash,
        rows[Invitation].token_hash,
        person.usersession_set.get().session_key,
        "never-shown-anywhere",
    ]
    for model in SHOWN:
        for path in (address(model, "changelist"), address(model, "change", rows[model].pk)):
            content = office.get(path).content.decode()
            assert not [secret for secret in secrets if secret in content], path


@pytest.mark.parametrize("model", SHOWN)
@pytest.mark.parametrize("fields", [{}, {"is_delegate": True}])
def test_admin_is_for_administrators_alone(client, rows, model, fields):
    client.force_login(UserFactory(**fields))
    for path in (address(model, "changelist"), address(model, "change", rows[model].pk)):
        assert client.get(path).status_code == 403


def test_admin_is_closed_to_visitors_and_closed_accounts(client, rows):
    administrator, other = AdministratorFactory(), AdministratorFactory()
    assert client.get(address(User, "changelist")).status_code == 302
    client.force_login(other)
    close_account(person=other, by=administrator)
    assert client.get(address(User, "changelist")).status_code == 302


def test_admin_shows_our_models_and_none_of_the_libraries():
    labels = {model._meta.app_label for model in site._registry}
    assert labels <= {"accounts", "projects"}
    assert {model for model in apps.get_app_config("accounts").get_models() if model in site._registry} == set(SHOWN)
    assert all(isinstance(each, ReadOnlyAdmin) for each in site._registry.values())


@pytest.mark.parametrize("model", SHOWN)
def test_admin_list_costs_the_same_for_one_and_for_thirty(office, rows, model, django_assert_num_queries):
    office.get(address(model, "changelist"))
    with CaptureQueriesContext(connection) as counted:
        office.get(address(model, "changelist"))
    person = rows[User]
    for number in range(30):
        UserFactory()
        give_token(UserFactory(), name=f"Jeton {number}")
        invite(f"invitee-{number}@demo.example", by=person)
        OrganisationFactory(merged_into=rows[Organisation])
    with django_assert_num_queries(len(counted)):
        office.get(address(model, "changelist"))
