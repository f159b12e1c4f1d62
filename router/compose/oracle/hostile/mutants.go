// Package hostile makes random inputs of composition of the kinds in which composers differ, and mutants of the corpus.
package hostile

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/router/compose/oracle"
)

// Kind is a way to make inputs.
type Kind struct {
	Name string
	make func(r *rand.Rand) []oracle.Subgraph
}

// Case is the input of the kind with that seed.
func (k Kind) Case(seed uint64) *oracle.Case {
	return &oracle.Case{Group: k.Name, Name: fmt.Sprint(seed), Subgraphs: k.make(rand.New(rand.NewPCG(seed, 17)))}
}

// Kinds are the generators of this folder, and mutants of each written group of the corpus.
func Kinds() ([]Kind, error) {
	out := []Kind{
		{"links", linkNames}, {"composed directives", composedDirectives}, {"federation 1", federation1}, {"field sets", fieldSets},
		{"interface objects", interfaceObjects}, {"access", access}, {"costs", costs}, {"inaccessible inputs", inaccessibleInputs},
	}
	cases, err := oracle.Cases()
	if err != nil {
		return nil, err
	}
	groups := map[string][]*oracle.Case{}
	var names []string
	for _, c := range cases {
		if c.Declared != "" || strings.HasPrefix(c.Group, "generated") || c.Group == "cachetag" {
			continue
		}
		if groups[c.Group] == nil {
			names = append(names, c.Group)
		}
		groups[c.Group] = append(groups[c.Group], c)
	}
	slices.Sort(names)
	for _, name := range names {
		group := groups[name]
		out = append(out, Kind{"mutants of " + name, func(r *rand.Rand) []oracle.Subgraph {
			return mutant(r, group[r.IntN(len(group))].Subgraphs)
		}})
	}
	return out, nil
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

// maybe returns text once in n times.
func maybe(r *rand.Rand, n int, text string) string {
	if r.IntN(n) == 0 {
		return text
	}
	return ""
}

var (
	application = regexp.MustCompile(`@[a-zA-Z_]+(\([^()]*\))?`)
	typeOf      = regexp.MustCompile(`: (\[*[A-Z][A-Za-z]*[\]!]*)`)
	version     = regexp.MustCompile(`/v[0-9]\.[0-9]+"`)
	quoted      = regexp.MustCompile(`"[^"\n]*"`)
)

var directives = []string{
	"@shareable", "@external", "@inaccessible", `@tag(name: "t")`, `@key(fields: "id")`, `@key(fields: "id", resolvable: false)`,
	`@requires(fields: "x")`, `@provides(fields: "x")`, `@override(from: "a")`, "@interfaceObject", "@authenticated",
	`@requiresScopes(scopes: [["s"]])`, `@policy(policies: [])`, "@cost(weight: 2)", "@extends", `@deprecated(reason: "r")`,
}

var types = []string{"Int", "Int!", "String", "ID!", "[Int]", "[Int!]!", "T", "[T]", "I", "E"}

// mutant changes one to three places of a case.
func mutant(r *rand.Rand, subgraphs []oracle.Subgraph) []oracle.Subgraph {
	out := slices.Clone(subgraphs)
	for range 1 + r.IntN(3) {
		i := r.IntN(len(out))
		// The first line links federation; it is rarely touched.
		head, body := "", out[i].SDL
		if strings.HasPrefix(body, "extend schema @link(") && r.IntN(6) > 0 {
			var found bool
			if head, body, found = strings.Cut(body, "\n"); found {
				head += "\n"
			}
		}
		out[i].SDL = head + mutate(r, body)
	}
	if len(out) > 1 && r.IntN(12) == 0 {
		out = slices.Delete(out, 0, 1)
	}
	return out
}

func mutate(r *rand.Rand, sdl string) string {
	at := func(pattern *regexp.Regexp) []int {
		all := pattern.FindAllStringIndex(sdl, -1)
		if len(all) == 0 {
			return nil
		}
		return all[r.IntN(len(all))]
	}
	replace := func(where []int, text string) string {
		if where == nil {
			return sdl
		}
		return sdl[:where[0]] + text + sdl[where[1]:]
	}
	switch r.IntN(8) {
	case 0:
		return replace(at(application), "")
	case 1, 2:
		if where := at(typeOf); where != nil {
			return replace([]int{where[1], where[1]}, " "+pick(r, directives...))
		}
	case 3:
		return replace(at(typeOf), ": "+pick(r, types...))
	case 4:
		return replace(at(version), fmt.Sprintf("/v2.%d\"", r.IntN(13)))
	case 5:
		return replace(at(quoted), pick(r, `"id"`, `"x"`, `""`, `"__typename"`, `"id { id }"`, `"@key"`, `"a"`))
	case 6:
		lines := strings.Split(sdl, "\n")
		i := r.IntN(len(lines))
		if r.IntN(2) == 0 {
			return strings.Join(slices.Delete(lines, i, i+1), "\n")
		}
		return strings.Join(slices.Insert(lines, i, lines[i]), "\n")
	case 7:
		return replace(at(application), pick(r, directives...))
	}
	return sdl
}
