package cache

import (
	"strconv"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/federation"
	"github.com/weft-graphql/weft/router/jsontext"
	"github.com/weft-graphql/weft/router/supergraph"
)

// hint is what the schema says of how long something may be kept: @cacheControl(maxAge, scope, inheritMaxAge).
type hint struct {
	// maxAge is -1 when the schema does not say.
	maxAge time.Duration
	// private is for scope: PRIVATE, public for scope: PUBLIC where nothing below is private.
	private, public bool
	// inherit takes maxAge from the parent.
	inherit bool
}

var noHint = hint{maxAge: -1}

// and combines the hints of a value and of something it contains: the stricter of both.
func (h hint) and(o hint) hint {
	private := h.private || o.private
	return hint{maxAge: stricter(h.maxAge, o.maxAge), private: private, public: h.public && !private}
}

// within is the hint of a value inside another one. That the other one is public does not make this one public.
func (h hint) within(above hint) hint {
	private := h.private || above.private
	return hint{maxAge: stricter(h.maxAge, above.maxAge), private: private, public: h.public && !private}
}

// applied yields the arguments of every directive with that name that one subgraph applied: either carried by the
// supergraph in a join__directive that names the graph, or composed under its own or its namespaced name, which counts
// for all subgraphs.
func applied(directives ast.DirectiveList, graph, name string, yield func(arg func(string) *ast.Value)) {
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

// hintOf reads what one subgraph said with @cacheControl. A supergraph of our own composer has that by subgraph
// (own); in others the directive is there when subgraphs asked for it with @composeDirective, and then counts for all
// of them.
func hintOf(directives ast.DirectiveList, graph string, own bool) hint {
	h := noHint
	read := func(arg func(string) *ast.Value) {
		if v := arg("maxAge"); v != nil {
			if n, err := strconv.Atoi(v.Raw); err == nil && n >= 0 {
				h.maxAge = time.Duration(min(n, maxDelta)) * time.Second
			}
		}
		if v := arg("scope"); v != nil {
			h.private = h.private || strings.EqualFold(v.Raw, "PRIVATE")
			h.public = h.public || strings.EqualFold(v.Raw, "PUBLIC")
		}
		if v := arg("inheritMaxAge"); v != nil {
			h.inherit = v.Raw == "true"
		}
	}
	if !own {
		applied(directives, graph, "cacheControl", read)
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

// saysBySubgraph tells whether a supergraph has @cacheControl by subgraph.
func saysBySubgraph(s *supergraph.Supergraph) bool {
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

// tagFormat is a parsed @cacheTag(format:): literal text and paths into the entity's key ($key.upc) or the field's
// arguments ($args.id), in turn.
type tagFormat []tagPart

type tagPart struct {
	literal string
	// path is empty for a literal; otherwise it starts with "$key" or "$args".
	path []string
}

// tagsOf reads @cacheTag. A format that cannot be parsed is left out: composition has checked it.
func tagsOf(directives ast.DirectiveList, graph string) []tagFormat {
	var formats []tagFormat
	applied(directives, graph, "cacheTag", func(arg func(string) *ast.Value) {
		if v := arg("format"); v != nil {
			if f, ok := parseTagFormat(v.Raw); ok {
				formats = append(formats, f)
			}
		}
	})
	return formats
}

func parseTagFormat(s string) (tagFormat, bool) {
	var f tagFormat
	for s != "" {
		open := strings.Index(s, "{$")
		if open < 0 {
			return append(f, tagPart{literal: s}), true
		}
		end := strings.IndexByte(s[open:], '}')
		if end < 0 {
			return nil, false
		}
		if open > 0 {
			f = append(f, tagPart{literal: s[:open]})
		}
		path := strings.Split(s[open+1:open+end], ".")
		if len(path) < 2 || path[0] != "$key" && path[0] != "$args" {
			return nil, false
		}
		f = append(f, tagPart{path: path})
		s = s[open+end+1:]
	}
	return f, len(f) > 0
}

// render fills in a format. key is the canonical key object and args the arguments as a JSON object; ok is false when a
// part is missing or not a scalar.
func (f tagFormat) render(key, args []byte) (tag string, ok bool) {
	var b strings.Builder
	for _, p := range f {
		if p.path == nil {
			b.WriteString(p.literal)
			continue
		}
		v := key
		if p.path[0] == "$args" {
			v = args
		}
		for _, step := range p.path[1:] {
			if v = jsontext.Member(v, step); v == nil {
				return "", false
			}
		}
		switch v[0] {
		case '{', '[', 'n':
			return "", false
		case '"':
			text, ok := unquote(v)
			if !ok {
				return "", false
			}
			b.WriteString(text)
		default:
			b.Write(v)
		}
	}
	return b.String(), true
}

// mayBe tells whether a format can be rendered to a tag.
func (f tagFormat) mayBe(tag string) bool {
	open := false
	for i, p := range f {
		if p.path != nil {
			open = true
			continue
		}
		if open && i == len(f)-1 {
			return strings.HasSuffix(tag, p.literal)
		}
		at := 0
		if open {
			at = strings.Index(tag, p.literal)
		}
		if at < 0 || !strings.HasPrefix(tag[at:], p.literal) {
			return false
		}
		tag, open = tag[at+len(p.literal):], false
	}
	return open || tag == ""
}
