"""What operators and orchestrators ask, in the form of the services in Go."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from . import NAME, VERSION

PATIENCE = 2  # seconds that one dependency is waited for


class Health:
    def __init__(self, database: Callable[[], None], events: Callable[[], dict[str, Any] | None]) -> None:
        self._database, self._events = database, events
        self._started, self._begin = datetime.now(UTC), time.monotonic()
        self.stopping = False

    async def _failure(self) -> str:
        """Why requests cannot be answered, or an empty text."""
        try:
            await asyncio.wait_for(asyncio.to_thread(self._database), PATIENCE)
        except TimeoutError:
            return f"no answer in {PATIENCE} s"
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told
            return str(error)
        return ""

    async def status(self, _: Request) -> JSONResponse:
        begin = time.monotonic()
        failure, events = await self._failure(), self._events()
        dependencies: list[dict[str, Any]] = [dependency("database", failure, time.monotonic() - begin)]
        if events is not None:
            dependencies.append(dependency("events", events.pop("error"), 0))
        degraded = any(each["status"] != "ok" for each in dependencies) or bool(events and events["deadLetters"])
        return answer(
            {
                "name": NAME,
                "version": VERSION,
                "status": "degraded" if degraded else "ok",
                "startedAt": self._started.isoformat(),
                "uptimeSeconds": int(time.monotonic() - self._begin),
                "dependencies": dependencies,
                **({} if events is None else {"events": events}),
            }
        )

    async def alive(self, _: Request) -> JSONResponse:
        return answer({"status": "ok"})

    async def ready(self, _: Request) -> JSONResponse:
        if self.stopping:
            return answer({"status": "waiting", "reason": "the service is stopping"}, 503)
        if failure := await self._failure():
            return answer({"status": "waiting", "reason": f"database: {failure}"}, 503)
        return answer({"status": "ready"})


def dependency(name: str, failure: str, seconds: float) -> dict[str, Any]:
    told: dict[str, Any] = {"name": name, "status": "failing" if failure else "ok", "millis": int(seconds * 1000)}
    if failure:
        told["error"] = failure
    return told


def answer(body: dict[str, Any], status: int = 200) -> JSONResponse:
    return JSONResponse(body, status, {"Cache-Control": "no-store"})
