package subgraphs_test

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/kit/kittest"
)

type pageInfo struct {
	HasNextPage, HasPreviousPage bool
	StartCursor, EndCursor       *string
}

func TestProductLists(t *testing.T) {
	onBoth(t, "catalog", func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		var top struct {
			TopProducts []struct {
				Upc, Sku, Name, Title, Slug, Currency, ImageUrl string
				Price, Weight                                   int
				Dimensions                                      struct{ Width int }
			}
		}
		kittest.MustAsk(t, s.Handler(), nil,
			`{ topProducts { upc sku name title slug currency imageUrl price weight dimensions { width } } }`, nil, &top)
		if len(top.TopProducts) != 5 {
			t.Fatalf("topProducts has %d entries by default, want 5", len(top.TopProducts))
		}
		for _, p := range top.TopProducts {
			if p.Name == "" || p.Name != p.Title || p.Price <= 0 || p.Weight <= 0 || p.Currency != "EUR" || p.Dimensions.Width <= 0 {
				t.Errorf("a product misses something: %+v", p)
			}
		}
		for _, sort := range []string{"BEST_SELLING", "NEWEST", "PRICE_ASC", "PRICE_DESC"} {
			t.Run(sort, func(t *testing.T) { walkProducts(t, s, sort) })
		}
	})
}

// walkProducts reads all pages of a list and checks that every product comes once and in order.
func walkProducts(t *testing.T, s subgraphs.Service, sort string) {
	var (
		after  *string
		seen   = map[string]bool{}
		prices []int
	)
	for pages := 0; ; pages++ {
		var got struct {
			Products struct {
				TotalCount int
				PageInfo   pageInfo
				Edges      []struct {
					Cursor string
					Node   struct {
						Upc   string
						Price int
					}
				}
			}
		}
		kittest.MustAsk(t, s.Handler(), nil, `query($after: String, $sort: ProductSort!) {
			products(first: 70, after: $after, sort: $sort) {
				totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { upc price } } } }`,
			map[string]any{"after": after, "sort": sort}, &got)
		list := got.Products
		if list.TotalCount != 300 || list.PageInfo.HasPreviousPage != (pages > 0) || pages > 4 {
			t.Fatalf("page %d: %+v", pages, list.PageInfo)
		}
		for _, e := range list.Edges {
			if seen[e.Node.Upc] {
				t.Errorf("%s comes twice", e.Node.Upc)
			}
			seen[e.Node.Upc] = true
			prices = append(prices, e.Node.Price)
		}
		if !list.PageInfo.HasNextPage {
			break
		}
		after = list.PageInfo.EndCursor
	}
	if len(seen) != 300 {
		t.Errorf("all pages together have %d products, want 300", len(seen))
	}
	switch sort {
	case "PRICE_DESC":
		slices.Reverse(prices)
		fallthrough
	case "PRICE_ASC":
		if !slices.IsSorted(prices) {
			t.Errorf("prices are out of order")
		}
	}
}

func TestProductFilter(t *testing.T) {
	onBoth(t, "catalog", func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		var got struct {
			Products struct {
				TotalCount int
				Nodes      []struct {
					Price    int
					Category struct{ ID string }
				}
			}
		}
		kittest.MustAsk(t, s.Handler(), nil, `{ products(first: 100, filter: {categoryId: "chairs", minPrice: 10000, maxPrice: 40000}) {
			totalCount nodes { price category { id } } } }`, nil, &got)
		if got.Products.TotalCount == 0 || got.Products.TotalCount != len(got.Products.Nodes) {
			t.Errorf("totalCount is %d for %d products", got.Products.TotalCount, len(got.Products.Nodes))
		}
		for _, p := range got.Products.Nodes {
			if p.Category.ID != "chairs" || p.Price < 10000 || p.Price > 40000 {
				t.Errorf("%+v does not pass the filter", p)
			}
		}
	})
}

func TestSearch(t *testing.T) {
	const query = `query($q: String!, $first: Int!, $after: String, $kinds: [SearchKind!]) {
		search(query: $q, first: $first, after: $after, kinds: $kinds) { totalCount pageInfo { hasNextPage endCursor }
			nodes { __typename ... on Product { upc name description } ... on Category { id name description } ... on Brand { id name description } } } }`
	type result struct {
		Search struct {
			TotalCount int
			PageInfo   pageInfo
			Nodes      []struct {
				Typename          string `json:"__typename"`
				Upc, ID           string
				Name, Description string
			}
		}
	}
	onBoth(t, "catalog", func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		ask := func(variables map[string]any) result {
			var r result
			kittest.MustAsk(t, s.Handler(), nil, query, variables, &r)
			return r
		}
		all := ask(map[string]any{"q": "LAMP", "first": 50}).Search
		if all.Nodes[0].Typename != "Category" || all.Nodes[0].Name != "Lamps" {
			t.Errorf("the best hit for lamp is %+v, want the category, whose name begins with it", all.Nodes[0])
		}
		kinds := map[string]int{}
		for _, node := range all.Nodes {
			kinds[node.Typename]++
			if !strings.Contains(strings.ToLower(node.Name+" "+node.Description), "lamp") {
				t.Errorf("%+v does not contain the word", node)
			}
		}
		if kinds["Product"] == 0 || kinds["Brand"] == 0 {
			t.Errorf("kinds found: %v, want products, categories and brands", kinds)
		}
		var paged []string
		var after *string
		for {
			part := ask(map[string]any{"q": "lamp", "first": 7, "after": after}).Search
			if part.TotalCount != all.TotalCount {
				t.Fatalf("totalCount is %d on one page and %d on another", all.TotalCount, part.TotalCount)
			}
			for _, node := range part.Nodes {
				paged = append(paged, node.Upc+node.ID)
			}
			if !part.PageInfo.HasNextPage {
				break
			}
			after = part.PageInfo.EndCursor
		}
		if len(paged) != all.TotalCount || len(slices.Compact(slices.Sorted(slices.Values(paged)))) != len(paged) {
			t.Errorf("pages of 7 have %d results, want %d different ones", len(paged), all.TotalCount)
		}
		if only := ask(map[string]any{"q": "lamp", "first": 50, "kinds": []string{"BRAND"}}).Search; len(only.Nodes) != kinds["Brand"] {
			t.Errorf("asked for brands only: %d, want %d", len(only.Nodes), kinds["Brand"])
		}
		for _, nothing := range []string{"zzzz", "%", "lamp_zz"} {
			if r := ask(map[string]any{"q": nothing, "first": 5}); len(r.Search.Nodes) != 0 || r.Search.TotalCount != 0 {
				t.Errorf("%q finds %d things", nothing, r.Search.TotalCount)
			}
		}
	})
}

func TestCatalogRefusals(t *testing.T) {
	cases := []struct{ name, query, want string }{
		{"a page too large", `{ topProducts(first: 101) { upc } }`, "BAD_USER_INPUT first"},
		{"less than no page", `{ topProducts(first: -1) { upc } }`, "BAD_USER_INPUT first"},
		{"a cursor that is none", `{ products(after: "x!") { totalCount } }`, "BAD_USER_INPUT after"},
		{"no word", `{ search(query: "  ", first: 0) { totalCount } }`, "BAD_USER_INPUT query"},
		{"a category too greedy", `{ category(id: "beds") { products(first: 1000) { upc } } }`, "BAD_USER_INPUT first"},
		{"nobody creates", `mutation { updateProduct(input: {upc: "p1", price: 1}) { upc } }`, "UNAUTHENTICATED"},
	}
	s, _ := open(t, "catalog", sqliteConfig(t))
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := kittest.Ask(t, s.Handler(), nil, c.query, nil).Fields(); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestCursorOfAnotherOrder(t *testing.T) {
	s, _ := open(t, "catalog", sqliteConfig(t))
	var got struct{ Products struct{ PageInfo pageInfo } }
	kittest.MustAsk(t, s.Handler(), nil, `{ products(first: 1, sort: NEWEST) { pageInfo { endCursor } } }`, nil, &got)
	answer := kittest.Ask(t, s.Handler(), nil, `query($a: String) { products(after: $a, sort: PRICE_ASC) { totalCount } }`,
		map[string]any{"a": got.Products.PageInfo.EndCursor})
	if answer.Fields() != "BAD_USER_INPUT after" {
		t.Errorf("got %+v", answer.Errors)
	}
}

func TestWriteProducts(t *testing.T) {
	const create = `mutation($in: CreateProductInput!) { createProduct(input: $in) { upc sku name slug price category { id } brand { name } } }`
	onBoth(t, "catalog", func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		input := map[string]any{"sku": "NEW-1", "name": " A New Chair! ", "price": 12900, "weight": 5400, "categoryId": "chairs", "brandId": "kontor"}
		if got := kittest.Ask(t, s.Handler(), ada, create, map[string]any{"in": input}).Fields(); got != "FORBIDDEN" {
			t.Errorf("a customer creates a product: %q", got)
		}
		var made struct {
			CreateProduct struct {
				Upc, Sku, Name, Slug string
				Price                int
				Category             struct{ ID string }
				Brand                struct{ Name string }
			}
		}
		answer := kittest.MustAsk(t, s.Handler(), merchant, create, map[string]any{"in": input}, &made)
		p := made.CreateProduct
		if p.Name != "A New Chair!" || p.Slug != "a-new-chair-"+p.Upc || p.Category.ID != "chairs" || p.Brand.Name != "Kontor" {
			t.Errorf("made %+v", p)
		}
		if got := answer.Header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("Cache-Control of a mutation is %q", got)
		}
		if got := kittest.Ask(t, s.Handler(), merchant, create, map[string]any{"in": input}).Fields(); got != "CONFLICT input.sku" {
			t.Errorf("the same sku again: %q", got)
		}
		wrong := map[string]any{"sku": "x", "name": " ", "price": 0, "weight": -1, "categoryId": "none", "brandId": "none"}
		got := kittest.Ask(t, s.Handler(), merchant, create, map[string]any{"in": wrong})
		fields := strings.Split(got.Fields(), ", ")
		slices.Sort(fields)
		want := "BAD_USER_INPUT input.brandId, BAD_USER_INPUT input.categoryId, BAD_USER_INPUT input.name, BAD_USER_INPUT input.price, BAD_USER_INPUT input.sku, BAD_USER_INPUT input.weight"
		if strings.Join(fields, ", ") != want || string(got.Data) != `{"createProduct":null}` {
			t.Errorf("errors %q, data %s", fields, got.Data)
		}
		var changed struct{ UpdateProduct struct{ Price, Weight int } }
		kittest.MustAsk(t, s.Handler(), merchant, `mutation($u: ID!) { updateProduct(input: {upc: $u, price: 9900}) { price weight } }`,
			map[string]any{"u": p.Upc}, &changed)
		if changed.UpdateProduct.Price != 9900 || changed.UpdateProduct.Weight != 5400 {
			t.Errorf("changed to %+v", changed.UpdateProduct)
		}
		if got := kittest.Ask(t, s.Handler(), merchant, `mutation { updateProduct(input: {upc: "none", price: 9900}) { price } }`, nil).Fields(); got != "NOT_FOUND input.upc" {
			t.Errorf("a product that is not there: %q", got)
		}
	})
}

func TestCatalogEntities(t *testing.T) {
	onBoth(t, "catalog", func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		var sku struct{ Product struct{ Sku string } }
		kittest.MustAsk(t, s.Handler(), nil, `{ product(upc: "p7") { sku } }`, nil, &sku)
		reps := []map[string]any{
			{"__typename": "Product", "upc": "p9"},
			{"__typename": "Product", "sku": sku.Product.Sku},
			{"__typename": "Product", "upc": "none"},
			{"__typename": "Category", "id": "beds"},
			{"__typename": "Brand", "id": "none"},
			{"__typename": "Product", "upc": "p9", "sku": sku.Product.Sku},
		}
		var got struct {
			Entities []json.RawMessage `json:"_entities"`
		}
		kittest.MustAsk(t, s.Handler(), nil, entities+`{ ... on Product { upc } ... on Category { id } ... on Brand { id } } }`,
			map[string]any{"r": reps}, &got)
		want := []string{`{"upc":"p9"}`, `{"upc":"p7"}`, `null`, `{"id":"beds"}`, `null`, `{"upc":"p9"}`}
		for i, w := range want {
			if string(got.Entities[i]) != w {
				t.Errorf("entity %d is %s, want %s", i, got.Entities[i], w)
			}
		}
		answer := kittest.Ask(t, s.Handler(), nil, entities+`{ __typename } }`,
			map[string]any{"r": []map[string]any{{"__typename": "Product", "ean": 4}}})
		if answer.Fields() != "BAD_REPRESENTATION" {
			t.Errorf("a representation without key: %+v", answer.Errors)
		}
	})
}

func TestFeaturedInterface(t *testing.T) {
	s, _ := open(t, "catalog", sqliteConfig(t))
	var got struct {
		Featured []struct {
			Typename   string `json:"__typename"`
			Name, Slug string
			Price      int
			Country    string
		}
	}
	kittest.MustAsk(t, s.Handler(), nil,
		`{ featured(first: 6) { __typename name slug ... on Product { price } ... on Brand { country } } }`, nil, &got)
	var types []string
	for _, item := range got.Featured {
		types = append(types, item.Typename)
	}
	if strings.Join(types, " ") != "Product Category Brand Product Category Brand" {
		t.Errorf("featured are %v", types)
	}
}

// TestChangesAtOnce changes different fields of one product at the same time: none undoes another.
func TestChangesAtOnce(t *testing.T) {
	onBoth(t, "catalog", func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		var all sync.WaitGroup
		for _, change := range []string{`name: "Changed"`, `price: 4242`, `weight: 777`, `description: "Changed."`} {
			all.Go(func() {
				answer := kittest.Ask(t, s.Handler(), merchant, `mutation { updateProduct(input: {upc: "p1", `+change+`}) { upc } }`, nil)
				if len(answer.Errors) > 0 {
					t.Errorf("%s: %+v", change, answer.Errors)
				}
			})
		}
		all.Wait()
		var got struct {
			Product struct {
				Name, Description string
				Price, Weight     int
			}
		}
		kittest.MustAsk(t, s.Handler(), nil, `{ product(upc: "p1") { name description price weight } }`, nil, &got)
		if p := got.Product; p.Name != "Changed" || p.Description != "Changed." || p.Price != 4242 || p.Weight != 777 {
			t.Errorf("after four changes: %+v", p)
		}
	})
}
