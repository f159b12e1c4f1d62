"""Errors for callers, which have a code, and all others, of which callers learn nothing."""

import logging
from collections.abc import Iterator

from graphql import ExecutionResult as GraphQLResult
from graphql import GraphQLError
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionResult

log = logging.getLogger(__name__)


class Fault(GraphQLError):
    """An error that is for the caller."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, extensions={"code": code})


def unauthenticated(message: str) -> Fault:
    return Fault("UNAUTHENTICATED", message)


def forbidden(message: str) -> Fault:
    return Fault("FORBIDDEN", message)


class HideErrors(SchemaExtension):
    """Log what nobody foresaw, and tell callers no more than that it happened."""

    def on_operation(self) -> Iterator[None]:
        yield
        result = self.execution_context.result
        if isinstance(result, ExecutionResult | GraphQLResult) and result.errors:
            result.errors = [shown(error) for error in result.errors]


def shown(error: GraphQLError) -> GraphQLError:
    """What a caller sees of an error."""
    cause = error.original_error
    if cause is None:  # of GraphQL itself: syntax, validation, a value of another type
        return error if error.extensions else _with_code(error, "GRAPHQL_VALIDATION_FAILED", error.message)
    if isinstance(cause, GraphQLError):
        return error
    log.error("a resolver failed", exc_info=cause, extra={"path": error.path})
    return _with_code(error, "INTERNAL_SERVER_ERROR", "internal error; the service's log has the reason")


def _with_code(error: GraphQLError, code: str, message: str) -> GraphQLError:
    return GraphQLError(message, nodes=error.nodes, path=error.path, extensions={"code": code})
