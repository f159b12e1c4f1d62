package plan

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/syntax"
)

// Narrow returns the document of a request with those fields at the top of each call's selection only that keep wants,
// by the call's index and the field's response key, and the names of the variables that are left. ok is false when
// nothing of a call would be left, or the document cannot be read.
func (r *Request) Narrow(keep func(call int, key string) bool) (text string, variables []string, ok bool) {
	doc, err := syntax.ParseExecutable(&ast.Source{Input: r.Document}, 0)
	if err != nil || len(doc.Operations) != 1 {
		return "", nil, false
	}
	op := doc.Operations[0]
	for i, c := range r.Calls {
		set := &op.SelectionSet
		if c.Entities {
			field := entitiesField(op.SelectionSet, c.Key)
			if field == nil {
				return "", nil, false
			}
			set = &field.SelectionSet
		}
		if *set = narrowed(*set, func(key string) bool { return keep(i, key) }); len(*set) == 0 {
			return "", nil, false
		}
	}
	if len(op.Directives) > 0 {
		return "", nil, false
	}
	used := variablesIn(op.SelectionSet)
	d := document{out: make([]byte, 0, len(r.Document))}
	begun := false
	for _, v := range op.VariableDefinitions {
		if !slices.Contains(used, v.Variable) {
			continue
		}
		if !begun {
			d.write("query(")
		}
		begun = true
		d.out = append(d.out, '$')
		d.write(v.Variable + ":" + v.Type.String())
		if v.DefaultValue != nil {
			d.write("=" + v.DefaultValue.String())
		}
	}
	if begun {
		d.write(")")
	}
	d.parsed(op.SelectionSet)
	return string(d.out), used, true
}

// parsed writes a selection set without directives that was read from a document.
func (d *document) parsed(set ast.SelectionSet) {
	d.write("{")
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if s.Alias != s.Name {
				d.write(s.Alias + ":")
			}
			d.write(s.Name)
			d.parsedArguments(s.Arguments)
			if len(s.SelectionSet) > 0 {
				d.parsed(s.SelectionSet)
			}
		case *ast.InlineFragment:
			d.out = append(d.out, "...on "+s.TypeCondition...)
			d.parsed(s.SelectionSet)
		}
	}
	d.write("}")
}

func (d *document) parsedArguments(list ast.ArgumentList) {
	if len(list) == 0 {
		return
	}
	d.write("(")
	for _, a := range list {
		d.write(a.Name + ":" + a.Value.String())
	}
	d.write(")")
}

// entitiesField finds the field of an entity call.
func entitiesField(set ast.SelectionSet, key string) *ast.Field {
	for _, s := range set {
		if f, ok := s.(*ast.Field); ok && f.Alias == key {
			return f
		}
	}
	return nil
}

// narrowed are the selections that have something wanted in them.
func narrowed(set ast.SelectionSet, keep func(key string) bool) ast.SelectionSet {
	var left ast.SelectionSet
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if keep(s.Alias) {
				left = append(left, s)
			}
		case *ast.InlineFragment:
			if s.SelectionSet = narrowed(s.SelectionSet, keep); len(s.SelectionSet) > 0 {
				left = append(left, s)
			}
		}
	}
	return left
}

// variablesIn are the names of the variables in a selection set, each once.
func variablesIn(set ast.SelectionSet) (names []string) {
	var value func(v *ast.Value)
	value = func(v *ast.Value) {
		if v.Kind == ast.Variable && !slices.Contains(names, v.Raw) {
			names = append(names, v.Raw)
		}
		for _, c := range v.Children {
			value(c.Value)
		}
	}
	var visit func(set ast.SelectionSet)
	visit = func(set ast.SelectionSet) {
		for _, s := range set {
			switch s := s.(type) {
			case *ast.Field:
				for _, a := range s.Arguments {
					value(a.Value)
				}
				visit(s.SelectionSet)
			case *ast.InlineFragment:
				visit(s.SelectionSet)
			}
		}
	}
	visit(set)
	return names
}
