package cache

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/cache/policy"
	"github.com/weft-graphql/weft/router/jsontext"
)

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
	policy.Applied(directives, graph, "cacheTag", func(arg func(string) *ast.Value) {
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
