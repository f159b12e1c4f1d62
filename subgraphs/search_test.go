package subgraphs_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/kit/kittest"
)

// TestSearchIsTheSameInBothDatabases writes names of several scripts and looks for them.
func TestSearchIsTheSameInBothDatabases(t *testing.T) {
	names := []string{
		"Überseekoffer Qfür Straßen", "CAFÉ Qstuhl", "Стул Qёлка", "椅子 Qoak", "कुर्सी Qbirch", "Smørrebrød-Qbrett 2", "Q' \\ : * & Q2",
	}
	slugs := []string{"uberseekoffer-qfur-strassen-", "cafe-qstuhl-", "стул-qелка-", "椅-子-qoak-", "कुर्सी-qbirch-",
		"smorrebrod-qbrett-2-", "q-q2-"}
	found := map[string][]int{
		"überseekoffer": {0}, "UBERSEE": {0}, "strassen QFUR": {0}, "cafe": {1}, "café qs": {1}, "стул": {2}, "Стул елка": nil,
		"стул qелка": {2}, "椅": {3}, "子": {3}, "椅子": {3}, "कुर्सी": {4}, "smorrebrod": {5}, "qbrett-2": {5}, "q2": {6}, "q' \\ & *": {6},
		"koffer": nil, "qq": nil,
	}
	onBoth(t, "catalog", func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		upcs := map[string]int{}
		for i, name := range names {
			var got struct{ CreateProduct struct{ Upc, Slug string } }
			kittest.MustAsk(t, s.Handler(), merchant, `mutation($i: CreateProductInput!) { createProduct(input: $i) { upc slug } }`,
				map[string]any{"i": map[string]any{
					"sku": fmt.Sprintf("WORD-%d", i), "name": name, "price": 100, "weight": 100, "categoryId": "chairs", "brandId": "oxbow",
				}}, &got)
			upcs[got.CreateProduct.Upc] = i
			if want := slugs[i] + got.CreateProduct.Upc; got.CreateProduct.Slug != want {
				t.Errorf("the slug of %q is %q, want %q", name, got.CreateProduct.Slug, want)
			}
		}
		for text, want := range found {
			var got struct {
				Search struct {
					TotalCount int
					Nodes      []struct{ Upc string }
				}
			}
			kittest.MustAsk(t, s.Handler(), nil, `query($q: String!) { search(query: $q) { totalCount nodes { ... on Product { upc } } } }`,
				map[string]any{"q": text}, &got)
			var hits []int
			for _, node := range got.Search.Nodes {
				hits = append(hits, upcs[node.Upc])
			}
			if text == "q' \\ & *" { // any word that begins with q, which most names here have
				if !slices.Contains(hits, 6) {
					t.Errorf("%q finds %v", text, hits)
				}
				continue
			}
			if !slices.Equal(hits, want) || got.Search.TotalCount != len(want) {
				t.Errorf("%q finds %v (%d), want %v", text, hits, got.Search.TotalCount, want)
			}
		}
	})
}

// TestWhoOnlyCountsReadsNoPage compares the statements that lists take with those they take when only their count is
// asked for.
func TestWhoOnlyCountsReadsNoPage(t *testing.T) {
	lists := []string{
		`{ search(query: "oak") { %s } }`, `{ products(filter: {query: "oak"}) { %s } }`,
		`{ categories { productsConnection { %s } } }`, `{ brands { productsConnection { %s } } }`,
	}
	onBoth(t, "catalog", func(t *testing.T, s subgraphs.Service, counter *kittest.Counter) {
		statements := func(list, fields string) int {
			least := 1000
			for range 10 { // the outbox is looked at now and then, too
				counter.Take()
				kittest.MustAsk(t, s.Handler(), nil, fmt.Sprintf(list, fields), nil, nil)
				least = min(least, counter.Take())
			}
			return least
		}
		for _, list := range lists {
			alone, with := statements(list, "totalCount"), statements(list, "totalCount pageInfo { hasNextPage }")
			if alone >= with {
				t.Errorf("%s takes %d statements to count, and %d with a page", list, alone, with)
			}
		}
	})
}
