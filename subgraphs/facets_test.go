package subgraphs_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/kit/fulltext"
	"github.com/weft-graphql/weft/subgraphs/kit/kittest"
	"github.com/weft-graphql/weft/subgraphs/seed"
)

type facets struct {
	Categories []struct {
		Category struct{ ID string }
		Count    int
	}
	Brands []struct {
		Brand struct{ ID string }
		Count int
	}
	Prices []struct {
		From  int
		To    *int
		Count int
	}
	Attributes []struct {
		Name   string
		Values []struct {
			Value string
			Count int
		}
	}
}

// flat are the counts by "kind value".
func (f facets) flat() map[string]int {
	flat := map[string]int{}
	for _, c := range f.Categories {
		flat["category "+c.Category.ID] = c.Count
	}
	for _, b := range f.Brands {
		flat["brand "+b.Brand.ID] = b.Count
	}
	for _, p := range f.Prices {
		if p.Count > 0 {
			flat[fmt.Sprint("price ", p.From)] = p.Count
		}
	}
	for _, a := range f.Attributes {
		for _, v := range a.Values {
			flat[a.Name+" "+v.Value] = v.Count
		}
	}
	return flat
}

// wanted is a filter, and the same one in Go: what is asked for of each kind.
type wanted struct {
	filter                        string
	categories, brands, materials []string
	colours                       []string
	least, most                   int
	words                         string
}

// passes reports whether the product passes the filter without its part of that kind.
func (w wanted) passes(p seed.Product, without string) bool {
	among := func(kind string, choices []string, value string) bool {
		return kind == without || len(choices) == 0 || slices.Contains(choices, value)
	}
	said := true
	for _, word := range fulltext.Words(w.words) {
		said = said && slices.ContainsFunc(fulltext.Words(p.Name+" "+p.Description), func(has string) bool {
			return strings.HasPrefix(has, word)
		})
	}
	return said && among("category", w.categories, p.CategoryID) && among("brand", w.brands, p.BrandID) &&
		among("Material", w.materials, p.Material) && among("Colour", w.colours, p.Colour) &&
		(without == "price" || p.Price >= w.least && (w.most == 0 || p.Price <= w.most))
}

func (w wanted) counts() (map[string]int, int) {
	bounds := []int{0, 2500, 5000, 10_000, 25_000, 50_000, 100_000}
	counts, total := map[string]int{}, 0
	for _, p := range seed.Products() {
		if w.passes(p, "") {
			total++
			counts["Collection "+p.Collection]++
		}
		for kind, value := range map[string]string{
			"category": p.CategoryID, "brand": p.BrandID, "Material": p.Material, "Colour": p.Colour,
		} {
			if w.passes(p, kind) {
				counts[kind+" "+value]++
			}
		}
		if w.passes(p, "price") {
			at := bounds[0]
			for _, bound := range bounds {
				if p.Price >= bound {
					at = bound
				}
			}
			counts[fmt.Sprint("price ", at)]++
		}
	}
	return counts, total
}

// TestFacetsCountWhatOtherChoicesGive compares the counts with those of the sample data.
func TestFacetsCountWhatOtherChoicesGive(t *testing.T) {
	cases := []wanted{
		{filter: `{}`},
		{filter: `{categoryId: "chairs"}`, categories: []string{"chairs"}},
		{filter: `{categoryIds: ["chairs", "desks"], brandIds: ["oxbow", "kontor", "dunlin"]}`, categories: []string{"chairs", "desks"},
			brands: []string{"oxbow", "kontor", "dunlin"}},
		{filter: `{minPrice: 10000, maxPrice: 24999, attributes: [{name: "Material", values: ["Oak", "Pine"]}]}`, least: 10_000,
			most: 24_999, materials: []string{"Oak", "Pine"}},
		{filter: `{query: "wine CHA", attributes: [{name: "Material", values: ["Oak", "Ash", "Pine", "Wool", "Felt"]},
			{name: "Colour", values: ["Red", "Blue", "Grey", "Green"]}]}`, words: "wine cha",
			materials: []string{"Oak", "Ash", "Pine", "Wool", "Felt"}, colours: []string{"Red", "Blue", "Grey", "Green"}},
		{filter: `{query: "zzz"}`, words: "zzz"},
	}
	onBoth(t, "catalog", func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		for _, c := range cases {
			var got struct {
				Products struct {
					TotalCount int
					Facets     facets
					Nodes      []struct{ Upc string }
				}
			}
			kittest.MustAsk(t, s.Handler(), nil, `{ products(first: 100, filter: `+c.filter+`) { totalCount nodes { upc } facets {
				categories { category { id } count } brands { brand { id } count } prices { from to count }
				attributes { name values { value count } } } } }`, nil, &got)
			want, total := c.counts()
			if flat := got.Products.Facets.flat(); !maps.Equal(flat, want) {
				t.Errorf("%s: counts\n%v, want\n%v", c.filter, flat, want)
			}
			if got.Products.TotalCount != total || len(got.Products.Nodes) != min(total, 100) {
				t.Errorf("%s: %d products, %d in all; want %d", c.filter, len(got.Products.Nodes), got.Products.TotalCount, total)
			}
		}
	})
}

// TestFacetsFollowChanges has products come, change and go, and compares the counts that are kept with those of the
// products: a filter by price, which every product passes, has them counted.
func TestFacetsFollowChanges(t *testing.T) {
	const fields = `{ facets { categories { category { id } count } brands { brand { id } count } prices { from to count }
		attributes { name values { value count } } } }`
	onBoth(t, "catalog", func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		before := ""
		same := func(after string, changed bool) {
			t.Helper()
			var got struct {
				Kept, Counted, KeptOf, CountedOf struct{ Facets facets }
			}
			kittest.MustAsk(t, s.Handler(), nil, `{ kept: products `+fields+` counted: products(filter: {minPrice: 0}) `+fields+`
				keptOf: products(filter: {categoryIds: ["chairs", "desks"], brandId: "oxbow"}) `+fields+`
				countedOf: products(filter: {minPrice: 0, categoryIds: ["chairs", "desks"], brandId: "oxbow"}) `+fields+` }`, nil, &got)
			for _, c := range [][2]facets{
				{got.Kept.Facets, got.Counted.Facets}, {got.KeptOf.Facets, got.CountedOf.Facets},
			} {
				if kept, counted := c[0].flat(), c[1].flat(); !maps.Equal(kept, counted) || len(kept) == 0 {
					t.Errorf("%s: kept\n%v\ncounted\n%v", after, kept, counted)
				}
			}
			for _, p := range got.Kept.Facets.Prices { // which are counted without the price of a filter
				var list struct{ Products struct{ TotalCount int } }
				kittest.MustAsk(t, s.Handler(), nil, `query($from: Int, $to: Int) {
					products(filter: {minPrice: $from, maxPrice: $to}) { totalCount } }`,
					map[string]any{"from": p.From, "to": p.To}, &list)
				if list.Products.TotalCount != p.Count {
					t.Errorf("%s: %d products from %d cents, counted %d", after, list.Products.TotalCount, p.From, p.Count)
				}
			}
			now := fmt.Sprint(got.Kept.Facets.flat(), got.KeptOf.Facets.flat())
			if (now != before) != changed {
				t.Errorf("%s: the counts have changed: %v, want %v", after, now != before, changed)
			}
			before = now
		}
		same("the beginning", true)
		var made struct {
			AddProduct struct{ Product struct{ Upc string } }
		}
		kittest.MustAsk(t, s.Handler(), merchant, `mutation { addProduct(input: {sku: "ZEB-1", name: "Zebrano Chair",
			price: {minor: 900, currency: EUR}, weight: 5, categoryId: "chairs", brandId: "oxbow",
			attributes: [{name: "Material", value: "Zebrano"}, {name: "Colour", value: "Red"}]})
			{ product { upc } } }`, nil, &made)
		same("a new product", true)
		upc := made.AddProduct.Product.Upc
		for _, c := range []struct {
			mutation string
			changed  bool
		}{
			{`changeProduct(input: {upc: "` + upc + `", name: "Zebrano"})`, false},
			{`changeProduct(input: {upc: "` + upc + `", attributes: [{name: "Material", value: "Oak"}]})`, true},
			{`changeProduct(input: {upc: "` + upc + `", categoryId: "desks", price: {minor: 7000, currency: EUR}})`, true},
			{`changeProduct(input: {upc: "` + upc + `", brandId: "kontor"})`, true},
			{`setProductArchived(input: {upc: "` + upc + `", archived: true})`, true},
			{`changeProduct(input: {upc: "` + upc + `", brandId: "oxbow"})`, false},
			{`setProductArchived(input: {upc: "` + upc + `", archived: false})`, true},
		} {
			if _, wrong := mutateShelf(t, s, c.mutation, "product { upc }"); wrong != "" {
				t.Fatalf("%s: %s", c.mutation, wrong)
			}
			same(c.mutation, c.changed)
		}
	})
}

// TestFacetsOfManyAreEstimates fills a shop in which filters leave thousands of products: their counts are estimates,
// the same in both databases, and near the truth; those of filters that leave few are exact.
func TestFacetsOfManyAreEstimates(t *testing.T) {
	const size = 20
	products := slices.AppendSeq(seed.Products(), seed.MoreProducts(size))
	var mu sync.Mutex
	said := map[string]map[string]string{}
	t.Cleanup(func() {
		for filter, answers := range said {
			if len(answers) != 2 || answers["sqlite"] != answers["postgres"] {
				t.Errorf("%s: the databases differ:\n%v", filter, answers)
			}
		}
	})
	onBothGrown(t, "catalog", size, func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		for _, c := range []struct {
			wanted
			estimated bool
		}{
			{wanted{filter: `{query: "wine"}`, words: "wine"}, true},
			{wanted{filter: `{minPrice: 10000, maxPrice: 24999}`, least: 10_000, most: 24_999}, true},
			{wanted{filter: `{minPrice: 2501}`, least: 2501}, true},
			{wanted{filter: `{query: "oak", categoryId: "chairs", minPrice: 4999}`, words: "oak", categories: []string{"chairs"}, least: 4999}, false},
			{wanted{filter: `{brandId: "oxbow", attributes: [{name: "Material", values: ["Oak"]}, {name: "Colour", values: ["Red"]}]}`,
				brands: []string{"oxbow"}, materials: []string{"Oak"}, colours: []string{"Red"}}, false},
		} {
			var got struct {
				Products struct {
					TotalCount int
					Facets     struct {
						Attributes []struct {
							Name   string
							Values []struct {
								Value     string
								Count     int
								Estimated bool
							}
						}
					}
				}
			}
			kittest.MustAsk(t, s.Handler(), nil, `{ products(filter: `+c.filter+`) { totalCount facets {
				attributes { name values { value count estimated } } } } }`, nil, &got)
			total, counts := 0, map[string]int{}
			for _, p := range products {
				if c.passes(p, "") {
					total++
					counts[p.Collection]++
				}
			}
			if got.Products.TotalCount != min(total, 10_000) {
				t.Errorf("%s: %d products, want %d", c.filter, got.Products.TotalCount, total)
			}
			counted := 0
			for _, a := range got.Products.Facets.Attributes {
				for _, v := range a.Values {
					if a.Name != "Collection" {
						continue
					}
					counted += v.Count
					if v.Estimated != c.estimated || !c.estimated && v.Count != counts[v.Value] {
						t.Errorf("%s: %s: %d, estimated: %v; want %d, %v", c.filter, v.Value, v.Count, v.Estimated, counts[v.Value], c.estimated)
					}
				}
			}
			// A sample of 100 is off by a third at most, when chance is not very unkind; the sample is always the same.
			if off := counted - total; off*off > total*total/9 || !c.estimated && off != 0 {
				t.Errorf("%s: %d products counted, want about %d", c.filter, counted, total)
			}
			mu.Lock()
			if said[c.filter] == nil {
				said[c.filter] = map[string]string{}
			}
			_, database, _ := strings.Cut(t.Name(), "/")
			said[c.filter][database] = fmt.Sprint(got)
			mu.Unlock()
		}
	})
}

func TestFilterRefusals(t *testing.T) {
	s, _ := open(t, "catalog", sqliteConfig(t))
	for filter, want := range map[string]string{
		`{query: " "}`:      "BAD_USER_INPUT filter.query",
		`{query: "!"}`:      "",
		`{categoryIds: []}`: "BAD_USER_INPUT filter.categoryIds",
		`{brandIds: [` + strings.Repeat(`"x" `, 21) + `]}`:                         "BAD_USER_INPUT filter.brandIds",
		`{attributes: [{name: "Material", values: []}]}`:                           "BAD_USER_INPUT filter.attributes",
		`{attributes: [` + strings.Repeat(`{name: "a", values: ["b"]} `, 6) + `]}`: "BAD_USER_INPUT filter.attributes",
		`{query: "` + strings.Repeat("a ", 9) + `"}`:                               "BAD_USER_INPUT filter.query",
		`{query: "` + strings.Repeat("a", 101) + `", categoryIds: []}`:             "BAD_USER_INPUT filter.categoryIds, BAD_USER_INPUT filter.query",
	} {
		answer := kittest.Ask(t, s.Handler(), nil, `{ products(filter: `+filter+`) { totalCount } }`, nil)
		if got := sorted(answer.Fields()); got != want {
			t.Errorf("%s: %q, want %q", filter, got, want)
		}
	}
}
