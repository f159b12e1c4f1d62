"""Puts the service together."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from .consumer import Consumer
from .context import Context
from .events import EntityChanged
from .guard import Guard
from .health import Health
from .identity import Keys
from .news import News
from .schema import schema
from .settings import Settings
from .store import Store

log = logging.getLogger(__name__)


class Endpoint(GraphQL[Context, None]):
    def __init__(self, store: Store, news: News) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=False,
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
        )
        self._store, self._news = store, news

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        return Context(request, response, self._store, self._news)


def make(settings: Settings) -> Starlette:
    """Make the ASGI application: /graphql for the router, and health for everybody."""
    store, news = Store(settings.data_dir), News()

    def take(event: EntityChanged) -> None:
        if changed := store.take(event):
            news.tell(changed)

    consumer = Consumer(settings.events_url, take, store.position, store.move) if settings.events_url else None

    def report() -> dict[str, Any] | None:
        return consumer.report() if consumer else None

    health = Health(store.check, report)
    keys = Keys(settings.identity_keys) if settings.identity_keys else None
    if keys is None:
        log.warning("there are no identity keys: everybody who reaches this address is answered, as nobody")

    @asynccontextmanager
    async def running(_: Starlette) -> AsyncIterator[None]:
        news.start()
        if consumer:
            consumer.start()
        try:
            yield
        finally:
            if consumer:
                consumer.close()
            store.close()

    endpoint = Guard(Endpoint(store, news), keys)
    app = Starlette(
        routes=[
            Route("/healthz", health.alive),
            Route("/readyz", health.ready),
            Route("/status", health.status),
            Route("/graphql", endpoint),
            WebSocketRoute("/graphql", endpoint),
        ],
        lifespan=running,
    )
    app.state.health = health
    return app
