import io
import socketserver
import struct
import threading
from contextlib import contextmanager

import pytest

from filiere.env import Scanner
from projects.deliverables.files import scanner
from projects.deliverables.files.scanner import ScannerAway, Verdict, scan

CONTENT = b"Note de cadrage\n" * 50_000


class Clamd(socketserver.StreamRequestHandler):
    """Reads what it is sent as clamd does, and answers what the server was told to."""

    def handle(self):
        assert self.rfile.read(10) == b"zINSTREAM\0"
        received = b""
        while length := struct.unpack(">L", self.rfile.read(4))[0]:
            received += self.rfile.read(length)
        self.server.received = received
        self.wfile.write(self.server.answer)


class Narrow(socketserver.StreamRequestHandler):
    """Says that it is too much, and hangs up, before it has read it all."""

    def handle(self):
        self.rfile.read(10)
        self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")


class Silent(socketserver.StreamRequestHandler):
    def handle(self):
        self.server.released.wait()


@contextmanager
def serving(server, answer=b""):
    server.answer, server.received, server.released = answer, None, threading.Event()
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        server.server_close()


@contextmanager
def clamd(settings, answer=b"", handler=Clamd):
    with serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler), answer) as server:
        settings.CLAMAV = Scanner(host="127.0.0.1", port=server.server_address[1])
        yield server


def test_no_scanner_configured_says_so(settings):
    settings.CLAMAV = None
    assert scan(io.BytesIO(CONTENT)) == (Verdict.NOT_SCANNED, "")


def test_clean_file_was_read_whole(settings):
    stream = io.BytesIO(CONTENT)
    stream.read(100)
    with clamd(settings, b"stream: OK\0") as server:
        assert scan(stream) == (Verdict.CLEAN, "")
    assert server.received == CONTENT
    assert stream.tell() == 0


def test_unix_socket_is_asked_the_same(settings, tmp_path):
    settings.CLAMAV = Scanner(socket=tmp_path / "clamd.ctl")
    server = socketserver.ThreadingUnixStreamServer(str(tmp_path / "clamd.ctl"), Clamd)
    with serving(server, b"stream: OK\0"):
        assert scan(io.BytesIO(CONTENT)) == (Verdict.CLEAN, "")
    assert server.received == CONTENT


def test_infected_file_is_named_by_its_signature(settings):
    with clamd(settings, b"stream: Win.Test.EICAR_HDB-1 FOUND\0"):
        assert scan(io.BytesIO(CONTENT)) == (Verdict.INFECTED, "Win.Test.EICAR_HDB-1")


def test_signature_fits_where_it_is_kept(settings):
    with clamd(settings, b"stream: " + b"x" * 1000 + b" FOUND\0"):
        assert scan(io.BytesIO(CONTENT))[1] == "x" * scanner.LONGEST_SIGNATURE


@pytest.mark.parametrize(
    "answer", [b"stream: lstat() failed. ERROR\0", b"", b"HTTP/1.1 400\r\n\r\n", b"stream: \xff\0"]
)
def test_answer_that_is_no_verdict_is_asked_again(settings, answer):
    stream = io.BytesIO(CONTENT)
    with clamd(settings, answer), pytest.raises(ScannerAway, match="ClamAV"):
        scan(stream)
    assert stream.tell() == 0


def test_endless_answer_is_not_listened_to(settings):
    with clamd(settings, b"x" * 100_000), pytest.raises(OSError, match=r"ClamAV|reset"):
        scan(io.BytesIO(CONTENT))


def test_file_larger_than_the_scanner_takes_is_no_verdict(settings):
    with clamd(settings, handler=Narrow), pytest.raises(OSError, match=r"size limit|reset|pipe"):
        scan(io.BytesIO(CONTENT * 20))


def test_silent_scanner_is_not_waited_for(settings, monkeypatch):
    monkeypatch.setattr(scanner, "ANSWERING", 0.05)
    with clamd(settings, handler=Silent), pytest.raises(TimeoutError):
        scan(io.BytesIO(b"x"))


def test_answer_told_letter_by_letter_has_one_term(settings, monkeypatch):
    """Each letter comes in time; the whole does not."""
    monkeypatch.setattr(scanner, "ANSWERING", 0.3)

    class Slow(socketserver.StreamRequestHandler):
        def handle(self):
            while not self.server.released.wait(0.02):
                self.wfile.write(b"s")

    with clamd(settings, handler=Slow), pytest.raises(TimeoutError):
        scan(io.BytesIO(b"x"))


@pytest.mark.parametrize("where", ["socket", "port"])
def test_scanner_that_is_down_is_an_error_to_retry(settings, tmp_path, where):
    with socketserver.TCPServer(("127.0.0.1", 0), Clamd) as closed:
        port = closed.server_address[1]
    settings.CLAMAV = Scanner(socket=tmp_path / "none") if where == "socket" else Scanner(host="127.0.0.1", port=port)
    with pytest.raises((FileNotFoundError, ConnectionRefusedError)):
        scan(io.BytesIO(CONTENT))


def test_verdicts_are_the_words_kept_in_the_database():
    assert Verdict.values == ["en_attente", "sain", "infecte", "sans_analyse"]
