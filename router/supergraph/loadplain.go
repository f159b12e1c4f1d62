package supergraph

import (
	"encoding/binary"

	"github.com/vektah/gqlparser/v2/ast"
)

// plainIn gives f the Field.In of another field of the same type that the same subgraphs resolve, if its join__field
// directives say nothing but who does. Nobody changes those: only overrides, requirements and provisions do that.
func (l *loader) plainIn(f *Field, joins []*ast.Directive) (found bool, err error) {
	if l.owned != nil {
		return false, nil // what the owners of types do not mention is added later
	}
	l.key = append(append(l.key[:0], f.Type.String()...), 0)
	typ := len(l.key)
	if len(joins) == 0 {
		for i, in := range f.Parent.In {
			if in != nil {
				l.key = binary.AppendUvarint(l.key, uint64(i))
			}
		}
	}
	for _, d := range joins {
		g, ok, err := l.graph(d, f.Parent.Name+"."+f.Name)
		if err != nil {
			return false, err
		}
		if !ok || len(d.Arguments) > 1 {
			return false, nil
		}
		l.key = binary.AppendUvarint(l.key, uint64(g.ID))
	}
	in, known := l.plain[string(l.key)]
	if !known {
		in = make([]*FieldIn, len(l.s.Subgraphs))
		for ids := l.key[typ:]; len(ids) > 0; {
			id, n := binary.Uvarint(ids)
			in[id] = &FieldIn{Subgraph: l.s.Subgraphs[id], Type: f.Type}
			ids = ids[n:]
		}
		l.plain[string(l.key)] = in
	}
	f.In = in
	return true, nil
}

// dropJoins takes the directives out of definitions that only say what Load has read.
func (l *loader) dropJoins() {
	read := map[string]bool{}
	for _, name := range []string{"type", "field", "implements", "unionMember", "enumValue", "owner"} {
		read[l.features.joined(name)] = true
	}
	drop := func(list ast.DirectiveList) ast.DirectiveList {
		var kept ast.DirectiveList
		for _, d := range list {
			if !read[d.Name] {
				kept = append(kept, d)
			}
		}
		return kept
	}
	for _, def := range l.doc.Definitions {
		def.Directives = drop(def.Directives)
		for _, f := range def.Fields {
			f.Directives = drop(f.Directives)
		}
		for _, v := range def.EnumValues {
			v.Directives = drop(v.Directives)
		}
	}
}
