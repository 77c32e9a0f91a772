import pytest

from filiere.api import reference
from filiere.api.problems import KINDS
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
DOCS = "/api/v1/docs/"


@pytest.fixture
def browser(client):
    client.force_login(UserFactory())
    return client


@pytest.mark.parametrize("address", [DOCS, f"{DOCS}me/"])
def test_visitor_is_sent_to_sign_in(client, address):
    response = client.get(address)
    assert response.status_code == 302
    assert response["Location"] == f"/connexion/?next={address}"


def test_front_page_lists_every_section_and_every_refusal(browser):
    content = browser.get(DOCS).content.decode()
    for section in reference.sections():
        assert f'href="{DOCS}{section.name}/"' in content
    for kind in KINDS:
        assert kind.type in content
    for word in ("Idempotency-Key", "If-Match", "page_size", "/api/v1/schema/", "/compte/jetons/"):
        assert word in content


def test_each_section_shows_its_operations(browser):
    for section in reference.sections():
        response = browser.get(f"{DOCS}{section.name}/")
        assert response.status_code == 200
        content = response.content.decode()
        for operation in section.operations:
            assert f'id="{operation.id}"' in content
            assert f'href="#{operation.id}"' in content
            assert operation.path in content


def test_section_that_does_not_exist_is_404(browser):
    assert browser.get(f"{DOCS}nothing/").status_code == 404


def test_pages_hold_nothing_the_policy_forbids(browser):
    for address in (DOCS, f"{DOCS}me/"):
        content = browser.get(address).content.decode()
        for forbidden in (" style=", " onclick=", "<style", "javascript:"):
            assert forbidden not in content


def test_documentation_asks_the_database_only_who_reads(browser, django_assert_num_queries):
    browser.get(DOCS)
    with django_assert_num_queries(2):
        browser.get(f"{DOCS}me/")
