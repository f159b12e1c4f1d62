package subgraphs_test

import (
	"strings"
	"testing"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/kittest"
)

type money struct {
	Minor    int64
	Currency string
}

type productAnswer struct {
	Product *struct {
		Upc, Sku, Name, ArchivedAt string
		Price, Version             int
		UnitPrice                  money
		Prices                     []money
		Attributes                 []struct{ Name, Value string }
		Category                   struct {
			ID           string
			ProductCount int
		}
		Variants []struct {
			Sku     string
			Product struct{ Upc string }
		}
	}
	UserErrors userErrors
}

// mutateProduct runs one mutation of a product.
func mutateProduct(t *testing.T, s subgraphs.Service, mutation string) productAnswer {
	t.Helper()
	var got struct{ It productAnswer }
	kittest.MustAsk(t, s.Handler(), merchant, `mutation { it: `+mutation+` { product { upc sku name archivedAt price version
		unitPrice { minor currency } prices { minor currency } attributes { name value } category { id productCount }
		variants { sku product { upc } } } userErrors { field code message } } }`, nil, &got)
	return got.It
}

// mutateShelf runs one mutation and returns what is in the field, and what was wrong.
func mutateShelf(t *testing.T, s subgraphs.Service, mutation, field string) (version int, wrong string) {
	t.Helper()
	return mutateShelfAs(t, s, merchant, mutation, field)
}

func mutateShelfAs(
	t *testing.T, s subgraphs.Service, caller *wire.Identity, mutation, field string,
) (version int, wrong string) {
	t.Helper()
	var got struct {
		It map[string]any
	}
	kittest.MustAsk(t, s.Handler(), caller, `mutation { it: `+mutation+` { `+field+` userErrors { field code } } }`, nil, &got)
	for _, e := range got.It["userErrors"].([]any) {
		one := e.(map[string]any)
		wrong = strings.TrimSpace(wrong + " " + one["code"].(string) + " " + textOf(one["field"]))
	}
	for name, value := range got.It {
		if object, ok := value.(map[string]any); ok && name != "userErrors" {
			if v, ok := object["version"].(float64); ok {
				version = int(v)
			}
		}
	}
	return version, wrong
}

// textOf is a text, or empty when it is null.
func textOf(value any) string {
	text, _ := value.(string)
	return text
}

// TestAnEmptyCatalogIsFilled begins with nothing: a category, a brand, a product, variants of it, and back again.
func TestAnEmptyCatalogIsFilled(t *testing.T) {
	onBothWith(t, "catalog", kit.Config{Empty: true}, func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		category := `saveCategory(input: {id: "lamps", name: "Lamps", description: "Light."`
		brand := `saveBrand(input: {id: "lumen", name: "Lumen", country: "FR"`
		for _, c := range []struct {
			mutation, field, wrong string
			version                int
		}{
			{category + `, expectedVersion: 0})`, "category { version }", "", 1},
			{category + `, expectedVersion: 0})`, "category { version }", "CONFLICT input.expectedVersion", 0},
			{category + `, expectedVersion: 1})`, "category { version }", "", 2},
			{category + `})`, "category { version }", "", 3},
			{`saveCategory(input: {id: "ber1", name: " "})`, "category { version }", "BAD_USER_INPUT input.id BAD_USER_INPUT input.id BAD_USER_INPUT input.name", 0},
			{`saveBrand(input: {id: "lamps", name: "x", country: "FR"})`, "brand { version }", "BAD_USER_INPUT input.id", 0},
			{`saveBrand(input: {id: "lumen", name: "x", country: "france"})`, "brand { version }", "BAD_USER_INPUT input.country", 0},
			{brand + `})`, "brand { version }", "", 1},
			{`saveCategory(input: {id: "lumen", name: "x"})`, "category { version }", "BAD_USER_INPUT input.id", 0},
			{`saveCategory(input: {id: "other", name: "Other"})`, "category { version }", "", 1},
			{`removeCategory(input: {id: "nothing"})`, "removedId", "NOT_FOUND input.id", 0},
		} {
			version, wrong := mutateShelf(t, s, c.mutation, c.field)
			if version != c.version || wrong != c.wrong {
				t.Errorf("%s: version %d, %q; want %d, %q", c.mutation, version, wrong, c.version, c.wrong)
			}
		}
		first := mutateProduct(t, s, `addProduct(input: {sku: "MOON-1", name: "Moon", price: {minor: 4200, currency: USD}, weight: 900,
			otherPrices: [{minor: 3900, currency: EUR}], categoryId: "lamps", brandId: "lumen",
			attributes: [{name: "Material", value: " Oak "}, {name: "Colour", value: "Red"}]})`).Product
		if first == nil || first.UnitPrice != (money{4200, "USD"}) || len(first.Prices) != 2 || first.Prices[1] != (money{3900, "EUR"}) ||
			len(first.Attributes) != 2 || first.Attributes[0].Value != "Oak" || first.Version != 1 || first.Price != 4200 ||
			len(first.Variants) != 1 || first.Variants[0].Product.Upc != first.Upc {
			t.Fatalf("added %+v", first)
		}
		second := mutateProduct(t, s, `addProduct(input: {sku: "MOON-2", name: "Moon", price: {minor: 100, currency: EUR}, weight: 900,
			categoryId: "lamps", brandId: "lumen", attributes: [{name: "Material", value: "Ash"}], variantOf: "`+first.Upc+`"})`).Product
		third := mutateProduct(t, s, `addProduct(input: {sku: "MOON-3", name: "Moon", price: {minor: 9900, currency: EUR}, weight: 900,
			categoryId: "lamps", brandId: "lumen", variantOf: "`+second.Upc+`"})`).Product
		var skus []string
		for _, v := range third.Variants {
			skus = append(skus, v.Sku)
		}
		if got := strings.Join(skus, " "); got != "MOON-2 MOON-1 MOON-3" {
			t.Errorf("the variants are %s", got)
		}
		change := func(fields string) productAnswer {
			return mutateProduct(t, s, `changeProduct(input: {upc: "`+first.Upc+`", `+fields+`})`)
		}
		changed := change(`expectedVersion: 1, price: {minor: 5000, currency: EUR}, categoryId: "other", attributes: [], name: "Sun"`).Product
		if changed == nil || changed.Version != 2 || changed.UnitPrice != (money{5000, "EUR"}) || len(changed.Prices) != 1 ||
			len(changed.Attributes) != 0 || changed.Category.ID != "other" || changed.Category.ProductCount != 1 {
			t.Errorf("changed to %+v", changed)
		}
		for fields, want := range map[string]string{
			`expectedVersion: 1, name: "Star"`: "CONFLICT input.expectedVersion",
			`categoryId: "none"`:               "BAD_USER_INPUT input.categoryId",
			`price: {minor: 0, currency: EUR}, otherPrices: [{minor: 1, currency: EUR}]`: "BAD_USER_INPUT input.price, BAD_USER_INPUT input.otherPrices.0",
			`attributes: [{name: "a", value: "b"}, {name: "a ", value: ""}]`:             "BAD_USER_INPUT input.attributes.1.value, BAD_USER_INPUT input.attributes.1.name",
			`dimensions: {width: 0, height: 1, depth: 1}, weight: 0`:                     "BAD_USER_INPUT input.weight, BAD_USER_INPUT input.dimensions.width",
			`expectedVersion: 2`: "BAD_USER_INPUT input",
		} {
			if got := change(fields); got.UserErrors.String() != want || got.Product != nil {
				t.Errorf("%s: %q, want %q", fields, got.UserErrors, want)
			}
		}
		twice := mutateProduct(t, s, `addProduct(input: {sku: "MOON-1", name: "x", price: {minor: 1, currency: EUR}, weight: 1,
			categoryId: "lamps", brandId: "lumen"})`)
		nowhere := mutateProduct(t, s, `addProduct(input: {sku: "MOON-4", name: "x", price: {minor: 1, currency: EUR}, weight: 1,
			categoryId: "lamps", brandId: "lumen", variantOf: "none"})`)
		if got := twice.UserErrors.String() + ", " + nowhere.UserErrors.String(); got != "CONFLICT input.sku, BAD_USER_INPUT input.variantOf" {
			t.Errorf("the same sku, and a variant of nothing: %q", got)
		}
		archive := func(archived string) productAnswer {
			return mutateProduct(t, s, `setProductArchived(input: {upc: "`+second.Upc+`", archived: `+archived+`})`)
		}
		counts := func() (n, found int) {
			var got struct {
				Category struct{ ProductCount int }
				Search   struct{ TotalCount int }
				Products struct{ TotalCount int }
			}
			kittest.MustAsk(t, s.Handler(), nil, `{ category(id: "lamps") { productCount } search(query: "moon") { totalCount }
				products(filter: {query: "moon"}) { totalCount } }`, nil, &got)
			if got.Search.TotalCount != got.Products.TotalCount {
				t.Errorf("search finds %d, the list %d", got.Search.TotalCount, got.Products.TotalCount)
			}
			return got.Category.ProductCount, got.Search.TotalCount
		}
		if n, found := counts(); n != 2 || found != 2 {
			t.Errorf("%d on sale, %d found", n, found)
		}
		if off := archive("true").Product; off.ArchivedAt == "" || len(off.Variants) != 2 {
			t.Errorf("archived: %+v", off)
		}
		if n, found := counts(); n != 1 || found != 1 {
			t.Errorf("archived: %d on sale, %d found", n, found)
		}
		if on := archive("false").Product; on.ArchivedAt != "" || len(on.Variants) != 3 || on.Version != 3 {
			t.Errorf("on sale again: %+v", on)
		}
		if n, found := counts(); n != 2 || found != 2 {
			t.Errorf("on sale again: %d on sale, %d found", n, found)
		}
		if _, wrong := mutateShelf(t, s, `removeCategory(input: {id: "lamps"})`, "removedId"); wrong != "CONFLICT input.id" {
			t.Errorf("a category with products is removed: %q", wrong)
		}
		mutateProduct(t, s, `changeProduct(input: {upc: "`+first.Upc+`", categoryId: "lamps"})`)
		if _, wrong := mutateShelf(t, s, `removeCategory(input: {id: "other"})`, "removedId"); wrong != "" {
			t.Errorf("an empty category stays: %q", wrong)
		}
		var left struct {
			Categories []struct{ ID string }
			Search     struct{ TotalCount int }
		}
		kittest.MustAsk(t, s.Handler(), nil, `{ categories { id } search(query: "other") { totalCount } }`, nil, &left)
		if len(left.Categories) != 1 || left.Search.TotalCount != 0 {
			t.Errorf("left: %+v", left)
		}
		for _, caller := range []*wire.Identity{nil, ada} {
			for _, mutation := range []string{
				category + `}) { userErrors { code } }`, brand + `}) { userErrors { code } }`,
				`removeBrand(input: {id: "lumen"}) { removedId }`, `removeCategory(input: {id: "lamps"}) { removedId }`,
				`setProductArchived(input: {upc: "p1", archived: true}) { userErrors { code } }`,
			} {
				want := "FORBIDDEN"
				if caller == nil {
					want = "UNAUTHENTICATED"
				}
				if got := kittest.Ask(t, s.Handler(), caller, "mutation { "+mutation+" }", nil).Fields(); got != want {
					t.Errorf("%s: %q, want %q", mutation, got, want)
				}
			}
		}
	})
}

// TestVariantsAreEntities asks for variants as a router does.
func TestVariantsAreEntities(t *testing.T) {
	onBothWith(t, "catalog", patient, func(t *testing.T, s subgraphs.Service, sql *kittest.Counter) {
		var list struct {
			Products struct {
				Nodes []struct {
					Sku      string
					Variants []struct{ Sku string }
				}
			}
		}
		checkQueries(t, "a list with details", sql, 4, func() {
			kittest.MustAsk(t, s.Handler(), nil,
				`{ products(first: 100) { nodes { sku attributes { name } prices { minor } variants { sku } } } }`, nil, &list)
		})
		several := 0
		var reps []map[string]any
		for _, p := range list.Products.Nodes {
			if len(p.Variants) > 1 {
				several++
			}
			reps = append(reps, map[string]any{"__typename": "Variant", "sku": p.Sku})
		}
		if several < 10 {
			t.Errorf("%d products have variants", several)
		}
		var got struct {
			Entities []*struct {
				Sku        string
				Prices     []money
				Attributes []struct{ Name string }
				Product    struct{ Sku string }
			} `json:"_entities"`
		}
		checkQueries(t, "variants", sql, 3, func() {
			kittest.MustAsk(t, s.Handler(), nil,
				entities+`{ ... on Variant { sku prices { minor currency } attributes { name } product { sku } } } }`,
				map[string]any{"r": append(reps, map[string]any{"__typename": "Variant", "sku": "none"})}, &got)
		})
		for i, v := range got.Entities {
			if i == len(reps) {
				if v != nil {
					t.Errorf("a variant that is not there: %+v", v)
				}
			} else if v == nil || v.Sku != reps[i]["sku"] || v.Product.Sku != v.Sku || len(v.Prices) != 2 || len(v.Attributes) != 3 {
				t.Errorf("variant %v is %+v", reps[i], v)
			}
		}
	})
}
