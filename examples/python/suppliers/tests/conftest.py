"""A service in this process, and a router that signs."""

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.testclient import TestClient

from suppliers import app
from suppliers.settings import Settings


class Router:
    """Signs who is asking, as the router does."""

    def __init__(self) -> None:
        self.key = Ed25519PrivateKey.generate()
        self.x = base64.urlsafe_b64encode(self.key.public_key().public_bytes_raw()).decode().rstrip("=")
        digest = hashlib.sha256(b'{"crv":"Ed25519","kty":"OKP","x":"%s"}' % self.x.encode()).digest()
        self.id = base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def key_set(self) -> str:
        return json.dumps({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": self.x, "kid": self.id, "use": "sig"}]})

    def sign(self, headers: dict[str, Any] | None = None, **claims: Any) -> str:
        now = int(time.time())
        payload = {"iss": "weft-router", "aud": "suppliers", "iat": now, "exp": now + 60, **claims}
        return jwt.encode(payload, self.key, algorithm="EdDSA", headers={"kid": self.id, **(headers or {})})


class Service:
    """Asks the service as a router does."""

    def __init__(self, client: TestClient, router: Router) -> None:
        self.client, self.router = client, router

    def post(self, query: str, token: str | None = None, **variables: Any) -> Any:
        headers = {"Weft-Identity": self.router.sign() if token is None else token}
        return self.client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)

    def ask(self, query: str, token: str | None = None, **variables: Any) -> Any:
        answer = self.post(query, token, **variables).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def merchant(self) -> str:
        return self.router.sign(sub="u7", roles=["merchant"])


@pytest.fixture
def router() -> Router:
    return Router()


@pytest.fixture
def service(tmp_path: Path, router: Router) -> Iterator[Service]:
    keys = tmp_path / "keys.json"
    keys.write_text(router.key_set())
    settings = Settings(data_dir=tmp_path / "data", identity_keys=str(keys))
    with TestClient(app.make(settings)) as client:
        yield Service(client, router)
