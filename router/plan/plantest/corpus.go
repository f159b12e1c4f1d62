package plantest

import (
	"fmt"
	"strings"

	"github.com/weft-graphql/weft/bench/definition"
)

// Case is an operation over a graph, for measuring.
type Case struct {
	Name string
	// Subgraphs are SDLs by name.
	Subgraphs map[string]string
	Query     string
}

// Corpus returns operations from trivial to absurd.
func Corpus() []Case {
	shop := map[string]string{}
	for _, s := range definition.Subgraphs() {
		shop[s.Name] = s.SDL
	}
	return []Case{
		{"one field", shop, `{users{id}}`},
		{"shop", shop, shopQuery},
		{"8 fields shared by 8", shared(8), `{e{f0 f1 f2 f3 f4 f5 f6 f7}}`},
		{"cover", cover(), `{e{f0 f1 f2 f3 f4 f5 f6 f7}}`},
		{"recursion, 5 subgraphs, 16 KB", recursive(5), recursiveQuery(16<<10, 3)},
		{"recursion, 8 subgraphs, 64 KB", recursive(8), recursiveQuery(64<<10, 3)},
		{"recursion with own fields, 5 subgraphs, 16 KB", recursiveOwn(5), recursiveOwnQuery(16<<10, 5)},
		{"recursion with own fields, 8 subgraphs, 64 KB", recursiveOwn(8), recursiveOwnQuery(64<<10, 8)},
		{"hub, 46 subgraphs", hub(46), hubQuery(46)},
		{"100 implementations", implementations(100), implementationsQuery(100)},
		{"5,000 fields", wide(), wideQuery(5000)},
		{"4,900 aliases of one field", wide(), aliasesQuery(4900)},
		{"10 chained requirements", chain(10), `{e{c10}}`},
	}
}

const shopQuery = `fragment User on User { id username name } fragment Review on Review { id body } fragment Product on Product { inStock name price shippingEstimate upc weight }
query TestQuery { users { ...User reviews { ...Review product { ...Product reviews { ...Review author { ...User reviews { ...Review product { ...Product } } } } } } }
topProducts { ...Product reviews { ...Review author { ...User reviews { ...Review product { ...Product } } } } } }`

// shared is an entity whose fields all subgraphs but the first resolve.
func shared(n int) map[string]string {
	out := map[string]string{"root": Link + `type Query{e:E} type E@key(fields:"id"){id:ID!}`}
	var fields strings.Builder
	for i := range n {
		fmt.Fprintf(&fields, " f%d:String@shareable", i)
	}
	for i := range n {
		out[fmt.Sprintf("s%d", i)] = Link + `type E@key(fields:"id"){id:ID!` + fields.String() + `}`
	}
	return out
}

// cover is an entity whose fields several subgraphs resolve each, such that the first that comes to mind is not in the
// smallest cover.
func cover() map[string]string {
	out := map[string]string{"root": Link + `type Query{e:E} type E@key(fields:"id"){id:ID!}`}
	for i, fields := range []string{"0 1 2 3", "4 5 6 7", "0 2 4 6", "1 3 5", "0 4", "7 3", "2 5 6", "1 7"} {
		text := ""
		for _, f := range strings.Fields(fields) {
			text += " f" + f + ":String@shareable"
		}
		// The best pair comes last in the order of names.
		out[fmt.Sprintf("s%d", 9-i)] = Link + `type E@key(fields:"id"){id:ID!` + text + `}`
	}
	return out
}

func recursive(n int) map[string]string {
	out := map[string]string{}
	for i := range n {
		out[fmt.Sprintf("s%d", i)] = Link + `type Query{node:Node@shareable} type Node@shareable{a:String b:String c:String left:Node right:Node next:Node}`
	}
	return out
}

func recursiveQuery(size, fan int) string {
	links := []string{"left", "right", "next"}[:fan]
	var build func(budget int) string
	build = func(budget int) string {
		text := "{a b c"
		if budget > 60 {
			for _, l := range links {
				text += " " + l + build((budget-30)/fan)
			}
		}
		return text + "}"
	}
	return "{node" + build(size*2) + "}"
}

// recursiveOwn is a shared recursive entity of which each subgraph also has a field of its own.
func recursiveOwn(n int) map[string]string {
	out := map[string]string{}
	for i := range n {
		out[fmt.Sprintf("s%d", i)] = Link + fmt.Sprintf(
			`type Query{node:Node@shareable} type Node@key(fields:"id")@shareable{id:ID! a:String left:Node right:Node next:Node own%d:String}`,
			i,
		)
	}
	return out
}

func recursiveOwnQuery(size, n int) string {
	count := 0
	var build func(budget int) string
	build = func(budget int) string {
		text := fmt.Sprintf("{a own%d", count%n)
		count++
		if budget > 60 {
			for _, l := range []string{"left", "right", "next"} {
				text += " " + l + build((budget-30)/3)
			}
		}
		return text + "}"
	}
	return "{node" + build(size*2) + "}"
}

// hub is a graph around three entities that every subgraph extends.
func hub(n int) map[string]string {
	out := map[string]string{}
	for i := range n {
		query := ""
		if i < 3 {
			query = fmt.Sprintf("type Query{start%d:%s} ", i, []string{"User", "Product", "Order"}[i])
		}
		out[fmt.Sprintf("s%02d", i)] = Link + query + fmt.Sprintf(
			`type User@key(fields:"id"){id:ID! name:String@shareable u%d:String product%d:Product}
			 type Product@key(fields:"id"){id:ID! title:String@shareable p%d:String order%d:Order}
			 type Order@key(fields:"id"){id:ID! o%d:String user%d:User}`, i, i, i, i, i, i)
	}
	return out
}

func hubQuery(n int) string {
	var b strings.Builder
	b.WriteString("{start0{name")
	for i := 0; i < n; i += 3 {
		fmt.Fprintf(
			&b,
			" u%d product%d{title p%d p%d order%d{o%d user%d{name u%d}}}",
			i,
			i,
			(i+1)%n,
			(i+7)%n,
			(i+2)%n,
			(i+3)%n,
			(i+4)%n,
			(i+5)%n,
		)
	}
	b.WriteString("} start1{title order1{o5 user6{name u9}}}}")
	return b.String()
}

// implementations is an interface with many implementations in two subgraphs.
func implementations(n int) map[string]string {
	var a, b strings.Builder
	a.WriteString(Link + `type Query{nodes:[Node]} interface Node{id:ID! name:String} `)
	b.WriteString(Link)
	for i := range n {
		fmt.Fprintf(&a, `type T%d implements Node@key(fields:"id"){id:ID! name:String own%d:String} `, i, i)
		fmt.Fprintf(&b, `type T%d@key(fields:"id"){id:ID! rank:Int more%d:String} `, i, i)
	}
	return map[string]string{"a": a.String(), "b": b.String()}
}

func implementationsQuery(n int) string {
	var b strings.Builder
	b.WriteString("{nodes{id name")
	for i := range n {
		fmt.Fprintf(&b, " ...on T%d{own%d rank more%d}", i, i, i)
	}
	b.WriteString("}}")
	return b.String()
}

func wide() map[string]string {
	out := map[string]string{}
	for i := range 4 {
		query := ""
		if i == 0 {
			query = "type Query{e(n:Int):E} "
		}
		var fields strings.Builder
		for f := range 25 {
			fmt.Fprintf(&fields, " f%d_%d(n:Int):String", i, f)
		}
		out[fmt.Sprintf("s%d", i)] = Link + query + `type E@key(fields:"id"){id:ID!` + fields.String() + `}`
	}
	return out
}

func wideQuery(fields int) string {
	var b strings.Builder
	b.WriteByte('{')
	for i := 0; i < fields; i += 101 {
		fmt.Fprintf(&b, "e%d:e(n:%d){", i, i)
		for f := range 100 {
			fmt.Fprintf(&b, "f%d_%d(n:%d) ", f%4, f/4, i)
		}
		b.WriteString("} ")
	}
	return b.String() + "}"
}

func aliasesQuery(n int) string {
	var b strings.Builder
	b.WriteString("{e{")
	for i := range n {
		fmt.Fprintf(&b, "a%d:f%d_0(n:%d) ", i, i%4, i)
	}
	return b.String() + "}}"
}

// chain is an entity with fields that require each other in turn, back and forth between two subgraphs.
func chain(n int) map[string]string {
	parts := [2]strings.Builder{}
	parts[0].WriteString(Link + `type Query{e:E} type E@key(fields:"id"){id:ID! c0:String`)
	parts[1].WriteString(Link + `type E@key(fields:"id"){id:ID!`)
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&parts[i%2], " c%d:String@external c%d:String@requires(fields:\"c%d\")", i-1, i, i-1)
	}
	return map[string]string{"a": parts[0].String() + "}", "b": parts[1].String() + "}"}
}
