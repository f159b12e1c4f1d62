package merge

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/federation"
)

// pendingDirectives are the directive applications of one element, to be merged once the whole schema exists.
type pendingDirectives struct {
	coordinate  string
	sources     []annotation
	destination *[]*schema.Directive
	// demanded is what others require of the element.
	demanded []demand
}

// mergedName is the name in the supergraph of a directive application of subgraph i; empty if it stays behind.
func (m *merger) mergedName(i int, d *schema.Directive) string {
	switch d.Federation {
	case federation.Tag, federation.Inaccessible, federation.Authenticated, federation.RequiresScopes, federation.Policy,
		federation.Cost, federation.ListSize:
		return m.features.name(d.Federation)
	case federation.NoDirective:
		if d.Name == "deprecated" || d.Name == "specifiedBy" {
			return d.Name
		}
		if c := m.composedBy(i, d.Name); c != nil {
			return c.name
		}
	}
	return ""
}

// mergeDirectives merges what subgraphs apply to an element. @inaccessible is applied at once, because merging looks at
// it, and the rest later.
func (m *merger) mergeDirectives(coordinate string, sources []annotation, destination *[]*schema.Directive) {
	m.mergeWithDemands(coordinate, sources, destination, nil)
}

// mergeWithDemands is mergeDirectives for an element of which others require something.
func (m *merger) mergeWithDemands(
	coordinate string,
	sources []annotation,
	destination *[]*schema.Directive,
	demanded []demand,
) {
	any := len(demanded) > 0
	for _, s := range sources {
		any = any || len(s.directives) > 0
	}
	if !any {
		return
	}
	if m.isHidden(sources) {
		*destination = append(
			*destination,
			&schema.Directive{Name: m.features.name(federation.Inaccessible), Federation: federation.Inaccessible},
		)
	}
	m.later = append(m.later, pendingDirectives{coordinate, sources, destination, demanded})
}

// isHidden reports whether some subgraph marks the element @inaccessible.
func (m *merger) isHidden(sources []annotation) bool {
	for _, s := range sources {
		if schema.Has(s.directives, federation.Inaccessible) {
			return true
		}
	}
	return false
}

// mergePendingDirectives merges all remaining directive applications.
func (m *merger) mergePendingDirectives() {
	for _, p := range m.later {
		m.mergeCacheTags(p)
		m.mergeCacheControl(p)
		m.mergeContexts(p)
		m.mergeAllApplications(p)
	}
}

func (m *merger) mergeAllApplications(p pendingDirectives) {
	var order []string
	applied := map[string][][]*schema.Directive{}
	add := func(i int, d *schema.Directive) {
		name := m.mergedName(i, d)
		if name == "" || d.Federation == federation.Inaccessible {
			return
		}
		if applied[name] == nil {
			applied[name] = make([][]*schema.Directive, len(m.subgraphs))
			order = append(order, name)
		}
		applied[name][i] = append(applied[name][i], d)
	}
	for i, s := range p.sources {
		for _, d := range s.directives {
			add(i, d)
		}
	}
	for _, d := range p.demanded {
		add(d.subgraph, d.directive)
	}
	for _, name := range order {
		m.mergeApplications(p, name, applied[name])
	}
}

// mergeApplications merges the applications of one directive to one element: all distinct ones of a repeatable
// directive, a single one of any other.
func (m *merger) mergeApplications(p pendingDirectives, name string, applied [][]*schema.Directive) {
	if len(p.demanded) > 0 && m.repeatedNames > maxNamesInAll { // which is reported
		return
	}
	var distinct []*schema.Directive
	var counts []int
	known := map[string]int{}
	for i, list := range applied {
		definition := m.definitionOf(i, list)
		for _, d := range list {
			key := schema.ArgsKey(d, definition)
			if j, ok := known[key]; ok {
				counts[j]++
				continue
			}
			known[key] = len(distinct)
			distinct = append(distinct, d)
			counts = append(counts, 1)
		}
	}
	m.checkAgainstComposed(p.coordinate, name, distinct)
	if m.isRepeatable(name, applied) {
		for _, d := range distinct {
			*p.destination = append(*p.destination, merged(name, d))
		}
		return
	}
	if len(distinct) == 1 {
		m.spendDemanded(p, name, distinct[0])
		*p.destination = append(*p.destination, merged(name, distinct[0]))
		return
	}
	if strategies := argumentStrategies[distinct[0].Federation]; strategies != nil {
		d := m.mergeByStrategies(p, name, distinct, strategies)
		m.spendDemanded(p, name, d)
		*p.destination = append(*p.destination, d)
		return
	}
	best := 0
	for i, c := range counts {
		if c > counts[best] {
			best = i
		}
	}
	*p.destination = append(*p.destination, merged(name, distinct[best]))
	m.hint(
		problem.HintInconsistentNonRepeatableDirectiveArguments,
		hintCoordinate(p.coordinate),
		placesOf(applied),
		"Directive @%s has different arguments on %q, and the supergraph uses %s: there is %s.",
		name,
		p.coordinate,
		argumentsText(distinct[best]),
		m.variants(func(i int) string {
			if len(applied[i]) == 0 {
				return ""
			}
			return argumentsText(applied[i][0])
		}),
	)
}

func hintCoordinate(coordinate string) string {
	if coordinate == "schema" {
		return ""
	}
	return coordinate
}

func placesOf(applied [][]*schema.Directive) []elementPosition {
	var out []elementPosition
	for i, list := range applied {
		for _, d := range list {
			out = append(out, elementPosition{i, d.Pos})
		}
	}
	return out
}

func argumentsText(d *schema.Directive) string {
	if len(d.Arguments) == 0 {
		return "no arguments"
	}
	parts := make([]string, len(d.Arguments))
	for i, a := range d.Arguments {
		parts[i] = a.Name + ": " + schema.PrintValue(a.Value)
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

func merged(name string, d *schema.Directive) *schema.Directive {
	out := &schema.Directive{Name: name, Federation: d.Federation}
	for _, a := range d.Arguments {
		if a.Name == "sizedFields" && d.Federation == federation.ListSize && a.Value.Kind == ast.NullValue {
			continue // readers of supergraphs take it for a list
		}
		out.Arguments = append(out.Arguments, arg(a.Name, a.Value))
	}
	return out
}

func (m *merger) definitionOf(i int, list []*schema.Directive) *schema.DirectiveDefinition {
	if len(list) == 0 {
		return nil
	}
	return m.subgraphs[i].Schema.DirectiveDefinition(list[0].Name)
}

func (m *merger) isRepeatable(name string, applied [][]*schema.Directive) bool {
	if d := m.out.DirectiveDefinition(name); d != nil {
		return d.Repeatable
	}
	for i, list := range applied {
		if d := m.definitionOf(i, list); d != nil && d.Repeatable {
			return true
		}
	}
	return false
}

// mergeCacheTags passes @cacheTag through to the router, with the subgraphs each application is from.
// https://specs.apollo.dev/join/v0.4/#@join__directive
func (m *merger) mergeCacheTags(p pendingDirectives) {
	var distinct []*schema.Directive
	var graphs [][]*ast.Value
	known := map[string]int{}
	for i, s := range p.sources {
		for _, d := range s.directives {
			if d.Federation != federation.CacheTag {
				continue
			}
			key := schema.ArgsKey(d, nil)
			j, ok := known[key]
			if !ok {
				j = len(distinct)
				known[key] = j
				distinct = append(distinct, d)
				graphs = append(graphs, nil)
			}
			graphs[j] = append(graphs[j], schema.Enum(m.graphNames[i]))
		}
	}
	for i, d := range distinct {
		args := &ast.Value{Kind: ast.ObjectValue}
		for _, a := range d.Arguments {
			args.Children = append(args.Children, &ast.ChildValue{Name: a.Name, Value: a.Value})
		}
		*p.destination = append(*p.destination, apply("join__directive", arg("graphs", schema.List(graphs[i]...)),
			arg("name", schema.String("federation__cacheTag")), arg("args", args)))
	}
}
