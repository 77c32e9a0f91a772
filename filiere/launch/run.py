"""`make run`: from nothing to a running installation, then its watch until somebody stops it."""

from __future__ import annotations

import os
from collections.abc import Callable

from filiere.launch import broker, environment, probes, processes, roster, services, tree, welcome
from filiere.launch.attention import Attention, Interrupted
from filiere.launch.environment import Venv
from filiere.launch.failure import Failure
from filiere.launch.lock import Lock
from filiere.launch.options import Options
from filiere.launch.places import UnsafePlaceError
from filiere.launch.steps import Workshop
from filiere.launch.supervisor import Supervisor
from filiere.launch.terminal import Terminal
from filiere.launch.tree import Tree

FORCED = 130
_VALKEY_WITHIN = 60.0  # it first reads its whole log back
_SITE_WITHIN = 90.0


def run(wanted: Options, terminal: Terminal) -> int:
    with Attention() as attention:
        _create_places(wanted)
        with Lock(wanted.places.lock) as lock:
            _claim(wanted, lock)
            _clean_up_after_the_last_one(wanted, terminal)
            _check_port(wanted)
            try:
                with Tree(wanted.places.pids) as grown:
                    workshop = Workshop(wanted.root, wanted.places.logs, wanted.environment, terminal, attention, grown)
                    _live(wanted, workshop)
            finally:
                wanted.places.forget_socket()
        return FORCED if attention.insisted else 0


def _live(wanted: Options, workshop: Workshop) -> None:
    terminal = workshop.terminal
    supervisor = Supervisor(
        tree=workshop.tree,
        attention=workshop.attention,
        terminal=terminal,
        environment=wanted.environment,
        folder=wanted.root,
    )
    workshop.meanwhile = supervisor.attend
    try:
        _rise(wanted, workshop, supervisor)
        supervisor.watch()
    except Interrupted:
        terminal.line()
        why = (
            "le programme qui l’a lancée a disparu" if workshop.attention.orphaned else "Ctrl-C de nouveau pour forcer"
        )
        terminal.line(f"Arrêt en cours… ({why})")
        supervisor.stop()
        terminal.line("Tout est arrêté.")
    finally:
        supervisor.stop()


def _rise(wanted: Options, workshop: Workshop, supervisor: Supervisor) -> None:
    terminal = workshop.terminal
    began = terminal.clock()
    venv = environment.prepare(workshop, "core")
    # Before anything of Django's runs: what the steps below queue must find where to go.
    if wanted.embedded_broker:
        _start_valkey(wanted, venv, workshop, supervisor)
    _migrate(workshop, venv)
    invitation = _fill(wanted, workshop, venv)
    with terminal.step("Démarrage des services"):
        supervisor.start(services.worker(wanted, venv))
        site = services.web(wanted, venv)
        supervisor.start(site)
        supervisor.start(services.scheduler(wanted, venv))
        supervisor.wait_until(
            lambda: probes.site_answers(wanted.probe_host, wanted.port),
            within=_SITE_WITHIN,
            failing="Le serveur web ne répond pas.",
            log=site.log,
        )
    welcome.show(terminal, wanted, seconds=terminal.clock() - began, invitation=invitation)


def _start_valkey(wanted: Options, venv: Venv, workshop: Workshop, supervisor: Supervisor) -> None:
    with workshop.terminal.step("Démarrage de Valkey"):
        service = services.valkey(wanted.places, services.valkey_binary(venv))
        supervisor.start(service)
        socket = wanted.places.socket
        supervisor.wait_until(
            lambda: broker.answers(socket),
            within=_VALKEY_WITHIN,
            failing="Valkey ne répond pas.",
            log=service.log,
        )


def _migrate(workshop: Workshop, venv: Venv) -> None:
    with workshop.terminal.step("Mise à jour de la base de données") as step:
        applied = 0

        def count(line: str) -> None:
            nonlocal applied
            if line.startswith("  Applying ") and line.endswith(" OK"):
                applied += 1
                step.progress(f"{applied} migration{'s' if applied > 1 else ''}")

        _manage(
            workshop,
            venv,
            "migrate",
            "--no-input",
            failing="La base de données n’a pas pu être mise à jour.",
            advice="Vos données n’ont pas été effacées. Le message ci-dessus dit ce qui manque.",
            on_line=count,
        )
        if not applied:
            step.progress("à jour")


def _fill(wanted: Options, workshop: Workshop, venv: Venv) -> list[str]:
    """The demonstration; or, without it, the sentence that lets a first administrator in."""
    if wanted.demo:
        with workshop.terminal.step("Contrat de démonstration") as step:
            _manage(
                workshop,
                venv,
                "load_demo",
                failing="Le contrat de démonstration n’a pas pu être chargé.",
                advice="Pour vous en passer : make run DEMO=0.",
                on_line=lambda line: step.progress(line.strip()) if line.strip() else None,
            )
            step.progress("")
        return []
    with workshop.terminal.step("Recherche d’un administrateur"):
        said = _manage(
            workshop,
            venv,
            "first_administrator",
            failing="Le premier administrateur n’a pas pu être invité.",
            advice="",
        )
    # The application's own log may speak too: the sentence is the one with an address to follow.
    return [line.strip() for line in said if "://" in line]


def _manage(
    workshop: Workshop,
    venv: Venv,
    command: str,
    *arguments: str,
    failing: str,
    advice: str,
    on_line: Callable[[str], None] = lambda _: None,
) -> list[str]:
    return workshop.run(
        command,
        tree.program(venv.python, workshop.root / "manage.py", command, *arguments),
        failing=failing,
        advice=advice,
        on_line=on_line,
    )


def _create_places(wanted: Options) -> None:
    try:
        wanted.places.create()
        _ = wanted.places.socket
    except UnsafePlaceError as error:
        raise Failure(str(error)) from error
    except OSError as error:
        raise Failure(
            f"Le dossier de données {wanted.places.data} n’est pas utilisable : {error.strerror}.",
            advice="Choisissez-en un autre : make run DATA_DIR=…",
        ) from error


def _claim(wanted: Options, lock: Lock) -> None:
    try:
        alone = lock.acquire()
    except OSError as error:  # some network and shared folders know no locks
        raise Failure(
            f"Le dossier de données {wanted.places.data} ne peut pas être verrouillé : {error.strerror}.",
            advice="Choisissez-en un sur un disque local : make run DATA_DIR=…",
        ) from error
    if not alone:
        raise Failure(
            f"Filière tourne déjà sur le dossier de données {wanted.places.data} ({lock.holder()}).",
            advice="Arrêtez-la d’abord, ou choisissez un autre dossier : make run DATA_DIR=… PORT=…",
        )
    lock.describe(f"{wanted.address}, processus {os.getpid()}")


def _clean_up_after_the_last_one(wanted: Options, terminal: Terminal) -> None:
    left = roster.read(wanted.places.pids)
    if found := processes.sweep(left.groups, left.token):
        terminal.line(f"! Restes d’une exécution interrompue, arrêtés : {', '.join(found)}.")


def _check_port(wanted: Options) -> None:
    try:
        free = probes.port_is_free(wanted.host, wanted.port)
    except OSError as error:
        raise Failure(f"Impossible d’écouter sur {wanted.host}, port {wanted.port} : {error.strerror}.") from error
    if not free:
        other = probes.next_free_port(wanted.host, wanted.port)
        raise Failure(
            f"Le port {wanted.port} est déjà pris par un autre programme.",
            advice=f"Choisissez-en un autre : make run PORT={other}",
        )
