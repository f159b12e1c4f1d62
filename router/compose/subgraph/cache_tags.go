package subgraph

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/federation"
)

// cacheTags: @cacheTag is on root query fields (CACHE_TAG_APPLIED_TO_NON_ROOT_FIELD) and on entities that can be
// resolved (CACHE_TAG_ENTITY_NOT_RESOLVABLE). Its format is text with placeholders (CACHE_TAG_INVALID_FORMAT), which
// stand for arguments of the field (CACHE_TAG_INVALID_FORMAT_ARGUMENT_ON_ROOT_FIELD) or fields that are in every key
// of the entity (CACHE_TAG_INVALID_FORMAT_ARGUMENT_ON_ENTITY).
func cacheTags(s *Subgraph) []*problem.Error {
	if s.LocalName(federation.CacheTag) == "" {
		return nil
	}
	var out []*problem.Error
	query := s.Schema.Root(schema.Query)
	for _, t := range s.Schema.Types() {
		for _, d := range t.Directives {
			if d.Federation == federation.CacheTag {
				out = append(out, s.cacheTagOfEntity(t, d)...)
			}
		}
		for _, f := range t.Fields() {
			for _, d := range f.Directives {
				switch {
				case d.Federation != federation.CacheTag:
				case t != query:
					e := s.Errorf(
						problem.CacheTagAppliedToNonRootField,
						d.Pos,
						"@%s cannot be used on field %q: only root query fields and entities are cached.",
						d.Name,
						f.Coordinate(),
					)
					e.Suggestion = "Put it on the entity type, or on the query field that returns it."
					out = append(out, e)
				default:
					out = append(out, s.cacheTagOfField(f, d)...)
				}
			}
		}
	}
	return out
}

// placeholders returns the paths of the placeholders "{$root.path}" in a format; ok is false if braces do not match or
// a placeholder does not begin with $.
func placeholders(format string) (paths []string, ok bool) {
	for {
		before, rest, found := strings.Cut(format, "{")
		if !found {
			return paths, !strings.Contains(before, "}")
		}
		inside, after, closed := strings.Cut(rest, "}")
		path, isVariable := strings.CutPrefix(strings.TrimSpace(inside), "$")
		if strings.Contains(before, "}") || !closed || !isVariable || path == "" {
			return nil, false
		}
		paths = append(paths, path)
		format = after
	}
}

func (s *Subgraph) cacheTagFormat(d *schema.Directive, where string) ([]string, []*problem.Error) {
	format, _ := d.StringArg("format")
	paths, ok := placeholders(format)
	if !ok {
		e := s.Errorf(
			problem.CacheTagInvalidFormat,
			d.Pos,
			"The format %q of @%s on %s is not text with placeholders.",
			format,
			d.Name,
			where,
		)
		e.Suggestion = "Write placeholders as {$args.name} on query fields and as {$key.name} on entities."
		return nil, []*problem.Error{e}
	}
	return paths, nil
}

func (s *Subgraph) cacheTagOfField(f *schema.Field, d *schema.Directive) []*problem.Error {
	paths, out := s.cacheTagFormat(d, quote(f.Coordinate()))
	for _, path := range paths {
		root, rest, _ := strings.Cut(path, ".")
		if root != "args" {
			out = append(
				out,
				s.Errorf(
					problem.CacheTagInvalidFormatArgumentOnRootField,
					d.Pos,
					"Placeholder {$%s} on query field %q must begin with $args.",
					path,
					f.Coordinate(),
				),
			)
			continue
		}
		name, inner, _ := strings.Cut(rest, ".")
		a := f.Argument(name)
		if a == nil {
			out = append(
				out,
				s.Errorf(
					problem.CacheTagInvalidFormatArgumentOnRootField,
					d.Pos,
					"Placeholder {$%s}: field %q has no argument %q.",
					path,
					f.Coordinate(),
					name,
				),
			)
			continue
		}
		if message := s.leafOfInput(a.Type, inner); message != "" {
			out = append(
				out,
				s.Errorf(
					problem.CacheTagInvalidFormatArgumentOnRootField,
					d.Pos,
					"Placeholder {$%s} on query field %q: %s.",
					path,
					f.Coordinate(),
					message,
				),
			)
		}
	}
	return out
}

// leafOfInput says why a path into an argument does not end at a scalar or enum; empty if it does.
func (s *Subgraph) leafOfInput(t *ast.Type, path string) string {
	for path != "" {
		var name string
		name, path, _ = strings.Cut(path, ".")
		definition := s.Schema.Type(t.NamedType)
		if definition == nil || definition.Kind != ast.InputObject || definition.Field(name) == nil {
			return "type " + t.String() + " has no field " + quote(name)
		}
		t = definition.Field(name).Type
	}
	if definition := s.Schema.Type(t.NamedType); t.Elem != nil || definition != nil && definition.Kind == ast.InputObject {
		return "a value of type " + t.String() + " cannot be part of a text"
	}
	return ""
}

func (s *Subgraph) cacheTagOfEntity(t *schema.Type, d *schema.Directive) []*problem.Error {
	if !s.hasResolvableKey(t) {
		e := s.Errorf(
			problem.CacheTagEntityNotResolvable,
			d.Pos,
			"@%s cannot be used on type %q, which has no resolvable key.",
			d.Name,
			t.Name,
		)
		e.Suggestion = "Put it on the subgraph that resolves the entity."
		return []*problem.Error{e}
	}
	paths, out := s.cacheTagFormat(d, quote(t.Name))
	for _, path := range paths {
		root, rest, _ := strings.Cut(path, ".")
		if root != "key" || rest == "" {
			out = append(
				out,
				s.Errorf(
					problem.CacheTagInvalidFormatArgumentOnEntity,
					d.Pos,
					"Placeholder {$%s} on entity %q must begin with $key.",
					path,
					t.Name,
				),
			)
			continue
		}
		for _, key := range t.Directives {
			if key.Federation == federation.Key && isResolvable(key) && !s.keyHasLeaf(t, key, rest) {
				raw, _ := key.StringArg("fields")
				out = append(
					out,
					s.Errorf(
						problem.CacheTagInvalidFormatArgumentOnEntity,
						d.Pos,
						"Placeholder {$%s} on entity %q: @key(fields: %q) does not select it.",
						path,
						t.Name,
						raw,
					),
				)
				break
			}
		}
	}
	return out
}

func (s *Subgraph) keyHasLeaf(t *schema.Type, key *schema.Directive, path string) bool {
	selections := s.selections(t, key)
	for {
		name, rest, more := strings.Cut(path, ".")
		var found *Selection
		for _, sel := range selections {
			if sel.Node.Name == name {
				found = sel
			}
		}
		if found == nil {
			return false
		}
		if !more {
			return len(found.Selections) == 0
		}
		selections, path = found.Selections, rest
	}
}
