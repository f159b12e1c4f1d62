"""How long the router may keep an answer, and what it must forget."""

from collections.abc import Iterator
from typing import Any

from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from . import NAME

MAX_AGE = 60  # seconds


class Caching(SchemaExtension):
    def on_operation(self) -> Iterator[None]:
        yield
        execution = self.execution_context
        result = execution.result
        keep = result is not None and not getattr(result, "errors", None)
        if not keep or execution.operation_type != OperationType.QUERY:
            policy = "no-store"
        else:
            policy = f"{'private' if execution.context.private else 'public'}, max-age={MAX_AGE}"
        execution.context.response.headers["Cache-Control"] = policy

    def get_results(self) -> dict[str, Any]:
        changed = self.execution_context.context.changed
        if not changed:
            return {}
        return {
            "invalidation": [
                {"kind": "entity", "subgraph": NAME, "type": "Product", "key": {"upc": upc}} for upc in changed
            ]
        }
