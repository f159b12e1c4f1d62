"""Suppliers and what may be asked of them. It knows neither GraphQL nor SQL."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

MERCHANT = "merchant"

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


class Supplier(BaseModel):
    """Somebody who sends us goods."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    country: str
    email: str
    lead_days: int
    version: int

    def days_until_there(self, stock: int | None) -> int:
        """Days until another piece can be sent on: none while some are there."""
        return 0 if stock is not None and stock > 0 else self.lead_days


class SupplierWish(BaseModel):
    """A supplier to add or to change, as somebody typed it."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
    name: Text
    country: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Z]{2}$")]
    email: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    ]
    lead_days: Annotated[int, Field(ge=1, le=365)]
    expected_version: Annotated[int, Field(ge=0)] | None = None


class Outdated(Exception):
    """The supplier has another version than the caller saw."""

    def __init__(self, version: int) -> None:
        super().__init__(f"the supplier was changed meanwhile: its version is {version}; read it again")


class NoSuchSupplier(Exception):
    """There is no supplier with this id."""
