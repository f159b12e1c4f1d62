"""The service's own SQLite database."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from opentelemetry import trace

from .domain import NoSuchSupplier, Outdated, Supplier, SupplierWish
from .events import EntityChanged

SCHEMA = """
CREATE TABLE IF NOT EXISTS suppliers (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL, email TEXT NOT NULL,
    lead_days INTEGER NOT NULL, version INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS supplies (upc TEXT PRIMARY KEY, supplier_id TEXT NOT NULL REFERENCES suppliers (id));
CREATE INDEX IF NOT EXISTS supplies_of ON supplies (supplier_id, upc);
-- What catalog told of its products, and how far: an event that comes twice, or late, changes nothing.
CREATE TABLE IF NOT EXISTS products (upc TEXT PRIMARY KEY, archived INTEGER NOT NULL, version INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS positions (subgraph TEXT PRIMARY KEY, sequence INTEGER NOT NULL);
"""

SAMPLES = [
    ("nordwood", "Nordwood Timber", "SE", "orders@nordwood.example", 12),
    ("lumen", "Lumen Works", "DE", "sales@lumen.example", 5),
    ("atelier-sud", "Atelier du Sud", "FR", "bonjour@atelier-sud.example", 21),
    ("kiln-co", "Kiln & Co", "PT", "hello@kiln.example", 9),
]
SAMPLE_PRODUCTS = 1000

tracer = trace.get_tracer(__name__)


class Store:
    """The database. A connection belongs to the thread that opened it."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._path = directory / "suppliers.db"
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        connection = self._connection()
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(SCHEMA)
        with self._write() as tx:
            if tx.execute("SELECT count(*) FROM suppliers").fetchone()[0] == 0:
                tx.executemany("INSERT INTO suppliers VALUES (?, ?, ?, ?, ?, 1)", SAMPLES)
                supplied = ((f"p{n}", SAMPLES[n % len(SAMPLES)][0]) for n in range(1, SAMPLE_PRODUCTS + 1))
                tx.executemany("INSERT INTO supplies VALUES (?, ?)", supplied)

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self._path, timeout=5, isolation_level=None, check_same_thread=False)
            connection.execute("PRAGMA foreign_keys = ON")
            self._local.connection = connection
            with self._lock:
                self._open.append(connection)
        return connection

    def close(self) -> None:
        """Close the connections of all threads, which must not use them any more."""
        with self._lock:
            for connection in self._open:
                connection.close()
            self._open.clear()

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        connection = self._connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    def _read(self, statement: str, values: Iterable[object] = ()) -> list[tuple[object, ...]]:
        # The text is not told, since people's data are in it.
        with tracer.start_as_current_span(
            "SQL SELECT",
            kind=trace.SpanKind.CLIENT,
            attributes={"db.system.name": "sqlite", "db.operation.name": "SELECT"},
        ):
            return self._connection().execute(statement, tuple(values)).fetchall()

    def check(self) -> None:
        self._read("SELECT 1")

    def suppliers(self, first: int) -> list[Supplier]:
        return [_supplier(row) for row in self._read("SELECT * FROM suppliers ORDER BY name, id LIMIT ?", [first])]

    def by_ids(self, ids: list[str]) -> list[Supplier | None]:
        rows = self._read(f"SELECT * FROM suppliers WHERE id IN ({_marks(ids)})", ids)
        found = {row[0]: _supplier(row) for row in rows}
        return [found.get(id_) for id_ in ids]

    def of_products(self, upcs: list[str]) -> list[Supplier | None]:
        rows = self._read(
            "SELECT s.*, p.upc FROM supplies p JOIN suppliers s ON s.id = p.supplier_id "
            f"WHERE p.upc IN ({_marks(upcs)})",
            upcs,
        )
        found = {row[-1]: _supplier(row[:-1]) for row in rows}
        return [found.get(upc) for upc in upcs]

    def products_of(self, ids: list[str], first: int) -> list[list[str]]:
        """List the codes of what each supplies, without what is off sale."""
        rows = self._read(
            f"""SELECT supplier_id, upc FROM (
                SELECT s.supplier_id, s.upc,
                    row_number() OVER (PARTITION BY s.supplier_id ORDER BY length(s.upc), s.upc) AS n
                FROM supplies s LEFT JOIN products p ON p.upc = s.upc
                WHERE s.supplier_id IN ({_marks(ids)}) AND coalesce(p.archived, 0) = 0
            ) WHERE n <= ? ORDER BY supplier_id, n""",
            [*ids, first],
        )
        found: dict[object, list[str]] = {}
        for supplier, upc in rows:
            found.setdefault(supplier, []).append(str(upc))
        return [found.get(id_, []) for id_ in ids]

    def save(self, wish: SupplierWish) -> tuple[Supplier, list[str]]:
        """Add a supplier, or change one. Returns it, and the codes of all products that it supplies."""
        with self._write() as tx:
            row = tx.execute("SELECT version FROM suppliers WHERE id = ?", [wish.id]).fetchone()
            version = row[0] if row else 0
            if wish.expected_version is not None and wish.expected_version != version:
                raise Outdated(version)
            tx.execute(
                """INSERT INTO suppliers VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name,
                   country = excluded.country, email = excluded.email, lead_days = excluded.lead_days,
                   version = excluded.version""",
                [wish.id, wish.name, wish.country, wish.email, wish.lead_days, version + 1],
            )
            upcs = [row[0] for row in tx.execute("SELECT upc FROM supplies WHERE supplier_id = ?", [wish.id])]
            saved = _supplier(tx.execute("SELECT * FROM suppliers WHERE id = ?", [wish.id]).fetchone())
        return saved, upcs

    def assign(self, upc: str, supplier_id: str) -> tuple[Supplier, str]:
        """Say who supplies a product. Returns the supplier, and the id of the one before, or an empty text."""
        with self._write() as tx:
            row = tx.execute("SELECT * FROM suppliers WHERE id = ?", [supplier_id]).fetchone()
            if row is None:
                raise NoSuchSupplier
            before = tx.execute("SELECT supplier_id FROM supplies WHERE upc = ?", [upc]).fetchone()
            tx.execute("INSERT OR REPLACE INTO supplies VALUES (?, ?)", [upc, supplier_id])
        return _supplier(row), before[0] if before else ""

    def take(self, event: EntityChanged) -> str:
        """Take in what catalog tells of a product. Returns whose list changed, or an empty text."""
        upc, archived = str(event.key["upc"]), event.change == "deleted" or bool(event.data.get("archived", False))
        with self._write() as tx:
            row = tx.execute("SELECT version, archived FROM products WHERE upc = ?", [upc]).fetchone()
            if row and event.version <= row[0]:
                return ""
            tx.execute("INSERT OR REPLACE INTO products VALUES (?, ?, ?)", [upc, archived, event.version])
            if bool(row and row[1]) == archived:
                return ""
            supplier = tx.execute("SELECT supplier_id FROM supplies WHERE upc = ?", [upc]).fetchone()
        return supplier[0] if supplier else ""

    def position(self, subgraph: str) -> int:
        """How far the subgraph was caught up with."""
        rows = self._read("SELECT sequence FROM positions WHERE subgraph = ?", [subgraph])
        return int(str(rows[0][0])) if rows else 0

    def move(self, subgraph: str, sequence: int) -> None:
        with self._write() as tx:
            tx.execute("INSERT OR REPLACE INTO positions VALUES (?, ?)", [subgraph, sequence])


def _marks(values: list[str]) -> str:
    return ", ".join("?" * len(values))


def _supplier(row: tuple[object, ...]) -> Supplier:
    return Supplier.model_validate(dict(zip(Supplier.model_fields, row, strict=True)))
