"""Tells subscriptions of this process which suppliers changed."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

WAITING = 100  # news that may wait for a subscription that does not keep up


class News:
    """Hands on ids of suppliers. All methods but `tell` belong to the thread of the event loop."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[str]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()

    def tell(self, supplier_id: str) -> None:
        """Say that a supplier changed; from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._spread, supplier_id)

    def _spread(self, supplier_id: str) -> None:
        for queue in self._queues:
            if queue.full():
                queue.get_nowait()  # whoever is late hears the latest
            queue.put_nowait(supplier_id)

    async def hear(self) -> AsyncGenerator[str]:
        queue: asyncio.Queue[str] = asyncio.Queue(WAITING)
        self._queues.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._queues.discard(queue)


def hearing(news: News) -> "aclosing[AsyncGenerator[str]]":
    return aclosing(news.hear())
