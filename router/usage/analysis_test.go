package usage_test

import (
	"slices"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/usage"
)

func TestAnalysis(t *testing.T) {
	s := gqlparser.MustLoadSchema(&ast.Source{Input: `
		type Query { a(x: Int @deprecated(reason: "why not"), y: Int): A  b: B  old: Int @deprecated  older: Int @deprecated }
		type A { one: Int  kind: Kind }
		type B { two: Int  three: Int }
		enum Kind { K  L @deprecated(reason: "no more") }
		input In { i: Int }`})
	report := usage.NewReport()
	for client, query := range map[string]string{"web": `query W { a(x: 1) { one kind } old }`, "ios": `{ old }`} {
		doc, errs := gqlparser.LoadQueryWithRules(s, query, nil)
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		d := usage.NewDocument(doc.Operations[0].Name, "query", "", usage.Of(s, doc.Operations, nil))
		report.Add(usage.Client{Name: client}, &d, uint64(len(client+query)))
	}
	report.Rest["Query.older"] = usage.Rest{Uses: 3}
	report.RestRequests = 3
	got := usage.Analyse(s, report)
	if want := []string{"B", "In", "Query.a(y:)", "Query.b"}; !slices.Equal(got.Unused, want) {
		t.Errorf("unused: %q, want %q", got.Unused, want)
	}
	if got.Parts != 5 || got.Total != 13 {
		t.Errorf("%d of %d parts are unused", got.Parts, got.Total)
	}
	var told []string
	for _, d := range got.Deprecated {
		told = append(told, d.Coordinate+": "+d.Reason)
		for _, u := range d.Uses {
			told = append(told, u.Shown()+" "+u.Operation)
			if u.Maybe {
				told = append(told, "perhaps")
			}
		}
		if d.Rest.Uses > 0 {
			told = append(told, "others")
		}
	}
	want := []string{
		"Kind.L: no more", "web W", "perhaps", "Query.a(x:): why not", "web W", "Query.old: No longer supported", "web W", "ios ",
		"Query.older: No longer supported", "others",
	}
	if !slices.Equal(told, want) {
		t.Errorf("deprecated:\n got %q\nwant %q", told, want)
	}
}
