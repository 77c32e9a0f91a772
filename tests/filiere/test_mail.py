"""The embedded mail box: whole messages, one a file."""

import email
from email.policy import default

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection, send_mail


@pytest.fixture
def box(settings, tmp_path):
    settings.EMAIL_BACKEND = "filiere.mail.FolderBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    return tmp_path / "mail"


def read(path):
    return email.message_from_bytes(path.read_bytes(), policy=default)


def test_message_is_a_file_that_any_reader_opens(box):
    assert send_mail("Réunion reportée", "À jeudi ; l’ordre du jour suit.", "a@demo.example", ["b@demo.example"]) == 1
    (path,) = box.iterdir()
    message = read(path)
    assert path.suffix == ".eml"
    assert message["Subject"] == "Réunion reportée"
    assert message["To"] == "b@demo.example"
    assert message.get_content().strip() == "À jeudi ; l’ordre du jour suit."


def test_message_keeps_its_two_forms(box):
    message = EmailMultiAlternatives("s", "texte", "a@demo.example", ["b@demo.example"])
    message.attach_alternative("<p>texte</p>", "text/html")
    message.send()
    (path,) = box.iterdir()
    assert read(path).get_body(("html",)).get_content().strip() == "<p>texte</p>"


def test_messages_lie_in_the_order_they_left(box):
    for number in range(5):
        send_mail(str(number), "", "a@demo.example", ["b@demo.example"])
    assert [read(path)["Subject"] for path in sorted(box.iterdir())] == list("01234")


def test_several_messages_of_one_connection_are_counted(box):
    messages = [EmailMultiAlternatives(str(n), "", "a@demo.example", ["b@demo.example"]) for n in range(3)]
    assert get_connection().send_messages(messages) == 3
    assert len(list(box.iterdir())) == 3


def test_reader_never_meets_half_a_message(box, monkeypatch):
    import os

    def crash(_descriptor):
        raise OSError("power cut")

    monkeypatch.setattr(os, "fsync", crash)
    with pytest.raises(OSError, match="power cut"):
        send_mail("s", "", "a@demo.example", ["b@demo.example"])
    assert list(box.glob("*.eml")) == []
