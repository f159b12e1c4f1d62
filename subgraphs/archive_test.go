package subgraphs_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/kittest"
)

// TestArchivedProductsAreNotOnSale makes a product, with everything that can be said of it, and takes it off sale.
func TestArchivedProductsAreNotOnSale(t *testing.T) {
	type product struct {
		Upc, Currency, ArchivedAt string
		Dimensions                *struct{ Width, Height, Depth int }
	}
	type shown struct {
		Product  product
		Category struct{ ProductCount int }
		Search   struct{ TotalCount int }
		Products struct{ Nodes []struct{ Upc string } }
	}
	onBoth(t, "catalog", func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		show := func(upc string) (got shown) {
			kittest.MustAsk(t, s.Handler(), nil, fmt.Sprintf(`{ product(upc: %q) { upc archivedAt } category(id: "chairs") { productCount }
				search(query: "zebrano") { totalCount } products(sort: NEWEST, first: 1) { nodes { upc } } }`, upc), nil, &got)
			return got
		}
		before := show("p1").Category.ProductCount
		var made struct{ CreateProduct product }
		kittest.MustAsk(t, s.Handler(), merchant, `mutation { createProduct(input: {sku: "ZEB-1", name: "Zebrano Chair", price: 100,
			currency: USD, weight: 5, dimensions: {width: 1, height: 2, depth: 3}, categoryId: "chairs", brandId: "oxbow"})
			{ upc currency dimensions { width height depth } } }`, nil, &made)
		if p := made.CreateProduct; p.Currency != "USD" || p.Dimensions == nil || p.Dimensions.Depth != 3 {
			t.Errorf("made %+v", p)
		}
		upc := made.CreateProduct.Upc
		if got := show(upc); got.Category.ProductCount != before+1 || got.Search.TotalCount != 1 || got.Products.Nodes[0].Upc != upc {
			t.Errorf("on sale: %+v", got)
		}
		for range 2 { // the second time changes nothing
			kittest.MustAsk(t, s.Handler(), merchant, fmt.Sprintf(`mutation { archiveProduct(upc: %q) { archivedAt } }`, upc), nil, nil)
		}
		got := show(upc)
		if got.Category.ProductCount != before || got.Search.TotalCount != 0 || got.Products.Nodes[0].Upc == upc {
			t.Errorf("archived: %+v", got)
		}
		if got.Product.Upc != upc || got.Product.ArchivedAt == "" {
			t.Errorf("its key finds %+v", got.Product)
		}
		if got := kittest.Ask(t, s.Handler(), ada, `mutation { archiveProduct(upc: "p1") { upc } }`, nil).Fields(); got != "FORBIDDEN" {
			t.Errorf("a customer: %q", got)
		}
		if got := kittest.Ask(t, s.Handler(), merchant, `mutation { archiveProduct(upc: "none") { upc } }`, nil).Fields(); got != "NOT_FOUND upc" {
			t.Errorf("no such product: %q", got)
		}
	})
}

// TestMigrationsGoUpAndDown brings the databases of all services to their present form, back, and there again.
func TestMigrationsGoUpAndDown(t *testing.T) {
	ctx := context.Background()
	for _, name := range subgraphs.Names() {
		for kind, config := range map[string]kit.Config{
			"sqlite": {DataDir: t.TempDir()}, "postgres": {DatabaseURL: newDatabase(t)},
		} {
			up, err := subgraphs.Migrate(ctx, name, config)
			if err != nil || len(up) == 0 {
				t.Fatalf("%s, %s: up: %v, %v", name, kind, up, err)
			}
			down, err := subgraphs.MigrateDown(ctx, name, config)
			if slices.Sort(down); err != nil || len(down) != len(up) {
				t.Fatalf("%s, %s: down: %v, %v", name, kind, down, err)
			}
			applied, missing, err := subgraphs.MigrationStatus(ctx, name, config)
			if err != nil || len(applied) != 0 || len(missing) != len(up) {
				t.Errorf("%s, %s: %v applied, %v missing, %v", name, kind, applied, missing, err)
			}
			if again, err := subgraphs.Migrate(ctx, name, config); err != nil || len(again) != len(up) {
				t.Errorf("%s, %s: up again: %v, %v", name, kind, again, err)
			}
		}
	}
}
