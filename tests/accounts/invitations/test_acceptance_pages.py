import logging
from datetime import timedelta

import pytest
from django.contrib.auth import get_user
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.invitations.acceptance_pages import COOKIE
from accounts.invitations.services import invite_first_administrator
from accounts.models import Invitation, User
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.invitations import a_sent_invitation

pytestmark = pytest.mark.django_db

HERE = "/invitation/"
PASSWORD = "un mot de passe assez long"


def link(token):
    return reverse("invitation-link", args=[token])


def text_of(response):
    return response.content.decode().replace("\xa0", " ").replace("\u202f", " ")


def answers(invitation, **fields):
    chosen = {"given_name": "Ana", "family_name": "Ortiz", "password1": PASSWORD, "password2": PASSWORD}
    return {"shown": str(invitation.pk), **chosen, **fields}


@pytest.fixture
def sender():
    return AdministratorFactory(given_name="Ingrid", family_name="Solal")


@pytest.fixture
def sent(sender):
    return a_sent_invitation("invitee@demo.example", given_name="Anna", message="Bienvenue <ici>", invited_by=sender)


def test_link_leads_to_an_address_without_the_token(client, sent):
    _invitation, token = sent
    response = client.get(link(token))
    assert response.status_code == 302
    assert response["Location"] == HERE
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]
    assert "noindex" in response["X-Robots-Tag"]
    cookie = response.cookies[COOKIE]
    assert token not in cookie.value
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (HERE, True, "Lax")


def test_link_answers_the_same_for_any_token_and_looks_nothing_up(client, sent, django_assert_num_queries):
    with django_assert_num_queries(0):
        good, bad = client.get(link(sent[1])), client.get(link("invente"))
    ignored = {"X-Request-ID", "Set-Cookie"}
    assert good.status_code == bad.status_code
    assert {name: value for name, value in good.items() if name not in ignored} == {
        name: value for name, value in bad.items() if name not in ignored
    }


def test_link_is_followed_never_posted_to(client, sent):
    assert client.post(link(sent[1]), answers(sent[0])).status_code == 405
    assert User.objects.count() == 1


def test_page_says_who_invites_and_asks_for_name_and_password(client, sent):
    client.get(link(sent[1]))
    response = client.get(HERE)
    page = text_of(response)
    assert response.status_code == 200
    for words in ("Ingrid Solal vous invite", "Bienvenue &lt;ici&gt;", 'value="Anna"', "invitee@demo.example"):
        assert words in page
    assert "caractères" in page
    assert "no-store" in response["Cache-Control"]
    assert "noindex" in response["X-Robots-Tag"]
    assert sent[1] not in page
    assert sent[0].token_hash not in page


@pytest.mark.parametrize(
    ("role", "words"),
    [("as_administrator", "Vous en serez administrateur."), ("as_delegate", "Vous y serez délégué permanent.")],
)
def test_page_says_for_what(client, sender, role, words):
    _invitation, token = a_sent_invitation(invited_by=sender, **{role: True})
    assert words in text_of(client.get(link(token), follow=True))


def test_page_does_not_name_someone_who_left(client, sent, sender):
    sender.is_active = False
    sender.save()
    assert "Ingrid" not in text_of(client.get(link(sent[1]), follow=True))


def test_opening_the_link_any_number_of_times_uses_nothing_up(client, sent):
    for _ in range(5):
        Client().get(link(sent[1]), follow=True)
        Client().head(link(sent[1]), follow=True)
    client.get(link(sent[1]))
    assert client.post(HERE, answers(sent[0])).status_code == 302


def test_accepting_opens_the_account_and_a_session(client, sent):
    client.get(link(sent[1]))
    response = client.post(HERE, answers(sent[0]))
    assert (response.status_code, response["Location"]) == (302, "/")
    person = User.objects.get(email="invitee@demo.example")
    assert get_user(client) == person
    assert person.check_password(PASSWORD)
    assert response.cookies[COOKIE].value == ""


def test_accepting_takes_no_other_address_than_the_invited_one(client, sent):
    client.get(link(sent[1]))
    client.post(HERE, answers(sent[0], email="autre@demo.example"))
    assert User.objects.filter(email="invitee@demo.example").exists()
    assert not User.objects.filter(email="autre@demo.example").exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"password2": "un autre mot de passe"}, "diffèrent"),
        ({"password1": "court", "password2": "court"}, "trop court"),
        ({"password1": "123456789012345", "password2": "123456789012345"}, "numérique"),
        ({"password1": "invitee@demo.example", "password2": "invitee@demo.example"}, "trop semblable"),
        ({"password1": "", "password2": ""}, "obligatoire"),
        ({"given_name": ""}, "obligatoire"),
        ({"family_name": "Or\u200btiz"}, "invisibles"),
    ],
)
def test_accepting_refused_says_why_keeps_the_rest_and_uses_nothing_up(client, sent, fields, words):
    client.get(link(sent[1]))
    response = client.post(HERE, answers(sent[0], **fields))
    assert response.status_code == 200
    assert words in text_of(response)
    assert PASSWORD not in text_of(response)
    assert User.objects.count() == 1
    assert client.post(HERE, answers(sent[0])).status_code == 302


def test_accepting_when_the_address_has_an_account_by_now_says_so(client, sent):
    client.get(link(sent[1]))
    UserFactory(email="invitee@demo.example")
    response = client.post(HERE, answers(sent[0]))
    assert response.status_code == 200
    assert "Cette adresse a déjà un compte." in text_of(response)


def test_accepting_needs_the_form_token(sent):
    client = Client(enforce_csrf_checks=True)
    client.get(link(sent[1]))
    assert client.post(HERE, answers(sent[0])).status_code == 403
    assert User.objects.count() == 1


def test_answers_meant_for_another_invitation_open_nothing(client, sent, sender):
    other, other_token = a_sent_invitation("autre@demo.example", invited_by=sender)
    client.get(link(sent[1]))
    client.get(link(other_token))
    response = client.post(HERE, answers(sent[0]))
    assert response.status_code == 200
    assert "Un autre lien d’invitation a été ouvert" in text_of(response)
    assert User.objects.count() == 1
    assert client.post(HERE, answers(other)).status_code == 302
    assert User.objects.filter(email="autre@demo.example").exists()


def void_links():
    now = timezone.now()
    yield "expired", a_sent_invitation(expires_at=now - timedelta(seconds=1))[1]
    yield "revoked", a_sent_invitation(revoked_at=now)[1]
    yield "accepted", a_sent_invitation("", accepted_at=now, accepted_by=UserFactory())[1]
    yield "role of someone who lost it", a_sent_invitation(as_delegate=True, invited_by=UserFactory())[1]
    yield "unknown", "invente"
    yield "odd", "%00é" + "x" * 3000


def without_what_varies(page):
    return [line for line in page.splitlines() if "csrf" not in line]


def test_void_links_all_meet_the_same_page_and_status():
    pages, statuses = [], set()
    for _kind, token in void_links():
        response = Client().get(link(token), follow=True)
        statuses.add(response.status_code)
        pages.append(without_what_varies(text_of(response)))
        assert "noindex" in response["X-Robots-Tag"]
    nothing = Client().get(HERE)
    assert statuses == {404} == {nothing.status_code}
    assert all(page == pages[0] for page in [*pages, without_what_varies(text_of(nothing))])
    assert "Ce lien n’est pas valable" in "\n".join(pages[0])


def test_void_links_open_nothing_when_posted_to():
    invitation, _token = a_sent_invitation()
    before = User.objects.count()
    for _kind, token in void_links():
        client = Client()
        client.get(link(token))
        assert client.post(HERE, answers(invitation)).status_code == 404
    assert not User.objects.filter(family_name="Ortiz").exists()
    assert User.objects.count() == before + 2  # those that `void_links` made


def test_link_that_ends_between_page_and_answer_meets_the_same_page(client, sent):
    client.get(link(sent[1]), follow=True)
    Invitation.objects.filter(pk=sent[0].pk).update(revoked_at=timezone.now())
    response = client.post(HERE, answers(sent[0]))
    assert response.status_code == 404
    assert "Ce lien n’est pas valable" in text_of(response)


def test_link_lost_to_somebody_quicker_meets_the_same_page(client, sent, monkeypatch):
    """The other one's acceptance commits after this page was checked, before its service took the lock."""
    real = Invitation.objects.select_for_update

    def quicker(*args, **kwargs):
        Invitation.objects.filter(pk=sent[0].pk).update(accepted_at=timezone.now(), token_hash=None)
        return real(*args, **kwargs)

    client.get(link(sent[1]))
    monkeypatch.setattr(Invitation.objects, "select_for_update", quicker)
    response = client.post(HERE, answers(sent[0]))
    assert response.status_code == 404
    assert User.objects.count() == 1


def test_used_link_followed_again_says_to_sign_in(client, sent):
    client.get(link(sent[1]))
    client.post(HERE, answers(sent[0]))
    response = Client().get(link(sent[1]), follow=True)
    assert response.status_code == 404
    assert "Se connecter" in text_of(response)


def test_forged_or_tampered_cookie_opens_nothing(client, sent):
    client.cookies[COOKIE] = sent[0].token_hash
    assert client.get(HERE).status_code == 404
    client.get(link("autre"))
    value = client.cookies[COOKIE].value
    client.cookies[COOKIE] = sent[0].token_hash + value[value.index(":") :]
    assert client.get(HERE).status_code == 404


def test_signed_in_person_is_told_and_may_sign_out_first(client, sent):
    person = UserFactory(given_name="Déjà", family_name="Là")
    client.force_login(person)
    client.get(link(sent[1]))
    page = text_of(client.get(HERE))
    assert "Vous êtes déjà connecté" in page
    assert "Déjà Là" in page
    assert client.post(HERE, answers(sent[0])).status_code == 200
    assert not User.objects.filter(email="invitee@demo.example").exists()
    response = client.post(reverse("account_logout"), {"next": HERE})
    assert response["Location"] == HERE
    assert "Ingrid Solal vous invite" in text_of(client.get(HERE))


def test_first_administrator_gives_an_address(client):
    token = invite_first_administrator().rstrip("/").rpartition("/")[2]
    client.get(link(token))
    page = text_of(client.get(HERE))
    assert "Vous en serez administrateur." in page
    assert "readonly" not in page
    response = client.post(HERE, answers(Invitation.objects.get(), email="Premiere@demo.example"))
    assert response.status_code == 302
    person = get_user(client)
    assert (person.email, person.is_staff) == ("premiere@demo.example", True)


@pytest.mark.parametrize("email", ["", "pas une adresse"])
def test_first_administrator_without_a_good_address_is_refused(client, email):
    token = invite_first_administrator().rstrip("/").rpartition("/")[2]
    client.get(link(token))
    assert client.post(HERE, answers(Invitation.objects.get(), email=email)).status_code == 200
    assert not User.objects.exists()


class Everything(logging.Handler):
    def __init__(self):
        super().__init__(logging.DEBUG)
        self.text = ""

    def emit(self, record):
        self.text += f"{record.getMessage()} {record.args} {vars(record).get('event', '')}\n"


@pytest.fixture
def logged():
    """What every logger of the process says, whatever its level."""
    handler, root = Everything(), logging.getLogger()
    names = [name for name in logging.root.manager.loggerDict if name.startswith(("django", "accounts", "filiere"))]
    loggers = [root, *map(logging.getLogger, names)]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(logging.WARNING)
    root.addHandler(handler)
    yield handler
    root.removeHandler(handler)
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


def test_token_is_in_no_log_whatever_happens(client, sent, logged, monkeypatch):
    invitation, token = sent
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    strict.get(link(token), follow=True)
    strict.post(HERE, answers(invitation))
    strict.get(HERE + "ailleurs/encore/")
    monkeypatch.setattr(
        "accounts.invitations.acceptance_pages.accept_invitation", lambda **_: (_ for _ in ()).throw(LookupError)
    )
    broken = Client(raise_request_exception=False)
    broken.get(link(token))
    assert broken.post(HERE, answers(invitation)).status_code == 500
    monkeypatch.undo()
    client.get(link(token))
    client.post(HERE, answers(invitation))
    assert logged.text
    assert token not in logged.text
    assert PASSWORD not in logged.text


def test_refusal_of_the_service_is_shown_in_the_form(client, sent, monkeypatch):
    def refuse(**_):
        raise ValidationError({"given_name": "Ce prénom ne convient pas."})

    monkeypatch.setattr("accounts.invitations.acceptance_pages.accept_invitation", refuse)
    client.get(link(sent[1]))
    response = client.post(HERE, answers(sent[0]))
    assert response.status_code == 200
    assert "Ce prénom ne convient pas." in text_of(response)
