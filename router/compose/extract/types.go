package extract

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/syntax"
)

// typeOf is a type as the subgraph defines it.
func (e *extraction) typeOf(t *schema.Type, joins []*schema.Directive) *schema.Type {
	out := &schema.Type{Kind: t.Kind, Name: t.Name, Description: t.Description, HasDefinition: true}
	for _, join := range joins {
		if key, ok := join.StringArg("key"); ok {
			args := []schema.Arg{arg("fields", key)}
			if isFalse(join, "resolvable") {
				args = append(args, schema.Arg{Name: "resolvable", Value: schema.Bool(false)})
			}
			out.Directives = append(out.Directives, e.apply("key", args...))
		}
	}
	if isTrue(joins[0], "isInterfaceObject") {
		out.Kind = ast.Object
		out.Directives = append(out.Directives, e.apply("interfaceObject"))
	}
	if isTrue(joins[0], "extension") {
		out.Directives = append(out.Directives, e.apply("extends"))
	}
	out.Directives = append(out.Directives, e.contexts(t.Directives)...)
	out.Directives = append(out.Directives, e.common(out.Kind, t.Directives)...)
	for _, d := range e.mine(t.Directives, "join__implements") {
		if name, ok := d.StringArg("interface"); ok {
			out.Interfaces = append(out.Interfaces, schema.Ref{Name: name})
		}
	}
	for _, d := range e.mine(t.Directives, "join__unionMember") {
		if name, ok := d.StringArg("member"); ok {
			out.Members = append(out.Members, schema.Ref{Name: name})
		}
	}
	for _, v := range t.Values {
		if len(e.mine(v.Directives, "join__enumValue")) > 0 {
			out.Values = append(
				out.Values,
				&schema.EnumValue{Name: v.Name, Description: v.Description, Directives: e.common(t.Kind, v.Directives)},
			)
		}
	}
	for _, f := range t.Fields() {
		if field := e.fieldOf(out.Kind, f); field != nil {
			out.AddField(field)
		}
	}
	return out
}

// contexts are the @context of the subgraph on a type; in the supergraph their names begin with the subgraph's.
func (e *extraction) contexts(directives []*schema.Directive) []*schema.Directive {
	var found []*schema.Directive
	for _, d := range directives {
		name, _ := d.StringArg("name")
		if own, ok := e.ownContext(name); d.Name == "context" && ok {
			found = append(found, e.apply("context", arg("name", own)))
		}
	}
	return found
}

func (e *extraction) ownContext(name string) (string, bool) {
	graph, own, ok := strings.Cut(name, "__")
	return own, ok && strings.EqualFold(graph, e.graph)
}

// fieldOf is a field as the subgraph defines it; nil where it does not.
func (e *extraction) fieldOf(kind schema.Kind, f *schema.Field) *schema.Field {
	out := &schema.Field{
		Name:        f.Name,
		Description: f.Description,
		Type:        f.Type,
		Default:     f.Default,
		Arguments:   e.arguments(f.Arguments),
	}
	joined := slices.ContainsFunc(f.Directives, func(d *schema.Directive) bool { return d.Name == "join__field" })
	joins := e.mine(f.Directives, "join__field")
	if joined && len(joins) == 0 && !e.taken(f) {
		return nil
	}
	resolved := true
	if len(joins) > 0 {
		join := joins[0]
		if text, ok := join.StringArg("type"); ok {
			if typ := parseType(text); typ != nil {
				out.Type = typ
			}
		}
		resolved = !isTrue(join, "external")
		for _, name := range []string{"requires", "provides"} {
			if fields, ok := join.StringArg(name); ok {
				out.Directives = append(out.Directives, e.apply(name, arg("fields", fields)))
			}
		}
		if from, ok := join.StringArg("override"); ok {
			args := []schema.Arg{arg("from", from)}
			if label, ok := join.StringArg("overrideLabel"); ok {
				args = append(args, arg("label", label))
				e.needs(labelled)
			}
			out.Directives = append(out.Directives, e.apply("override", args...))
		}
		if !resolved {
			out.Directives = append(out.Directives, e.apply("external"))
		}
		out.Arguments = append(out.Arguments, e.contextArguments(join)...)
	}
	if kind == ast.Object && resolved && e.shared(f) {
		out.Directives = append(out.Directives, e.apply("shareable"))
	}
	if resolved {
		out.Directives = append(out.Directives, e.common(kind, f.Directives)...)
	}
	return out
}

// taken tells whether another subgraph has taken the field over from this one, whose own no longer counts.
func (e *extraction) taken(f *schema.Field) bool {
	return slices.ContainsFunc(f.Directives, func(d *schema.Directive) bool {
		from, _ := d.StringArg("override")
		return d.Name == "join__field" && from == e.name
	})
}

// shared tells whether other subgraphs mention the field, too: they may resolve it, if only below a @provides.
func (e *extraction) shared(f *schema.Field) bool {
	name := "join__field"
	if !slices.ContainsFunc(f.Directives, func(d *schema.Directive) bool { return d.Name == name }) {
		name = "join__type"
	}
	return slices.ContainsFunc(slices.Concat(f.Directives, f.Parent.Directives), func(d *schema.Directive) bool {
		graph := d.Arg("graph")
		return d.Name == name && graph != nil && graph.Raw != e.graph
	})
}

func (e *extraction) arguments(list []*schema.Argument) []*schema.Argument {
	var out []*schema.Argument
	for _, a := range list {
		copied := *a
		copied.Directives = e.common("", a.Directives)
		out = append(out, &copied)
	}
	return out
}

// contextArguments are the arguments that the router fills from a context, which clients do not see.
func (e *extraction) contextArguments(join *schema.Directive) []*schema.Argument {
	list := join.Arg("contextArguments")
	if list == nil {
		return nil
	}
	var out []*schema.Argument
	for _, child := range list.Children {
		text := func(name string) string {
			if v := child.Value.Children.ForName(name); v != nil {
				return v.Raw
			}
			return ""
		}
		own, _ := e.ownContext(text("context"))
		typ := parseType(text("type"))
		if typ == nil {
			continue
		}
		out = append(out, &schema.Argument{Name: text("name"), Type: typ, Directives: []*schema.Directive{
			e.apply("fromContext", arg("field", "$"+own+" "+strings.TrimSpace(text("selection")))),
		}})
	}
	return out
}

// parseType reads a type reference such as [Product!]; nil when it is none.
func parseType(text string) *ast.Type {
	doc, err := syntax.ParseExecutable(&ast.Source{Input: "query($v: " + text + ") { f }"}, 0)
	if err != nil {
		return nil
	}
	return doc.Operations[0].VariableDefinitions[0].Type
}
