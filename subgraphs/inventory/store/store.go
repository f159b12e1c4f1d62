// Package store keeps the stock of package inventory in an SQL database.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/inventory"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/dataloader"
	"github.com/weft-graphql/weft/subgraphs/kit/events"
	"github.com/weft-graphql/weft/subgraphs/seed"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the files that make the tables.
func Migrations() fs.FS { return migrations }

// Store keeps stock in a database.
type Store struct {
	db     *bun.DB
	outbox *events.Outbox
}

var _ inventory.Store = (*Store)(nil)

// New makes a store on a prepared database.
func New(db *bun.DB, outbox *events.Outbox) *Store { return &Store{db, outbox} }

type productRow struct {
	bun.BaseModel `bun:"table:products,alias:p"`

	UPC   string `bun:"upc,pk"`
	Total int    `bun:"total"`
}

type warehouseRow struct {
	bun.BaseModel `bun:"table:warehouses,alias:w"`

	ID      string `bun:"id,pk"`
	Name    string `bun:"name"`
	City    string `bun:"city"`
	Country string `bun:"country"`
}

type stockRow struct {
	bun.BaseModel `bun:"table:stock,alias:s"`

	UPC         string     `bun:"upc,pk"`
	WarehouseID string     `bun:"warehouse_id,pk"`
	Quantity    int        `bun:"quantity"`
	RestockAt   *time.Time `bun:"restock_at"`
	UpdatedAt   time.Time  `bun:"updated_at"`
	Version     int        `bun:"version"`
}

func (r *stockRow) level() *inventory.StockLevel {
	level := &inventory.StockLevel{
		Upc: r.UPC, WarehouseID: r.WarehouseID, Quantity: r.Quantity, UpdatedAt: r.UpdatedAt.UTC(),
		Version: r.Version,
	}
	if r.RestockAt != nil {
		at := r.RestockAt.UTC()
		level.RestockAt = &at
	}
	return level
}

// KnownProducts returns which of the product codes exist.
func (s *Store) KnownProducts(ctx context.Context, upcs []string) (map[string]bool, error) {
	if len(upcs) == 0 {
		return nil, nil
	}
	var rows []productRow
	if err := s.db.NewSelect().Model(&rows).Where("p.upc IN (?)", bun.List(upcs)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read products: %w", err)
	}
	known := make(map[string]bool, len(rows))
	for _, row := range rows {
		known[row.UPC] = true
	}
	return known, nil
}

// Totals counts the pieces of each product in all warehouses together.
func (s *Store) Totals(ctx context.Context, upcs []string) (map[string]int, error) {
	totals, err := kit.Tally(ctx, s.db, "SUM(total)", "products", "upc", upcs)
	if err != nil {
		return nil, fmt.Errorf("count stock: %w", err)
	}
	return totals, nil
}

// LevelsByProduct returns the stock of each product, most first.
func (s *Store) LevelsByProduct(ctx context.Context, upcs []string) (map[string][]*inventory.StockLevel, error) {
	var rows []stockRow
	err := s.db.NewSelect().Model(&rows).Where("s.upc IN (?)", bun.List(upcs)).
		OrderExpr("s.upc, s.quantity DESC, s.warehouse_id").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read stock by product: %w", err)
	}
	return dataloader.Lists(upcs, levelsOf(rows), func(l *inventory.StockLevel) string { return l.Upc }), nil
}

func levelsOf(rows []stockRow) []*inventory.StockLevel {
	levels := make([]*inventory.StockLevel, len(rows))
	for i := range rows {
		levels[i] = rows[i].level()
	}
	return levels
}

// Warehouses returns those that exist, by name; all of them when ids is nil.
func (s *Store) Warehouses(ctx context.Context, ids []string) ([]*inventory.Warehouse, error) {
	var rows []warehouseRow
	q := s.db.NewSelect().Model(&rows).OrderExpr("w.name, w.id")
	if ids != nil {
		q = q.Where("w.id IN (?)", bun.List(ids))
	}
	if err := q.Scan(ctx); err != nil {
		return nil, fmt.Errorf("read warehouses: %w", err)
	}
	warehouses := make([]*inventory.Warehouse, len(rows))
	for i, row := range rows {
		warehouses[i] = &inventory.Warehouse{ID: row.ID, Name: row.Name, City: row.City, Country: row.Country}
	}
	return warehouses, nil
}

// ChangeStock sets the stock of a product in a warehouse to what change makes of it. The product's row is locked for
// the time being, so that two changes at once both count.
func (s *Store) ChangeStock(
	ctx context.Context, upc, warehouse, once string, change func(*inventory.StockLevel) (int, error),
	events ...wire.EntityChanged,
) (*inventory.StockLevel, error) {
	row := &stockRow{UPC: upc, WarehouseID: warehouse}
	err := s.outbox.Commit(ctx, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		if err := kit.Lock(ctx, tx, "products", "upc", upc); err != nil {
			return nil, err
		}
		err := tx.NewSelect().Model(row).WherePK().Scan(ctx)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
		if again, err := kit.Again(ctx, tx, once); err != nil || again {
			row.UPC, row.WarehouseID = upc, warehouse
			return nil, err
		}
		was := row.Quantity
		if row.Quantity, err = change(row.level()); err != nil {
			return nil, err
		}
		if err := keepsReserved(ctx, tx, upc, warehouse, row.Quantity); err != nil {
			return nil, err
		}
		row.UPC, row.WarehouseID, row.UpdatedAt = upc, warehouse, time.Now().UTC()
		row.Version++
		_, err = tx.NewInsert().Model(row).On("CONFLICT (upc, warehouse_id) DO UPDATE").
			Set("quantity = EXCLUDED.quantity").
			Set("version = EXCLUDED.version").Set("updated_at = EXCLUDED.updated_at").Exec(ctx)
		if err != nil {
			return nil, err
		}
		_, err = tx.NewUpdate().Model((*productRow)(nil)).Set("total = total + ?", row.Quantity-was).
			Where("upc = ?", upc).Exec(ctx)
		return events, err
	})
	if err != nil {
		return nil, fmt.Errorf("write stock: %w", err)
	}
	return row.level(), nil
}

// AddProduct makes a product known, with nothing in stock.
func (s *Store) AddProduct(ctx context.Context, from wire.EntityChanged, upc string, event wire.EntityChanged) error {
	err := s.outbox.Take(ctx, from, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		result, err := tx.NewInsert().Model(&productRow{UPC: upc}).On("CONFLICT DO NOTHING").Exec(ctx)
		return kit.IfChanged(result, err, event)
	})
	if err != nil {
		return fmt.Errorf("add a product: %w", err)
	}
	return nil
}

// Seed fills a new database with the stock of the sample shop.
func Seed(ctx context.Context, tx bun.Tx) error {
	totals := map[string]int{}
	for _, s := range seed.Stocks() {
		totals[s.ProductID] += s.Quantity
	}
	products := make([]productRow, seed.ProductCount)
	for i := range products {
		upc := seed.ProductID(i)
		products[i] = productRow{UPC: upc, Total: totals[upc]}
	}
	if err := kit.InsertAll(ctx, tx, products); err != nil {
		return err
	}
	var warehouses []warehouseRow
	for _, w := range seed.Warehouses() {
		warehouses = append(warehouses, warehouseRow{ID: w.ID, Name: w.Name, City: w.City, Country: w.Country})
	}
	if err := kit.InsertAll(ctx, tx, warehouses); err != nil {
		return err
	}
	var stock []stockRow
	for _, s := range seed.Stocks() {
		stock = append(stock, seedRow(s))
	}
	if err := kit.InsertAll(ctx, tx, stock); err != nil {
		return err
	}
	if err := events.SetPosition(ctx, tx, "orders", int64(len(seed.Orders()))); err != nil { // they left before
		return err
	}
	return events.SetPosition(ctx, tx, "catalog", seed.ProductCount) // these are the catalog's first events
}

// Grow makes the sample shop that many times as large.
func Grow(ctx context.Context, tx bun.Tx, size int) error {
	totals := map[string]int{}
	for s := range seed.MoreStocks(size) {
		totals[s.ProductID] += s.Quantity
	}
	product := func(p seed.Product) productRow { return productRow{UPC: p.ID, Total: totals[p.ID]} }
	if err := kit.InsertEach(ctx, tx, seed.MoreProducts(size), product); err != nil {
		return err
	}
	if err := kit.InsertEach(ctx, tx, seed.MoreStocks(size), seedRow); err != nil {
		return err
	}
	sold := int64(len(seed.Orders()))
	for range seed.MoreOrders(size) {
		sold++
	}
	if err := events.SetPosition(ctx, tx, "orders", sold); err != nil {
		return err
	}
	return events.SetPosition(ctx, tx, "catalog", int64(size*seed.ProductCount))
}

func seedRow(s seed.Stock) stockRow {
	return stockRow{
		UPC: s.ProductID, WarehouseID: s.WarehouseID, Quantity: s.Quantity, RestockAt: s.Restock, UpdatedAt: s.Updated,
		Version: 1,
	}
}
