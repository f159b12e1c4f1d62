package fedtest

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
)

// ask is an application of @authenticated, @requiresScopes or @policy in one subgraph.
type ask struct {
	// directive is its name in the specification.
	directive string
	// alternatives are scopes or policies: all of one list are enough.
	alternatives [][]string
	// at is the subgraph that says it; whole for what only the supergraph says.
	at int
}

// guardNames are the directives that keep things from callers.
var guardNames = []string{"authenticated", "requiresScopes", "policy"}

// asksAt writes what a subgraph asks of callers.
func (g *graph) asksAt(s int, asks []ask) string {
	var b strings.Builder
	for _, a := range asks {
		if a.at == s {
			b.WriteString(a.write(g.guards))
		}
	}
	return b.String()
}

// write writes an application, with the names that a graph has for the directives.
func (a *ask) write(names map[string]string) string {
	if a.directive == "authenticated" {
		return " @" + names[a.directive]
	}
	lists := make([]string, len(a.alternatives))
	for i, all := range a.alternatives {
		quoted := make([]string, len(all))
		for j, name := range all {
			quoted[j] = fmt.Sprintf("%q", name)
		}
		lists[i] = "[" + strings.Join(quoted, ", ") + "]"
	}
	argument := map[string]string{"requiresScopes": "scopes", "policy": "policies"}[a.directive]
	return fmt.Sprintf(" @%s(%s: [%s])", names[a.directive], argument, strings.Join(lists, ", "))
}

// resolves tells whether a part is one whose fields may be protected: that of an object.
func (g *graph) resolves(p *part, d *decl) bool {
	return slices.ContainsFunc(g.types, func(t *typ) bool {
		return t.kind == objectKind && slices.Contains(t.at, p) && t.field(d.field.name) == d.field
	})
}

// protector spreads requirements over a graph.
type protector struct {
	*graph
	rnd *rand.Rand
}

// protect makes a graph ask things of callers: wherever composition lets it, and of whoever may see what is computed
// from something at least what that asks for.
func protect(g *graph) {
	p := &protector{graph: g, rnd: rand.New(rand.NewPCG(g.seed, 11))}
	g.guards = map[string]string{}
	for _, name := range guardNames {
		g.guards[name] = pick(p.rnd, []string{name, name, "my_" + name})
	}
	often := pick(p.rnd, []int{4, 10, 20})
	for _, t := range g.types {
		chance := often
		if t == g.query {
			chance /= 4
		}
		if t.kind == objectKind || t.kind == enumKind || t.kind == scalarKind {
			t.asks = p.asks(p.declaring(t), chance)
		}
		for _, f := range t.fields {
			if t.kind == objectKind && !p.ofFaceObject(t, f) || t.kind == interfaceKind && t.pool != nil {
				chance := often
				if p.required(f) {
					chance = 60
				}
				f.asks = p.asks(p.resolving(t, f), chance)
			}
		}
	}
	// What is computed from computed fields comes after them.
	for range 4 {
		for _, t := range g.types {
			for _, f := range t.fields {
				if len(f.requires) > 0 && (t.kind == objectKind || t.kind == interfaceKind) {
					p.inherit(t, f)
				}
			}
		}
	}
}

// required tells whether something is computed from a field.
func (g *graph) required(f *field) bool {
	var within func(s set) bool
	within = func(s set) bool {
		return slices.ContainsFunc(s, func(it item) bool { return it.field != nil && it.field.name == f.name || within(it.sub) })
	}
	return slices.ContainsFunc(g.types, func(t *typ) bool {
		return slices.ContainsFunc(t.fields, func(c *field) bool { return within(c.requires) })
	})
}

// ofFaceObject tells whether a field is that of the interface object for the interface of a type.
func (p *protector) ofFaceObject(t *typ, f *field) bool {
	return t.pool != nil && t.pool.face != nil && slices.Contains(t.pool.face.fields, f)
}

// modern tells whether a subgraph can say anything about callers.
func (p *protector) modern(s int) bool { return p.dialect(s).spelling != ancient }

// declaring are the subgraphs that may protect a type.
func (p *protector) declaring(t *typ) (out []int) {
	for s, part := range t.at {
		if part != nil && !part.interfaceObject && p.modern(s) {
			out = append(out, s)
		}
	}
	return out
}

// resolving are the subgraphs that may protect a field.
func (p *protector) resolving(t *typ, f *field) (out []int) {
	for s, part := range t.at {
		if part == nil || !p.modern(s) || t.kind == interfaceKind && !part.interfaceObject || part.external {
			continue
		}
		if d := part.decl(f.name); d != nil && d.field == f && !d.external && !d.dead {
			out = append(out, s)
		}
	}
	return out
}

// asks makes requirements that some subgraphs can say, with a chance in percent.
func (p *protector) asks(at []int, chance int) (out []ask) {
	for len(at) > 0 && p.rnd.IntN(100) < chance {
		a := ask{directive: pick(p.rnd, guardNames), at: pick(p.rnd, at)}
		if slices.ContainsFunc(out, func(o ask) bool { return o.at == a.at && o.directive == a.directive }) {
			break
		}
		a.alternatives = p.alternatives(a.directive)
		out = append(out, a)
		chance = 40
	}
	return out
}

func (p *protector) alternatives(directive string) (out [][]string) {
	if directive == "authenticated" {
		return nil
	}
	for range 1 + p.rnd.IntN(2) {
		all := []string{}
		for range 1 + p.rnd.IntN(2) {
			all = append(all, fmt.Sprintf("%c%d", directive[0], p.rnd.IntN(4)))
		}
		slices.Sort(all)
		out = append(out, slices.Compact(all))
	}
	return out
}

// inherit makes a computed field ask for what the fields ask for that it is computed from: everything at once, which
// is enough for whatever they ask.
func (p *protector) inherit(t *typ, f *field) {
	at := p.resolving(t, f)
	if len(at) == 0 {
		return
	}
	names := map[string][]string{}
	for _, a := range p.needs(t, f.requires, nil) {
		names[a.directive] = append(names[a.directive], slices.Concat(a.alternatives...)...)
	}
	for _, directive := range guardNames {
		all, asked := names[directive]
		if !asked {
			continue
		}
		f.asks = slices.DeleteFunc(f.asks, func(a ask) bool { return a.directive == directive })
		slices.Sort(all)
		f.asks = append(f.asks, ask{directive: directive, alternatives: [][]string{slices.Compact(all)}, at: at[0]})
	}
}

// needs is what the fields of a field set on a type ask for, and those that they are computed from.
func (g *graph) needs(t *typ, s set, seen []*field) (out []ask) {
	for _, it := range s {
		if it.on != nil {
			out = append(append(out, g.asksOfType(it.on)...), g.needs(it.on, it.sub, seen)...)
			continue
		}
		for _, o := range g.objectsOf(t) {
			f := o.field(it.field.name)
			if f == nil || slices.Contains(seen, f) {
				continue
			}
			out = append(out, g.asksOf(o, f)...)
			out = append(out, g.needs(o, f.requires, append(seen, f))...)
		}
		out = append(out, g.asksOfType(it.field.typ.named)...)
		out = append(out, g.needs(it.field.typ.named, it.sub, seen)...)
	}
	return out
}

// asksOf is what a field of an object asks for itself, with its types.
func (g *graph) asksOf(o *typ, f *field) []ask {
	out := slices.Concat(g.asksOfType(o), g.asksOfField(f, o), g.asksOfType(f.typ.named))
	if o.pool != nil && o.pool.face != nil {
		if of := o.pool.face.field(f.name); of != nil {
			out = append(out, g.asksOfField(of, o.pool.face)...)
		}
	}
	return out
}

// asksOfType and asksOfField leave out what is not said any more, because shrinking took away where it was.
func (g *graph) asksOfType(t *typ) []ask {
	return slices.DeleteFunc(slices.Clone(t.asks), func(a ask) bool { return a.at != whole && t.at[a.at] == nil })
}

func (g *graph) asksOfField(f *field, t *typ) []ask {
	return slices.DeleteFunc(slices.Clone(f.asks), func(a ask) bool {
		return t.at[a.at] == nil || t.at[a.at].decl(f.name) == nil || t.at[a.at].decl(f.name).field != f
	})
}

// onComputed finds the lines of a supergraph that have a computed field, and onGuards the requirements in one.
var (
	onComputed = regexp.MustCompile(`(?m)^  computed\d+[(:].*$`)
	onGuards   = regexp.MustCompile(`\s@(?:my_)?(?:authenticated|requiresScopes\([^)]*\)|policy\([^)]*\))`)
)

// loosenComputed takes away what computed fields ask for themselves: the supergraph of a composer that does not care.
func (g *graph) loosenComputed(supergraph string) string {
	for _, t := range g.types {
		for _, f := range t.fields {
			if strings.HasPrefix(f.name, "computed") {
				f.asks = nil
			}
		}
	}
	return onComputed.ReplaceAllStringFunc(supergraph, func(line string) string { return onGuards.ReplaceAllString(line, "") })
}

// protectInterfaces lets interfaces ask for something themselves, as composers allow that do not know what is wrong
// with it.
func (g *graph) protectInterfaces(supergraph string) string {
	policy := g.guards["policy"]
	if !strings.Contains(supergraph, "directive @"+policy) {
		return supergraph
	}
	rnd := rand.New(rand.NewPCG(g.seed, 12))
	for _, t := range g.types {
		if t.kind != interfaceKind || rnd.IntN(2) > 0 {
			continue
		}
		head := regexp.MustCompile(`(?m)^interface ` + t.name + `\b[^{]*`).FindString(supergraph)
		if head == "" || strings.Contains(head, "@"+policy) {
			continue
		}
		a := ask{directive: "policy", alternatives: [][]string{{"interface"}}, at: whole}
		supergraph = strings.Replace(supergraph, head, strings.TrimSpace(head)+a.write(g.guards)+"\n", 1)
		t.asks = append(t.asks, a)
	}
	return supergraph
}
