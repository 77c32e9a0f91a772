"""An OpenID provider on the loopback, shaped like ProConnect: signed userinfo, acr, end of session.

It signs in whoever asks, as `claims` says, and can be told to misbehave:
    provider.change["id_token"] = lambda claims: {**claims, "iss": "https://ailleurs.example"}
    provider.sign["userinfo"] = unsigned
    provider.answers["/token"] = Answer(500)
"""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from filiere.env import OpenIDConnect

CLIENT, SECRET = "filiere", "un-secret-de-test"
KEY_ID = "cle-1"
Claims = dict[str, Any]


@dataclass
class Answer:
    status: int = 200
    body: bytes = b""
    kind: str = "application/json"


@cache
def private_key(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def signed(claims: Claims, *, key: str = KEY_ID, kid: str | None = KEY_ID) -> str:
    return jwt.encode(claims, private_key(key), algorithm="RS256", headers={"kid": kid} if kid else None)


def signed_by_another(claims: Claims) -> str:
    """The right name on the wrong key."""
    return signed(claims, key="cle-volee")


def unsigned(claims: Claims) -> str:
    return jwt.encode(claims, None, algorithm="none", headers={"kid": KEY_ID})


def signed_with_the_public_key(claims: Claims) -> str:
    """HS256, keyed with what everybody can download: believed by verifiers that trust the token's own `alg`."""
    public = private_key(KEY_ID).public_key()
    secret = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    head = _b64(json.dumps({"alg": "HS256", "typ": "JWT", "kid": KEY_ID}).encode())
    body = _b64(json.dumps(claims).encode())
    return f"{head}.{body}.{_b64(hmac.new(secret, f'{head}.{body}'.encode(), hashlib.sha256).digest())}"


@dataclass
class Provider:
    issuer: str = ""
    claims: Claims = field(default_factory=dict)
    acr: str = "eidas1"
    amr: list[str] = field(default_factory=lambda: ["pwd"])
    userinfo_signed: bool = True
    basic: bool = False
    change: dict[str, Callable[[Claims], Claims]] = field(default_factory=dict)
    sign: dict[str, Callable[[Claims], str]] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    # What it was asked.
    asked: dict[str, str] = field(default_factory=dict)
    token_requests: list[dict[str, str]] = field(default_factory=list)
    ended: list[dict[str, str]] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def configuration(self, **changes: Any) -> OpenIDConnect:
        given = {
            "issuer": self.issuer,
            "client_id": CLIENT,
            "client_secret": SECRET,
            "name": "ProConnect",
            "acr_values": ("eidas1",),
            "scopes": ("openid", "email", "given_name", "usual_name"),
        }
        return OpenIDConnect(**{**given, **changes})

    def discovery(self) -> Claims:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "end_session_endpoint": f"{self.issuer}/session/end",
            "token_endpoint_auth_methods_supported": ["client_secret_basic"] if self.basic else ["client_secret_post"],
            "claims_parameter_supported": True,
        }

    def jwks(self) -> Claims:
        key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(private_key(KEY_ID).public_key()))
        return {"keys": [{**key, "kid": KEY_ID, "use": "sig", "alg": "RS256"}]}

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser goes next."""
        self.asked = asked
        code = f"code-{len(self._codes)}"
        self._codes[code] = asked
        back = self.change.get("callback", dict)({"code": code, "state": asked["state"], "iss": self.issuer})
        return f"{asked['redirect_uri']}?{urlencode(back)}"

    def token(self, sent: dict[str, str], credentials: str) -> Answer:
        self.token_requests.append({**sent, "authorization": credentials})
        asked = self._codes.pop(sent.get("code", ""), None)
        challenge = _b64(hashlib.sha256(sent.get("code_verifier", "").encode()).digest())
        given = (sent.get("client_id"), sent.get("client_secret"))
        basic = f"Basic {base64.b64encode(f'{CLIENT}:{SECRET}'.encode()).decode()}"
        if (credentials != basic) if self.basic else (given != (CLIENT, SECRET)):
            return _json({"error": "invalid_client"}, 401)
        if (
            asked is None
            or challenge != asked.get("code_challenge")
            or sent.get("redirect_uri") != asked["redirect_uri"]
        ):
            return _json({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": asked["nonce"]}
        id_token = self._token("id_token", {**claims, "sub": self.claims["sub"], "acr": self.acr, "amr": self.amr})
        return _json({"access_token": "jeton-d-acces", "token_type": "Bearer", "expires_in": 60, "id_token": id_token})

    def userinfo(self, credentials: str) -> Answer:
        if credentials != "Bearer jeton-d-acces":
            return _json({"error": "invalid_token"}, 401)
        if not self.userinfo_signed:
            return _json(self.change.get("userinfo", dict)(self.claims))
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": int(time.time()), **self.claims}
        return Answer(200, self._token("userinfo", claims).encode(), "application/jwt; charset=utf-8")

    def _token(self, which: str, claims: Claims) -> str:
        return self.sign.get(which, signed)(self.change.get(which, dict)(claims))


@contextmanager
def running() -> Iterator[Provider]:
    provider = Provider(
        claims={
            "sub": "sub-claire",
            "email": "claire@demo.example",
            "given_name": "Claire",
            "usual_name": "Dumont",
            "siret": "00000000000000",
            "idp_id": "00000000-0000-0000-0000-000000000000",
        }
    )
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Of", (Handler,), {"provider": provider}))
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        if address.path == "/authorize":
            self._redirect(self.provider.authorize(asked))
        elif address.path == "/session/end":
            self.provider.ended.append(asked)
            self._redirect(f"{asked['post_logout_redirect_uri']}?{urlencode({'state': asked['state']})}")
        else:
            self._answer(self.provider.answers.get(address.path) or self._page(address.path))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        sent = {name: values[0] for name, values in parse_qs(body).items()}
        credentials = self.headers.get("Authorization", "")
        self._answer(self.provider.answers.get("/token") or self.provider.token(sent, credentials))

    def _page(self, path: str) -> Answer:
        if path == "/userinfo":
            return self.provider.userinfo(self.headers.get("Authorization", ""))
        pages = {"/.well-known/openid-configuration": self.provider.discovery, "/jwks": self.provider.jwks}
        return _json(pages[path]()) if path in pages else Answer(404)

    def _redirect(self, address: str) -> None:
        self.send_response(302)
        self.send_header("Location", address)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _answer(self, answer: Answer) -> None:
        self.send_response(answer.status)
        if answer.kind:
            self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, *_: Any) -> None:
        """The tests' output is for their failures."""


def _json(content: Any, status: int = 200) -> Answer:
    return Answer(status, json.dumps(content).encode())


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
