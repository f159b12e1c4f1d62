"""Takes in the events of catalog from RabbitMQ: once each by effect, however often they come.

Exchanges, queues and messages are those of the services in Go, so that `weft events` looks after this consumer, too.
"""

import base64
import hashlib
import json
import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pika
from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from pika.adapters.blocking_connection import BlockingChannel, BlockingConnection
from pika.exceptions import AMQPError
from pika.spec import Basic, BasicProperties

from . import NAME
from .events import EntityChanged, UnreadableEventError

log = logging.getLogger(__name__)
tracer = trace.get_tracer(__name__)

EVENTS, LETTERS = "weft.entities", "weft.dead"  # exchanges
REPLIES = "amq.rabbitmq.reply-to"
QUEUE, DEAD, REGISTRY = f"weft.consumer.{NAME}", f"weft.dead.{NAME}", "weft.consumers"
SOURCE, TYPE = "catalog", "Product"
ATTEMPTS, FIRST_WAIT, LONGEST_WAIT = 8, 0.25, 10.0
CALL_TIMEOUT = 5.0
HELD = 64  # events on their way to us
FAILURES = (AMQPError, OSError, TimeoutError)

Take = Callable[[EntityChanged], None]


class Consumer:
    """A thread with a connection, which it opens again when it broke."""

    def __init__(self, url: str, take: Take, position: Callable[[str], int], move: Callable[[str, int], None]) -> None:
        self._parameters = pika.URLParameters(url)
        self._parameters.heartbeat = 5
        self._parameters.socket_timeout = self._parameters.blocked_connection_timeout = CALL_TIMEOUT
        self._parameters.client_properties = {"connection_name": f"weft subgraph {NAME}"}
        self._take, self._position, self._move = take, position, move
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="events", daemon=True)
        self._error = "not connected yet"
        self.taken = self.failed = self.caught_up = self.dead_letters = 0

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join(timeout=2 * CALL_TIMEOUT)

    def report(self) -> dict[str, Any]:
        """Tell how it is doing, for /status."""
        return {
            "error": self._error,
            "taken": self.taken,
            "failed": self.failed,
            "caughtUp": self.caught_up,
            "deadLetters": self.dead_letters,
        }

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with BlockingConnection(self._parameters) as connection:
                    self._consume(connection)
            except FAILURES as error:
                self._error = type(error).__name__
                log.warning("the event bus cannot be used and will be tried again: %s", type(error).__name__)
                self._stop.wait(1)

    def _consume(self, connection: BlockingConnection) -> None:
        register(connection)
        channel = connection.channel()
        declare(channel)
        channel.confirm_delivery()
        channel.basic_qos(prefetch_count=HELD)
        self.dead_letters = channel.queue_declare(DEAD, passive=True).method.message_count
        self._catch_up(connection)  # what is published meanwhile comes into the queue
        self._error = ""
        log.info("events come in from %s", QUEUE)
        for method, properties, body in channel.consume(QUEUE, inactivity_timeout=0.2):
            if self._stop.is_set():
                channel.cancel()  # what has no answer comes again
                return
            if method is not None and body is not None:
                self._handle(connection, channel, method, properties or BasicProperties(), body)

    def _handle(
        self,
        connection: BlockingConnection,
        channel: BlockingChannel,
        method: Basic.Deliver,
        properties: BasicProperties,
        body: bytes,
    ) -> None:
        subject = str((properties.headers or {}).get("weft-subject", method.routing_key))
        try:
            event = EntityChanged.read(body)
        except UnreadableEventError as error:
            self._bury(channel, "x" + hashlib.sha256(body).hexdigest()[:16], subject, body, str(error), 1)
        else:
            failure, attempts = self._persist(connection, event)
            if self._stop.is_set() and failure:
                return
            if failure:
                self._bury(channel, event.id, subject, body, failure, attempts)
        channel.basic_ack(method.delivery_tag)

    def _persist(self, connection: BlockingConnection, event: EntityChanged) -> tuple[str, int]:
        """Try until it works or too often. A locked database says nothing about the event: that does not count."""
        attempts, wait = 0, FIRST_WAIT
        while True:
            try:
                self._take_traced(event)
            except sqlite3.OperationalError as error:
                failure = str(error)
            except Exception as error:  # noqa: BLE001 - the event is to blame, whatever it is
                failure, attempts = f"{type(error).__name__}: {error}", attempts + 1
            else:
                self.taken += 1
                return "", attempts
            self.failed += 1
            if attempts >= ATTEMPTS or self._stop.is_set():
                return failure, attempts
            log.warning("event %s could not be taken in and will be tried again: %s", event.id, failure)
            connection.sleep(wait)  # and answer heartbeats meanwhile
            wait = min(2 * wait, LONGEST_WAIT)

    def _take_traced(self, event: EntityChanged) -> None:
        if (event.subgraph, event.type) != (SOURCE, TYPE):
            return
        parent = TraceContextTextMapPropagator().extract({"traceparent": event.trace})
        name, attributes = (
            f"take {event.subgraph} {event.type}",
            {"messaging.message.id": event.id, "weft.change": event.change},
        )
        with tracer.start_as_current_span(name, context=parent, kind=trace.SpanKind.CONSUMER, attributes=attributes):
            self._take(event)

    def _bury(self, channel: BlockingChannel, id_: str, subject: str, body: bytes, reason: str, attempts: int) -> None:
        log.error("event %s was given up and is a dead letter now: %s", id_, reason)
        letter = {
            "id": id_,
            "consumer": NAME,
            "reason": reason[:2000],
            "attempts": attempts,
            "at": datetime.now(UTC).isoformat(),
            "subject": subject,
            "event": base64.b64encode(body).decode(),
        }
        channel.basic_publish(
            LETTERS,
            NAME,
            json.dumps(letter).encode(),
            persistent(type="weft.dead-letter", message_id=id_),
            mandatory=True,
        )
        self.dead_letters += 1

    def _catch_up(self, connection: BlockingConnection) -> None:
        """Ask the owner for what was missed while the queue did not exist. When it is away, events are all there is."""
        more = True
        while more:
            told = ask(connection, SOURCE, {"after": self._position(SOURCE), "types": [TYPE]})
            if told is None:
                log.warning("%s does not tell what was missed; it is asked again with the next connection", SOURCE)
                return
            for event in told["events"] or []:
                self._take_traced(EntityChanged.model_validate(event))
            self._move(SOURCE, told["upTo"])
            self.caught_up += 1
            more = bool(told["more"])


def persistent(**properties: str) -> BasicProperties:
    return BasicProperties(delivery_mode=2, content_type="application/json", **properties)


def declare(channel: BlockingChannel) -> None:
    """Make what is not there, with the very arguments of the services in Go."""
    channel.exchange_declare(EVENTS, "topic", durable=True)
    channel.exchange_declare(LETTERS, "direct", durable=True)
    channel.queue_declare(DEAD, durable=True, arguments={"x-queue-type": "quorum", "x-max-length-bytes": 256 << 20})
    channel.queue_bind(DEAD, LETTERS, NAME)
    channel.queue_declare(
        QUEUE,
        durable=True,
        arguments={
            "x-queue-type": "quorum",
            "x-expires": 24 * 60 * 60 * 1000,
            "x-delivery-limit": 20,
            "x-single-active-consumer": True,
            "x-dead-letter-exchange": LETTERS,
            "x-dead-letter-routing-key": NAME,
        },
    )
    channel.queue_bind(QUEUE, EVENTS, "weft.entity.#")


def register(connection: BlockingConnection) -> None:
    """Note our name where `weft events` finds it: AMQP cannot list queues."""
    channel = connection.channel()
    state = channel.queue_declare(REGISTRY, durable=True, arguments={"x-queue-type": "quorum"})
    names = {channel.basic_get(REGISTRY)[2] for _ in range(state.method.message_count)}
    if NAME.encode() not in names:
        channel.basic_publish("", REGISTRY, NAME.encode(), BasicProperties(delivery_mode=2))
    channel.close()  # what was read goes back


def ask(connection: BlockingConnection, subgraph: str, question: dict[str, Any]) -> dict[str, Any] | None:
    """Ask the owner of a subgraph's entities; None when nobody answers."""
    channel = connection.channel()
    answers: list[bytes | None] = []
    channel.basic_consume(REPLIES, lambda _c, _m, _p, body: answers.append(body), auto_ack=True)
    channel.add_on_return_callback(lambda *_: answers.append(None))
    properties = BasicProperties(reply_to=REPLIES)
    channel.basic_publish("", f"weft.catchup.{subgraph}", json.dumps(question).encode(), properties, mandatory=True)
    end = time.monotonic() + CALL_TIMEOUT
    while not answers and time.monotonic() < end:
        connection.process_data_events(time_limit=end - time.monotonic())
    channel.close()
    if not answers or answers[0] is None:
        return None
    told: dict[str, Any] = json.loads(answers[0])
    if told.get("error"):
        log.warning("%s cannot tell what has changed: %s", subgraph, told["error"])
        return None
    return told
