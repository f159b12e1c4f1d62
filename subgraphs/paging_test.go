package subgraphs_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/kittest"
)

// connection is a field whose list can be read page by page, in both directions.
//
// Specification: https://relay.dev/graphql/connections.htm
type connection struct{ service, name, field, args, node string }

// of is a connection of an entity, as a router asks for it.
const ofEntity = "entity "

var connections = []connection{
	{"accounts", "users", "users", "", "id"},
	{"catalog", "search", "search", `query: "lamp"`, "... on Product { id } ... on Category { id } ... on Brand { id }"},
	{"catalog", "best-selling", "products", `filter: {minPrice: 20000}`, "id"},
	{"catalog", "newest", "products", `sort: NEWEST, filter: {categoryId: "chairs"}`, "id"},
	{"catalog", "cheapest", "products", `sort: PRICE_ASC, filter: {brandId: "oxbow"}`, "id"},
	{"reviews", "all reviews", "reviews", "", "id"},
	{"orders", "all orders", "orders", "", "id"},
	{"inventory", "running out", "lowStock", "threshold: 60", "id"},
	{"inventory", "stock of a warehouse", ofEntity + `Warehouse id: "ber1" stock`, "", "product { id }"},
	{"catalog", "dearest", "products", `sort: PRICE_DESC, filter: {brandId: "oxbow"}`, "id"},
}

var ofEntities = []connection{
	{"reviews", "reviews of a product", ofEntity + `Product upc: "p1" reviewsConnection`, "", "id"},
	{"reviews", "best reviews of a product", ofEntity + `Product upc: "p1" reviewsConnection`, "sort: HIGHEST", "id"},
	{"reviews", "worst reviews of a product", ofEntity + `Product upc: "p1" reviewsConnection`, "sort: LOWEST", "id"},
	{"reviews", "reviews of one rating", ofEntity + `Product upc: "p1" reviewsConnection`, "filter: {rating: 4}", "id"},
	{"reviews", "verified reviews", ofEntity + `Product upc: "p1" reviewsConnection`, "filter: {verified: true}", "id"},
	{"reviews", "other reviews", ofEntity + `Product upc: "p1" reviewsConnection`, "filter: {verified: false}", "id"},
	{"reviews", "reviews of a person", ofEntity + `User id: "u207" reviewsConnection`, "", "id"},
}

type part struct {
	TotalCount int
	PageInfo   struct {
		HasNextPage, HasPreviousPage bool
		StartCursor, EndCursor       *string
	}
	Edges []struct {
		Cursor string
		Node   struct {
			ID             string
			Product, Order struct{ ID string }
		}
	}
}

// ask reads the page that the variables describe.
func (c connection) ask(t *testing.T, s subgraphs.Service, variables map[string]any) part {
	t.Helper()
	var got struct {
		List     part
		Entities []struct{ List part } `json:"_entities"`
	}
	kittest.MustAsk(t, s.Handler(), operator, c.query(), variables, &got)
	if len(got.Entities) > 0 {
		return got.Entities[0].List
	}
	return got.List
}

func (c connection) query() string {
	begin, field, end := "", c.field, ""
	if entity, ok := strings.CutPrefix(c.field, ofEntity); ok {
		words := strings.Fields(entity)
		begin = `_entities(representations: [{__typename: "` + words[0] + `", ` + words[1] + words[2] + `}]) { ... on ` + words[0] + ` { `
		field, end = words[3], " } }"
	}
	return `query($first: Int, $after: String, $last: Int, $before: String) { ` + begin + `
		list: ` + field + `(first: $first, after: $after, last: $last, before: $before, ` + c.args + `) {
			totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { ` + c.node + ` } } } }` + end
}

func (p part) ids() []string {
	ids := make([]string, len(p.Edges))
	for i, e := range p.Edges {
		ids[i] = e.Node.ID + e.Node.Product.ID + e.Node.Order.ID
	}
	return ids
}

func TestListsAreReadInBothDirections(t *testing.T) {
	for _, c := range connections {
		t.Run(c.name, func(t *testing.T) {
			onBoth(t, c.service, func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) { c.check(t, s) })
		})
	}
	// In a shop of this size the first product has 200 reviews.
	onBothGrown(t, "reviews", 2, func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		for _, c := range ofEntities {
			t.Run(c.name, func(t *testing.T) { c.check(t, s) })
		}
	})
}

// What is not in the sample data is written first. Nothing happens in the background, which would move checkouts to
// other places.
func TestMailsAndCheckoutsAreReadInBothDirections(t *testing.T) {
	t.Parallel()
	config := kit.Config{RequestsOnly: true}
	onBothWith(t, "orders", config, func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		for i := range 15 {
			buy(t, s, ada, "p1", fmt.Sprint("key-of-order-", i), "card", "1")
		}
		connection{"orders", "checkouts", "sagas", "minAttempts: 0", "order { id }"}.check(t, s)
	})
	onBothWith(t, "accounts", config, func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		for i := range 15 {
			sign(t, s, fmt.Sprintf(
				`signUp(input: {name: "Some One", email: "%d@example.com", username: "someone%d", password: "compilers are fun"})`, i, i))
		}
		connection{"accounts", "mails", "mails", "", "id: body"}.check(t, s)
	})
}

func (c connection) check(t *testing.T, s subgraphs.Service) {
	var forward, backward []string
	var cursors []string
	total := c.ask(t, s, map[string]any{"first": 0}).TotalCount
	size := 7
	if total > 20*size { // long lists are read in larger pages
		size = min(total/20, 50)
	}
	for after, more := (*string)(nil), true; more && len(forward) < total+size; {
		page := c.ask(t, s, map[string]any{"first": size, "after": after})
		if page.PageInfo.HasPreviousPage != (after != nil) || len(page.Edges) == 0 {
			t.Fatalf("forward: %+v", page)
		}
		forward = append(forward, page.ids()...)
		for _, e := range page.Edges {
			cursors = append(cursors, e.Cursor)
		}
		after, more = page.PageInfo.EndCursor, page.PageInfo.HasNextPage
	}
	for before, more := (*string)(nil), true; more && len(backward) < total+size; {
		page := c.ask(t, s, map[string]any{"last": size, "before": before, "first": nil})
		if page.PageInfo.HasNextPage != (before != nil) || len(page.Edges) == 0 {
			t.Fatalf("backward: %+v", page)
		}
		backward = append(page.ids(), backward...)
		before, more = page.PageInfo.StartCursor, page.PageInfo.HasPreviousPage
	}
	if len(forward) != total || total < 2*size || !slices.Equal(forward, backward) {
		t.Errorf("%d in all\nforward  %s\nbackward %s", total, strings.Join(forward, " "), strings.Join(backward, " "))
	}
	between := map[string]any{"after": cursors[1], "before": cursors[total-2]}
	for name, want := range map[string]struct {
		count          map[string]any
		ids            []string
		previous, next bool
	}{
		"the first between": {map[string]any{"first": 3}, forward[2:5], true, true},
		"the last between":  {map[string]any{"last": 3}, forward[total-5 : total-2], true, true},
		"all between":       {map[string]any{"first": 100}, forward[2:min(102, total-2)], true, total-4 > 100},
	} {
		if name == "all between" && c.field == "search" {
			want.count["first"] = 50
		}
		for argument, cursor := range between {
			want.count[argument] = cursor
		}
		page := c.ask(t, s, want.count)
		if !slices.Equal(page.ids(), want.ids) || page.PageInfo.HasPreviousPage != want.previous || page.PageInfo.HasNextPage != want.next {
			t.Errorf("%s: %s, %+v; want %s", name, page.ids(), page.PageInfo, want.ids)
		}
	}
	if empty := c.ask(t, s, map[string]any{"first": 0}); len(empty.Edges) != 0 || !empty.PageInfo.HasNextPage || empty.PageInfo.StartCursor != nil {
		t.Errorf("first: 0 is %+v", empty)
	}
	if empty := c.ask(t, s, map[string]any{"last": 0}); len(empty.Edges) != 0 || !empty.PageInfo.HasPreviousPage {
		t.Errorf("last: 0 is %+v", empty)
	}
	for want, variables := range map[string]map[string]any{
		"BAD_USER_INPUT last":   {"first": 1, "last": 1},
		"BAD_USER_INPUT first":  {"first": -1},
		"BAD_USER_INPUT before": {"before": "none"},
		"BAD_USER_INPUT after":  {"after": "none", "last": 3},
	} {
		if got := kittest.Ask(t, s.Handler(), operator, c.query(), variables).Fields(); got != want {
			t.Errorf("%v: %q, want %q", variables, got, want)
		}
	}
	if got := kittest.Ask(t, s.Handler(), operator, c.query(), map[string]any{"last": 101}).Fields(); got != "BAD_USER_INPUT last" {
		t.Errorf("too large a page: %q", got)
	}
}

// TestListsOfNothing asks every list for no entries, as clients do that want to know only whether they may.
func TestListsOfNothing(t *testing.T) {
	for service, query := range map[string]string{
		"catalog": `{ topProducts(first: 0) { id } featured(first: 0) { name } brands { products(first: 0) { id } }
			categories { products(first: 0) { id } } product(upc: "p1") { related(first: 0) { id } } }`,
		"inventory": `{ lowStock(first: 0) { nodes { id } } warehouses { stock(first: 0) { nodes { quantity } } } }`,
		"reviews":   `{ recentReviews(first: 0) { id } review(id: "r1") { author { reviews(first: 0) { id } } product { reviews(first: 0) { id } } } }`,
	} {
		s, _ := open(t, service, sqliteConfig(t))
		var got map[string]any
		kittest.MustAsk(t, s.Handler(), nil, query, nil, &got)
		checkEmpty(t, service, got)
	}
}

// checkEmpty wants every list below the root fields, and those that are root fields themselves but all brands,
// categories and warehouses, to be empty and not null.
func checkEmpty(t *testing.T, where string, value any) {
	t.Helper()
	switch v := value.(type) {
	case map[string]any:
		for name, child := range v {
			checkEmpty(t, where+"."+name, child)
		}
	case []any:
		all := strings.HasSuffix(where, ".brands") || strings.HasSuffix(where, ".categories") || strings.HasSuffix(where, ".warehouses")
		if !all && len(v) > 0 {
			t.Errorf("%s has %d entries", where, len(v))
		}
		for _, child := range v {
			checkEmpty(t, where, child)
		}
	case nil:
		t.Errorf("%s is null", where)
	}
}

func TestNodesAreFoundByTheirIDs(t *testing.T) {
	onBoth(t, "catalog", func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		for id, want := range map[string]string{
			"p1": "Product", "p300": "Product", "chairs": "Category", "petit-bois": "Brand", "u17": "User", "r5": "Review",
			"rabcdefghijklmnopqrstuvwxyz": "Review", "o7": "Order",
			"aabcdefghijklmnopqrstuvwxyz": "Anomaly", "a7": "", "oabcdefghijklmnopqrstuvwxyz": "Order", "ber1": "Warehouse", "p301": "", "nothing": "", "": "", "u": "", "pear": "",
		} {
			var got struct {
				Node *struct {
					Typename string `json:"__typename"`
					ID       string
				}
			}
			kittest.MustAsk(t, s.Handler(), nil, `query($id: ID!) { node(id: $id) { __typename id } }`, map[string]any{"id": id}, &got)
			switch {
			case want == "" && got.Node != nil, want != "" && (got.Node == nil || got.Node.Typename != want || got.Node.ID != id):
				t.Errorf("%q: %+v, want %s", id, got.Node, want)
			}
		}
	})
}
