package operation_test

import (
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/operation"
)

func TestOverlap(t *testing.T) {
	sg := load(t)
	for _, c := range []struct{ query, conflict string }{
		{`{dog{id id:id}}`, ""},
		{`{dog{id id:name}}`, `"id" and "name" are different fields`},
		{`{pet(id:1){...on Cat{lives}} pet(id:2){name}}`, "differing arguments"},
		{`{pet(id:1){...on Cat{lives(of:1)} ...on Cat{lives(of:1)}}}`, ""},
		{`{pet(id:1){...on Cat{lives(of:1)} ...on Cat{lives}}}`, "differing arguments"},
		{`{pet(id:1){...on Cat{x:lives} ...on Dog{x:old}}}`, ""},
		{`{pet(id:1){...on Cat{x:lives} ...on Dog{x:name}}}`, `conflicting types "Int" and "String!"`},
		{`{pet(id:1){...on Cat{x:name} ...on Dog{x:id}}}`, `conflicting types "String!" and "ID!"`},
		{`{pet(id:1){...on Cat{x:self{id}} ...on Dog{x:self{id:name}}}}`, `conflicting types "ID!" and "String!"`},
		{`{pet(id:1){x:name ...on Dog{x:id}}}`, "conflict"},
		{`{pet(id:1){self{x:id} ...on Dog{self{x:barks}}}}`, "conflict"},
		{`{dog{...A ...B}} fragment A on Dog{x:id} fragment B on Dog{x:name}`, "conflict"},
		{`{dog{self{...A} self{...B}}} fragment A on Dog{x:self{y:id}} fragment B on Dog{x:self{y:old}}`, "conflict"},
		{`{node{...on Dog{self{barks}} ...on Cat{self{id}} self{id}}}`, ""},
	} {
		_, errs := operation.Prepare(sg, c.query, "", operation.Limits{})
		if c.conflict == "" && len(errs) > 0 || c.conflict != "" && (len(errs) == 0 || !strings.Contains(errs.Error(), c.conflict)) {
			t.Errorf("%s: got %v, want %q", c.query, errs, c.conflict)
		}
	}
}

// TestOverlapIsNotQuadratic has documents that take minutes when all pairs of fields are compared; it is the time limit
// of the whole test run that would end it.
func TestOverlapIsNotQuadratic(t *testing.T) {
	sg := load(t)
	for _, query := range []string{
		"{dog{" + strings.Repeat("id ", 40000) + "}}",
		"{dog{" + strings.Repeat("self{id}", 12000) + "}}",
		"{dog{" + strings.Repeat("self{"+strings.Repeat("self{id name}", 100)+"}", 60) + "}}",
		"{dog{" + strings.Repeat("...F ...G ", 3000) + "}} fragment F on Dog{id self{id ...G}} fragment G on Dog{id name}",
	} {
		if _, errs := operation.Prepare(sg, query, "", operation.Limits{}); len(errs) > 0 {
			t.Error(errs)
		}
	}
}
