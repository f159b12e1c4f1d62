"""Asks as routers and their clients do."""

from pathlib import Path

from graphql import build_schema

from suppliers.schema import schema
from suppliers.store import Store

from .conftest import Service

ENTITIES = """query($representations: [_Any!]!) { _entities(representations: $representations) {
    ... on Product { supplier { id name leadDays } leadDays } ... on Supplier { name products(first: 2) { upc } } } }"""


def test_the_schema_that_is_checked_in_is_this_one() -> None:
    file = Path(__file__).parent.parent / "schema.graphql"
    assert file.read_text() == schema.as_str() + "\n", "python -m suppliers schema > schema.graphql"


def test_everything_is_described() -> None:
    for name, type_ in build_schema(schema.as_str(), assume_valid_sdl=True).type_map.items():
        if name.startswith("_") or name in {"Query", "Mutation", "Subscription", "ID", "Int", "String", "Boolean"}:
            continue
        assert type_.description, name
        for field_name, field in getattr(type_, "fields", {}).items():
            assert field.description, f"{name}.{field_name}"


def test_entities(service: Service) -> None:
    keys = [
        {"__typename": "Product", "upc": "p1", "totalStock": 0},
        {"__typename": "Product", "upc": "p1", "totalStock": 3},
        {"__typename": "Product", "upc": "unheard-of"},
        {"__typename": "Supplier", "id": "lumen"},
        {"__typename": "Supplier", "id": "nobody"},
    ]
    out, there, unknown, lumen, nobody = service.ask(ENTITIES, representations=keys)["_entities"]
    assert out == {"supplier": {"id": "lumen", "name": "Lumen Works", "leadDays": 5}, "leadDays": 5}
    assert there["leadDays"] == 0
    assert unknown == {"supplier": None, "leadDays": None}
    assert lumen == {"name": "Lumen Works", "products": [{"upc": "p1"}, {"upc": "p5"}]}
    assert nobody is None


def test_a_batch_is_one_statement(service: Service) -> None:
    calls: list[list[str]] = []
    asked = Store.of_products

    def counting(self: Store, upcs: list[str]) -> object:
        calls.append(upcs)
        return asked(self, upcs)

    Store.of_products = counting  # type: ignore[method-assign,assignment]
    try:
        keys = [{"__typename": "Product", "upc": f"p{n}", "totalStock": 0} for n in range(1, 101)]
        assert len(service.ask(ENTITIES, representations=keys)["_entities"]) == 100
    finally:
        Store.of_products = asked  # type: ignore[method-assign]
    assert [len(call) for call in calls] == [100]


def test_lists_have_bounds(service: Service) -> None:
    names = [each["name"] for each in service.ask("{ suppliers(first: 2) { name } }")["suppliers"]]
    assert names == ["Atelier du Sud", "Kiln & Co"]
    answer = service.post("{ suppliers(first: 101) { name } }").json()
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert answer["errors"][0]["path"] == ["suppliers"]


def test_deep_and_long_documents_are_refused(service: Service) -> None:
    deep = "{ suppliers " + "{ products { supplier " * 10 + "{ id }" + " } }" * 10 + " }"
    for document in (deep, "{ " + " ".join(f"a{n}: __typename" for n in range(501)) + " }"):
        answer = service.post(document).json()
        assert answer["data"] is None
        assert answer["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


def test_answers_say_how_long_they_last(service: Service) -> None:
    def policy(query: str) -> str:
        return str(service.post(query, service.merchant()).headers["cache-control"])

    assert policy('{ supplier(id: "lumen") { name } }') == "public, max-age=60"
    assert policy('{ supplier(id: "lumen") { email } }') == "private, max-age=60"
    assert policy("{ suppliers(first: -1) { name } }") == "no-store"
    assert (
        policy('mutation { assignSupplier(input: {upc: "p1", supplierId: "lumen"}) { supplier { id } } }') == "no-store"
    )


def test_what_goes_wrong_inside_is_not_told(service: Service) -> None:
    def broken(*_: object) -> object:
        raise RuntimeError("the password is hunter2")

    asked, Store.suppliers = Store.suppliers, broken  # type: ignore[method-assign,assignment]
    try:
        answer = service.post("{ suppliers { name } }")
    finally:
        Store.suppliers = asked  # type: ignore[method-assign]
    assert "hunter2" not in answer.text
    assert answer.json()["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
