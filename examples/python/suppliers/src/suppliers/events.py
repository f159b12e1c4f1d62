"""Events of other services: the JSON that schema/wire/event.go writes."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

MAX_EVENT = 64 << 10

Token = Annotated[str, Field(pattern=r"^[^.*>\s]+$")]


class UnreadableEventError(Exception):
    """What came is no event."""


class EntityChanged(BaseModel):
    """An entity, or what one subgraph knows about it, is no longer what it was."""

    model_config = ConfigDict(frozen=True)  # fields that are new are no reason to refuse it

    id: Annotated[str, Field(min_length=1)]
    type: Token
    key: Annotated[dict[str, Any], Field(min_length=1)]
    subgraph: Token
    change: Literal["created", "updated", "deleted"]
    # Counts the changes of the entity: of two events the one with the greater version is the later.
    version: int = 0
    # The event's place among all that the subgraph has published.
    sequence: int = 0
    data: dict[str, Any] = {}
    # The traceparent of the request that the change was part of.
    trace: str = ""

    @classmethod
    def read(cls, text: bytes) -> Self:
        if len(text) > MAX_EVENT:
            raise UnreadableEventError(f"the event is {len(text)} bytes long; the limit is {MAX_EVENT}")
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors()[0]
            raise UnreadableEventError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
