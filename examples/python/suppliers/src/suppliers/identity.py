"""Who is asking: the token that the router has signed for this service, and for no other."""

import base64
import hashlib
import json
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jwt
from jwt.algorithms import OKPAlgorithm

from . import NAME

HEADER = "weft-identity"
ISSUER = "weft-router"
CLOCK_SKEW = 10  # seconds that the clocks of router and service may differ
LIFETIME = 60  # seconds that a token may last
MAX_TOKEN = 16 << 10
MAX_KEYS = 512 << 10


class IdentityError(Exception):
    """Why a token is not believed."""


@dataclass(frozen=True)
class Caller:
    """Who is asking; nobody in particular without a subject."""

    subject: str = ""
    issuer: str = ""
    roles: frozenset[str] = field(default_factory=frozenset)

    @property
    def anonymous(self) -> bool:
        return not self.subject


class Keys:
    """The router's public keys, read again after a while, and at once for a key that is not known."""

    def __init__(self, source: str) -> None:
        remote = "://" in source
        self._load: Callable[[], bytes] = (lambda: _fetch(source)) if remote else (lambda: _read(Path(source)))
        self._interval = 300.0 if remote else 2.0
        self._pause = 10.0 if remote else 0.1  # between two looks for a key that is not known
        self._lock = threading.Lock()
        self._keys: dict[str, Any] = {}
        self._read_at = float("-inf")

    def find(self, key_id: str) -> Any:  # noqa: ANN401 - PyJWT's keys have no common type
        """Return the key with this id; IdentityError when there is none."""
        with self._lock:
            age = time.monotonic() - self._read_at
            if age > self._interval or (key_id not in self._keys and age > self._pause):
                self._renew()
            if not self._keys:
                raise IdentityError("the router's keys cannot be read yet")
            if key_id not in self._keys:
                raise IdentityError("the identity is signed with a key that is not known")
            return self._keys[key_id]

    def _renew(self) -> None:
        self._read_at = time.monotonic()
        try:
            found = json.loads(self._load())["keys"]
        except (OSError, ValueError, KeyError, TypeError):
            return  # those from before go on
        keys = {}
        for key in found:
            if key.get("kty") == "OKP" and key.get("crv") == "Ed25519" and key.get("use", "sig") == "sig":
                keys[_thumbprint(key["x"])] = OKPAlgorithm.from_jwk(key)
        self._keys = keys or self._keys


def _thumbprint(x: str) -> str:
    """Name a key as RFC 7638 does."""
    digest = hashlib.sha256(b'{"crv":"Ed25519","kty":"OKP","x":"%s"}' % x.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_KEYS)


class _StayThere(urllib.request.HTTPRedirectHandler):
    """Keys of another place are not what the operator trusts."""

    def redirect_request(self, *_: Any, **__: Any) -> None:  # noqa: ANN401
        return None


def _fetch(address: str) -> bytes:
    with urllib.request.build_opener(_StayThere).open(address, timeout=5) as answer:
        body: bytes = answer.read(MAX_KEYS)
        return body


def verify(keys: Keys, token: str) -> Caller:
    """Check a token for this service; IdentityError tells what is wrong with it."""
    if not token:
        raise IdentityError("the identity is missing")
    if len(token) > MAX_TOKEN:
        raise IdentityError("the identity is malformed")
    try:
        header = jwt.get_unverified_header(token)
        if header.get("alg") != "EdDSA" or "crit" in header:
            raise IdentityError("the identity is malformed")
        claims = jwt.decode(
            token,
            keys.find(str(header.get("kid"))),
            algorithms=["EdDSA"],
            audience=NAME,
            issuer=ISSUER,
            leeway=CLOCK_SKEW,
            options={"require": ["exp", "iat", "aud", "iss"], "strict_aud": True},
        )
    except jwt.ExpiredSignatureError as error:
        raise IdentityError("the identity has expired") from error
    except jwt.InvalidAudienceError as error:
        raise IdentityError("the identity is for another service") from error
    except jwt.InvalidSignatureError as error:
        raise IdentityError("the signature of the identity is wrong") from error
    except jwt.PyJWTError as error:
        raise IdentityError("the identity is malformed") from error
    if claims["exp"] - claims["iat"] > LIFETIME:
        raise IdentityError("the identity has expired")
    roles = claims.get("roles", [])
    if isinstance(roles, str):
        roles = roles.split()
    vouching = claims.get("sub_id")
    return Caller(
        subject=str(claims.get("sub", "")),
        issuer=str(vouching.get("iss", "")) if isinstance(vouching, dict) else "",
        roles=frozenset(role for role in roles if isinstance(role, str)),
    )
