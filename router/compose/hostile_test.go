package compose_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/growthtest"
)

// hostile is one kind of input that could cost more than its size is worth.
type hostile struct {
	name string
	// build makes subgraphs of about size bytes together.
	build func(size int) []compose.Subgraph
	// code is that of the errors the input has; empty for a valid one. Of a megabyte at least errors of them
	// are reported.
	code   problem.Code
	errors int
	// table says that the work has a row for every type or field and a column for every subgraph, and that the input has
	// more of both when it is larger.
	table bool
}

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: [
  "@key", "@requires", "@provides", "@external", "@tag", "@shareable", "@inaccessible", "@override", "@composeDirective",
  "@interfaceObject", "@authenticated", "@requiresScopes", "@policy", "@context", "@fromContext", "@cost", "@listSize", "@cacheTag"
])
`

// upTo repeats what part writes for 0, 1, 2 ... until there are size bytes.
func upTo(size int, part func(i int) string) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		b.WriteString(part(i))
	}
	return b.String()
}

// numbered is upTo for one verb, which may be used more than once as %[1]d.
func numbered(size int, format string) string {
	return upTo(size, func(i int) string { return fmt.Sprintf(format, i) })
}

// alone is one subgraph with a query and the SDL that body makes.
func alone(body func(size int) string) func(size int) []compose.Subgraph {
	return func(size int) []compose.Subgraph {
		return []compose.Subgraph{{Name: "a", SDL: link + "type Query { q: Int }\n" + body(size)}}
	}
}

// raw is one subgraph with nothing but what body makes.
func raw(body func(size int) string) func(size int) []compose.Subgraph {
	return func(size int) []compose.Subgraph { return []compose.Subgraph{{Name: "a", SDL: body(size)}} }
}

// among is n subgraphs that share the size evenly; body writes the part of subgraph i.
func among(n int, body func(i, size int) string) func(size int) []compose.Subgraph {
	return func(size int) []compose.Subgraph {
		var out []compose.Subgraph
		for i := range n {
			out = append(out, compose.Subgraph{Name: fmt.Sprintf("s%03d", i), SDL: link + body(i, size/n)})
		}
		return out
	}
}

// each writes format for 0 to n-1.
func each(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func testHostile(t *testing.T, cases []hostile) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			check := growthtest.Linear
			if c.table {
				check = growthtest.Quadratic
			}
			check(t, func(size int) func() {
				in := c.build(size)
				return func() {
					result, errs := compose.Compose(in, compose.Options{})
					c.check(t, size, result, errs)
				}
			})
		})
	}
}

func (c hostile) check(t *testing.T, size int, result *compose.Result, errs []*compose.Error) {
	t.Helper()
	if c.code == "" {
		if result == nil {
			t.Fatalf("%d errors, the first: %.300s", len(errs), errs[0].Message)
		}
		return
	}
	if result != nil {
		t.Fatalf("it composes, want %s", c.code)
	}
	found := 0
	for _, e := range errs {
		if e.Code == c.code {
			found++
		}
	}
	want := max(c.errors*size>>20, 1)
	if found < want {
		t.Errorf("%d errors, %d of them %s, want %d of those; the first: %s: %.300s", len(errs), found, c.code, want, errs[0].Code, errs[0].Message)
	}
}
