"""What a line looks like, and what never stands in it."""

import io
import json
import logging
import logging.config

import pytest
import structlog

from filiere import logs

SECRET = "motdepasse-en-variable-locale"


@pytest.fixture(params=["json", "text"])
def log_format(request):
    return request.param


@pytest.fixture
def written(log_format):
    stream = io.StringIO()
    logs.configure(log_format)
    handler = logging.getLogger().handlers[-1]
    handler.setStream(stream)
    yield stream.getvalue
    logs.configure("text")


@pytest.fixture
def log():
    return structlog.get_logger("filiere.essai")


def test_json_line_is_one_object_with_its_context(log):
    stream = io.StringIO()
    logs.configure("json")
    logging.getLogger().handlers[-1].setStream(stream)
    with structlog.contextvars.bound_contextvars(request_id="req-1"):
        log.info("réunion ouverte", groupe="div", nombre=3)
    logs.configure("text")
    line = json.loads(stream.getvalue())
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "réunion ouverte", "groupe": "div", "nombre": 3, "request_id": "req-1",
        "level": "info", "logger": "filiere.essai",
    }  # fmt: skip


def test_lines_of_libraries_have_the_same_shape(written, log_format):
    with structlog.contextvars.bound_contextvars(request_id="req-2"):
        logging.getLogger("une.bibliotheque").warning("attention à %s", "ceci")
    assert "attention à ceci" in written()
    assert "req-2" in written()
    assert "une.bibliotheque" in written()
    if log_format == "json":
        assert json.loads(written())["level"] == "warning"


@pytest.mark.parametrize(
    "key", ["password", "new_password", "token", "api_token", "secret_key", "Authorization", "cookie", "email"]
)
def test_secret_key_hides_its_value(written, log, key):
    log.info("essai", **{key: "valeur-precieuse"}, autre="visible")
    assert "valeur-precieuse" not in written()
    assert "visible" in written()


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("duplicate key: (email)=(jeanne.d-arc+csf@demo.example) exists", "jeanne"),
        ("Authorization: Token flr_AbCdEfGhIjKlMnOp", "AbCdEfGh"),
        ("tried flr_AbCdEfGhIjKlMnOp twice", "AbCdEfGh"),
        ("Bearer eyJhbGciOi.eyJzdWIi.c2ln", "eyJ"),
        ("Basic dXNlcjpwYXNz", "dXNl"),
        ("could not reach postgres://compte:motdepasse@base/filiere", "motdepasse"),
        ("redis://:motdepasse@file:6379/0 refused", "motdepasse"),
    ],
)
def test_secret_in_a_sentence_is_removed(written, log, text, secret):
    log.info(text)
    log.info("autre", detail={"imbriqué": [text]})
    logging.getLogger("une.bibliotheque").error(text)
    assert written().count("[retiré]") >= 3
    assert secret not in written()


@pytest.mark.parametrize("text", ["à 14:05, salle B", "12@", "clé @ serrure", "voir http://localhost:8000/aide/"])
def test_ordinary_sentence_is_left_alone(written, log, text):
    log.info(text)
    assert text in written()


def test_exception_is_told_whole_but_for_what_is_personal(written, log):
    def fail(password):
        raise ValueError("adresse a@demo.example refusée")

    try:
        fail(SECRET)
    except ValueError:
        log.exception("échec")
        logging.getLogger("une.bibliotheque").exception("échec aussi")
    assert written().count("ValueError: adresse [retiré] refusée") == 2
    assert "Traceback" in written()
    # Renderers that show local variables would print it.
    assert SECRET not in written()


def test_what_libraries_attach_to_a_record_stays_out(written):
    logging.getLogger("une.bibliotheque").info("reçu", extra={"data": {"args": "(motdepasse,)"}, "request": "<GET /x>"})
    assert "motdepasse" not in written()
    assert "<GET" not in written()


def test_json_keeps_its_shape_whatever_is_removed():
    stream = io.StringIO()
    logs.configure("json")
    logging.getLogger().handlers[-1].setStream(stream)
    structlog.get_logger("x").info('"a@demo.example"\\', chemin="C:\\a@demo.example\\")
    logs.configure("text")
    assert "demo.example" not in json.dumps(json.loads(stream.getvalue()))


@pytest.mark.parametrize("name", ["django.request", "celery.app.trace", "celery.worker.strategy", "axes"])
def test_loggers_that_repeat_what_we_say_are_quiet(name):
    assert not logging.getLogger(name).isEnabledFor(logging.INFO)


def test_unknown_route_is_a_dash():
    assert logs.route_of(object()) == "-"
