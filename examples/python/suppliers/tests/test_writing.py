"""What merchants may change, and what is wrong with what they typed."""

from typing import Any

from .conftest import Service

SAVE = """mutation($input: SaveSupplierInput!) { saveSupplier(input: $input) {
    supplier { id name version } userErrors { field message code } } }"""
ASSIGN = """mutation($input: AssignSupplierInput!) { assignSupplier(input: $input) {
    supplier { id } userErrors { field code } } }"""


def wish(**changes: Any) -> dict[str, Any]:
    return {
        "id": "basket",
        "name": " Basket Makers ",
        "country": "PL",
        "email": "a@basket.example",
        "leadDays": 8,
        **changes,
    }


def test_only_merchants_may(service: Service) -> None:
    for token, code in ((service.router.sign(), "UNAUTHENTICATED"), (service.router.sign(sub="u1"), "FORBIDDEN")):
        for query, values in ((SAVE, wish()), (ASSIGN, {"upc": "p1", "supplierId": "lumen"})):
            answer = service.post(query, token, input=values).json()
            assert answer["errors"][0]["extensions"]["code"] == code


def test_a_supplier_is_added_and_changed(service: Service) -> None:
    merchant = service.merchant()
    saved = service.ask(SAVE, merchant, input=wish(expectedVersion=0))["saveSupplier"]
    assert saved == {"supplier": {"id": "basket", "name": "Basket Makers", "version": 1}, "userErrors": []}
    outdated = service.ask(SAVE, merchant, input=wish(expectedVersion=0))["saveSupplier"]
    assert outdated["supplier"] is None
    assert outdated["userErrors"][0]["code"] == "CONFLICT"
    assert outdated["userErrors"][0]["field"] == "input.expectedVersion"
    again = service.ask(SAVE, merchant, input=wish(expectedVersion=1))["saveSupplier"]
    assert again["supplier"]["version"] == 2


def test_everything_that_is_wrong_is_told_at_once(service: Service) -> None:
    bad = wish(id="Nobody!", name=" ", country="Poland", email="nowhere", leadDays=0)
    told = service.ask(SAVE, service.merchant(), input=bad)["saveSupplier"]
    assert told["supplier"] is None
    fields = {error["field"]: error["code"] for error in told["userErrors"]}
    assert fields == dict.fromkeys(
        ["input.id", "input.name", "input.country", "input.email", "input.leadDays"], "BAD_USER_INPUT"
    )


def test_a_product_gets_another_supplier(service: Service) -> None:
    answer = service.post(ASSIGN, service.merchant(), input={"upc": "p1", "supplierId": "kiln-co"}).json()
    assert answer["data"]["assignSupplier"]["supplier"]["id"] == "kiln-co"
    assert answer["extensions"]["invalidation"] == [
        {"kind": "entity", "subgraph": "suppliers", "type": "Product", "key": {"upc": "p1"}}
    ]
    listed = service.ask('{ supplier(id: "lumen") { products(first: 1) { upc } } }')["supplier"]["products"]
    assert listed == [{"upc": "p5"}]
    unknown = service.ask(ASSIGN, service.merchant(), input={"upc": "p1", "supplierId": "nobody"})["assignSupplier"]
    assert unknown["userErrors"] == [{"field": "input.supplierId", "code": "NOT_FOUND"}]


def test_email_is_for_merchants(service: Service) -> None:
    query = '{ supplier(id: "lumen") { email } }'
    assert service.ask(query)["supplier"]["email"] is None
    assert service.ask(query, service.merchant())["supplier"]["email"] == "sales@lumen.example"
