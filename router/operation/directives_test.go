package operation_test

import (
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/supergraph"
)

// What cannot be passed on to subgraphs is refused, and not lost.
func TestDirectivesThatWouldBeLost(t *testing.T) {
	sg, err := supergraph.Load(`
		schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }
		directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
		enum link__Purpose { SECURITY EXECUTION } scalar link__Import scalar join__FieldSet
		enum join__Graph { A @join__graph(name: "a", url: "http://a") }
		directive @join__graph(name: String!, url: String!) on ENUM_VALUE
		directive @join__type(graph: join__Graph!, key: join__FieldSet) repeatable on OBJECT
		directive @low(n: Int) on FIELD
		directive @frag on INLINE_FRAGMENT | FRAGMENT_SPREAD | FRAGMENT_DEFINITION
		directive @spread on FRAGMENT_SPREAD
		directive @defined on FRAGMENT_DEFINITION
		type Query @join__type(graph: A) { q: Query s: String }`)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ query, says string }{
		{`{q{s@low(n:1)}}`, ""},
		{`{q@low{s@skip(if:true)}}`, ""},
		{`{...@frag{q{__typename}}}`, ""},
		{`{...F@frag ...F} fragment F on Query@frag{s}`, ""},
		{`{__schema{queryType{name@include(if:true)}} __typename@skip(if:false)}`, ""},
		{`{q{__typename@low}}`, `The directive "@low" cannot be passed on to subgraphs here: the router answers Query.__typename itself`},
		{`{__schema@low{queryType{name}}}`, `the router answers Query.__schema itself`},
		{`{__schema{queryType{name@low}}}`, `the router answers __Type.name itself`},
		{`{__schema{queryType{...F}}} fragment F on __Type{name@low}`, `the router answers __Type.name itself`},
		{`{q{...@frag{__typename}}}`, `The directive "@frag" cannot be passed on to subgraphs here: nothing in the fragment is asked of a subgraph`},
		{`{q{...F@frag}} fragment F on Query{...{__typename}}`, `nothing in the fragment is asked of a subgraph`},
		{`{...F@spread} fragment F on Query{s}`, `The directive "@spread" cannot be passed on to subgraphs here: subgraphs are asked with inline fragments`},
		{`{...F} fragment F on Query@defined{s}`, `The directive "@defined" cannot be passed on`},
		{`{s@other}`, `Unknown directive "@other"`},
		{`query A{s} query B{...F} fragment F on Query@defined{s}`, ""},
	} {
		name := ""
		if strings.HasPrefix(c.query, "query A") {
			name = "A"
		}
		_, errs := operation.Prepare(sg, c.query, name, operation.Limits{})
		switch {
		case c.says == "" && len(errs) > 0:
			t.Errorf("%s: %v", c.query, errs)
		case c.says != "" && (len(errs) != 1 || !strings.Contains(errs[0].Message, c.says)):
			t.Errorf("%s: the errors are %v, want one that says %s", c.query, errs, c.says)
		case c.says != "" && (errs[0].Extensions["code"] != "GRAPHQL_VALIDATION_FAILED" || len(errs[0].Locations) == 0):
			t.Errorf("%s: %v at %v", c.query, errs[0].Extensions, errs[0].Locations)
		}
	}
}
