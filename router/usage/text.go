package usage

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
)

// Text writes an operation and its fragments without any value that a client chose: numbers are 0, strings are empty,
// and so are values of scalars that the schema defines. Names stay, those of enum values and input fields included, so
// that the text is valid where the document is. Variables that the operation does not declare stand for literals.
func Text(operation *ast.OperationDefinition, fragments ast.FragmentDefinitionList) string {
	m := masker{declared: map[string]bool{}}
	for _, v := range operation.VariableDefinitions {
		m.declared[v.Variable] = true
	}
	op := *operation
	op.Directives = m.directives(op.Directives)
	op.VariableDefinitions = slices.Clone(op.VariableDefinitions)
	for i, v := range op.VariableDefinitions {
		masked := *v
		masked.DefaultValue, masked.Directives = m.value(v.DefaultValue), m.directives(v.Directives)
		op.VariableDefinitions[i] = &masked
	}
	op.SelectionSet = m.selections(op.SelectionSet)
	doc := ast.QueryDocument{Operations: ast.OperationList{&op}}
	for _, f := range fragments {
		masked := *f
		masked.Directives, masked.SelectionSet = m.directives(f.Directives), m.selections(f.SelectionSet)
		doc.Fragments = append(doc.Fragments, &masked)
	}
	slices.SortFunc(doc.Fragments, func(a, b *ast.FragmentDefinition) int { return strings.Compare(a.Name, b.Name) })
	var text strings.Builder
	formatter.NewFormatter(&text, formatter.WithIndent(" ")).FormatQueryDocument(&doc)
	return strings.TrimSpace(text.String())
}

// masker copies what has values.
type masker struct{ declared map[string]bool }

func (m *masker) selections(set ast.SelectionSet) ast.SelectionSet {
	masked := make(ast.SelectionSet, 0, len(set))
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			f := *s
			f.Arguments, f.Directives = m.arguments(s.Arguments), m.directives(s.Directives)
			f.SelectionSet = m.selections(s.SelectionSet)
			masked = append(masked, &f)
		case *ast.InlineFragment:
			f := *s
			f.Directives, f.SelectionSet = m.directives(s.Directives), m.selections(s.SelectionSet)
			masked = append(masked, &f)
		case *ast.FragmentSpread:
			f := *s
			f.Directives = m.directives(s.Directives)
			masked = append(masked, &f)
		}
	}
	return masked
}

func (m *masker) directives(list ast.DirectiveList) ast.DirectiveList {
	masked := make(ast.DirectiveList, len(list))
	for i, d := range list {
		one := *d
		one.Arguments = m.arguments(d.Arguments)
		masked[i] = &one
	}
	return masked
}

func (m *masker) arguments(list ast.ArgumentList) ast.ArgumentList {
	masked := make(ast.ArgumentList, len(list))
	for i, a := range list {
		one := *a
		one.Value = m.value(a.Value)
		masked[i] = &one
	}
	return masked
}

func (m *masker) value(v *ast.Value) *ast.Value {
	if v == nil {
		return nil
	}
	masked := *v
	masked.Children = nil
	switch v.Kind {
	case ast.Variable:
		if m.declared[v.Raw] {
			return &masked
		}
		if v.Definition != nil && (v.Definition.Name == "Int" || v.Definition.Name == "Float") {
			masked.Kind, masked.Raw = ast.IntValue, "0"
			return &masked
		}
		masked.Kind, masked.Raw = ast.StringValue, ""
	case ast.IntValue, ast.FloatValue:
		masked.Kind, masked.Raw = ast.IntValue, "0"
	case ast.StringValue, ast.BlockValue:
		masked.Kind, masked.Raw = ast.StringValue, ""
	case ast.ListValue, ast.ObjectValue:
		if v.Definition != nil && v.Definition.Kind == ast.Scalar && v.Kind == ast.ObjectValue {
			masked.Kind, masked.Raw = ast.StringValue, ""
			return &masked
		}
		masked.Children = m.children(v)
	}
	return &masked
}

// children are the fields of an object, or the items of a list; items that are equal without their values are one.
func (m *masker) children(v *ast.Value) ast.ChildValueList {
	var children ast.ChildValueList
	seen := map[string]bool{}
	for _, child := range v.Children {
		one := *child
		one.Value = m.value(child.Value)
		if text := one.Value.String(); v.Kind == ast.ListValue {
			if seen[text] {
				continue
			}
			seen[text] = true
		}
		children = append(children, &one)
	}
	return children
}
