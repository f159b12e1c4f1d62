"""Events are taken in once, in their order, whatever way they come."""

import json
from pathlib import Path
from typing import Any

import pytest

from suppliers.events import EntityChanged, UnreadableEventError
from suppliers.store import Store


def event(**changes: Any) -> EntityChanged:
    told = {
        "id": "e1",
        "type": "Product",
        "key": {"upc": "p1"},
        "subgraph": "catalog",
        "change": "updated",
        "version": 2,
        "sequence": 7,
        "data": {"archived": True},
        "at": "2026-03-14T15:09:26Z",
        "unheardOf": True,
        **changes,
    }
    return EntityChanged.read(json.dumps(told).encode())


def first_of(store: Store) -> str:
    return store.products_of(["lumen"], 1)[0][0]


def test_repeated_and_late_events_change_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert first_of(store) == "p1"
    assert store.take(event()) == "lumen"
    assert first_of(store) == "p5"
    assert store.take(event()) == ""  # twice
    assert store.take(event(version=1, data={"archived": False})) == ""  # late
    assert first_of(store) == "p5"
    assert store.take(event(version=3, data={"archived": False})) == "lumen"
    assert first_of(store) == "p1"
    assert store.take(event(version=4, change="deleted", data={})) == "lumen"
    assert first_of(store) == "p5"
    store.close()
    assert first_of(Store(tmp_path)) == "p5"  # after a restart


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"not JSON",
        b"[]",
        b'{"id": "", "type": "Product", "key": {"upc": "p1"}, "subgraph": "catalog", "change": "updated"}',
        b'{"id": "1", "type": "no.token", "key": {"upc": "p1"}, "subgraph": "catalog", "change": "updated"}',
        b'{"id": "1", "type": "Product", "key": {}, "subgraph": "catalog", "change": "updated"}',
        b'{"id": "1", "type": "Product", "key": {"upc": "p1"}, "subgraph": "catalog", "change": "burnt"}',
        b" " * 70_000,
    ],
)
def test_what_is_no_event_is_told(text: bytes) -> None:
    with pytest.raises(UnreadableEventError):
        EntityChanged.read(text)


def test_how_far_it_was_caught_up_is_kept(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.position("catalog") == 0
    store.move("catalog", 41)
    store.move("catalog", 42)
    store.close()
    assert Store(tmp_path).position("catalog") == 42
