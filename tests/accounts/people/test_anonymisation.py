"""Nothing that says who a person was is left anywhere in the database: every table is read, not those we think of."""

import base64
import json
import re

import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from accounts.models import ApiToken, Invitation, User
from accounts.people.anonymisation import anonymise
from accounts.people.services import change_person, close_account, make_delegate, reopen_account
from filiere.models import StoredAnswer
from filiere.refusals import Refused
from filiere.text import fold
from projects.activity.models import Event
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.people import fail_sign_in, half_open_session, invite, open_session, remember_answer, surround

pytestmark = pytest.mark.django_db

GIVEN, FAMILY, ADDRESS = "Zéphyrine", "Quetsche-Ümlaut", "zephyrine.quetsche@demo.example"


@pytest.fixture
def administrator():
    return AdministratorFactory()


@pytest.fixture
def person():
    return UserFactory(given_name=GIVEN, family_name=FAMILY, email=ADDRESS)


def whole_database() -> str:
    """Every value of every table, sessions opened and escapes undone, folded as a search would."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found += [_readable(value) for row in cursor.fetchall() for value in row]
    found += [json.dumps(session.get_decoded(), ensure_ascii=False) for session in Session.objects.all()]
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda escape: chr(int(escape[1], 16)), "\n".join(found))
    return fold(text)


def _readable(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        raw = bytes(value)
        return raw.decode("utf-8", "replace") + base64.b64encode(raw).decode()
    return str(value)


def traces() -> list[str]:
    text = whole_database()
    return [word for word in (GIVEN, FAMILY, ADDRESS, ADDRESS.partition("@")[0]) if fold(word) in text]


def erase(person, administrator, **options):
    return anonymise(person=person, by=administrator, **{"confirmation": person.email, **options})


def test_the_search_itself_finds_what_is_there(person):
    """The other tests prove nothing unless this one holds."""
    assert len(traces()) == 4


def test_the_search_itself_looks_into_sessions_and_stored_answers(person):
    half_open_session(person)
    remember_answer(person, json.dumps({"family_name": FAMILY}))
    User.objects.filter(pk=person.pk).update(given_name="", family_name="", email="x@y.fr", searchable="")
    assert {ADDRESS, FAMILY} <= set(traces())


def test_anonymise_leaves_no_name_and_no_address_anywhere(person, administrator):
    surround(person)
    invite(ADDRESS.upper(), by=administrator, given_name=GIVEN, revoked_at="2026-01-01T00:00:00Z")
    open_session(administrator, draft=f"Écrire à {ADDRESS}")
    remember_answer(administrator, json.dumps({"email": ADDRESS, "family_name": FAMILY}))
    remember_answer(administrator, f'{{"full_name": "{GIVEN} {FAMILY}"}}', key="twice")
    change_person(person=person, by=administrator, family_name=FAMILY + "s")
    change_person(person=person, by=administrator, family_name=FAMILY)
    erase(person, administrator)
    assert traces() == []


def test_anonymise_closes_the_account_and_every_way_in(person, administrator):
    surround(person)
    erase(person, administrator)
    person.refresh_from_db()
    assert not person.is_active
    assert not person.has_usable_password()
    assert not ApiToken.objects.filter(person=person).exists()
    for relation in ("emailaddress_set", "authenticator_set", "socialaccount_set", "usersession_set"):
        assert not getattr(person, relation).exists(), relation
    assert not Session.objects.exists()


def test_anonymise_shows_nobody_in_particular(person, administrator):
    erase(person, administrator)
    person.refresh_from_db()
    assert str(person) == "Personne anonymisée"
    assert person.email == f"{person.pk}@anonyme.invalid"
    assert person.anonymised_at
    assert fold(GIVEN) not in person.searchable


def test_anonymise_takes_back_roles_and_habits(administrator):
    person = AdministratorFactory(
        is_delegate=True,
        time_zone="Pacific/Noumea",
        quiet_from="20:00",
        quiet_until="07:00",
        last_login="2026-01-01T00:00:00Z",
    )
    erase(person, administrator)
    person.refresh_from_db()
    assert {person.is_staff, person.is_delegate, person.is_superuser} == {False}
    assert (person.time_zone, person.quiet_from, person.quiet_until, person.last_login) == (
        "Europe/Paris",
        None,
        None,
        None,
    )


def test_anonymise_thinks_of_every_field_of_a_person():
    """A field added to the model must be sorted here: what says who somebody is goes, the rest may stay."""
    erased = {"email", "given_name", "family_name", "searchable", "password", "is_active", "is_staff", "is_superuser"}
    erased |= {"is_delegate", "language", "time_zone", "digest", "quiet_from", "quiet_until", "last_login"}
    erased |= {"anonymised_at", "groups", "user_permissions"}
    kept = {"id", "date_joined", "changed_at"}
    fields = {field.name for field in [*User._meta.fields, *User._meta.many_to_many]}
    assert fields == erased | kept


def test_anonymise_keeps_the_acts(person, administrator):
    colleague = UserFactory()
    person.is_staff = True
    person.save()
    close_account(person=colleague, by=person)
    before = list(Event.objects.values("id", "digest"))
    erase(person, administrator)
    assert list(Event.objects.filter(pk__in=[each["id"] for each in before]).values("id", "digest")) == before
    assert Event.objects.get(verb="person.closed").actor == person
    event = Event.objects.get(verb="person.anonymised")
    assert (event.actor, event.capacity, event.changes) == (administrator, "administrateur", {})


def test_anonymise_leaves_the_others_alone(person, administrator):
    other = UserFactory(email="autre@demo.example", given_name="Autre", family_name="Personne")
    surround(other)
    fail_sign_in("un." + ADDRESS)
    key = open_session(administrator)
    erase(person, administrator)
    assert Session.objects.filter(session_key=key).exists()
    assert other.usersession_set.count() == other.emailaddress_set.count() == other.authenticator_set.count() == 1
    assert Invitation.objects.get(accepted_by=other).email == other.email
    assert StoredAnswer.objects.filter(person=other).exists()
    text = whole_database()
    assert fold("un." + ADDRESS) in text
    assert "autre@demo.example" in text


def test_anonymise_never_opens_the_door_of_the_first_administrator(person, administrator):
    """An erased invitation has no address: were it open, it would pass for the link that lets anybody in."""
    invitation = invite(ADDRESS, as_administrator=True)
    erase(person, administrator)
    invitation.refresh_from_db()
    assert invitation.revoked_at
    assert invitation.token_hash is None


def test_anonymise_twice_changes_nothing_more(person, administrator):
    erase(person, administrator)
    once = User.objects.filter(pk=person.pk).values().get()
    events = Event.objects.count()
    anonymise(person=person, confirmation="", by=administrator)
    assert User.objects.filter(pk=person.pk).values().get() == once
    assert Event.objects.count() == events


@pytest.mark.parametrize("typed", ["", "oui", GIVEN, "x" + ADDRESS])
def test_anonymise_without_the_address_typed_again_changes_nothing(person, administrator, typed):
    surround(person)
    before = whole_database()
    with pytest.raises(ValidationError) as refused:
        erase(person, administrator, confirmation=typed)
    assert list(refused.value.message_dict) == ["confirmation"]
    assert whole_database() == before


def test_anonymise_accepts_the_address_as_people_type_it(person, administrator):
    assert erase(person, administrator, confirmation=f" {ADDRESS.upper()} ").anonymised_at


def test_anonymise_the_last_administrator_is_refused(administrator):
    with pytest.raises(Refused, match="dernier administrateur"):
        erase(administrator, administrator)
    administrator.refresh_from_db()
    assert administrator.anonymised_at is None


def test_anonymise_oneself_is_possible_when_another_administrator_stays(administrator):
    AdministratorFactory()
    assert erase(administrator, administrator).anonymised_at


@pytest.mark.parametrize("fields", [{}, {"is_delegate": True}, {"is_staff": True, "is_active": False}])
def test_anonymise_belongs_to_open_administrators(person, administrator, fields):
    with pytest.raises(PermissionDenied):
        erase(person, UserFactory(**fields))


@pytest.mark.parametrize("service", [reopen_account, make_delegate])
def test_anonymised_person_cannot_be_brought_back(person, administrator, service):
    erase(person, administrator)
    with pytest.raises(Refused, match="anonymisée"):
        service(person=person, by=administrator)


def test_anonymised_person_cannot_be_renamed(person, administrator):
    erase(person, administrator)
    with pytest.raises(Refused, match="anonymisée"):
        change_person(person=person, by=administrator, given_name="Retour")


def test_address_of_an_anonymised_person_can_serve_again(person, administrator):
    erase(person, administrator)
    erase(UserFactory(email=ADDRESS), administrator)
    assert User.objects.filter(email__endswith="@anonyme.invalid").count() == 2
