import re
from datetime import timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core import mail
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.invitations import sending, tasks
from accounts.invitations.enums import Sending
from accounts.invitations.selectors import opened_by
from accounts.invitations.services import accept_invitation, invite, resend, revoke
from accounts.invitations.tokens import hash_of
from accounts.models import Invitation
from projects.activity.models import Event
from tests.factories import AdministratorFactory
from tests.factories.invitations import a_sent_invitation

pytestmark = pytest.mark.django_db

LINK = re.compile(r"http://localhost/invitation/([\w-]+)/")
REFUSED = SMTPRecipientsRefused({"nouvelle@demo.example": (550, b"no such user")})
LATER = SMTPRecipientsRefused({"nouvelle@demo.example": (451, b"greylisted")})


@pytest.fixture
def sender():
    return AdministratorFactory(given_name="Ingrid", family_name="Solal", email="ingrid@demo.example")


@pytest.fixture
def waiting(sender):
    return invite(email="nouvelle@demo.example", given_name="Ana", message="Bienvenue <à bord>.", by=sender)


@pytest.fixture
def breaks(monkeypatch):
    """The mail server says this instead of taking the mail."""

    def with_error(error):
        def fail(*_):
            raise error

        monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", fail)

    return with_error


def tokens():
    return [LINK.search(message.body)[1] for message in mail.outbox]


def read(invitation):
    return Invitation.objects.get(pk=invitation.pk)


def test_mail_holds_a_link_that_opens_the_invitation(waiting):
    sending.send(waiting.pk)
    (token,) = tokens()
    assert opened_by(hash_of(token)) == waiting
    row = read(waiting)
    assert (row.sending, row.attempts) == (Sending.SENT, 1)
    assert row.sent_at is not None


def test_mail_says_who_invites_what_filiere_is_and_until_when(waiting, time_machine):
    time_machine.move_to("2026-11-20 09:00 +0100", tick=False)
    Invitation.objects.filter(pk=waiting.pk).update(
        send_after=timezone.now(), expires_at=timezone.now() + timedelta(days=14)
    )
    sending.send(waiting.pk)
    (message,) = mail.outbox
    assert message.to == ["nouvelle@demo.example"]
    assert message.subject == "Ingrid Solal vous invite sur Filière"
    assert message.reply_to == ["ingrid@demo.example"]
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"
    assert "Bonjour Ana," in message.body
    assert "« Bienvenue <à bord>. »".replace("« ", "«\u00a0").replace(" »", "\u00a0»") in message.body
    assert "l’espace de travail du comité stratégique de filière" in message.body
    assert "jusqu’au 4 décembre 2026 à 9 h 00" in message.body.replace("\u202f", " ").replace("\u00a0", " ")
    assert "nouvelle@demo.example" in message.body
    assert "{{" not in message.body


def test_mail_in_html_says_the_same_and_escapes(waiting):
    sending.send(waiting.pk)
    (message,) = mail.outbox
    html, kind = message.alternatives[0]
    assert kind == "text/html"
    assert LINK.search(html)[1] == tokens()[0]
    assert "Bienvenue &lt;à bord&gt;." in html
    assert "Ingrid Solal vous invite" in html
    assert "<img" not in html
    assert set(re.findall(r"https?://[\w-]+", html)) == {"http://localhost"}


def test_mail_of_someone_who_left_or_of_nobody_names_nobody(sender):
    for n, by in enumerate((sender, None)):
        made = invite(email=f"n{n}@demo.example", by=by)
        sender.is_active = False
        sender.save()
        sending.send(made.pk)
        assert mail.outbox[-1].subject == "Vous êtes invité sur Filière"
        assert mail.outbox[-1].reply_to == []
        assert "Ingrid" not in mail.outbox[-1].body


def test_token_lies_in_clear_nowhere_but_in_the_mail(waiting):
    sending.send(waiting.pk)
    (token,) = tokens()
    assert len(token) >= 43
    stored = str(list(Invitation.objects.values())) + str(list(Event.objects.values()))
    assert token not in stored
    assert hash_of(token) in stored


def test_task_sent_twice_by_the_broker_sends_one_mail(waiting):
    tasks.send_invitation(str(waiting.pk))
    tasks.send_invitation(str(waiting.pk))
    assert len(mail.outbox) == 1


def test_task_about_an_unknown_invitation_does_nothing(sender):
    tasks.send_invitation(str(sender.pk))
    assert mail.outbox == []


@pytest.mark.parametrize("end", ["revoked", "accepted", "expired"])
def test_invitation_that_ended_meanwhile_is_not_sent(waiting, sender, end):
    now = timezone.now()
    fields = {
        "revoked": {"revoked_at": now},
        "accepted": {"accepted_at": now, "accepted_by": sender},
        "expired": {"expires_at": now},
    }
    Invitation.objects.filter(pk=waiting.pk).update(**fields[end])
    sending.send(waiting.pk)
    assert mail.outbox == []


def test_resend_sends_another_link_and_the_first_is_void(waiting, sender):
    sending.send(waiting.pk)
    resend(invitation=waiting, by=sender)
    sending.send(waiting.pk)
    first, second = tokens()
    assert opened_by(hash_of(first)) is None
    assert opened_by(hash_of(second)) == waiting


def test_sending_leaves_the_version_people_act_on(waiting):
    before = read(waiting).changed_at
    sending.send(waiting.pk)
    assert read(waiting).changed_at == before


def test_sending_is_journaled_by_the_application(waiting):
    sending.send(waiting.pk)
    event = Event.objects.get(verb="invitation.sent")
    assert (event.actor, event.object_id) == (None, str(waiting.pk))


@pytest.mark.parametrize("error", [SMTPServerDisconnected("gone"), TimeoutError(), LATER, ConnectionRefusedError()])
def test_trouble_that_may_pass_is_tried_again_later(waiting, breaks, error):
    breaks(error)
    sending.send(waiting.pk)
    row = read(waiting)
    assert (row.sending, row.attempts) == (Sending.WAITING, 1)
    assert timedelta(0) < row.send_after - timezone.now() <= timedelta(minutes=1)
    assert row not in sending.due()


def test_link_of_a_failed_attempt_still_opens_should_the_mail_have_left(waiting, breaks, monkeypatch):
    monkeypatch.setattr(sending, "new_token", lambda: "le-jeton")
    breaks(SMTPServerDisconnected("after DATA"))
    sending.send(waiting.pk)
    assert opened_by(hash_of("le-jeton")) == waiting


@pytest.mark.parametrize("error", [REFUSED, SMTPDataError(554, b"spam")])
def test_trouble_that_will_not_pass_fails_at_once(waiting, breaks, error):
    breaks(error)
    sending.send(waiting.pk)
    assert read(waiting).sending == Sending.FAILED
    assert Event.objects.filter(verb="invitation.not_sent", object_id=str(waiting.pk)).exists()


def test_pauses_grow_and_the_last_attempt_fails(waiting, breaks):
    breaks(TimeoutError())
    pauses = []
    for _attempt in range(sending.MOST_ATTEMPTS):
        Invitation.objects.filter(pk=waiting.pk).update(send_after=timezone.now())
        before = timezone.now()
        sending.send(waiting.pk)
        pauses.append(round((read(waiting).send_after - before).total_seconds() / 60))
    assert pauses[:-1] == [1, 2, 4, 8, 16, 32, 64, 128, 180, 180, 180]
    assert (read(waiting).sending, read(waiting).attempts) == (Sending.FAILED, sending.MOST_ATTEMPTS)
    assert not sending.due().exists()


def test_attempt_killed_before_the_mail_left_is_taken_up_once_its_lease_ends(waiting, monkeypatch):
    monkeypatch.setattr(sending, "_mail", lambda *_: (_ for _ in ()).throw(SystemExit))
    with pytest.raises(SystemExit):
        sending.send(waiting.pk)
    monkeypatch.undo()
    assert read(waiting).sending == Sending.UNDER_WAY
    sending.send(waiting.pk)
    assert mail.outbox == []
    Invitation.objects.filter(pk=waiting.pk).update(send_after=timezone.now())
    sending.send(waiting.pk)
    assert len(mail.outbox) == 1
    assert read(waiting).sending == Sending.SENT


def test_attempt_killed_after_the_mail_left_is_repeated_and_the_later_link_works(waiting, monkeypatch):
    monkeypatch.setattr(sending, "_settle", lambda *_: (_ for _ in ()).throw(SystemExit))
    with pytest.raises(SystemExit):
        sending.send(waiting.pk)
    monkeypatch.undo()
    (first,) = tokens()
    assert opened_by(hash_of(first)) == waiting
    Invitation.objects.filter(pk=waiting.pk).update(send_after=timezone.now())
    sending.send(waiting.pk)
    first, second = tokens()
    assert opened_by(hash_of(first)) is None
    assert opened_by(hash_of(second)) == waiting


def test_attempt_killed_after_the_mail_left_and_accepted_since_is_not_repeated(waiting, monkeypatch):
    monkeypatch.setattr(sending, "_settle", lambda *_: (_ for _ in ()).throw(SystemExit))
    with pytest.raises(SystemExit):
        sending.send(waiting.pk)
    monkeypatch.undo()
    accept_invitation(token_hash=hash_of(tokens()[0]), given_name="Ana", family_name="Ortiz", password="x" * 12)
    Invitation.objects.filter(pk=waiting.pk).update(send_after=timezone.now())
    sending.send(waiting.pk)
    assert len(mail.outbox) == 1


def test_attempt_that_dies_of_a_defect_every_time_ends_as_failed(waiting, monkeypatch):
    monkeypatch.setattr(sending, "_mail", lambda *_: 1 / 0)
    for _ in range(sending.MOST_ATTEMPTS):
        Invitation.objects.filter(pk=waiting.pk).update(send_after=timezone.now())
        with pytest.raises(ZeroDivisionError):
            sending.send(waiting.pk)
    Invitation.objects.filter(pk=waiting.pk).update(send_after=timezone.now())
    sending.send(waiting.pk)
    assert read(waiting).sending == Sending.FAILED


def test_slow_attempt_does_not_speak_for_the_one_that_followed(waiting, sender, monkeypatch):
    real = sending._mail

    def slow(invitation, token):
        real(invitation, token)
        monkeypatch.undo()
        resend(invitation=waiting, by=sender)

    monkeypatch.setattr(sending, "_mail", slow)
    sending.send(waiting.pk)
    assert (read(waiting).sending, read(waiting).sent_at) == (Sending.WAITING, None)
    assert opened_by(hash_of(tokens()[0])) is None


def test_revoked_while_the_mail_leaves_stays_revoked(waiting, sender, monkeypatch):
    real = sending._mail

    def slow(invitation, token):
        real(invitation, token)
        revoke(invitation=waiting, by=sender)

    monkeypatch.setattr(sending, "_mail", slow)
    sending.send(waiting.pk)
    assert opened_by(hash_of(tokens()[0])) is None
    assert not Event.objects.filter(verb="invitation.sent").exists()


def test_broker_away_keeps_the_invitation_waiting(sender, monkeypatch, django_capture_on_commit_callbacks):
    def away(*_):
        raise OperationalError

    monkeypatch.setattr(tasks.send_invitation, "delay", away)
    with django_capture_on_commit_callbacks(execute=True):
        made = invite(email="nouvelle@demo.example", by=sender)
    assert list(sending.due()) == [made]


def test_sweep_hurries_what_is_due_and_nothing_else(waiting, monkeypatch):
    hurried = []
    monkeypatch.setattr(tasks.send_invitation, "delay", hurried.append)
    a_sent_invitation()
    a_sent_invitation(sending=Sending.FAILED)
    a_sent_invitation(sending=Sending.WAITING, revoked_at=timezone.now())
    a_sent_invitation(sending=Sending.WAITING, send_after=timezone.now() + timedelta(minutes=1))
    a_sent_invitation(sending=Sending.UNDER_WAY, send_after=timezone.now() + timedelta(minutes=1))
    abandoned, _token = a_sent_invitation(sending=Sending.UNDER_WAY)
    tasks.send_waiting()
    assert set(hurried) == {str(waiting.pk), str(abandoned.pk)}


def test_sweep_is_bounded_and_one_query(waiting, monkeypatch, django_assert_num_queries):
    hurried = []
    monkeypatch.setattr(tasks.send_invitation, "delay", hurried.append)
    monkeypatch.setattr(sending, "AT_ONCE", 30)
    for _ in range(40):
        a_sent_invitation(sending=Sending.WAITING)
    with django_assert_num_queries(1):
        tasks.send_waiting()
    assert len(hurried) == 30


@pytest.mark.django_db(transaction=True)
def test_two_workers_on_one_invitation_send_one_mail(waiting):
    from tests.racing import race

    race(*[lambda: sending.send(waiting.pk)] * 4)
    assert len(mail.outbox) == 1
    assert opened_by(hash_of(tokens()[0])) == waiting
