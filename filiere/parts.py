"""The parts an installation stands on, each with the one question that tells whether it works.

A question answers with a French sentence for administrators, or raises: `NotWorking` with a sentence, anything else
when the part does not even answer. Every question sets its own short limits; `health.py` sets the last one.
"""

import functools
import shutil
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.mail import get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from filiere import broker, runs
from filiere.env import Scanner
from filiere.ids import uuid7

LIMIT = 2.0
LEAST_FREE_SPACE = 200 * 1024 * 1024


class NotWorking(Exception):
    """The part answers, and what it answers is not good. Says what to do."""


@dataclass(frozen=True)
class Part:
    name: str
    title: str | Promise
    ask: Callable[[], str]
    # A good answer holds this long: balancers ask often, and some parts mind being asked.
    keep: float = 1.0


def parts() -> list[Part]:
    """What this installation uses, in the order people read it."""
    scanner = settings.ENVIRONMENT.clamav
    return [
        Part("database", gettext_lazy("Base de données"), database),
        Part("broker", gettext_lazy("File d’attente"), queue),
        Part("cache", gettext_lazy("Cache"), shared_cache),
        Part("storage", gettext_lazy("Fichiers"), storage),
        Part("mail", gettext_lazy("Courriel"), mail, keep=60.0),
        Part("schedule", gettext_lazy("Tâches programmées"), schedule),
        *([Part("scanner", gettext_lazy("Antivirus"), lambda: antivirus(scanner), keep=10.0)] if scanner else []),
    ]


def database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    missing = _known_migrations() - set(MigrationRecorder(connection).applied_migrations())
    if missing:
        raise NotWorking(
            ngettext(
                "%(count)d migration n’est pas appliquée : lancez manage.py migrate.",
                "%(count)d migrations ne sont pas appliquées : lancez manage.py migrate.",
                len(missing),
            )
            % {"count": len(missing)}
        )
    return _("%(engine)s, toutes les migrations sont appliquées.") % {"engine": connection.display_name}


@functools.cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    """Of this code: read from the disk once, they change with it alone."""
    return frozenset(MigrationLoader(None).disk_migrations)


def queue() -> str:
    waiting = broker.waiting(timeout=LIMIT)
    return ngettext("%(count)d tâche attend.", "%(count)d tâches attendent.", waiting) % {"count": waiting}


def shared_cache() -> str:
    key = f"readyz:{uuid7()}"
    cache.set(key, "1", timeout=10)
    if cache.get(key) != "1":
        raise NotWorking(_("Le cache ne rend pas ce qu’on lui confie."))
    cache.delete(key)
    return _("Écrit, relu, effacé.")


def storage() -> str:
    name = default_storage.save(f"readyz/{uuid7()}", ContentFile(b"readyz"))
    try:
        with default_storage.open(name) as stream:
            if stream.read() != b"readyz":
                raise NotWorking(_("Le stockage ne rend pas ce qu’on lui confie."))
    finally:
        default_storage.delete(name)
    if not isinstance(default_storage, FileSystemStorage):
        return _("Écrit, relu, effacé.")
    return _free_space(Path(default_storage.location))


def _free_space(folder: Path) -> str:
    free = shutil.disk_usage(folder).free
    room = _("%(size)s libres") % {"size": filesizeformat(free)}
    if free < LEAST_FREE_SPACE:
        raise NotWorking(_("Le disque des fichiers est presque plein : %(room)s.") % {"room": room})
    return _("Écrit, relu, effacé ; %(room)s.") % {"room": room}


def mail() -> str:
    if settings.ENVIRONMENT.mail.folder:
        return _mail_folder(Path(settings.EMAIL_FILE_PATH))
    mailer = get_connection(timeout=LIMIT)
    assert isinstance(mailer, EmailBackend)
    mailer.open()
    try:
        assert mailer.connection is not None
        code, _text = mailer.connection.noop()
    finally:
        mailer.close()
    if code != 250:
        raise NotWorking(_("Le serveur de courriel répond %(code)d au lieu de 250.") % {"code": code})
    return _("Le serveur de courriel répond.")


def _mail_folder(folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    probe = folder / f"{uuid7()}.part"
    probe.touch()
    probe.unlink()
    return _("Les courriels sont écrits dans un dossier : rien ne part.")


def schedule() -> str:
    states = runs.states(at=timezone.now())
    if all(state.succeeded_at is None for state in states):
        raise NotWorking(_("Aucune tâche n’a encore tourné : l’horloge et l’exécutant sont-ils lancés ?"))
    late = [state.job.name for state in states if state.late]
    if late:
        raise NotWorking(_("En retard : %(jobs)s.") % {"jobs": ", ".join(late)})
    return _("Chaque tâche a tourné à son heure.")


def antivirus(scanner: Scanner) -> str:
    """clamd's own question, over its socket."""
    with _line_to(scanner) as line:
        line.sendall(b"zPING\0")
        answer = line.recv(64)
    if not answer.startswith(b"PONG"):
        raise NotWorking(_("ClamAV ne répond pas comme il le devrait."))
    return _("ClamAV répond.")


def _line_to(scanner: Scanner) -> socket.socket:
    if scanner.socket is None:
        return socket.create_connection((scanner.host, scanner.port), timeout=LIMIT)
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        line.settimeout(LIMIT)
        line.connect(str(scanner.socket))
    except OSError:
        line.close()
        raise
    return line
