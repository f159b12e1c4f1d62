package cache

import (
	"slices"
	"strings"
	"sync"

	"github.com/cespare/xxhash/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/cache/clock"
	"github.com/weft-graphql/weft/router/jsontext"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
)

// What a composite value was selected with is written in a canonical form, so that one can tell whether a stored value
// has everything that is asked for now:
//
//	{author=User{id=ID!,n:name(n:1)=String},body=String}
//
// An item is [alias:]name[(arguments)]=type[|condition...][selection]; items are sorted. The type ends with a # and a
// digest where its meaning depends on more than its name (enum values; members of an abstract type).

// variables returns the raw JSON of a variable by its name; nil when it is not given.
type variables func(name string) []byte

// appendArguments appends (a:1,b:"x") in the order of the arguments' names; nothing when no argument is given.
func appendArguments(dst []byte, args []operation.Argument, vars variables) []byte {
	if len(args) == 0 {
		return dst
	}
	sorted := args
	if !slices.IsSortedFunc(args, byName) {
		sorted = slices.Clone(args)
		slices.SortFunc(sorted, byName)
	}
	start := len(dst)
	dst = append(dst, '(')
	for _, a := range sorted {
		value := len(dst)
		if value > start+1 {
			dst = append(dst, ',')
		}
		dst = append(append(dst, a.Name...), ':')
		var given bool
		if dst, given = appendLiteral(dst, a.Value, vars); !given {
			dst = dst[:value]
		}
	}
	if len(dst) == start+1 {
		return dst[:start]
	}
	return append(dst, ')')
}

func byName(a, b operation.Argument) int { return strings.Compare(a.Name, b.Name) }

// appendLiteral appends an argument's value as canonical JSON; given is false for a variable without a value.
func appendLiteral(dst []byte, v *ast.Value, vars variables) (out []byte, given bool) {
	switch v.Kind {
	case ast.Variable:
		raw := vars(v.Raw)
		if raw == nil {
			return dst, false
		}
		return appendCanonical(dst, raw, 0), true
	case ast.StringValue, ast.BlockValue, ast.EnumValue:
		return jsontext.AppendQuoted(dst, v.Raw), true
	case ast.ListValue:
		dst = append(dst, '[')
		for i, c := range v.Children {
			if i > 0 {
				dst = append(dst, ',')
			}
			if dst, given = appendLiteral(dst, c.Value, vars); !given {
				dst = append(dst, "null"...) // specification section 2.9.1: an absent variable in a list is null
			}
		}
		return append(dst, ']'), true
	case ast.ObjectValue:
		children := slices.Clone(v.Children)
		slices.SortFunc(children, func(a, b *ast.ChildValue) int { return strings.Compare(a.Name, b.Name) })
		dst = append(dst, '{')
		for _, c := range children {
			start := len(dst)
			if dst[start-1] != '{' {
				dst = append(dst, ',')
			}
			dst = append(jsontext.AppendQuoted(dst, c.Name), ':')
			if dst, given = appendLiteral(dst, c.Value, vars); !given {
				dst = dst[:start]
			}
		}
		return append(dst, '}'), true
	case ast.NullValue:
		return append(dst, "null"...), true
	}
	return append(dst, v.Raw...), true
}

// selector writes selections of one request.
type selector struct {
	graph    *supergraph.Supergraph
	subgraph *supergraph.Subgraph
	vars     variables
}

// append appends the canonical form of what is selected below a field.
func (s *selector) append(dst []byte, set *plan.SelectionSet) []byte {
	items := make([]string, 0, len(set.Fields))
	for _, f := range set.Fields {
		items = append(items, string(s.item(nil, set, f)))
	}
	slices.Sort(items)
	items = slices.Compact(items)
	dst = append(dst, '{')
	for i, item := range items {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, item...)
	}
	return append(dst, '}')
}

func (s *selector) item(dst []byte, set *plan.SelectionSet, f *plan.Field) []byte {
	name := typename
	if f.Def != nil {
		name = f.Def.Name
	}
	if f.Key != name {
		dst = append(append(dst, f.Key...), ':')
	}
	dst = append(dst, name...)
	dst = appendArguments(dst, f.Args, s.vars)
	if f.Def != nil {
		dst = append(append(dst, '='), s.fieldType(f.Def)...)
	}
	if set.Type.IsAbstract() {
		if possible := s.possible(set.Type); !possible.SubsetOf(f.On) {
			for i := range f.On.And(possible).All {
				dst = append(append(dst, '|'), s.graph.Objects[i].Name...)
			}
		}
	}
	if f.Selection != nil {
		dst = s.append(dst, f.Selection)
	}
	return dst
}

// fieldType spells a field's type as the subgraph defines it.
func (s *selector) fieldType(def *supergraph.Field) string {
	text := def.Type.String()
	if id := s.subgraph.ID; id < len(def.In) && def.In[id] != nil && def.In[id].Type != nil {
		text = def.In[id].Type.String()
	}
	if named := def.Named; named != nil {
		switch {
		case named.Kind == ast.Enum:
			var names strings.Builder
			for _, v := range named.EnumValues {
				names.WriteString(v.Name + " ")
			}
			text += "#" + clock.ShortDigest(names.String())
		case named.IsAbstract():
			var names strings.Builder
			for i := range s.possible(named).All {
				names.WriteString(s.graph.Objects[i].Name + " ")
			}
			text += "#" + clock.ShortDigest(names.String())
		}
	}
	return text
}

// possible are the object types a value of an abstract type can have when the subgraph returns it.
func (s *selector) possible(t *supergraph.Type) supergraph.TypeSet {
	if id := s.subgraph.ID; id < len(t.In) && t.In[id] != nil {
		return t.In[id].Possible
	}
	return t.Possible
}

// schema is the signature of a field's definition: its type, its arguments and what it requires. Values stored under
// another signature are not used, so that routers with different schemas can share a Redis, and a changed field loses
// its own values only.
func (s *selector) schema(def *supergraph.Field) uint32 {
	var b strings.Builder
	b.WriteString(s.fieldType(def))
	for _, a := range def.Args {
		b.WriteString("," + a.Name + ":" + a.Type.String())
		if a.DefaultValue != nil {
			b.WriteString("=" + a.DefaultValue.String())
		}
	}
	if id := s.subgraph.ID; id < len(def.In) && def.In[id] != nil {
		writeFieldSet(&b, def.In[id].Requires)
	}
	return uint32(xxhash.Sum64String(b.String()))
}

func writeFieldSet(b *strings.Builder, set supergraph.FieldSet) {
	for _, item := range set {
		b.WriteString(" " + item.Name)
		for _, a := range item.Args {
			b.WriteString("," + a.Name + ":" + a.Value.String())
		}
		if item.On != nil {
			b.WriteString("..." + item.On.Name)
		}
		if len(item.Items) > 0 {
			b.WriteString("{")
			writeFieldSet(b, item.Items)
			b.WriteString("}")
		}
	}
}

// selected is a parsed canonical selection.
type selected []selectedItem

type selectedItem struct {
	// what is the item up to its conditions and selection: [alias:]name[(arguments)]=type.
	what string
	// on are its conditions; nil means none.
	on  []string
	sub selected
}

// parseSelected parses the canonical form; ok is false when it is none.
func parseSelected(text string) (selected, bool) {
	s, rest, ok := parseItems(text, 0)
	return s, ok && rest == ""
}

func parseItems(text string, depth int) (items selected, rest string, ok bool) {
	if text == "" || text[0] != '{' || depth > jsontext.MaxDepth {
		return nil, "", false
	}
	text = text[1:]
	for text != "" && text[0] != '}' {
		end := itemEnd(text)
		what, conditions, _ := strings.Cut(text[:end], "|")
		if i := strings.LastIndexByte(text[:end], ')'); i >= 0 {
			// Arguments can contain a bar.
			head, tail := text[:i+1], text[i+1:end]
			what, conditions, _ = strings.Cut(tail, "|")
			what = head + what
		}
		item := selectedItem{what: what}
		if conditions != "" {
			item.on = strings.Split(conditions, "|")
		}
		if text = text[end:]; text != "" && text[0] == '{' {
			if item.sub, text, ok = parseItems(text, depth+1); !ok {
				return nil, "", false
			}
		}
		items = append(items, item)
		text = strings.TrimPrefix(text, ",")
	}
	if text == "" {
		return nil, "", false
	}
	return items, text[1:], true
}

// itemEnd is where an item's selection, the next item or the end of the selection begins. Arguments are skipped.
func itemEnd(text string) int {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted:
			if c == '\\' {
				i++
			} else if c == '"' {
				quoted = false
			}
		case c == '"':
			quoted = true
		case c == '(':
			depth++
		case c == ')':
			depth--
		case depth == 0 && (c == '{' || c == '}' || c == ','):
			return i
		}
	}
	return len(text)
}

// includes tells whether everything of need is in s.
func (s selected) includes(need selected) bool {
	for i := range need {
		n := &need[i]
		found := slices.ContainsFunc(s, func(h selectedItem) bool {
			return h.what == n.what && (h.on == nil || n.on != nil && subset(n.on, h.on)) && h.sub.includes(n.sub)
		})
		if !found {
			return false
		}
	}
	return true
}

func subset(a, b []string) bool {
	for _, s := range a {
		if !slices.Contains(b, s) {
			return false
		}
	}
	return true
}

// coverage remembers which selections include which others.
type coverage struct {
	mu    sync.RWMutex
	known map[coveragePair]bool
}

type coveragePair struct{ have, need string }

// maxCoverage bounds what is remembered; beyond it everything is forgotten and learned anew.
const maxCoverage = 10_000

// covers tells whether a value selected with have has everything that need asks for.
func (c *coverage) covers(have, need string) bool {
	if have == need || have == "" {
		return true
	}
	pair := coveragePair{have, need}
	c.mu.RLock()
	answer, known := c.known[pair]
	c.mu.RUnlock()
	if known {
		return answer
	}
	h, ok := parseSelected(have)
	n, ok2 := parseSelected(need)
	answer = ok && ok2 && h.includes(n)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil || len(c.known) >= maxCoverage {
		c.known = map[coveragePair]bool{}
	}
	c.known[pair] = answer
	return answer
}
