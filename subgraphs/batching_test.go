package subgraphs_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/kit"
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

// patient lets dataloaders gather what hundreds of fields ask for at the same time, with the race detector.
var patient = kit.Config{BatchWait: 50 * time.Millisecond}

// checkQueries asks, and reports more SQL queries than the shape of an operation needs. A machine that is busy elsewhere
// may let fields ask so late that their dataloader has left, so that it leaves twice: then it is asked again. One query
// for each object, every time, is what must not be.
func checkQueries(t *testing.T, what string, sql *kittest.Counter, needed int, ask func()) {
	t.Helper()
	got := 0
	for range 12 { // a busy machine takes longer to ask than dataloaders wait
		sql.Take()
		ask()
		if got = sql.Take(); got <= 2*needed {
			return
		}
	}
	t.Errorf("%s took %d SQL queries, want %d", what, got, needed)
}

// TestAliasesShareQueries asks for many objects under aliases of root fields, and for what belongs to them.
func TestAliasesShareQueries(t *testing.T) {
	cases := []struct {
		service, field string
		queries        int
	}{
		{"accounts", `user(id: "u%d") { name }`, 1},
		{"catalog", `product(upc: "p%d") { name category { name productCount } brand { name } related(first: 3) { name } }`, 5},
		{"catalog", `node(id: "p%d") { ... on Product { name brand { products(first: 2) { name } } } }`, 3},
		{"catalog", `node(id: "u%d") { id }`, 3},
		{"reviews", `review(id: "r%d") { title author { reviewCount reviews(first: 2) { title } } product { averageRating } }`, 4},
	}
	for _, c := range cases {
		t.Run(c.service, func(t *testing.T) {
			onBothWith(t, c.service, patient, func(t *testing.T, s subgraphs.Service, sql *kittest.Counter) {
				var document strings.Builder
				document.WriteString("{")
				for i := range 50 {
					fmt.Fprintf(&document, " a%d: "+c.field, i, i+1)
				}
				document.WriteString(" }")
				checkQueries(t, "50 aliases", sql, c.queries, func() {
					kittest.MustAsk(t, s.Handler(), ada, document.String(), nil, nil)
				})
			})
		})
	}
}

// TestFieldsOfMutationsReadAgain changes the same twice in one operation: the second answer has both changes.
func TestFieldsOfMutationsReadAgain(t *testing.T) {
	s, _ := open(t, "inventory", sqliteConfig(t))
	var told struct {
		A, B struct{ Product struct{ TotalStock int } }
	}
	kittest.MustAsk(t, s.Handler(), merchant, `mutation {
		a: setStock(input: {upc: "p1", warehouseId: "ber1", quantity: 1}) { product { totalStock } }
		b: setStock(input: {upc: "p1", warehouseId: "ber1", quantity: 3}) { product { totalStock } } }`, nil, &told)
	if told.B.Product.TotalStock != told.A.Product.TotalStock+2 {
		t.Errorf("%+v", told)
	}
}

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
			shippingQuotes(to: "FR") { carrier }
			stock { quantity warehouse { name stock(first: 2) { totalCount nodes { quantity product { totalStock } } } } } } } }`, "Product",
			map[string]any{"upc": "p%d", "price": 4999, "weight": 1200}, 8},
		{"reviews", "reviews, their authors and what these wrote", entities + `{ ... on Product { averageRating reviewCount
			reviews(first: 5) { body author { username reviewCount reviews(first: 3) { title
			product { averageRating reviews(first: 2) { title author { username } } } } } } } } }`, "Product",
			map[string]any{"upc": "p%d"}, 6},
		{"reviews", "what people wrote", entities + `{ ... on User { reviewCount reviews(first: 5) { title product { upc averageRating } } } } }`,
			"User", map[string]any{"id": "u%d"}, 4},
	}
	for _, c := range cases {
		t.Run(c.service+" "+c.name, func(t *testing.T) {
			onBothWith(t, c.service, patient, func(t *testing.T, s subgraphs.Service, sql *kittest.Counter) {
				for _, n := range []int{3, 30} {
					checkQueries(t, fmt.Sprintf("%d entities", n), sql, c.queries, func() {
						kittest.MustAsk(t, s.Handler(), ada, c.query, representations(n, c.typeName, c.fields), nil)
					})
				}
			})
		})
	}
}
