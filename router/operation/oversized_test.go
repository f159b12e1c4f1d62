package operation

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
)

// author writes random documents, valid ones and others, that are beyond small limits or not.
type author struct {
	*rand.Rand
	fragments []string
	// used are those that something uses.
	used map[string]bool
}

func (a *author) pick(texts ...string) string { return texts[a.IntN(len(texts))] }

func (a *author) arguments() string {
	return a.pick("", "", `(a: "x:{@")`, `(a: {b: 1, c: [{d: -1.5e+3}]})`, `(a: """{ \""" :@ """ b: $v)`, `(a: "\"@:{")`, "(a: 1 # x: y @z {\n)")
}

func (a *author) selections(depth int) string {
	var b strings.Builder
	b.WriteString("{")
	for range 1 + a.IntN(6) {
		switch a.IntN(8) {
		case 0:
			f := a.fragments[a.IntN(len(a.fragments))]
			a.used[f] = true
			b.WriteString(a.pick("...", "... ", "id...") + f + a.pick("", "@a", " @b(c: {d: 1})") + " ")
		case 1:
			if depth > 0 {
				b.WriteString("...on T" + a.pick("", "@a") + a.selections(depth-1))
			}
		case 2:
			b.WriteString("a: a ")
		case 3, 4:
			fmt.Fprintf(&b, "a%d%sfield%s%s ", a.IntN(9), a.pick(":", " : ", ",:#x:y@z\n"), a.arguments(), a.pick("", "", "@a", "@a @b(x: {y: 1})"))
		default:
			b.WriteString("field" + a.arguments())
			if depth > 0 {
				b.WriteString(a.selections(depth - 1))
			}
			b.WriteString(" ")
		}
	}
	return b.String() + "id}"
}

func (a *author) document() string {
	a.fragments, a.used = []string{"query", "F1", "F2"}, map[string]bool{}
	var parts []string
	if a.IntN(3) == 0 {
		parts = append(parts, a.selections(2))
	} else {
		for i := range 1 + a.IntN(2) {
			parts = append(parts, fmt.Sprintf("%s %s%s%s%s", a.pick("query", "mutation"), a.pick("Q", "query"), fmt.Sprint(i),
				a.pick("", "($v: [Int!] = [1] @a)"), a.selections(2)))
		}
	}
	var written []string
	for _, f := range a.fragments {
		if a.used[f] || a.IntN(20) == 0 {
			written = append(written, "fragment "+f+" on T"+a.pick("", " @a")+a.selections(1))
		}
	}
	parts = append(parts, written...)
	a.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	return "\ufeff" + strings.Join(parts, a.pick(" ", "\n# {a: b}\n"))
}

// TestOversizedDocumentsAreBeyondALimit: what is refused without being parsed would have been refused, and what has
// only one operation and nothing but what it says itself is refused in both ways or in none.
func TestOversizedDocumentsAreBeyondALimit(t *testing.T) {
	random := &author{Rand: rand.New(rand.NewPCG(1, 2))}
	refused := map[string]int{}
	for range 20_000 {
		document := random.document()
		limits := Limits{Tokens: 20 + random.IntN(300), Aliases: 1 + random.IntN(12), Directives: 1 + random.IntN(12), Warn: false}
		early := oversized([]byte(document), limits)
		doc, _, late := parse(document, limits.withDefaults())
		if len(early) > 0 && late == nil {
			// A fragment that no operation uses is refused by validation.
			if !unreachable(doc.QueryDocument) {
				t.Fatalf("%+v: %v, but it passes:\n%s", limits, early, document)
			}
		}
		if len(early) == 0 && late != nil && late.Extensions["code"] == CodeTokens {
			t.Fatalf("%+v: %v:\n%s", limits, late, document)
		}
		if len(early) == 0 && late != nil && !strings.Contains(document, "...") && strings.Count(document, "mutation")+strings.Count(document, "query") < 2 {
			switch late.Extensions["code"] {
			case CodeAliases, CodeDirectives:
				t.Fatalf("%+v: %v:\n%s", limits, late, document)
			}
		}
		if len(early) > 0 {
			refused[early[0].Extensions["code"].(string)]++
		}
	}
	if len(refused) != 3 {
		t.Errorf("refused: %v", refused)
	}
}

func TestOnlyLongDocumentsAreLookedOver(t *testing.T) {
	limits := Limits{Aliases: 1}
	if Oversized([]byte("{a: b c: d}"), limits) != nil {
		t.Error("a short one")
	}
	long := "{" + strings.Repeat("a: b ", lookedOver/4) + "}"
	if errs := Oversized([]byte(long), limits); len(errs) != 1 || errs[0].Extensions["code"] != CodeAliases {
		t.Errorf("%v", errs)
	}
	if Oversized([]byte(long), Limits{Aliases: 1, Warn: true}) != nil {
		t.Error("a limit that only warns refuses")
	}
	if Oversized([]byte(long), Limits{Aliases: -1, Tokens: -1}) != nil {
		t.Error("a limit that is none refuses")
	}
}

// unreachable tells that a document has a fragment that no operation uses, or only by way of a cycle.
func unreachable(doc *ast.QueryDocument) bool {
	fragments, reached := fragmentsByName(doc), map[string]bool{}
	var walk func(set ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		for _, s := range set {
			switch s := s.(type) {
			case *ast.Field:
				walk(s.SelectionSet)
			case *ast.InlineFragment:
				walk(s.SelectionSet)
			case *ast.FragmentSpread:
				if f := fragments[s.Name]; f != nil && !reached[s.Name] {
					reached[s.Name] = true
					walk(f.SelectionSet)
				}
			}
		}
	}
	for _, op := range doc.Operations {
		walk(op.SelectionSet)
	}
	return len(reached) < len(doc.Fragments)
}
