package seed_test

import (
	"reflect"
	"testing"

	"github.com/weft-graphql/weft/subgraphs/seed"
)

func TestTheSameEveryTime(t *testing.T) {
	if !reflect.DeepEqual(seed.People(), seed.People()) || !reflect.DeepEqual(seed.Products(), seed.Products()) ||
		!reflect.DeepEqual(seed.Stocks(), seed.Stocks()) || !reflect.DeepEqual(seed.Reviews(), seed.Reviews()) {
		t.Error("two calls give different shops")
	}
}

// TestReferences checks that whatever a part of the shop refers to is there.
func TestReferences(t *testing.T) {
	people, products, places := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, p := range seed.People() {
		people[p.ID] = true
	}
	for _, c := range seed.Categories() {
		places[c.ID] = true
	}
	for _, b := range seed.Brands() {
		places[b.ID] = true
	}
	for _, w := range seed.Warehouses() {
		places[w.ID] = true
	}
	skus := map[string]bool{}
	for _, p := range seed.Products() {
		products[p.ID] = true
		if !places[p.CategoryID] || !places[p.BrandID] || skus[p.SKU] {
			t.Errorf("%+v refers to nothing, or repeats an sku", p)
		}
		skus[p.SKU] = true
	}
	for _, s := range seed.Stocks() {
		if !products[s.ProductID] || !places[s.WarehouseID] {
			t.Errorf("%+v refers to nothing", s)
		}
	}
	for _, r := range seed.Reviews() {
		if !products[r.ProductID] || !people[r.AuthorID] || r.Rating < 1 || r.Rating > 5 {
			t.Errorf("%+v refers to nothing", r)
		}
	}
	for _, o := range seed.Orders() {
		if !people[o.BuyerID] || len(o.Lines) == 0 || !o.Placed.Before(o.Delivered) {
			t.Errorf("%+v refers to nothing", o)
		}
		for _, line := range o.Lines {
			if !products[line.ProductID] || line.Price < 1 || line.Quantity < 1 {
				t.Errorf("%+v has a line %+v", o.ID, line)
			}
		}
	}
	if len(people) != seed.PersonCount || len(products) != seed.ProductCount {
		t.Errorf("%d people and %d products", len(people), len(products))
	}
}
