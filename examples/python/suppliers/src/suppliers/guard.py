"""Nobody but the router is answered, and no request is longer than it may be."""

import asyncio
import json

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from . import NAME
from .identity import HEADER, Caller, IdentityError, Keys, verify

MAX_BODY = 4 << 20
NOT_ALLOWED, TOO_LARGE, POLICY_VIOLATION = 401, 413, 1008


class TooLargeError(Exception):
    """The body has more bytes than it may have."""


class Guard:
    """Lets requests through to the GraphQL endpoint. Without keys everybody is answered, as nobody: for development."""

    def __init__(self, app: ASGIApp, keys: Keys | None) -> None:
        self._app, self._keys = app, keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            scope["caller"] = await self._caller(scope)
        except IdentityError as error:
            text = f"{error}; {NAME} answers nobody but the router, and must know its key (WEFT_IDENTITY_KEYS)"
            await refuse(scope, send, NOT_ALLOWED, "UNAUTHENTICATED", text)
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        left, begun = MAX_BODY, False

        async def bounded() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise TooLargeError
            return message

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, bounded, noting)
        except TooLargeError:
            if not begun:
                await refuse(scope, send, TOO_LARGE, "BAD_REQUEST", f"a request has at most {MAX_BODY} bytes")

    async def _caller(self, scope: Scope) -> Caller:
        if self._keys is None:
            return Caller()
        tokens = [value for name, value in scope["headers"] if name == HEADER.encode()]
        token = tokens[0].decode("latin-1") if len(tokens) == 1 else ""
        return await asyncio.to_thread(verify, self._keys, token)


async def refuse(scope: Scope, send: Send, status: int, code: str, text: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": code})
        return
    body = json.dumps({"errors": [{"message": text, "extensions": {"code": code}}]}).encode()
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
