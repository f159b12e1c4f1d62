package policy

import (
	"strconv"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/federation"
	"github.com/weft-graphql/weft/router/supergraph"
)

// Hint is what the schema says of how long something may be kept: @cacheControl(maxAge, scope, inheritMaxAge).
type Hint struct {
	// MaxAge is -1 when the schema does not say.
	MaxAge time.Duration
	// Private is for scope: PRIVATE, public for scope: PUBLIC where nothing below is private.
	Private, Public bool
	// Inherit takes maxAge from the parent.
	Inherit bool
}

// NoHint is what a schema says that does not say anything.
var NoHint = Hint{MaxAge: -1}

// And combines the hints of a value and of something it contains: the stricter of both.
func (h Hint) And(o Hint) Hint {
	private := h.Private || o.Private
	return Hint{MaxAge: stricter(h.MaxAge, o.MaxAge), Private: private, Public: h.Public && !private}
}

// Within is the hint of a value inside another one. That the other one is public does not make this one public.
func (h Hint) Within(above Hint) Hint {
	private := h.Private || above.Private
	return Hint{MaxAge: stricter(h.MaxAge, above.MaxAge), Private: private, Public: h.Public && !private}
}

// Applied yields the arguments of every directive with that name that one subgraph applied: either carried by the
// supergraph in a join__directive that names the graph, or composed under its own or its namespaced name, which counts
// for all subgraphs.
func Applied(directives ast.DirectiveList, graph, name string, yield func(arg func(string) *ast.Value)) {
	for _, d := range directives {
		if d.Name == "join__directive" {
			carried := d.Arguments.ForName("name")
			if carried == nil || !isDirective(strings.TrimPrefix(carried.Value.Raw, "@"), name) ||
				!lists(d.Arguments.ForName("graphs"), graph) {
				continue
			}
			args := d.Arguments.ForName("args")
			yield(func(arg string) *ast.Value {
				if args == nil {
					return nil
				}
				return args.Value.Children.ForName(arg)
			})
		} else if isDirective(d.Name, name) {
			yield(argumentOf(d))
		}
	}
}

// isDirective accepts a directive's own name and the name with a @link namespace before it.
func isDirective(full, name string) bool {
	return full == name || strings.HasSuffix(full, "__"+name)
}

func lists(graphs *ast.Argument, graph string) bool {
	if graphs == nil || graphs.Value == nil {
		return true
	}
	for _, c := range graphs.Value.Children {
		if c.Value.Raw == graph {
			return true
		}
	}
	return len(graphs.Value.Children) == 0 && (graphs.Value.Raw == graph || graphs.Value.Raw == "")
}

// HintOf reads what one subgraph said with @cacheControl. A supergraph of our own composer has that by subgraph
// (own); in others the directive is there when subgraphs asked for it with @composeDirective, and then counts for all
// of them.
func HintOf(directives ast.DirectiveList, graph string, own bool) Hint {
	h := NoHint
	read := func(arg func(string) *ast.Value) {
		if v := arg("maxAge"); v != nil {
			if n, err := strconv.Atoi(v.Raw); err == nil && n >= 0 {
				h.MaxAge = time.Duration(min(n, MaxDelta)) * time.Second
			}
		}
		if v := arg("scope"); v != nil {
			h.Private = h.Private || strings.EqualFold(v.Raw, "PRIVATE")
			h.Public = h.Public || strings.EqualFold(v.Raw, "PUBLIC")
		}
		if v := arg("inheritMaxAge"); v != nil {
			h.Inherit = v.Raw == "true"
		}
	}
	if !own {
		Applied(directives, graph, "cacheControl", read)
		return h
	}
	for _, d := range directives {
		if g := d.Arguments.ForName("graph"); d.Name == federation.CacheControl && g != nil && g.Value.Raw == graph {
			read(argumentOf(d))
		}
	}
	return h
}

func argumentOf(d *ast.Directive) func(name string) *ast.Value {
	return func(name string) *ast.Value {
		if a := d.Arguments.ForName(name); a != nil {
			return a.Value
		}
		return nil
	}
}

// SaysBySubgraph tells whether a supergraph has @cacheControl by subgraph.
func SaysBySubgraph(s *supergraph.Supergraph) bool {
	for _, t := range s.Types {
		if t.Definition == nil {
			continue
		}
		if t.Definition.Directives.ForName(federation.CacheControl) != nil {
			return true
		}
		for _, f := range t.Definition.Fields {
			if f.Directives.ForName(federation.CacheControl) != nil {
				return true
			}
		}
	}
	return false
}
