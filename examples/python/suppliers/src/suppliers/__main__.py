"""The command line: python -m suppliers [serve|schema|health]."""

import argparse
import os
import sys
import urllib.request
from types import FrameType

import uvicorn

from . import app, telemetry
from .guard import MAX_BODY
from .schema import schema
from .settings import Settings, SettingsError


class Server(uvicorn.Server):
    """Is no longer ready as soon as it is told to end; told twice, it does not wait for requests."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        self.config.app.state.health.stopping = True  # type: ignore[union-attr] # it is the one that app.make made
        self.should_exit, self.force_exit = True, self.should_exit


def serve(settings: Settings) -> None:
    telemetry.log_to_stderr(settings.log_level)
    provider = telemetry.start(settings.traces_url)
    config = uvicorn.Config(
        app.make(settings),
        host=settings.host,
        port=settings.port,
        ssl_certfile=settings.tls_cert or None,
        ssl_keyfile=settings.tls_key or None,
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=1000,
        timeout_keep_alive=120,
        timeout_graceful_shutdown=20,
        ws_max_size=MAX_BODY,
        ws_max_queue=32,
    )
    Server(config).run()
    provider.shutdown()


def main() -> int:
    parser = argparse.ArgumentParser(prog="suppliers", description=__doc__)
    parser.add_argument("command", nargs="?", default="serve", choices=["serve", "schema", "health"])
    command = parser.parse_args().command
    if command == "schema":
        print(schema.as_str())  # noqa: T201
        return 0
    try:
        settings = Settings.read(os.environ)
    except SettingsError as error:
        print(f"suppliers: {error}", file=sys.stderr)  # noqa: T201
        return 2
    if command == "health":
        scheme = "https" if settings.tls_cert else "http"
        try:
            urllib.request.urlopen(f"{scheme}://127.0.0.1:{settings.port}/readyz", timeout=3).close()  # noqa: S310
        except OSError as error:
            print(f"suppliers: {error}", file=sys.stderr)  # noqa: T201
            return 1
        return 0
    serve(settings)
    return 0


if __name__ == "__main__":
    sys.exit(main())
