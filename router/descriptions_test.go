package router_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestDescriptionsStayHere describes operations, variables and fragments, as GraphQL of September 2025 allows: it
// changes no answer, and no subgraph hears of it.
//
// Specification: GraphQL, September 2025, 2.2 "Descriptions".
func TestDescriptionsStayHere(t *testing.T) {
	const fragment = ` "about the fragment" fragment Named on Person { ... @include(if: $yes) { name } }`
	for plain, described := range map[string]string{
		`query People($yes: Boolean! = true) { people { id ...Named } }`: `"""
			about the operation
		""" query People("about the variable" $yes: Boolean! = true) { people { id ...Named } }`,
		`query People($yes: Boolean! = true) { people { id ... @defer { ...Named } } }`: `"about the operation"
			query People("""about the variable""" $yes: Boolean! = true) { people { id ... @defer { ...Named } } }`,
		`mutation Change($yes: Boolean! = true) { first { id ...Named } third }`: `"about the operation"
			mutation Change("about the variable" $yes: Boolean! = true) { first { id ...Named } third }`,
	} {
		ask := func(query string) (answer string, asked []string) {
			b := newBehaving(t, nil)
			body, err := json.Marshal(map[string]string{"query": query})
			if err != nil {
				t.Fatal(err)
			}
			return b.send(string(body)), b.asked
		}
		want, _ := ask(plain + strings.Replace(fragment, `"about the fragment"`, "", 1))
		got, asked := ask(described + fragment)
		if withoutPlaces(got) != withoutPlaces(want) {
			t.Errorf("%s is answered %s, without descriptions %s", described, got, want)
		}
		heardOf(t, asked)
	}
}

// TestDescriptionsOfSubscriptionsStayHere subscribes with descriptions, at an upstream and with entities of another
// one.
func TestDescriptionsOfSubscriptionsStayHere(t *testing.T) {
	s := newSubscriptions(t, "sse", nil)
	e := s.stream(`"about the operation"
		subscription Ticks("about the variable" $yes: Boolean = true) { tick { n ...Named } }
		"""about the fragment""" fragment Named on Tick { product { upc name @include(if: $yes) } }`, nil)
	s.await(1)
	s.events.Tick(1)
	if got := e.next(); got != tickAnswer(1) {
		t.Errorf("the event is %s", got)
	}
	_, bodies, _ := s.events.Opened()
	heardOf(t, bodies)
}

// withoutPlaces is an answer without the places of its errors in the document.
func withoutPlaces(answer string) string {
	var parts []string
	for part := range strings.SplitSeq(answer, `"locations":[`) {
		if len(parts) > 0 {
			_, part, _ = strings.Cut(part, "]")
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "")
}

// heardOf complains of descriptions that subgraphs were asked with.
func heardOf(t *testing.T, asked []string) {
	t.Helper()
	if len(asked) == 0 {
		t.Error("no subgraph was asked")
	}
	for _, query := range asked {
		if strings.Contains(query, "about") {
			t.Errorf("a subgraph was asked %s", query)
		}
	}
}
