"""Reading what the identity provider signed. Nothing unsigned is believed, whatever the transport."""

from collections.abc import Mapping
from typing import Any

import jwt

from accounts.signin.openid.refusals import UNREADABLE, Refusal

# Public keys only: a token signed with what everybody may read (HS256 on the public key, none) is never accepted.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LEEWAY = 30


def claims_of(
    token: str | bytes, *, keys: Mapping[str, Any], issuer: str, audience: str, require: tuple[str, ...]
) -> dict[str, Any]:
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key=_key(token, keys),
            algorithms=list(ALGORITHMS),
            issuer=issuer,
            audience=audience,
            leeway=LEEWAY,
            options={"require": [*require, "iss", "aud", "sub"]},
        )
    except jwt.PyJWTError as error:
        raise Refusal(UNREADABLE, why=f"{type(error).__name__}: {error}") from error
    others = claims["aud"] if isinstance(claims["aud"], list) else []
    if len(others) > 1 and claims.get("azp") != audience:
        raise Refusal(UNREADABLE, why="token for several parties, issued to another")
    return claims


def _key(token: str | bytes, keys: Mapping[str, Any]) -> jwt.PyJWK:
    header = jwt.get_unverified_header(token)
    known = [key for key in jwt.PyJWKSet.from_dict(dict(keys)).keys if key.public_key_use in {None, "sig"}]
    named = [key for key in known if key.key_id == header.get("kid")]
    if len(named) == 1:
        return named[0]
    if "kid" not in header and len(known) == 1:
        return known[0]
    raise Refusal(UNREADABLE, why=f"no key called {header.get('kid')!r}")
