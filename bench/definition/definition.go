// Package definition holds the benchmark's fixed inputs: four subgraph schemas, the data behind them, the operations
// clients send and the answers they must get. Everything that measures or is measured reads it from here.
package definition

import (
	"bytes"
	"embed"
	"fmt"
	"strings"
)

//go:embed *.graphql *.json
var files embed.FS

// DistinctNumber is the placeholder in a workload's body that a client replaces by a new number in every request, so
// that no two requests are equal. Subgraphs ignore the argument it ends up in.
const DistinctNumber = "7777777"

// Subgraph is one of the four services: its name in the supergraph and its schema.
type Subgraph struct {
	Name string
	SDL  string
}

// Subgraphs returns the four services, sorted by name.
func Subgraphs() []Subgraph {
	names := []string{"accounts", "inventory", "products", "reviews"}
	subgraphs := make([]Subgraph, len(names))
	for i, name := range names {
		subgraphs[i] = Subgraph{Name: name, SDL: string(read(name + ".graphql"))}
	}
	return subgraphs
}

// Data returns the records behind the services as JSON: {"users": [...], "products": [...], "reviews": [...]},
// referring to each other by key.
func Data() []byte { return read("data.json") }

// Workload is one kind of client traffic.
type Workload struct {
	Name string
	// Body is the HTTP POST body. Where it contains DistinctNumber, every request carries another number there.
	Body []byte
	// Expected is the answer as JSON: values and the order of keys must match, white space need not. Where it contains
	// DistinctNumber, the answer has the request's number.
	Expected []byte
	// CacheControl says that the subgraphs must answer with a Cache-Control header for this workload to mean anything.
	CacheControl bool
}

var workloads = []struct {
	name, body, expected string
	cacheControl         bool
}{
	{"same", "same.json", "expected.json", false},
	{"distinct", "distinct.json", "expected.json", false},
	{"small", "small.json", "small.expected.json", false},
	{"cached", "cached.json", "cached.expected.json", true},
	{"literal", "literal.json", "expected.json", false},
}

// unique is the workload of operations that were never seen before: distinct with another alias in every request, and
// the same variables.
const unique = "unique"

func uniqueWorkload() Workload {
	alias := []byte("a" + DistinctNumber)
	body := bytes.Replace(read("distinct.json"), []byte(DistinctNumber), []byte("1"), 1)
	return Workload{
		Name:     unique,
		Body:     bytes.Replace(body, []byte(" users("), append(append([]byte(" "), alias...), ": users("...), 1),
		Expected: bytes.Replace(read("expected.json"), []byte("users"), alias, 1),
	}
}

// WorkloadNames lists what FindWorkload knows, in the order reports show them.
func WorkloadNames() []string {
	names := make([]string, len(workloads))
	for i, w := range workloads {
		names[i] = w.name
	}
	return append(names, unique)
}

// FindWorkload returns the workload called name.
func FindWorkload(name string) (Workload, error) {
	if name == unique {
		return uniqueWorkload(), nil
	}
	for _, w := range workloads {
		if w.name == name {
			return Workload{Name: w.name, Body: read(w.body), Expected: read(w.expected), CacheControl: w.cacheControl}, nil
		}
	}
	return Workload{}, fmt.Errorf("unknown workload %q: choose one of %s", name, strings.Join(WorkloadNames(), ", "))
}

// read returns an embedded file. The names are constants of this package, so a missing one is a broken build.
func read(name string) []byte {
	content, err := files.ReadFile(name)
	if err != nil {
		panic("bench definition: " + err.Error())
	}
	return content
}
