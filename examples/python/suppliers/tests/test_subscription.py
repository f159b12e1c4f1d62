"""Events over graphql-transport-ws."""

from .conftest import Service

QUERY = 'subscription { supplierChanged(id: "lumen") { name version products(first: 1) { upc } } }'


def test_changes_are_told(service: Service) -> None:
    headers = {"Weft-Identity": service.router.sign()}
    with service.client.websocket_connect("/graphql", subprotocols=["graphql-transport-ws"], headers=headers) as socket:
        socket.send_json({"type": "connection_init"})
        assert socket.receive_json()["type"] == "connection_ack"
        socket.send_json({"type": "subscribe", "id": "1", "payload": {"query": QUERY}})
        first = socket.receive_json()["payload"]["data"]["supplierChanged"]
        assert first == {"name": "Lumen Works", "version": 1, "products": [{"upc": "p1"}]}
        change = 'mutation { assignSupplier(input: {upc: "p1", supplierId: "kiln-co"}) { userErrors { code } } }'
        service.ask(change, service.merchant())
        second = socket.receive_json()["payload"]["data"]["supplierChanged"]
        assert second["products"] == [{"upc": "p5"}]
        socket.send_json({"type": "complete", "id": "1"})
        socket.send_json({"type": "ping"})
        assert socket.receive_json()["type"] == "pong"
