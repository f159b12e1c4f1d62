package subgraphs_test

import (
	"fmt"
	"testing"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/kit/kittest"
)

// representations makes n of the type, with the given fields; %d in a text becomes 1, 2 and so on.
func representations(n int, typeName string, fields map[string]any) map[string]any {
	list := make([]map[string]any, n)
	for i := range list {
		list[i] = map[string]any{"__typename": typeName}
		for name, value := range fields {
			if text, ok := value.(string); ok {
				value = fmt.Sprintf(text, i+1)
			}
			list[i][name] = value
		}
	}
	return map[string]any{"r": list}
}

const entities = `query($r: [_Any!]!) { _entities(representations: $r) `

// TestConstantNumberOfQueries checks that the number of SQL queries depends on the shape of the operation alone.
func TestConstantNumberOfQueries(t *testing.T) {
	cases := []struct {
		service, name, query, typeName string
		fields                         map[string]any
		queries                        int
	}{
		{"accounts", "people", entities + `{ ... on User { name username email } } }`, "User",
			map[string]any{"id": "u%d"}, 1},
		{"catalog", "products with category, brand and what is beside them", entities + `{ ... on Product { name
			category { name productCount products(first: 3) { name brand { name } } } brand { name }
			related(first: 3) { name category { name } } } } }`, "Product", map[string]any{"upc": "p%d"}, 8},
		{"catalog", "products by sku", entities + `{ ... on Product { name } } }`, "Product",
			map[string]any{"sku": "BED-%d"}, 1},
		{"inventory", "stock and shipping", entities + `{ ... on Product { inStock available totalStock shippingEstimate
			stock { quantity warehouse { name stock(first: 2) { quantity product { totalStock } } } } } } }`, "Product",
			map[string]any{"upc": "p%d", "price": 4999, "weight": 1200}, 6},
		{"reviews", "reviews, their authors and what these wrote", entities + `{ ... on Product { averageRating reviewCount
			reviews(first: 5) { body author { username reviewCount reviews(first: 3) { title
			product { averageRating reviews(first: 2) { title author { username } } } } } } } } }`, "Product",
			map[string]any{"upc": "p%d"}, 6},
		{"reviews", "what people wrote", entities + `{ ... on User { reviewCount reviews(first: 5) { title product { upc averageRating } } } } }`,
			"User", map[string]any{"id": "u%d"}, 4},
	}
	for _, c := range cases {
		t.Run(c.service+" "+c.name, func(t *testing.T) {
			onBoth(t, c.service, func(t *testing.T, s subgraphs.Service, sql *kittest.Counter) {
				for _, n := range []int{3, 100} {
					kittest.MustAsk(t, s.Handler(), ada, c.query, representations(n, c.typeName, c.fields), nil)
					if got := sql.Take(); got != c.queries {
						t.Errorf("%d entities took %d SQL queries, want %d", n, got, c.queries)
					}
				}
			})
		})
	}
}
