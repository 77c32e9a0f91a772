"""A person receives everything: what points at people in the database is listed here, and each has its place."""

import io
import json
import zipfile
from datetime import time
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.utils import timezone

from accounts.models import User
from accounts.people.personal_data import archive, personal_data, take_personal_data
from accounts.people.services import change_preferences, close_account
from projects.activity.models import Event
from projects.deliverables.enums import Health, Verdict
from projects.models import (
    Approval,
    Comment,
    EmergencyReading,
    HealthNote,
    InvitedMandate,
    Opinion,
    Recusal,
    Thread,
    WorkingGroup,
)
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.deliverables import DeliverableFactory, submitted_version
from tests.factories.groups import DelegationFactory, MembershipFactory
from tests.factories.people import fail_sign_in, give_token, invite, surround

pytestmark = pytest.mark.django_db

# Where the rows of a model stand in the export; a dotted name goes down.
HEADINGS = {
    "account.EmailAddress.user": "identite.autres_adresses",
    "accounts.ApiToken.person": "jetons",
    "accounts.Invitation.accepted_by": "invitations_recues",
    "accounts.Invitation.invited_by": "invitations_envoyees",
    "mfa.Authenticator.user": "seconds_facteurs",
    "projects.Approval.person": "approbations",
    "projects.Approval.voice": "approbations_donnees_en_votre_nom",
    "projects.Comment.author": "commentaires",
    "projects.Delegation.borrower": "delegations_recues",
    "projects.Delegation.lender": "delegations_donnees",
    "projects.Deliverable_owners.user": "livrables_dont_vous_repondez",
    "projects.EmergencyReading.person": "lectures_d_urgence",
    "projects.Event.actor": "vos_actes",
    "projects.HealthNote.by": "meteos",
    "projects.InvitedMandate.offered_by": "mandats_proposes",
    "projects.Membership.person": "mandats",
    "projects.Opinion.person": "avis",
    "projects.Recusal.person": "deports",
    "projects.Version.author": "versions_deposees",
    "projects.Version.submitted_by": "versions_soumises",
    "socialaccount.SocialAccount.user": "comptes_lies",
    "usersessions.UserSession.user": "sessions",
}
NOT_PERSONAL = {
    "accounts.User_groups.user": "Django's groups are not used",
    "accounts.User_user_permissions.user": "Django's permissions are not used",
    "admin.LogEntry.user": "the admin site is read-only and writes none",
    "filiere.StoredAnswer.person": "a copy, kept a day, of answers to the person's own requests",
    "guardian.UserObjectPermission.user": "guardian's table for any model is not used",
    "projects.Mention.person": "words of others, who named them; a mail told them so",
    "projects.Opinion.asked_by": "an act: it is among theirs",
    "projects.Thread.resolved_by": "an act: it is among theirs",
    "projects.Grant.user": "what mandates and delegations open, day by day: they are in the export",
}


def pointers_at_people() -> set[str]:
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.related_model is User
    }


def under(data: Any, heading: str) -> Any:
    for name in heading.split("."):
        data = data[name]
    return data


def full_life(person: User) -> None:
    surround(person)
    invitation = invite("invitee@demo.example", by=person)
    change_preferences(person=person, by=person, digest="hebdomadaire")
    mandate = MembershipFactory(person=person)
    DelegationFactory(lender=person)
    DelegationFactory(borrower=person)
    now = timezone.now()
    EmergencyReading.objects.create(
        person=person, group=mandate.group, reason="Une raison", opened_at=now, closes_at=now
    )
    InvitedMandate.objects.create(
        invitation=invitation,
        group=mandate.group,
        role="membre",
        organisation=mandate.organisation,
        offered_by=person,
    )
    work_on_a_deliverable(person, mandate.group)


def work_on_a_deliverable(person: User, group: WorkingGroup) -> None:
    deliverable = DeliverableFactory(group=group)
    deliverable.owners.add(person)
    version = submitted_version(deliverable, author=person)
    other = submitted_version(DeliverableFactory(group=group), author=None)
    said = {"verdict": Verdict.APPROVED, "sha256": version.sha256}
    Approval.objects.create(version=version, person=person, voice=person, **said)
    Approval.objects.create(version=other, person=UserFactory(), voice=person, **said)
    Recusal.objects.create(deliverable=deliverable, person=person, reason="Un lien")
    Opinion.objects.create(version=version, person=person)
    HealthNote.objects.create(deliverable=deliverable, health=Health.SUN, by=person)
    thread = Thread.objects.create(version=version)
    Comment.objects.create(thread=thread, author=person, text="Un mot")


def test_every_model_that_points_at_people_is_in_the_export_or_says_why_not():
    assert pointers_at_people() == {*HEADINGS, *NOT_PERSONAL}


@pytest.mark.parametrize("heading", sorted(HEADINGS.values()))
def test_personal_data_holds_each_kind_of_row(heading):
    person = UserFactory()
    full_life(person)
    assert len(under(personal_data(person), heading)) == 1


@pytest.mark.parametrize("heading", sorted(HEADINGS.values()))
def test_personal_data_of_one_holds_nothing_of_another(heading):
    full_life(UserFactory())
    assert under(personal_data(UserFactory()), heading) == []


def test_personal_data_names_every_field_of_a_person():
    """What the model knows of a person, they may know too: a new field finds its place or its reason here."""
    values = {
        "email": "marque@demo.example",
        "given_name": "Marque-prénom",
        "family_name": "Marque-nom",
        "language": "mq",
        "time_zone": "Marque/Fuseau",
        "digest": "marque",
        "quiet_from": time(20, 1),
        "quiet_until": time(7, 2),
        "last_login": timezone.now(),
        "date_joined": timezone.now(),
        "id": None,
        "is_active": None,
        "is_staff": None,
        "is_delegate": None,
    }
    not_told = {"password", "searchable", "changed_at", "anonymised_at", "is_superuser"}
    assert {field.name for field in User._meta.fields} == {*values, *not_told}
    person = UserFactory(**{name: value for name, value in values.items() if value is not None})
    data = personal_data(person)
    told = [*data["identite"].values(), *data["preferences"].values()]
    for name in values:
        assert getattr(person, name) in told, name


def test_personal_data_holds_sign_in_attempts_under_their_address():
    person = UserFactory()
    fail_sign_in(person.email)
    fail_sign_in("autre@demo.example")
    tried = personal_data(person)["tentatives_de_connexion"]
    assert len(tried) == 3
    assert {each["adresse_ip"] for each in tried} == {"192.0.2.8"}


def test_personal_data_tells_what_others_did_about_them_but_not_who():
    person, administrator = UserFactory(), AdministratorFactory()
    close_account(person=person, by=administrator)
    about = personal_data(person)["actes_a_votre_sujet"]
    assert [(each["acte"], each["en_qualite_de"]) for each in about] == [("person.closed", "administrateur")]
    assert str(administrator.pk) not in json.dumps(about, default=str)


def test_personal_data_holds_no_secret():
    person = UserFactory(password="un mot de passe correct")
    full_life(person)
    text = json.dumps(personal_data(person), default=str)
    person.refresh_from_db()
    session = person.usersession_set.get()
    for secret in (person.password, "never-shown-anywhere", session.session_key, person.api_tokens.get().token_hash):
        assert secret not in text


def test_personal_data_costs_the_same_for_one_row_and_for_thirty(
    django_assert_num_queries, django_assert_max_num_queries
):
    person = UserFactory()
    full_life(person)
    # Outside of a request, what the person may read is asked anew for each kind of row.
    personal_data(person)  # the first reader of the day has the grants made
    with django_assert_max_num_queries(40) as counted:
        personal_data(person)
    for number in range(29):
        give_token(person, name=f"Jeton {number}")
        invite(f"invitee-{number}@demo.example", by=person)
    with django_assert_num_queries(len(counted)):
        personal_data(person)


def test_take_personal_data_is_told_to_the_journal():
    person = UserFactory()
    data = take_personal_data(person=person, by=person)
    event = Event.objects.get()
    assert (event.verb, event.actor, event.object_id) == ("person.data_exported", person, str(person.pk))
    assert data["identite"]["adresse"] == person.email


def test_archive_can_be_read_by_a_person_and_by_a_program():
    person = UserFactory(given_name="Éloïse")
    full_life(person)
    data = personal_data(person)
    with zipfile.ZipFile(io.BytesIO(archive(data))) as folder:
        assert folder.namelist() == ["donnees.json", "LISEZ-MOI.txt"]
        text = folder.read("donnees.json").decode()
        reading = folder.read("LISEZ-MOI.txt").decode()
    assert json.loads(text)["identite"]["prenom"] == "Éloïse"
    assert "Éloïse" in text
    assert "donnees.json" in reading
    assert all(f"- {heading}" in reading for heading in data)
