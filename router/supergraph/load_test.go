package supergraph_test

import (
	"os"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/supergraph"
)

func load(t *testing.T) *supergraph.Supergraph {
	t.Helper()
	sdl, err := os.ReadFile("testdata/shop.graphql")
	if err != nil {
		t.Fatal(err)
	}
	s, err := supergraph.Load(string(sdl))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestLoadSubgraphs(t *testing.T) {
	s := load(t)
	if len(s.Subgraphs) != 2 || s.Subgraphs[0].Name != "a-service" || s.Subgraphs[0].URL != "http://a.example/graphql" || s.Subgraphs[1].Graph != "B" {
		t.Fatalf("subgraphs: %+v", s.Subgraphs)
	}
	if len(s.OverrideLabels) != 1 || s.OverrideLabels[0] != "percent(20)" {
		t.Errorf("labels: %v", s.OverrideLabels)
	}
}

func TestLoadTypesAndKeys(t *testing.T) {
	s := load(t)
	product := s.Type("Product")
	a, b := product.In[0], product.In[1]
	if len(a.Keys) != 2 || a.Extension || !b.Extension || len(b.Keys) != 1 {
		t.Fatalf("keys: A %d, B %d", len(a.Keys), len(b.Keys))
	}
	if nested := a.Keys[1]; nested.Resolvable || nested.FieldSet[0].Field.Name != "sku" || nested.FieldSet[0].Items[0].Field != s.Type("Sku").Field("code") {
		t.Errorf("nested key: %+v", nested.FieldSet[0])
	}
	if s.Type("Sku").In[1] != nil {
		t.Error("Sku is not defined in B")
	}
}

func TestLoadPossibleTypes(t *testing.T) {
	s := load(t)
	names := func(set supergraph.TypeSet) string {
		var out []string
		for i := range set.All {
			out = append(out, s.Objects[i].Name)
		}
		return strings.Join(out, " ")
	}
	for _, c := range []struct {
		typ       string
		all, a, b string
	}{
		{"Item", "Hidden Product", "Product", "Hidden"},
		{"Found", "Product Sku", "Product Sku", "Product"},
		{"Product", "Product", "Product", "Product"},
	} {
		typ := s.Type(c.typ)
		if got := names(typ.Possible); got != c.all {
			t.Errorf("%s: possible %q, want %q", c.typ, got, c.all)
		}
		if got := names(typ.In[0].Possible); got != c.a {
			t.Errorf("%s in A: possible %q, want %q", c.typ, got, c.a)
		}
		if got := names(typ.In[1].Possible); got != c.b {
			t.Errorf("%s in B: possible %q, want %q", c.typ, got, c.b)
		}
	}
}

func TestLoadFields(t *testing.T) {
	s := load(t)
	product := s.Type("Product")
	if in := product.Field("shipping").In; in[0] != nil || in[1].Requires[0].Field != product.Field("price") {
		t.Errorf("shipping: %+v", in)
	}
	if in := product.Field("price").In; in[0].External || !in[1].External {
		t.Errorf("price: %+v %+v", in[0], in[1])
	}
	if in := product.Field("name").In; !in[0].Overridden || in[0].OverriddenLabel != "percent(20)" || in[1].Overridden {
		t.Errorf("name: %+v %+v", in[0], in[1])
	}
	if in := product.Field("stock").In; in[0].Type.String() != "[Int!]" || in[1].Type.String() != "[Int!]!" {
		t.Errorf("stock: %s %s", in[0].Type, in[1].Type)
	}
	if in := product.Field("upc").In; in[0] == nil || in[1] == nil {
		t.Error("a field without join__field belongs to every subgraph of its type")
	}
	if in := s.Query.Field("product").In[0]; len(in.Provides) != 1 || in.Provides[0].Items[0].Name != "code" {
		t.Errorf("provides: %+v", in.Provides)
	}
	if v := s.Type("Colour").EnumValues; !v[0].In[0] || v[1].In[0] || !v[1].In[1] || !v[2].Inaccessible {
		t.Error("enum values and their graphs")
	}
}

func TestAPISchemaHidesMachineryAndInaccessible(t *testing.T) {
	api := load(t).API
	for name := range api.Types {
		if strings.HasPrefix(name, "join__") || strings.HasPrefix(name, "link__") || name == "Hidden" {
			t.Errorf("type %s shows", name)
		}
	}
	for name := range api.Directives {
		if strings.Contains(name, "join") || name == "link" || name == "inaccessible" {
			t.Errorf("directive %s shows", name)
		}
	}
	product := api.Types["Product"]
	if product.Fields.ForName("secret") != nil || product.Description != "Something to sell" || len(product.Directives) != 0 {
		t.Error("Product: secret must be hidden, the description kept, join directives gone")
	}
	if api.Types["Colour"].EnumValues.ForName("BLACK") != nil || api.Query.Fields.ForName("hidden") != nil ||
		api.Query.Fields.ForName("find").Arguments.ForName("hidden") != nil {
		t.Error("inaccessible enum values, fields of inaccessible types and arguments must be hidden")
	}
	if n := len(api.PossibleTypes["Item"]); n != 1 {
		t.Errorf("Item has %d possible types, want Product only", n)
	}
}

func TestLoadErrors(t *testing.T) {
	good, err := os.ReadFile("testdata/shop.graphql")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, sdl, want string }{
		{"not GraphQL", "type {", "not valid GraphQL"},
		{"a plain schema", "type Query { a: Int }", "no join__Graph"},
		{"unknown graph", strings.Replace(string(good), "@join__type(graph: A) { code", "@join__type(graph: C) { code", 1), `graph "C"`},
		{"unknown key field", strings.Replace(string(good), `key: "sku { code }"`, `key: "sku { nope }"`, 1), `no field "nope"`},
		{"unknown type", strings.Replace(string(good), "sku: Sku", "sku: Nope", 1), "Nope"},
		{"broken type argument", strings.Replace(string(good), `type: "[Int!]"`, `type: "[Int"`, 1), `"[Int" is not a type`},
	} {
		if _, err := supergraph.Load(c.sdl); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
}

func FuzzLoad(f *testing.F) {
	for _, name := range []string{"shop", "federation1"} {
		good, err := os.ReadFile("testdata/" + name + ".graphql")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(good))
	}
	f.Fuzz(func(t *testing.T, sdl string) { _, _ = supergraph.Load(sdl) })
}
