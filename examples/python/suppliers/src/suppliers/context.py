"""What the resolvers of one request share."""

import asyncio
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.dataloader import DataLoader

from .domain import Supplier
from .identity import Caller
from .news import News
from .store import Store


@dataclass
class Context:
    request: Request | WebSocket
    response: Response | WebSocket
    store: Store
    news: News
    # Whether a part of the answer is for the caller only.
    private: bool = False
    # Products whose fields the request has changed, for the router's cache.
    changed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        # Keys that are asked for at the same time are one statement.
        self.suppliers = DataLoader(self._suppliers)
        self.supplier_of = DataLoader(self._supplier_of)
        self.products_of = DataLoader(self._products_of)

    @property
    def caller(self) -> Caller:
        caller: Caller = self.request.scope["caller"]
        return caller

    async def _suppliers(self, ids: list[str]) -> list[Supplier | None]:
        return await asyncio.to_thread(self.store.by_ids, ids)

    async def _supplier_of(self, upcs: list[str]) -> list[Supplier | None]:
        return await asyncio.to_thread(self.store.of_products, upcs)

    async def _products_of(self, keys: list[tuple[str, int]]) -> list[list[str]]:
        most = max(first for _, first in keys)
        lists = await asyncio.to_thread(self.store.products_of, [id_ for id_, _ in keys], most)
        return [found[:first] for found, (_, first) in zip(lists, keys, strict=True)]
