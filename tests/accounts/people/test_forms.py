from datetime import time

import pytest

from accounts.people.forms import AnonymisationForm, ConfirmationForm, PersonForm, PreferencesForm
from filiere.versions import version_of
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_person_form_begins_with_what_stands():
    person = UserFactory(given_name="Aglaé")
    form = PersonForm(None, instance=person)
    assert form["given_name"].value() == "Aglaé"
    assert form["email"].value() == person.email
    assert form["version"].value() == version_of(person)


def test_person_form_changes_leave_the_version_out():
    person = UserFactory()
    sent = {"version": "1", "given_name": " Aglaé ", "family_name": "Sureau", "email": "a@demo.example"}
    form = PersonForm(sent, instance=person)
    assert form.is_valid()
    assert form.changes() == {"given_name": "Aglaé", "family_name": "Sureau", "email": "a@demo.example"}


def test_preferences_form_without_hours_ends_the_silence():
    person = UserFactory(quiet_from=time(20), quiet_until=time(7))
    sent = {"given_name": "A", "family_name": "B", "time_zone": "Europe/Paris", "digest": "quotidien"}
    form = PreferencesForm(sent, instance=person)
    assert form.is_valid(), form.errors
    assert (form.changes()["quiet_from"], form.changes()["quiet_until"]) == (None, None)


def test_preferences_form_has_no_language_when_there_is_no_choice(settings):
    person = UserFactory()
    assert "language" not in PreferencesForm(None, instance=person).fields
    settings.LANGUAGES = [("fr", "Français"), ("en", "English")]
    assert [key for key, _label in PreferencesForm(None, instance=person).fields["language"].choices] == ["fr", "en"]


def test_preferences_form_never_touches_what_is_not_a_preference():
    assert not {"email", "is_staff", "is_delegate", "is_active"} & set(PreferencesForm.base_fields)


def test_confirmation_form_is_content_with_nothing():
    assert ConfirmationForm({}).is_valid()
    assert not ConfirmationForm(None).is_valid()


def test_anonymisation_form_wants_something_typed():
    assert not AnonymisationForm({"confirmation": "  "}).is_valid()
    assert AnonymisationForm({"confirmation": "a@demo.example"}).is_valid()
