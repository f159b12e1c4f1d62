package subgraphs_test

import (
	"testing"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/kittest"
)

// TestStockIsChangedWithVersions fills a warehouse that was just built.
func TestStockIsChangedWithVersions(t *testing.T) {
	onBothWith(t, "inventory", kit.Config{}, func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		type answer struct {
			Stock      *struct{ Quantity, Version int }
			UserErrors userErrors
		}
		ask := func(mutation string) answer {
			var got struct{ It answer }
			kittest.MustAsk(t, s.Handler(), merchant, `mutation { it: `+mutation+` { stock { quantity version } userErrors { field code } } }`, nil, &got)
			return got.It
		}
		house := func(mutation, field string) string {
			_, wrong := mutateShelf(t, s, mutation, field)
			return wrong
		}
		if got := house(`saveWarehouse(input: {id: "par1", name: "Paris", city: "Paris", country: "FR"})`, "warehouse { id name }"); got != "" {
			t.Error(got)
		}
		if got := house(`saveWarehouse(input: {id: "Paris", name: "", city: "Paris", country: "FR"})`, "warehouse { id }"); got != "BAD_USER_INPUT input.id BAD_USER_INPUT input.name" {
			t.Error(got)
		}
		for _, c := range []struct {
			mutation, wrong   string
			quantity, version int
		}{
			{`putStock(input: {upc: "p1", warehouseId: "par1", quantity: 5, expectedVersion: 0})`, "", 5, 1},
			{`putStock(input: {upc: "p1", warehouseId: "par1", quantity: 6, expectedVersion: 0})`, "CONFLICT input.expectedVersion", 0, 0},
			{`moveStock(input: {upc: "p1", warehouseId: "par1", delta: 2, idempotencyKey: "a"})`, "", 7, 2},
			{`moveStock(input: {upc: "p1", warehouseId: "par1", delta: 2, idempotencyKey: "a"})`, "", 7, 2},
			{`putStock(input: {upc: "p1", warehouseId: "par1", quantity: 1, expectedVersion: 2})`, "", 1, 3},
			{`moveStock(input: {upc: "p1", warehouseId: "par1", delta: -2})`, "CONFLICT input.delta", 0, 0},
			{`putStock(input: {upc: "none", warehouseId: "none", quantity: -1})`,
				"BAD_USER_INPUT input.quantity, BAD_USER_INPUT input.upc, BAD_USER_INPUT input.warehouseId", 0, 0},
		} {
			got := ask(c.mutation)
			if got.UserErrors.String() != c.wrong || (got.Stock == nil) != (c.wrong != "") {
				t.Errorf("%s: %q, want %q", c.mutation, got.UserErrors, c.wrong)
			} else if got.Stock != nil && (got.Stock.Quantity != c.quantity || got.Stock.Version != c.version) {
				t.Errorf("%s: %+v, want %d, version %d", c.mutation, got.Stock, c.quantity, c.version)
			}
		}
		if got := house(`removeWarehouse(input: {id: "par1"})`, "removedId"); got != "CONFLICT input.id" {
			t.Errorf("a warehouse is removed in which something lies: %q", got)
		}
		house(`saveWarehouse(input: {id: "par2", name: "Paris", city: "Paris", country: "FR"})`, "warehouse { id }")
		if got := house(`removeWarehouse(input: {id: "par2"})`, "removedId"); got != "" {
			t.Error(got)
		}
		if got := house(`removeWarehouse(input: {id: "par2"})`, "removedId"); got != "NOT_FOUND input.id" {
			t.Error(got)
		}
		if got := kittest.Ask(t, s.Handler(), ada, `mutation { removeWarehouse(input: {id: "par1"}) { removedId } }`, nil).Fields(); got != "FORBIDDEN" {
			t.Errorf("a customer: %q", got)
		}
	})
}

// TestProfilesHaveVersions changes a profile twice, the second time with an old version.
func TestProfilesHaveVersions(t *testing.T) {
	onBoth(t, "accounts", func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		for _, c := range []struct {
			fields, wrong string
			version       int
		}{
			{`bio: "One.", expectedVersion: 1`, "", 2},
			{`bio: "Two.", expectedVersion: 1`, "CONFLICT input.expectedVersion", 0},
			{`username: "x"`, "BAD_USER_INPUT input.username", 0},
			{`name: "Ada N."`, "", 3},
		} {
			var got struct {
				ChangeProfile struct {
					User       *struct{ Version int }
					UserErrors userErrors
				}
			}
			kittest.MustAsk(t, s.Handler(), ada, `mutation { changeProfile(input: {`+c.fields+`}) { user { version } userErrors { field code } } }`, nil, &got)
			it := got.ChangeProfile
			if it.UserErrors.String() != c.wrong || (it.User == nil) != (c.wrong != "") || it.User != nil && it.User.Version != c.version {
				t.Errorf("%s: %+v", c.fields, it)
			}
		}
	})
}
