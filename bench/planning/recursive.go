package planning

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// recursiveCases select thousands of fields of one type that refers to itself and that several subgraphs share. For
// each of the fields any of the subgraphs could be asked.
func recursiveCases() []Case {
	var out []Case
	for _, subgraphs := range []int{5, 8} {
		for _, kilobytes := range []int{16, 64} {
			out = append(out, recursiveCase(subgraphs, kilobytes, false, false))
		}
	}
	for _, subgraphs := range []int{5, 8} {
		for _, kilobytes := range []int{16, 64} {
			out = append(out, recursiveCase(subgraphs, kilobytes, true, false))
		}
	}
	return append(out, recursiveCase(5, 16, true, true), recursiveCase(8, 64, true, true))
}

// recursiveCase makes one of them: the type is a value type or an entity, and fully shared, or with a leaf of its own in
// every subgraph.
func recursiveCase(subgraphs, kilobytes int, entity, own bool) Case {
	c := Case{
		Name: fmt.Sprintf("recursive-%d-%dk", subgraphs, kilobytes), Requests: 1, Waves: 1,
		About: fmt.Sprintf("%d KB over a self-recursive value type that %d subgraphs share", kilobytes, subgraphs),
	}
	leaves := []string{"name", "size", "state"}
	if entity {
		c.Name = fmt.Sprintf("recursive-entity-%d-%dk", subgraphs, kilobytes)
		c.About = fmt.Sprintf("%d KB over a self-recursive entity that %d subgraphs share", kilobytes, subgraphs)
	}
	var pairs []string
	for s := range subgraphs {
		body := `type Query { node: Node @shareable } type Node {`
		if entity {
			body = `type Query { node: Node @shareable } type Node @key(fields: "id") {`
		}
		if own {
			if s > 0 {
				body = strings.TrimPrefix(body, `type Query { node: Node @shareable } `)
			}
			leaf := fmt.Sprintf("own%d", s)
			leaves = append(leaves, leaf)
			body += " " + leaf + ": Int"
		}
		body += " id: ID! @shareable name: String @shareable size: Int @shareable state: String @shareable" +
			" next: Node @shareable parent: Node @shareable children: [Node!] @shareable peers(first: Int): [Node] @shareable }"
		pairs = append(pairs, fmt.Sprintf("s%d", s), body)
	}
	if own {
		c.Name += "-own"
		c.About += ", found in one of them and with a leaf of its own in each"
		c.Requests, c.Waves = subgraphs, 2
	}
	c.Subgraphs = graph(pairs...)
	c.Operation = recursiveOperation(kilobytes*1024, leaves)
	return c
}

// recursiveOperation nests selections at random until the document has about the given size.
func recursiveOperation(size int, leaves []string) string {
	rnd := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	b.WriteString("{ node {")
	var level func(depth int)
	level = func(depth int) {
		fmt.Fprintf(&b, " id %s", leaves[rnd.IntN(len(leaves))])
		for _, child := range []string{"next", "parent", "children", "peers(first: 3)"} {
			if depth < 12 && b.Len() < size && rnd.IntN(100) < 55 {
				b.WriteString(" " + child + " {")
				level(depth + 1)
				b.WriteString(" }")
			}
		}
	}
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, "\n  c%d: next {", i)
		level(1)
		b.WriteString(" }")
	}
	b.WriteString("\n} }")
	return b.String()
}
