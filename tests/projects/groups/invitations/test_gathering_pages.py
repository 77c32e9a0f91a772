import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import Workbook

from accounts.models import Invitation
from projects.access.enums import Role
from projects.groups.enums import Outcome
from projects.models import InvitedMandate, Membership
from tests.factories import UserFactory
from tests.factories.groups import MembershipFactory, WorkingGroupFactory
from tests.factories.organisations import an_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation():
    return an_organisation("Direction générale des Entreprises", "DGE")


@pytest.fixture
def pilot(client, group):
    person = MembershipFactory(group=group, role=Role.PILOT).person
    client.force_login(person)
    return person


@pytest.fixture
def delegate(client):
    person = UserFactory(is_delegate=True)
    client.force_login(person)
    return person


def text_of(response):
    return response.content.decode().replace("\xa0", " ").replace("\u202f", " ").replace("&nbsp;", " ")


# --- A list of people -------------------------------------------------------


def check(client, where, **fields):
    return client.post(where, {"text": "", "role": "membre", **fields})


def confirm(client, where, checked, **fields):
    """What the browser sends back: the form as it stands, the digest that was shown, and the button."""
    form, plan = checked.context["form"], checked.context["plan"]
    data = {
        name: form[name].value() or "" for name in ("text", "role", "organisation", "starts_on", "ends_on", "message")
    }
    return client.post(where, {**data, "shown": plan.digest, "confirm": "1", **fields})


def test_list_is_shown_before_anything_is_written_then_done(client, pilot, group, organisation):
    where = reverse("group-invite-many", args=["div"])
    UserFactory(email="compte@demo.example")
    text = "e-mail;prénom;organisation\nana@demo.example;Ana;dge\ncompte@demo.example;;DGE"
    checked = check(client, where, text=text)
    page = text_of(checked)
    for words in ("Ce qui va se passer", "ana@demo.example", "Une invitation part par courriel.", "A déjà un compte"):
        assert words in page
    assert not Invitation.objects.exists()
    response = confirm(client, where, checked)
    assert response["Location"] == reverse("group-invitations", args=["div"])
    assert "1 invitation part, 1 mandat confié." in text_of(client.get(response["Location"]))
    assert InvitedMandate.objects.get().invitation.email == "ana@demo.example"
    assert Membership.objects.filter(person__email="compte@demo.example", group=group).exists()


def test_list_sent_twice_does_nothing_the_second_time(client, pilot, organisation):
    where = reverse("group-invite-many", args=["div"])
    fields = {"text": "ana@demo.example", "organisation": str(organisation.pk)}
    confirm(client, where, check(client, where, **fields))
    page = text_of(check(client, where, **fields))
    assert "déjà en cours (Membre)" in page
    assert "Confirmer et inviter" not in page
    assert InvitedMandate.objects.count() == 1


def test_list_with_faulty_lines_names_them_and_waits_for_a_decision(client, pilot, organisation):
    where = reverse("group-invite-many", args=["div"])
    text = "e-mail;organisation\nana@demo.example;DGE\nbob@demo.example;Inconnue"
    checked = check(client, where, text=text)
    assert "Ligne 3 (bob@demo.example) : Aucune organisation ne s’appelle « Inconnue »." in text_of(checked)
    refused = confirm(client, where, checked)
    assert "Des lignes sont en erreur : rien n’a été fait." in text_of(refused)
    assert not Invitation.objects.exists()
    assert confirm(client, where, checked, skip_faulty="on").status_code == 302
    assert Invitation.objects.get().email == "ana@demo.example"


def test_list_changed_between_showing_and_confirming_is_shown_again(client, pilot, organisation):
    where = reverse("group-invite-many", args=["div"])
    checked = check(client, where, text="ana@demo.example", organisation=str(organisation.pk))
    UserFactory(email="ana@demo.example")
    again = confirm(client, where, checked)
    assert "a changé depuis la vérification" in text_of(again)
    assert "A déjà un compte" in text_of(again)
    other = confirm(client, where, again, text="bob@demo.example")
    assert "a changé depuis la vérification" in text_of(other)
    assert not Invitation.objects.exists()
    assert confirm(client, where, again).status_code == 302


@pytest.mark.parametrize("shown", ["", "0" * 64])
def test_list_confirmed_without_having_been_shown_is_refused(client, pilot, organisation, shown):
    where = reverse("group-invite-many", args=["div"])
    fields = {"text": "ana@demo.example", "organisation": str(organisation.pk), "confirm": "1", "shown": shown}
    assert "a changé depuis la vérification" in text_of(check(client, where, **fields))
    assert not Invitation.objects.exists()


def workbook(*rows):
    book, written = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(written)
    return written.getvalue()


def test_list_of_a_workbook_becomes_text_that_can_be_corrected(client, pilot, organisation):
    where = reverse("group-invite-many", args=["div"])
    content = workbook(["Nom", "E-mail", "Organisme"], [None], ["Ortiz; dite Ana", "ana@demo.example", "dge"])
    checked = check(client, where, file=SimpleUploadedFile("liste.xlsx", content))
    assert checked.context["plan"].steps[0].line.number == 3
    assert checked.context["form"]["text"].value().splitlines()[2] == '"Ortiz; dite Ana";ana@demo.example;dge'
    assert confirm(client, where, checked).status_code == 302
    assert Invitation.objects.get().family_name == "Ortiz; dite Ana"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("liste.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "ancien format (.xls)"),
        ("liste.csv", b"nom;pr\x00nom", "ni un classeur ni une liste"),
        ("liste.xlsx", b"PK\x03\x04", "abîmé"),
        ("liste.csv", b"nom\nOrtiz", "e-mail"),
        ("liste.csv", b"\n\n", "Cette liste est vide."),
        ("liste.csv", b"", "vide"),
    ],
)
def test_list_in_a_bad_file_is_refused_with_a_sentence(client, pilot, name, content, words):
    response = check(client, reverse("group-invite-many", args=["div"]), file=SimpleUploadedFile(name, content))
    assert response.status_code == 200
    assert words in text_of(response)
    assert response.context["plan"] is None


def test_list_typed_and_in_a_file_asks_which(client, pilot):
    file = SimpleUploadedFile("liste.csv", b"e-mail\nbob@demo.example")
    page = text_of(check(client, reverse("group-invite-many", args=["div"]), text="ana@demo.example", file=file))
    assert "l’un des deux" in page
    assert "ana@demo.example" in page


def test_list_with_a_latin_file_and_ignored_columns(client, pilot, organisation):
    content = "e-mail;prénom;téléphone;organisation\nana@demo.example;Éloïse;01;DGE".encode("cp1252")
    checked = check(client, reverse("group-invite-many", args=["div"]), file=SimpleUploadedFile("l.csv", content))
    assert "Éloïse" in text_of(checked)
    assert "téléphone" in text_of(checked)


@pytest.mark.parametrize("fields", [{}, {"text": "   "}, {"text": "ana\x00@demo.example"}])
def test_list_that_is_empty_or_holds_nul_is_refused(client, pilot, fields):
    response = check(client, reverse("group-invite-many", args=["div"]), **fields)
    assert response.status_code == 200
    assert response.context["plan"] is None
    assert response.context["form"].errors["text"]


def test_list_escapes_what_people_typed(client, pilot, organisation):
    text = "e-mail;nom;organisation\nana@demo.example;<b>gras</b>;<script>alert(1)</script>"
    page = check(client, reverse("group-invite-many", args=["div"]), text=text).content.decode()
    assert "<b>gras" not in page
    assert "<script>alert" not in page


def test_list_over_the_hourly_limit_offers_no_confirmation(client, pilot, organisation, monkeypatch):
    monkeypatch.setattr("accounts.invitations.services.MOST_PER_HOUR", 1)
    fields = {"text": "a@demo.example, b@demo.example", "organisation": str(organisation.pk)}
    page = text_of(check(client, reverse("group-invite-many", args=["div"]), **fields))
    assert "Il vous reste 1 invitation" in page
    assert "Confirmer et inviter" not in page


def test_list_page_costs_the_same_with_one_line_and_with_thirty(client, pilot, organisation):
    where = reverse("group-invite-many", args=["div"])
    client.get(where)  # the first request of a session also notes when it was used
    costs = []
    for number in (1, 30):
        lines = [f"n{n}@demo.example;DGE" for n in range(number)]
        with CaptureQueriesContext(connection) as queries:
            check(client, where, text="\n".join(["e-mail;organisation", *lines]))
        costs.append(len(queries))
    assert costs[0] == costs[1]


# --- Across groups ----------------------------------------------------------


def test_gather_is_for_coordinators(client, pilot):
    assert client.get(reverse("gather")).status_code == 403
    assert check(client, reverse("gather"), text="e-mail;groupe\nana@demo.example;div").status_code == 403
    assert not Invitation.objects.exists()


def test_gather_sends_each_to_their_group(client, delegate, group, organisation):
    other = WorkingGroupFactory(slug="imagerie")
    text = "courriel;groupe;rôle;organisation\nana@demo.example;DIV;pilote;DGE\nana@demo.example;imagerie;membre;DGE"
    checked = check(client, reverse("gather"), text=text)
    assert "Diagnostic in vitro" in text_of(checked)
    assert [step.outcome for step in checked.context["plan"].steps] == [Outcome.INVITED, Outcome.JOINED]
    response = confirm(client, reverse("gather"), checked)
    assert response["Location"] == reverse("invitations")
    assert set(InvitedMandate.objects.values_list("group", flat=True)) == {group.pk, other.pk}
    assert Invitation.objects.count() == 1
