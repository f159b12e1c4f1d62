"""Nobody but the router is answered."""

import time
from pathlib import Path

import jwt
import pytest
from starlette.websockets import WebSocketDisconnect

from suppliers.guard import MAX_BODY
from suppliers.identity import IdentityError, Keys, verify

from .conftest import Router, Service

NOW = int(time.time())


def test_health_is_for_everybody(service: Service) -> None:
    for path in ("/healthz", "/readyz", "/status"):
        answer = service.client.get(path)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
    status = service.client.get("/status").json()
    assert (status["name"], status["status"]) == ("suppliers", "ok")
    assert [each["name"] for each in status["dependencies"]] == ["database"]


def test_the_router_is_answered(service: Service) -> None:
    assert service.ask("{ __typename }") == {"__typename": "Query"}


def bad_tokens(router: Router) -> dict[str, str]:
    stranger = Router()
    head, body, signature = router.sign().split(".")
    return {
        "missing": "",
        "no token": "abc",
        "of a stranger": stranger.sign(),
        "of a stranger under our key's name": stranger.sign({"kid": router.id}),
        "changed": f"{head}.{router.sign(sub='u1').split('.')[1]}.{signature}",
        "for another service": router.sign(aud="catalog"),
        "for several services": router.sign(aud=["suppliers", "catalog"]),
        "of another issuer": router.sign(iss="somebody"),
        "expired": router.sign(iat=NOW - 120, exp=NOW - 60),
        "for too long": router.sign(exp=NOW + 3600),
        "from the future": router.sign(iat=NOW + 60, exp=NOW + 90),
        "for ever": jwt.encode({"iss": "weft-router", "aud": "suppliers"}, router.key, "EdDSA", {"kid": router.id}),
        "with what must be understood": router.sign({"crit": ["b64"]}),
        "with a shared secret": jwt.encode(
            {"iss": "weft-router", "aud": "suppliers", "iat": NOW, "exp": NOW + 60},
            router.x * 2,
            "HS256",
            {"kid": router.id},
        ),
        "unsigned": jwt.encode({"iss": "weft-router", "aud": "suppliers", "iat": NOW, "exp": NOW + 60}, "", "none"),
        "too long": router.sign(text="x" * 20_000),
    }


@pytest.mark.parametrize("which", bad_tokens(Router()))
def test_everybody_else_is_refused(service: Service, which: str) -> None:
    token = bad_tokens(service.router)[which]
    answer = service.post("{ __typename }", token)
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    headers = {"Weft-Identity": token}
    with (
        pytest.raises(WebSocketDisconnect),
        service.client.websocket_connect("/graphql", subprotocols=["graphql-transport-ws"], headers=headers),
    ):
        pass


def test_two_identities_are_none(service: Service) -> None:
    headers = [("Weft-Identity", service.router.sign()), ("Weft-Identity", service.router.sign())]
    assert service.client.post("/graphql", json={"query": "{ __typename }"}, headers=headers).status_code == 401


def test_long_bodies_are_refused(service: Service) -> None:
    assert service.post("{ __typename }", None, text="x" * MAX_BODY).status_code == 413


def test_keys_are_followed(tmp_path: Path) -> None:
    file, old, new = tmp_path / "keys.json", Router(), Router()
    keys = Keys(str(file))
    with pytest.raises(IdentityError, match="cannot be read yet"):
        verify(keys, old.sign())
    file.write_text(old.key_set())
    keys._pause = keys._interval = 0  # noqa: SLF001 - not to wait
    assert verify(keys, old.sign(sub="u1", sub_id={"iss": "https://id.example"}, roles="a b")).roles == {"a", "b"}
    file.write_text(new.key_set())
    assert verify(keys, new.sign(sub="u2")).subject == "u2"
    with pytest.raises(IdentityError, match="not known"):
        verify(keys, old.sign())
    file.write_text("broken")
    assert verify(keys, new.sign()).anonymous
