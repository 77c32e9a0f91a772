import smtplib
import uuid

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.signin import tasks
from accounts.signin.notices import SENTENCES, SUBJECTS, Notice

pytestmark = pytest.mark.django_db
AT = "2026-11-20T14:05:00+00:00"


def notice(person_id, kind=Notice.PASSWORD_CHANGED, origin="Firefox sur Linux, adresse 192.0.2.1"):
    tasks.send_notice(person_id=str(person_id), notice=kind, origin=origin, at=AT)


@pytest.mark.parametrize("kind", Notice)
def test_every_notice_has_its_words(person, mailoutbox, kind):
    notice(person.pk, kind)
    message = mailoutbox[0]
    assert message.to == [person.email]
    assert message.subject == SUBJECTS[kind]
    assert str(SENTENCES[kind]) in message.body
    assert "Bonjour Claire," in message.body
    assert "20 novembre 2026 à 15 h 05" in message.body.replace("\u202f", " ").replace("\xa0", " ")
    assert "Firefox sur Linux, adresse 192.0.2.1" in message.body
    assert "http://localhost/" in message.body


def test_notice_is_told_on_the_clock_of_the_person(person, mailoutbox):
    person.time_zone = "America/Cayenne"
    person.save()
    notice(person.pk)
    assert "11 h 05" in mailoutbox[0].body.replace("\u202f", " ").replace("\xa0", " ")


def test_notice_is_plain_text_without_entities(person, mailoutbox):
    person.given_name = "D’Arc & <b>"
    person.save()
    notice(person.pk)
    assert "Bonjour D’Arc & <b>," in mailoutbox[0].body


def test_notice_to_nobody_sends_nothing(mailoutbox):
    notice(uuid.uuid4())
    assert not mailoutbox


def test_notice_to_an_anonymised_person_sends_nothing(person, mailoutbox):
    person.anonymised_at = timezone.now()
    person.save()
    notice(person.pk)
    assert not mailoutbox


def test_notice_reaches_a_closed_account(person, mailoutbox):
    person.is_active = False
    person.save()
    notice(person.pk)
    assert mailoutbox


def test_password_reset_travels_without_its_link(monkeypatch):
    sent = {}
    monkeypatch.setattr(tasks.send_password_reset, "delay", lambda **arguments: sent.update(arguments))
    tasks.deliver(tasks.send_password_reset, email="claire@demo.example")
    assert sent == {"email": "claire@demo.example"}


def test_mail_is_sent_here_when_the_broker_is_away(person, monkeypatch, mailoutbox):
    def away(**_):
        raise OperationalError

    monkeypatch.setattr(tasks.send_password_reset, "delay", away)
    tasks.deliver(tasks.send_password_reset, email=person.email)
    assert len(mailoutbox) == 1


def test_nothing_fails_when_broker_and_mail_are_both_away(person, monkeypatch, settings):
    def away(*_, **__):
        raise OperationalError

    def no_mail(*_, **__):
        raise smtplib.SMTPServerDisconnected

    monkeypatch.setattr(tasks.send_password_reset, "delay", away)
    monkeypatch.setattr(tasks.EmailMessage, "send", no_mail)
    tasks.deliver(tasks.send_password_reset, email=person.email)


def test_sign_in_survives_a_broker_that_is_away(client_elsewhere, client, person, typed, monkeypatch, mailoutbox):
    def away(**_):
        raise OperationalError

    typed()
    monkeypatch.setattr(tasks.send_notice, "delay", away)
    response = client_elsewhere.post("/connexion/", {"login": person.email, "password": "filiere-demo"})
    assert response.status_code == 302


@pytest.mark.parametrize("task", [tasks.send_notice, tasks.send_password_reset])
def test_mail_is_tried_again_when_the_server_is_away(task):
    assert OSError in task.autoretry_for
    assert issubclass(smtplib.SMTPException, OSError)
    assert task.retry_backoff
    assert task.retry_jitter
    assert task.expires < 24 * 3600
