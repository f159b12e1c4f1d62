"""What the service adds to the graph."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Annotated, Self

import strawberry
from pydantic import ValidationError
from strawberry import federation
from strawberry.extensions import MaxAliasesLimiter, MaxTokensLimiter, QueryDepthLimiter
from strawberry.schema.config import StrawberryConfig
from strawberry.types import Info as StrawberryInfo

from . import domain
from .caching import Caching
from .context import Context
from .domain import NoSuchSupplier, Outdated, SupplierWish
from .errors import Fault, HideErrors, forbidden, unauthenticated
from .news import hearing
from .telemetry import Traced

Info = StrawberryInfo[Context, None]
MOST = 100


def described(text: str) -> object:
    return strawberry.argument(description=text)


def bounded(first: int) -> int:
    if not 0 <= first <= MOST:
        raise Fault("BAD_USER_INPUT", f"first: {first} is not between 0 and {MOST}")
    return first


@federation.type(keys=["id"], description="Somebody who sends us goods.")
class Supplier:
    id: strawberry.ID = strawberry.field(description="The supplier's id. It never changes.")
    name: str = strawberry.field(description="The name people know it by.")
    country: str = strawberry.field(description="Where the goods come from, as a two-letter ISO 3166-1 code.")
    lead_days: int = strawberry.field(description="How many days goods are on their way to us once they were ordered.")
    version: int = strawberry.field(description="Counts its changes, for `expectedVersion`.")
    address: strawberry.Private[str]

    @strawberry.field(description="Where goods are ordered. Only for merchants; null for all others.")
    def email(self, info: Info) -> str | None:
        info.context.private = True
        return self.address if domain.MERCHANT in info.context.caller.roles else None

    @strawberry.field(description="What it supplies, without what is off sale.")
    async def products(
        self, info: Info, first: Annotated[int, described("How many: 0 to 100.")] = 20
    ) -> list["Product"] | None:
        upcs = await info.context.products_of.load((self.id, bounded(first)))
        return [Product(upc=strawberry.ID(upc)) for upc in upcs]

    @classmethod
    def of(cls, supplier: domain.Supplier) -> Self:
        return cls(
            id=strawberry.ID(supplier.id),
            name=supplier.name,
            country=supplier.country,
            lead_days=supplier.lead_days,
            version=supplier.version,
            address=supplier.email,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002 - the key's name
        found = await info.context.suppliers.load(str(id))
        return cls.of(found) if found else None


@federation.type(keys=["upc"], description="Something that can be bought.")
class Product:
    upc: strawberry.ID = strawberry.field(description="The product code. It never changes.")
    total_stock: int | None = federation.field(
        external=True, default=None, description="How many pieces lie in all warehouses together."
    )

    @strawberry.field(description="Who supplies the product; null when nobody does.")
    async def supplier(self, info: Info) -> Supplier | None:
        found = await info.context.supplier_of.load(str(self.upc))
        return Supplier.of(found) if found else None

    @federation.field(
        requires=["totalStock"],
        description="In how many days a piece can be sent: none while one is in stock, else what the supplier takes. "
        "Null when nobody supplies it.",
    )
    async def lead_days(self, info: Info) -> int | None:
        found = await info.context.supplier_of.load(str(self.upc))
        return found.days_until_there(self.total_stock) if found else None

    @classmethod
    def resolve_reference(cls, upc: strawberry.ID, totalStock: int | None = None) -> Self:  # noqa: N803 - as it is sent
        return cls(upc=upc, total_stock=totalStock)


@federation.type(
    shareable=True, description="One thing that is wrong with what was asked for, for the person who asked."
)
class UserError:
    field: str | None = strawberry.field(
        description="The path of the input value that is to blame, for example `input.quantity`; "
        "null when no single one is."
    )
    message: str = strawberry.field(description="What is wrong and how to mend it.")
    code: str = strawberry.field(
        description="The kind of error, for programs: `BAD_USER_INPUT`, `NOT_FOUND` or `CONFLICT`."
    )


@strawberry.type(description="A supplier after a change.")
class SupplierPayload:
    supplier: Supplier | None = strawberry.field(
        default=None, description="The supplier; null when nothing was changed."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="What was wrong with the input; empty when nothing was."
    )


@strawberry.input(description="A supplier to add or to change.")
class SaveSupplierInput:
    id: strawberry.ID = strawberry.field(description="The supplier's id: 2 to 40 small letters, digits and `-`.")
    name: str = strawberry.field(description="The name: 1 to 80 characters.")
    country: str = strawberry.field(description="Where the goods come from, as a two-letter ISO 3166-1 code.")
    email: str = strawberry.field(description="Where goods are ordered.")
    lead_days: int = strawberry.field(description="How many days goods are on their way: 1 to 365.")
    expected_version: int | None = strawberry.field(
        default=None,
        description="The `version` that was seen, 0 for a new one; nothing is changed when it has another one by now.",
    )


@strawberry.input(description="Who supplies a product from now on.")
class AssignSupplierInput:
    upc: strawberry.ID = strawberry.field(description="The product code.")
    supplier_id: strawberry.ID = strawberry.field(description="The supplier's id.")


@strawberry.type
class Query:
    @strawberry.field(description="All suppliers, by name.")
    async def suppliers(
        self, info: Info, first: Annotated[int, described("How many: 0 to 100.")] = 20
    ) -> list[Supplier] | None:
        found = await asyncio.to_thread(info.context.store.suppliers, bounded(first))
        return [Supplier.of(each) for each in found]

    @strawberry.field(description="The supplier with this id, or null when there is none.")
    async def supplier(
        self,
        info: Info,
        id: Annotated[strawberry.ID, described("The supplier's id, for example `lumen`.")],  # noqa: A002
    ) -> Supplier | None:
        return await Supplier.resolve_reference(info, id)


@strawberry.type
class Mutation:
    @strawberry.mutation(description="Adds a supplier, or changes one. Only for merchants.")
    async def save_supplier(
        self,
        info: Info,
        input: Annotated[SaveSupplierInput, described("The supplier.")],  # noqa: A002
    ) -> SupplierPayload:
        only_for_merchants(info)
        try:
            wish = SupplierWish.model_validate(vars(input))
            saved, upcs = await asyncio.to_thread(info.context.store.save, wish)
        except ValidationError as error:
            return SupplierPayload(user_errors=[user_error(one["loc"], one["msg"]) for one in error.errors()])
        except Outdated as error:
            return SupplierPayload(user_errors=[user_error(["expected_version"], str(error), "CONFLICT")])
        info.context.changed += upcs[:1000]  # what is more lasts no longer than answers do
        info.context.news.tell(saved.id)
        return SupplierPayload(supplier=Supplier.of(saved))

    @strawberry.mutation(description="Says who supplies a product. Only for merchants.")
    async def assign_supplier(
        self,
        info: Info,
        input: Annotated[AssignSupplierInput, described("The product and its supplier.")],  # noqa: A002
    ) -> SupplierPayload:
        only_for_merchants(info)
        try:
            supplier, before = await asyncio.to_thread(
                info.context.store.assign, str(input.upc), str(input.supplier_id)
            )
        except NoSuchSupplier:
            message = f"there is no supplier {input.supplier_id!r}; add it with saveSupplier"
            return SupplierPayload(user_errors=[user_error(["supplier_id"], message, "NOT_FOUND")])
        info.context.changed.append(str(input.upc))
        for changed in {before, supplier.id} - {""}:
            info.context.news.tell(changed)
        return SupplierPayload(supplier=Supplier.of(supplier))


@strawberry.type
class Subscription:
    @strawberry.subscription(description="The supplier, now and whenever it or what it supplies has changed.")
    async def supplier_changed(
        self,
        info: Info,
        id: Annotated[strawberry.ID, described("The supplier's id.")],  # noqa: A002
    ) -> AsyncGenerator[Supplier | None]:
        async with hearing(info.context.news) as news:
            yield await latest(info, id)
            async for changed in news:
                if changed == id:
                    yield await latest(info, id)


async def latest(info: Info, supplier_id: str) -> Supplier | None:
    """Read a supplier as it is now: what loaders remember is as old as the subscription."""
    info.context.suppliers.clear_all()
    info.context.products_of.clear_all()
    return await Supplier.resolve_reference(info, strawberry.ID(supplier_id))


def only_for_merchants(info: Info) -> None:
    caller = info.context.caller
    if caller.anonymous:
        raise unauthenticated("sign in to change suppliers")
    if domain.MERCHANT not in caller.roles:
        raise forbidden("only merchants may change suppliers")


def user_error(place: "list[str] | tuple[int | str, ...]", message: str, code: str = "BAD_USER_INPUT") -> UserError:
    path = ".".join(["input", *(camel(str(part)) for part in place)])
    return UserError(field=path, message=message, code=code)


def camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def limits() -> list[object]:
    """Room for what a router asks in one batch, and no more."""
    return [
        lambda: QueryDepthLimiter(max_depth=15),
        lambda: MaxTokensLimiter(max_token_count=20_000),
        lambda: MaxAliasesLimiter(max_alias_count=500),
    ]


schema = federation.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[Product],
    federation_version="2.3",
    extensions=[Traced, Caching, HideErrors, *limits()],  # type: ignore[list-item] # those of strawberry have no types
    config=StrawberryConfig(auto_camel_case=True),
)
