package subgraph

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/federation"
)

// externals knows which fields a subgraph only mentions and does not resolve.
type externals struct {
	// fake are fields marked @external as part of a key of a type extension: Federation 1's way to write keys, which
	// does not mean that the subgraph cannot resolve them.
	fake map[*schema.Field]bool
	// provided are fields that some @provides selects.
	provided map[*schema.Field]bool
	// usedBy are fields some @key, @requires or @provides selects.
	used map[*schema.Field]bool
	// inKey are fields some @key of any type selects.
	inKey map[*schema.Field]bool
}

// Refresh forgets what was derived from the schema; call it after changing the schema.
func (s *Subgraph) Refresh() { s.externals = nil }

func (s *Subgraph) derived() *externals {
	if s.externals != nil {
		return s.externals
	}
	e := &externals{
		fake: map[*schema.Field]bool{}, provided: map[*schema.Field]bool{},
		used: map[*schema.Field]bool{}, inKey: map[*schema.Field]bool{},
	}
	s.externals = e
	for _, t := range s.Schema.Types() {
		for _, d := range t.Directives {
			if d.Federation == federation.Key {
				s.deriveKey(t, d)
			}
		}
		for _, f := range t.Fields() {
			for _, d := range f.Directives {
				switch d.Federation {
				case federation.Requires:
					s.selected(t, d, s.markUsed)
				case federation.Provides:
					s.selected(s.Schema.Type(f.Type.Name()), d, func(f *schema.Field) {
						s.markUsed(f)
						e.provided[f] = true
					})
				}
			}
		}
	}
	s.deriveContexts()
	return e
}

// deriveContexts marks the fields that arguments filled from contexts select.
func (s *Subgraph) deriveContexts() {
	if !s.Uses(federation.FromContext) {
		return
	}
	setters := s.contextSetters()
	for _, t := range s.Schema.Types() {
		for _, f := range t.Fields() {
			for _, a := range f.Arguments {
				d := schema.First(a.Directives, federation.FromContext)
				if d == nil {
					continue
				}
				raw, _ := d.StringArg("field")
				name, selection := SplitContext(raw)
				for _, setter := range setters[name] {
					selections, err := FieldSet(s.Schema, setter, selection)
					if err != nil {
						continue
					}
					Walk(selections, func(sel *Selection) {
						if sel.Field != nil {
							s.externals.used[sel.Field] = true
						}
					})
				}
			}
		}
	}
}

func (s *Subgraph) deriveKey(t *schema.Type, d *schema.Directive) {
	e := s.externals
	extension := d.OfExtension || t.Has(federation.Extends)
	s.selected(t, d, func(f *schema.Field) {
		s.markUsed(f)
		e.inKey[f] = true
		if extension && schema.Has(f.Directives, federation.External) {
			e.fake[f] = true
		}
	})
}

// markUsed marks a field some field set selects. A field of an interface stands for that field in its implementations.
func (s *Subgraph) markUsed(f *schema.Field) {
	s.externals.used[f] = true
	if f.Parent.Kind != ast.Interface {
		return
	}
	for _, name := range s.Schema.PossibleTypes(f.Parent.Name) {
		if own := s.Schema.Type(name).Field(f.Name); own != nil {
			s.externals.used[own] = true
		}
	}
}

// selected calls visit for every field the fields argument of d selects from t, as far as it makes sense: whether it is
// valid is for others to say.
func (s *Subgraph) selected(t *schema.Type, d *schema.Directive, visit func(*schema.Field)) {
	raw, ok := d.StringArg("fields")
	if !ok {
		return
	}
	if parsed, err := federation.ParseFieldSet(raw); err == nil {
		s.visitSelected(t, parsed, visit)
	}
}

func (s *Subgraph) visitSelected(t *schema.Type, set ast.SelectionSet, visit func(*schema.Field)) {
	if t == nil {
		return
	}
	for _, node := range set {
		switch node := node.(type) {
		case *ast.Field:
			if f := t.Field(node.Name); f != nil {
				visit(f)
				s.visitSelected(s.Schema.Type(f.Type.Name()), node.SelectionSet, visit)
			}
		case *ast.InlineFragment:
			inner := t
			if node.TypeCondition != "" {
				inner = s.Schema.Type(node.TypeCondition)
			}
			s.visitSelected(inner, node.SelectionSet, visit)
		}
	}
}

// KeySelections resolves what a key selects, giving nothing where it is invalid.
func (s *Subgraph) KeySelections(t *schema.Type, key *schema.Directive) []*Selection {
	return s.selections(t, key)
}

// selections resolves the fields argument of d, giving nothing where it is invalid.
func (s *Subgraph) selections(t *schema.Type, d *schema.Directive) []*Selection {
	raw, ok := d.StringArg("fields")
	if !ok || !t.IsComposite() {
		return nil
	}
	selections, err := FieldSet(s.Schema, t, raw)
	if err != nil {
		return nil
	}
	return selections
}

// IsExternal reports whether the subgraph cannot resolve f, except perhaps where a @provides says so.
func (s *Subgraph) IsExternal(f *schema.Field) bool {
	marked := schema.Has(f.Directives, federation.External) || f.Parent.Has(federation.External)
	return marked && !s.derived().fake[f]
}

// IsFullyExternal reports whether the subgraph can never resolve f.
func (s *Subgraph) IsFullyExternal(f *schema.Field) bool {
	return s.IsExternal(f) && !s.derived().provided[f]
}

// IsUsed reports whether a @key, @requires or @provides selects f.
func (s *Subgraph) IsUsed(f *schema.Field) bool { return s.derived().used[f] }

// IsKeyField reports whether f is part of a key.
func (s *Subgraph) IsKeyField(f *schema.Field) bool { return s.derived().inKey[f] }

// IsShareable reports whether the subgraph allows others to resolve f too: it is marked @shareable, by itself or with
// its type, or part of a key.
func (s *Subgraph) IsShareable(f *schema.Field) bool {
	if schema.Has(f.Directives, federation.Shareable) || s.derived().inKey[f] {
		return true
	}
	// @shareable on a part of a type means the fields of that part.
	return f.Parent.HasOn(federation.Shareable, f.OfExtension)
}
