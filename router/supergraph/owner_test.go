package supergraph_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/supergraph"
)

func loadFederation1(t *testing.T, change ...string) *supergraph.Supergraph {
	t.Helper()
	sdl, err := os.ReadFile("testdata/federation1.graphql")
	if err != nil {
		t.Fatal(err)
	}
	s, err := supergraph.Load(strings.NewReplacer(change...).Replace(string(sdl)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// shown writes how the subgraphs take part in a field: "catalog", "stock (external)", "stock requires price".
func shown(f *supergraph.Field) string {
	var parts []string
	for _, in := range f.In {
		if in == nil {
			continue
		}
		part := in.Subgraph.Name
		if in.External {
			part += " (external)"
		}
		for _, item := range in.Requires {
			part += " requires " + item.Name
		}
		for _, item := range in.Provides {
			part += " provides " + item.Name
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

// TestFederation1Fields: entities have an owner, fields of keys are resolved by who has the key, and those of
// requirements, provisions and interfaces are only mentioned.
func TestFederation1Fields(t *testing.T) {
	s := loadFederation1(t)
	for coordinate, want := range map[string]string{
		"Product.upc":      "catalog, stock",
		"Product.maker":    "catalog",
		"Product.price":    "catalog, stock (external)",
		"Product.weight":   "catalog",
		"Product.delivery": "stock requires price",
		"Product.stock":    "stock provides store",
		"Maker.id":         "catalog",
		"Maker.home":       "catalog",
		"Place.city":       "catalog, stores",
		"Stock.amount":     "stock",
		"Store.id":         "stock, stores",
		"Store.name":       "stock (external), stores",
		"Store.place":      "stores",
		"Priced.price":     "catalog",
		"Priced.stock":     "",
		"Query.product":    "catalog",
	} {
		typeName, field, _ := strings.Cut(coordinate, ".")
		if got := shown(s.Type(typeName).Field(field)); got != want {
			t.Errorf("%s: %q, want %q", coordinate, got, want)
		}
	}
}

// TestFederation1Types: types without keys stand where something has them, and interfaces have no keys.
func TestFederation1Types(t *testing.T) {
	s := loadFederation1(t)
	for typeName, want := range map[string]string{
		"Product": "catalog 2, stock 1", "Store": "stock 1, stores 1", "Priced": "catalog 0",
		"Maker": "catalog 0", "Place": "catalog 0, stores 0", "Stock": "stock 0", "Grade": "stores 0", "Found": "stores 0",
	} {
		var parts []string
		for _, in := range s.Type(typeName).In {
			if in != nil {
				parts = append(parts, in.Subgraph.Name+" "+string(rune('0'+len(in.Keys))))
			}
		}
		if got := strings.Join(parts, ", "); got != want {
			t.Errorf("%s: %q, want %q", typeName, got, want)
		}
	}
	found := s.Type("Found").In[2].Possible
	if !found.Has(s.Type("Store").ObjectIndex) || found.Has(s.Type("Product").ObjectIndex) {
		t.Error("the subgraph stores has the union Found with Store alone")
	}
	if s.API.Types["core__Purpose"] != nil || s.API.Directives["core"] != nil || s.API.Types["Priced"] == nil {
		t.Error("the API schema has the machinery of @core, or lacks an interface")
	}
}

// TestLinkingVariants: specifications are linked by @core or @link, under their own or other names, in whatever version
// of join.
func TestLinkingVariants(t *testing.T) {
	core := []string{
		`@core(feature: "https://specs.apollo.dev/core/v0.2")`,
		`@core(feature: "https://specs.apollo.dev/join/v0.1", for: EXECUTION)`,
	}
	for name, change := range map[string][]string{
		"the first version of core": {core[0], `@core(feature: "https://specs.apollo.dev/core/v0.1")`},
		"core under another name": {
			core[0], `@using(feature: "https://specs.apollo.dev/core/v0.2", as: "using")`,
			core[1], `@using(feature: "https://specs.apollo.dev/join/v0.1", for: EXECUTION)`,
			"directive @core(", "directive @using(", "core__Purpose", "using__Purpose",
		},
		"link under another name": {
			core[0], `@using(url: "https://specs.apollo.dev/link/v1.0", as: "using")`,
			core[1], `@using(url: "https://specs.apollo.dev/join/v0.1", for: EXECUTION)`,
			"directive @core(as: String, feature: String!", "directive @using(as: String, url: String!", "core__Purpose", "using__Purpose",
		},
		"link imported under another name": {
			core[0], `@using(url: "https://specs.apollo.dev/link/v1.0", import: [{name: "@link", as: "@using"}, "Purpose"])`,
			core[1], `@using(url: "https://specs.apollo.dev/join/v0.1", for: EXECUTION)`,
			"directive @core(as: String, feature: String!", "directive @using(as: String, url: String!", "core__Purpose", "Purpose",
		},
		"join under another name": {
			core[1], `@core(feature: "https://specs.apollo.dev/join/v0.1", as: "joined", for: EXECUTION)`, "join__", "joined__",
		},
	} {
		s := loadFederation1(t, change...)
		if got := shown(s.Type("Product").Field("delivery")); got != "stock requires price" {
			t.Errorf("%s: Product.delivery is in %q", name, got)
		}
		for _, typeName := range []string{"core__Purpose", "using__Purpose", "Purpose", "join__FieldSet", "joined__Graph"} {
			if s.API.Types[typeName] != nil {
				t.Errorf("%s: the API schema has %s", name, typeName)
			}
		}
		if !slices.ContainsFunc(s.Features, func(f supergraph.Feature) bool { return f.Purpose == "EXECUTION" }) {
			t.Errorf("%s: features %v", name, s.Features)
		}
		if unsupported := s.Unsupported(); len(unsupported) > 0 {
			t.Errorf("%s: %v is not supported", name, unsupported)
		}
	}
}

// TestVersionsOfJoin: what later versions of join spell out can be read whichever of them a document links.
func TestVersionsOfJoin(t *testing.T) {
	sdl, err := os.ReadFile("testdata/shop.graphql")
	if err != nil {
		t.Fatal(err)
	}
	for _, version := range []string{"v0.2", "v0.3", "v0.4", "v0.5"} {
		text := strings.Replace(string(sdl), `join/v0.5"`, `join/`+version+`"`, 1)
		s, err := supergraph.Load(text)
		if err != nil {
			t.Errorf("%s: %v", version, err)
			continue
		}
		if got := shown(s.Type("Product").Field("shipping")); got != "b-service requires price" {
			t.Errorf("%s: Product.shipping is in %q", version, got)
		}
		if unsupported := s.Unsupported(); len(unsupported) > 0 {
			t.Errorf("%s: %v is not supported", version, unsupported)
		}
	}
}

// TestJoinsWithoutGraph: what a document says of no subgraph is said of none.
func TestJoinsWithoutGraph(t *testing.T) {
	s := loadFederation1(t, `@join__type(graph: CATALOG, key: "maker { id }")`, `@join__type(key: "maker { id }")`)
	if keys := s.Type("Product").In[0].Keys; len(keys) != 1 {
		t.Errorf("Product has %d keys in catalog", len(keys))
	}
}
