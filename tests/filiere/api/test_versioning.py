import pytest
from django.test import RequestFactory
from rest_framework.request import Request

from accounts.models import Organisation
from filiere.api.problems import Problem
from filiere.api.versioning import not_modified, seen_version, tag_of, tags_in
from filiere.versions import Stale, version_of
from tests.factories import OrganisationFactory
from tests.filiere.api.shapes import problem


def asking(**headers: str) -> Request:
    return Request(RequestFactory().get("/", headers={name.replace("_", "-"): text for name, text in headers.items()}))


@pytest.mark.parametrize(
    ("header", "tags"),
    [
        ('"a"', [(False, "a")]),
        ('W/"a"', [(True, "a")]),
        ('"a", W/"b" ,"c"', [(False, "a"), (True, "b"), (False, "c")]),
        ('"a",,"b",', [(False, "a"), (False, "b")]),
        ('"a,b"', [(False, "a,b")]),
        ('""', [(False, "")]),
        ("a", None),
        ('"a', None),
        ('"a" "b"', None),
        ('w/"a"', None),
        ("*", None),
        ('"a b"', None),
    ],
)
def test_tags_are_read_as_rfc_9110_writes_them(header, tags):
    assert tags_in(header) == tags


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('"1.x"', True),
        ('W/"1.x"', True),
        ('"0.x", "1.x"', True),
        ("*", True),
        ('"1.y"', False),
        ("1.x", False),
        ("", False),
    ],
)
def test_not_modified_compares_weakly_and_whole(header, expected):
    assert not_modified(asking(If_None_Match=header), '"1.x"') is expected


@pytest.fixture
def row(person) -> Organisation:
    return OrganisationFactory()


def test_no_condition_is_no_version(row):
    assert seen_version(asking(), row) is None


def test_any_version_is_no_version(row):
    assert seen_version(asking(If_Match="*"), row) is None


def test_version_seen_is_the_one_before_the_dot(row):
    version = version_of(row)
    for header in (f'"{version}.anything"', f'"1.a", "{version}.b"', f'"{version}"'):
        assert seen_version(asking(If_Match=header), row) == version


@pytest.mark.parametrize("prefix", ["W/", ""])
def test_weak_or_other_version_is_stale(row, prefix):
    version = version_of(row) if prefix else "1"
    with pytest.raises(Stale):
        seen_version(asking(If_Match=f'{prefix}"{version}.x"'), row)


def test_condition_that_cannot_be_read_is_refused_not_ignored(row):
    with pytest.raises(Problem):
        seen_version(asking(If_Match=version_of(row)), row)


def test_tag_changes_with_the_version_and_with_what_is_shown(row):
    tag = tag_of(row, {"a": 1})
    assert tag == tag_of(row, {"a": 1})
    assert tag.startswith(f'"{version_of(row)}.')
    assert tag != tag_of(row, {"a": 2})
    row.save()
    assert tag != tag_of(row, {"a": 1})


def test_what_is_never_edited_has_a_tag_too():
    class Event:
        pk = 1

    assert tag_of(Event(), {}).startswith('"0.')


# --- Over HTTP ---


@pytest.fixture
def address(sample, row) -> str:
    return f"{sample}{row.pk}/"


def test_item_carries_a_strong_tag_and_is_not_read_twice(api, address):
    first = api.get(address)
    assert first["ETag"].startswith('"')
    assert first["Cache-Control"] == "private, no-cache"
    assert {"Authorization", "Cookie"} <= {name.strip() for name in first["Vary"].split(",")}
    again = api.get(address, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert again["Cache-Control"] == first["Cache-Control"]


def test_head_answers_the_tag(api, address):
    response = api.head(address)
    assert (response.status_code, response["ETag"]) == (200, api.get(address)["ETag"])


def test_changed_item_is_read_again(api, address):
    tag = api.get(address)["ETag"]
    changed = api.patch(address, {"name": "Nouveau"})
    assert changed["ETag"] != tag
    response = api.get(address, headers={"If-None-Match": tag})
    assert (response.status_code, response["ETag"]) == (200, changed["ETag"])


def test_tag_of_creation_is_the_tag_of_reading(api, sample):
    created = api.post(sample, {"name": "N", "kind": "pme", "college": "industrie"})
    assert created["ETag"] == api.get(created["Location"])["ETag"]


def test_write_with_the_version_read_passes(api, address):
    tag = api.get(address)["ETag"]
    response = api.patch(address, {"name": "Nouveau"}, headers={"If-Match": tag})
    assert (response.status_code, response.json()["name"]) == (200, "Nouveau")


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_stale_write_answers_the_current_version_and_changes_nothing(api, address, method, row):
    old = api.get(address)["ETag"]
    current = api.patch(address, {"name": "Premier"})
    response = getattr(api, method)(address, {"name": "Second"}, headers={"If-Match": old})
    content = problem(response, 412, "version-perimee")
    assert content["current"] == current.json()
    assert response["ETag"] == current["ETag"]
    row.refresh_from_db()
    assert row.name == "Premier"
    # What was answered is enough to try again.
    assert getattr(api, method)(address, {"name": "Second"}, headers={"If-Match": response["ETag"]}).status_code < 300


def test_stale_action_is_refused_too(administrator_api, address):
    old = administrator_api.get(address)["ETag"]
    administrator_api.patch(address, {"name": "Premier"})
    response = administrator_api.post(f"{address}close/", {"reason": "Nord"}, headers={"If-Match": old})
    problem(response, 412, "version-perimee")


def test_any_version_writes_what_exists_and_only_that(api, address, sample):
    assert api.patch(address, {"name": "N"}, headers={"If-Match": "*"}).status_code == 200
    other = f"{sample}0193f1a2-0000-7000-8000-000000000000/"
    problem(api.patch(other, {"name": "N"}, headers={"If-Match": "*"}), 404, "introuvable")


def test_unquoted_tag_is_refused(api, address):
    problem(api.patch(address, {"name": "N"}, headers={"If-Match": "123"}), 400, "requete-illisible")


def test_current_version_is_not_shown_once_hidden(api, address, row, monkeypatch):
    from tests.filiere.api import sample as module

    def hidden(*, pk, by, seen, **fields):
        Organisation.objects.filter(pk=pk).update(region=module.HIDDEN)
        raise Stale(Organisation.objects.get(pk=pk))

    monkeypatch.setattr(module, "change", hidden)
    assert problem(api.patch(address, {"name": "N"}), 412, "version-perimee")["current"] is None
