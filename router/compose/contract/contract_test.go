package contract_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/compose/contract"
)

func supergraph(t *testing.T, sdl ...string) string {
	t.Helper()
	var subgraphs []compose.Subgraph
	for i, s := range sdl {
		subgraphs = append(subgraphs, compose.Subgraph{
			Name: string(rune('a' + i)),
			SDL:  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@tag", "@inaccessible", "@shareable"])` + "\n" + s,
		})
	}
	result, errs := compose.Compose(subgraphs, compose.Options{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return result.SupergraphSDL
}

func apply(t *testing.T, sdl string, f contract.Filter) *contract.Result {
	t.Helper()
	result, errs := contract.Apply(sdl, f)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return result
}

const shop = `
	type Query { me: User @tag(name: "public") audit: [Audit!]! @tag(name: "internal") search(text: String!, deep: Boolean @tag(name: "internal")): [Hit!]! }
	type User @key(fields: "id") { id: ID! @tag(name: "public") name: String @tag(name: "public") notes: String @tag(name: "internal") }
	type Audit @tag(name: "internal") { at: String by: User }
	union Hit = User | Product
	type Product @key(fields: "id") { id: ID! price: Int size: Size }
	enum Size { S M XXL @tag(name: "internal") }`

func TestExclude(t *testing.T) {
	got := apply(t, supergraph(t, shop), contract.Filter{Exclude: []string{"internal"}})
	want := []string{"Audit", "Audit.at", "Audit.by", "Query.audit", "Query.search(deep:)", "Size.XXL", "User.notes"}
	if !slices.Equal(got.Hidden, want) {
		t.Errorf("hidden %v, want %v", got.Hidden, want)
	}
	for _, gone := range []string{"Audit", "audit", "notes", "deep", "XXL", "@tag"} {
		if strings.Contains(got.APISDL, gone) {
			t.Errorf("the API schema has %s:\n%s", gone, got.APISDL)
		}
	}
	if !strings.Contains(got.SupergraphSDL, "directive @inaccessible") || !strings.Contains(got.SupergraphSDL, "inaccessible/v0.2") {
		t.Errorf("the supergraph does not define @inaccessible:\n%s", got.SupergraphSDL)
	}
}

func TestInclude(t *testing.T) {
	got := apply(t, supergraph(t, shop), contract.Filter{Include: []string{"public"}})
	for _, gone := range []string{"Audit", "audit", "notes", "search", "union Hit", "Product"} {
		if strings.Contains(got.APISDL, gone) {
			t.Errorf("the API schema has %s:\n%s", gone, got.APISDL)
		}
	}
	for _, kept := range []string{"me: User", "name: String", "id: ID!", "enum Size"} {
		if !strings.Contains(got.APISDL, kept) {
			t.Errorf("the API schema lacks %s:\n%s", kept, got.APISDL)
		}
	}
}

func TestHideUnreachable(t *testing.T) {
	got := apply(t, supergraph(t, shop), contract.Filter{Include: []string{"public"}, HideUnreachable: true})
	if strings.Contains(got.APISDL, "Size") {
		t.Errorf("the API schema has an unreachable type:\n%s", got.APISDL)
	}
}

func TestExcludeWinsOverInclude(t *testing.T) {
	sdl := supergraph(t, `type Query { a: Int @tag(name: "public") b: Int @tag(name: "public") @tag(name: "internal") c: Int }`)
	got := apply(t, sdl, contract.Filter{Include: []string{"public"}, Exclude: []string{"internal"}})
	if want := []string{"Query.b", "Query.c"}; !slices.Equal(got.Hidden, want) {
		t.Errorf("hidden %v, want %v", got.Hidden, want)
	}
}

func TestTypeTagCountsForFields(t *testing.T) {
	sdl := supergraph(t, `type Query { t: T @tag(name: "public") } type T @tag(name: "public") { a: Int b: Int @tag(name: "internal") }`)
	got := apply(t, sdl, contract.Filter{Include: []string{"public"}})
	if len(got.Hidden) != 0 {
		t.Errorf("hidden %v", got.Hidden)
	}
}

func TestEmptiedTypesGoWithWhatContainsThem(t *testing.T) {
	sdl := supergraph(t, `type Query { a: Int u: U @tag(name: "x") } union U = T type T { a: Int @tag(name: "x") }`)
	got := apply(t, sdl, contract.Filter{Exclude: []string{"x"}})
	if want := []string{"Query.u", "T", "T.a", "U"}; !slices.Equal(got.Hidden, want) {
		t.Errorf("hidden %v, want %v", got.Hidden, want)
	}
}

func TestHiddenTypeThatIsReturnedIsAnError(t *testing.T) {
	sdl := supergraph(t, `type Query { a: Int t: T } type T @tag(name: "x") { a: Int }`)
	_, errs := contract.Apply(sdl, contract.Filter{Exclude: []string{"x"}})
	if len(errs) != 1 || errs[0].Code != "REFERENCED_INACCESSIBLE" || !strings.Contains(errs[0].Message, "Query.t") {
		t.Errorf("%v", errs)
	}
}

func TestContractWithoutQueriesIsAnError(t *testing.T) {
	sdl := supergraph(t, `type Query { a: Int @tag(name: "public") b: Int @tag(name: "partner") }`)
	_, errs := contract.Apply(sdl, contract.Filter{Include: []string{"nobody"}})
	if len(errs) != 1 {
		t.Fatalf("a contract without queries is accepted, or with several errors: %v", errs)
	}
	if want := "Nothing in the graph has the tag nobody; its tags are: partner, public."; errs[0].Suggestion != want {
		t.Errorf("the suggestion is %q, not %q", errs[0].Suggestion, want)
	}
}

func TestUnreadableSupergraph(t *testing.T) {
	for _, sdl := range []string{"", "type {", "type A { a: Int }", "type A { a: Int } type A { a: Int }"} {
		if _, errs := contract.Apply(sdl, contract.Filter{}); len(errs) == 0 {
			t.Errorf("%q is accepted", sdl)
		}
	}
}

func TestParseFilter(t *testing.T) {
	f, err := contract.ParseFilter("include=public,partner, exclude=internal")
	if err != nil || !slices.Equal(f.Include, []string{"public", "partner"}) || !slices.Equal(f.Exclude, []string{"internal"}) {
		t.Errorf("%+v, %v", f, err)
	}
	for _, bad := range []string{"", "public", "only=public", "include=", "include=a,,b"} {
		if _, err := contract.ParseFilter(bad); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}

func FuzzApply(f *testing.F) {
	f.Add(`schema { query: Query } type Query { a: Int @tag(name: "x") u: U } union U = T type T { e(i: I): E } enum E { A } input I { a: Int }`, "x", "y")
	f.Add(`schema @link(url: "https://specs.apollo.dev/inaccessible/v0.2", as: "no") { query: Query } type Query @no { a: Int }`, "", "")
	f.Fuzz(func(t *testing.T, sdl, include, exclude string) {
		result, errs := contract.Apply(sdl, contract.Filter{Include: []string{include}, Exclude: []string{exclude}, HideUnreachable: true})
		if result == nil && len(errs) == 0 {
			t.Error("neither a result nor an error")
		}
	})
}
