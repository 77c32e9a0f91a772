import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import NoReverseMatch

from accounts.models import User
from filiere.web import navigation
from filiere.web.icons import names
from filiere.web.navigation import PLACES, Entry, For, shown

READERS = {
    "visitor": AnonymousUser(),
    "member": User(),
    "delegate": User(is_delegate=True),
    "administrator": User(is_staff=True),
}


def seen(rf, place, user, path="/"):
    request = rf.get(path)
    request.user = READERS[user]
    return [each.entry.url_name for each in shown(PLACES[place], request)]


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ("visitor", ["help"]),
        ("member", ["home", "deliverables", "approvals", "groups", "contract", "directory", "help"]),
        (
            "delegate",
            ["home", "deliverables", "approvals", "groups", "contract", "directory", "administration", "help"],
        ),
        (
            "administrator",
            ["home", "deliverables", "approvals", "groups", "contract", "directory", "administration", "help"],
        ),
    ],
)
def test_main_navigation_is_what_the_reader_may_open(rf, user, expected):
    assert seen(rf, "main", user) == expected


def test_personal_navigation_is_for_whoever_is_signed_in(rf):
    assert seen(rf, "person", "visitor") == []
    assert seen(rf, "person", "member")[-1] == "account_logout"


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ("visitor", set()),
        ("member", set()),
        ("delegate", {"organisations", "contracts", "groups-administration", "mandates-administration", "invitations"}),
        (
            "administrator",
            {
                "people",
                "organisations",
                "contracts",
                "groups-administration",
                "mandates-administration",
                "invitations",
                "journal",
                "system-state",
            },
        ),
    ],
)
def test_sections_of_the_administration_follow_the_role(rf, user, expected):
    assert set(seen(rf, "administration", user)) == expected


def test_visitors_are_led_to_the_sign_in_and_nobody_else(rf):
    assert seen(rf, "visitor", "visitor") == ["account_login"]
    assert seen(rf, "visitor", "member") == []


@pytest.mark.parametrize(
    ("path", "here"),
    [
        ("/", {"home": "page"}),
        ("/administration/", {"administration": "page"}),
        ("/administration/personnes/", {"administration": "true"}),
        ("/aide/", {"help": "page"}),
        ("/ailleurs/", {}),
    ],
)
def test_navigation_says_where_one_is(rf, path, here):
    request = rf.get(path)
    request.user = READERS["administrator"]
    entries = shown(PLACES["main"], request)
    assert {each.entry.url_name: each.here for each in entries if each.here} == here


def test_navigation_without_a_request_is_that_of_a_visitor():
    assert [each.entry.url_name for each in shown(PLACES["main"], None)] == ["help"]


def test_entry_that_leads_nowhere_is_an_error(rf):
    request = rf.get("/")
    request.user = READERS["member"]
    with pytest.raises(NoReverseMatch):
        shown([Entry("Nulle part", "nulle-part", "home")], request)


def test_entry_that_leads_nowhere_stops_the_start(monkeypatch):
    monkeypatch.setitem(PLACES, "main", [Entry("Nulle part", "nulle-part", "home")])
    found = navigation.every_entry_leads_somewhere(None)
    assert [(each.id, "nulle-part" in each.msg) for each in found] == [("filiere.E002", True)]


def test_every_entry_leads_somewhere():
    assert navigation.every_entry_leads_somewhere(None) == []


def test_every_entry_has_an_icon_that_exists():
    for entries in PLACES.values():
        assert {entry.icon for entry in entries} <= names()


def test_acts_are_forms_and_places_are_links():
    acts = {entry.url_name for entries in PLACES.values() for entry in entries if entry.post}
    assert acts == {"account_logout"}


@pytest.mark.parametrize("audience", list(For))
def test_every_audience_is_decided_for_every_reader(rf, audience):
    for user in READERS.values():
        request = rf.get("/")
        request.user = user
        assert len(shown([Entry("x", "help", "help", audience)], request)) in (0, 1)
