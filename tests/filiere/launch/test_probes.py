import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from filiere.launch import probes
from tests.filiere.launch.scratch import free_port


class Site(BaseHTTPRequestHandler):
    status = 200
    hosts: list[str | None] = []

    def do_GET(self) -> None:
        self.hosts.append(self.headers["Host"])
        self.send_response(self.status if self.path == "/healthz" else 404)
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[HTTPServer]:
    with HTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_port_in_use_is_not_free_and_another_is_proposed():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert not probes.port_is_free("127.0.0.1", port)
        assert probes.port_is_free("127.0.0.1", probes.next_free_port("127.0.0.1", port))


def test_port_taken_on_every_interface_is_not_free():
    with socket.create_server(("0.0.0.0", 0)) as taken:
        assert not probes.port_is_free("127.0.0.1", taken.getsockname()[1])


def test_port_of_a_server_just_stopped_is_free():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client, server.accept()[0] as answer:
            answer.close()  # the server closes first: its side lingers
            client.recv(1)
    assert probes.port_is_free("127.0.0.1", port)


def test_address_of_another_machine_is_an_error_not_a_taken_port():
    with pytest.raises(OSError, match="assign"):
        probes.port_is_free("192.0.2.1", 8000)


def test_site_answers_only_by_a_healthy_200(site, monkeypatch):
    port = site.server_port
    assert probes.site_answers("127.0.0.1", port)
    assert Site.hosts[-1] == f"localhost:{port}", "a name that the settings accept"
    monkeypatch.setattr(Site, "status", 503)
    assert not probes.site_answers("127.0.0.1", port)


def test_silence_is_no_answer():
    assert not probes.site_answers("127.0.0.1", free_port())


def test_answer_that_is_not_http_is_no_answer():
    with socket.create_server(("127.0.0.1", 0)) as server:

        def babble() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1024)
                connection.sendall(b"bonjour\r\n\r\n")

        thread = threading.Thread(target=babble)
        thread.start()
        assert not probes.site_answers("127.0.0.1", server.getsockname()[1])
        thread.join()
