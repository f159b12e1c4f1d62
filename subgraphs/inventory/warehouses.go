package inventory

import (
	"context"
	"regexp"
	"strings"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

// SaveWarehouseInput is a warehouse to add or to change.
type SaveWarehouseInput struct{ ID, Name, City, Country string }

// RemoveWarehouseInput names a warehouse to be removed.
type RemoveWarehouseInput struct{ ID string }

var (
	warehousePattern = regexp.MustCompile(`^[a-z]{3}[0-9]{1,6}$`)
	countryPattern   = regexp.MustCompile(`^[A-Z]{2}$`)
)

// SaveWarehouse adds a warehouse, or changes one.
func (c *Core) SaveWarehouse(ctx context.Context, caller wire.Identity, input SaveWarehouseInput) (*Warehouse, error) {
	if err := allowed(caller); err != nil {
		return nil, err
	}
	var check fault.Checker
	check.Require(
		warehousePattern.MatchString(input.ID),
		"input.id",
		"id must be three small letters and a number, like ber1",
	)
	check.Length(input.Name, 1, 80, "input.name")
	check.Length(input.City, 1, 80, "input.city")
	check.Require(
		countryPattern.MatchString(input.Country),
		"input.country",
		"country must be two capital letters, like DE",
	)
	if err := check.Err(); err != nil {
		return nil, err
	}
	warehouse := &Warehouse{
		ID: input.ID, Name: strings.TrimSpace(input.Name), City: strings.TrimSpace(input.City), Country: input.Country,
	}
	return warehouse, c.store.SaveWarehouse(ctx, warehouse)
}

// RemoveWarehouse removes a warehouse in which nothing ever was.
func (c *Core) RemoveWarehouse(ctx context.Context, caller wire.Identity, input RemoveWarehouseInput) error {
	if err := allowed(caller); err != nil {
		return err
	}
	return c.store.RemoveWarehouse(ctx, input.ID)
}

// WarehouseChanged is the news of a warehouse.
func WarehouseChanged(id string, change wire.Change) wire.EntityChanged {
	return wire.EntityChanged{Type: "Warehouse", Key: map[string]any{"id": id}, Subgraph: "inventory", Change: change}
}
