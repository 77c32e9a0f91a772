"""What the antivirus says of a file: ClamAV, over its own socket, where the installation has one."""

import socket
import struct
import time
from typing import BinaryIO

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from filiere.env import Scanner

CONNECTING = 5.0
# A large archive takes a while to be looked through.
ANSWERING = 120.0
LONGEST_SIGNATURE = 200
_PIECE = 256 * 1024
_LONGEST_ANSWER = 4096


class Verdict(models.TextChoices):
    WAITING = "en_attente", _("Analyse en attente")
    CLEAN = "sain", _("Rien trouvé")
    INFECTED = "infecte", _("En quarantaine")
    NOT_SCANNED = "sans_analyse", _("Sans analyse")


class ScannerAway(OSError):
    """It answers something else than a verdict: what it said is in the message. Asking again later may do."""


def scan(stream: BinaryIO) -> tuple[Verdict, str]:
    """The verdict, and the name of what was found. Raises OSError, of which TimeoutError, when nobody can tell yet."""
    scanner = settings.CLAMAV
    if scanner is None:
        return Verdict.NOT_SCANNED, ""
    stream.seek(0)
    try:
        with _line_to(scanner) as line:
            answer = _asked(line, stream)
    finally:
        stream.seek(0)
    return _verdict(answer)


def _verdict(answer: str) -> tuple[Verdict, str]:
    said = answer.removeprefix("stream:").strip()
    if said == "OK":
        return Verdict.CLEAN, ""
    if said.endswith(" FOUND"):
        return Verdict.INFECTED, said.removesuffix(" FOUND").strip()[:LONGEST_SIGNATURE]
    raise ScannerAway(f"ClamAV: {said or 'no answer'}")


def _asked(line: socket.socket, stream: BinaryIO) -> str:
    try:
        line.sendall(b"zINSTREAM\0")
        while piece := stream.read(_PIECE):
            line.sendall(struct.pack(">L", len(piece)) + piece)
        line.sendall(struct.pack(">L", 0))
    except (BrokenPipeError, ConnectionResetError):
        # It hangs up on what it finds too large, and says so first.
        if said := _heard(line):
            return said
        raise
    return _heard(line)


def _heard(line: socket.socket) -> str:
    """Within one term for the whole answer: letter by letter, each in time, it could last for ever."""
    answer, end = b"", time.monotonic() + ANSWERING
    while b"\0" not in answer and len(answer) < _LONGEST_ANSWER:
        line.settimeout(max(end - time.monotonic(), 0.001))
        piece = line.recv(_LONGEST_ANSWER)
        if not piece:
            break
        answer += piece
    return answer.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _line_to(scanner: Scanner) -> socket.socket:
    if scanner.socket is None:
        line = socket.create_connection((scanner.host, scanner.port), timeout=CONNECTING)
    else:
        line = _local_line(str(scanner.socket))
    line.settimeout(ANSWERING)
    return line


def _local_line(path: str) -> socket.socket:
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        line.settimeout(CONNECTING)
        line.connect(path)
    except OSError:
        line.close()
        raise
    return line
