"""What a person does about themself: preferences, and their own data."""

import io
import zipfile
from datetime import time

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.people.services import change_person
from filiere.versions import version_of
from projects.activity.models import Event
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def text(response) -> str:
    return response.content.decode()


# --- Preferences -----------------------------------------------------------------------


def preferences_of(person: User, **changes) -> dict[str, str]:
    return {
        "version": version_of(person),
        "given_name": person.given_name,
        "family_name": person.family_name,
        "time_zone": person.time_zone,
        "digest": person.digest,
        "quiet_from": "",
        "quiet_until": "",
        **changes,
    }


@pytest.fixture
def person(client):
    person = UserFactory(given_name="Aglaé")
    client.force_login(person)
    return person


def test_preferences_are_saved(client, person):
    sent = preferences_of(
        person, given_name="Agathe", time_zone="Indian/Reunion", quiet_from="20:00", quiet_until="7:30"
    )
    response = client.post(reverse("preferences"), sent, follow=True)
    assert response.redirect_chain == [(reverse("preferences"), 302)]
    assert "Vos préférences sont enregistrées." in text(response)
    person.refresh_from_db()
    assert (person.given_name, person.time_zone) == ("Agathe", "Indian/Reunion")
    assert (person.quiet_from, person.quiet_until) == (time(20), time(7, 30))


def test_preferences_offer_a_language_only_where_there_is_a_choice(client, person, settings):
    assert 'name="language"' not in text(client.get(reverse("preferences")))
    settings.LANGUAGES = [("fr", "Français"), ("en", "English")]
    assert 'name="language"' in text(client.get(reverse("preferences")))
    client.post(reverse("preferences"), preferences_of(person, language="en"))
    person.refresh_from_db()
    assert person.language == "en"


def test_preferences_show_what_stands(client, person):
    User.objects.filter(pk=person.pk).update(quiet_from=time(20), time_zone="Pacific/Noumea")
    shown = text(client.get(reverse("preferences")))
    assert 'value="20:00"' in shown
    assert '<option value="Pacific/Noumea" selected>Nouvelle-Calédonie</option>' in shown
    assert "passe minuit" in shown


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"time_zone": "Europe/Paris\x00"}, "time_zone"),
        ({"digest": "jamais"}, "digest"),
        ({"quiet_from": "20:00"}, "quiet_until"),
        ({"quiet_until": "7:30"}, "quiet_from"),
        ({"quiet_from": "7:00", "quiet_until": "7:00"}, "quiet_until"),
        ({"quiet_from": "25:00", "quiet_until": "7:00"}, "quiet_from"),
        ({"given_name": ""}, "given_name"),
        ({"given_name": "\u202eeriA"}, "given_name"),
        ({"family_name": "x" * 101}, "family_name"),
        ({"family_name": "Nul\x00"}, "family_name"),
    ],
)
def test_preferences_refused_say_why_and_keep_what_was_typed(client, person, changes, field):
    sent = preferences_of(person, **{"given_name": "Tapé à la main", **changes})
    response = client.post(reverse("preferences"), sent)
    assert response.status_code == 200
    assert field in response.context["form"].errors
    if "given_name" not in changes:
        assert "Tapé à la main" in text(response)
    person.refresh_from_db()
    assert person.given_name == "Aglaé"
    assert not Event.objects.exists()


def test_preferences_never_run_what_was_typed(client, person):
    hostile = "<script>alert(1)</script>"
    shown = text(client.post(reverse("preferences"), preferences_of(person, given_name=hostile), follow=True))
    assert hostile not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


def test_preferences_change_nothing_but_preferences(client, person):
    client.post(reverse("preferences"), preferences_of(person, is_staff="on", email="autre@demo.example", is_active=""))
    unchanged = User.objects.get(pk=person.pk)
    assert (unchanged.is_staff, unchanged.email, unchanged.is_active) == (False, person.email, True)


def test_preferences_saved_elsewhere_meanwhile_show_both_texts(client, person):
    sent = preferences_of(person, given_name="Agathe")
    change_person(person=person, by=None, given_name="Agnès")
    response = client.post(reverse("preferences"), sent)
    shown = text(response)
    assert "Agathe" in shown
    assert "Agnès" in shown
    # Having seen both, saving again is a decision.
    sent["version"] = response.context["form"]["version"].value()
    assert client.post(reverse("preferences"), sent).status_code == 302
    person.refresh_from_db()
    assert person.given_name == "Agathe"


# --- One's own data -----------------------------------------------------------------------


def test_personal_data_are_taken_away_by_a_button_not_by_a_link(client, person):
    assert client.get(reverse("personal-data")).status_code == 200
    assert not Event.objects.exists()
    response = client.post(reverse("personal-data"))
    assert response["Content-Type"] == "application/zip"
    assert "attachment" in response["Content-Disposition"]
    assert response["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(response.content)) as folder:
        assert person.email in folder.read("donnees.json").decode()
    assert Event.objects.get().verb == "person.data_exported"
