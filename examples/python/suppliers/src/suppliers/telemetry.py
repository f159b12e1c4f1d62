"""Traces, which join those of the router, and a log whose lines say to which trace they belong."""

import json
import logging
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.propagate import set_global_textmap
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from strawberry.extensions import SchemaExtension

from . import NAME, VERSION

tracer = trace.get_tracer(__name__)


def start(collector: str) -> TracerProvider:
    """Send spans to a collector, if there is one. The router decides what is traced: this service begins no traces."""
    provider = TracerProvider(
        sampler=ParentBased(ALWAYS_OFF),
        resource=Resource.create({"service.name": f"weft-{NAME}", "service.version": VERSION}),
    )
    if collector:
        exporter = OTLPSpanExporter(endpoint=collector.rstrip("/") + "/v1/traces", timeout=3)
        provider.add_span_processor(BatchSpanProcessor(exporter, max_queue_size=4096, schedule_delay_millis=1000))
    trace.set_tracer_provider(provider)
    set_global_textmap(TraceContextTextMapPropagator())
    return provider


class Traced(SchemaExtension):
    """A span for each operation, below the one that the router calls from. Variables and texts are in none."""

    def on_operation(self) -> Iterator[None]:
        execution = self.execution_context
        headers = execution.context.request.headers
        parent = TraceContextTextMapPropagator().extract({"traceparent": headers.get("traceparent", "")})
        with tracer.start_as_current_span("graphql", context=parent, kind=trace.SpanKind.SERVER) as span:
            yield
            if execution.graphql_document is not None:
                kind = execution.operation_type.value
                span.update_name(f"{kind} {execution.operation_name or ''}".strip())
                span.set_attribute("graphql.operation.type", kind)
            if execution.result is not None and getattr(execution.result, "errors", None):
                span.set_status(trace.StatusCode.ERROR, "the answer has errors")


class JSONLines(logging.Formatter):
    """One object a line, as the services in Go write it."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": "WARN" if record.levelname == "WARNING" else record.levelname,
            "msg": record.getMessage(),
            "subgraph": NAME,
        }
        context = trace.get_current_span().get_span_context()
        if context.is_valid:
            line["trace_id"] = trace.format_trace_id(context.trace_id)
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line)


def log_to_stderr(level: str) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JSONLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.getLogger("pika").setLevel(logging.ERROR)  # what goes wrong is told by those who use it
