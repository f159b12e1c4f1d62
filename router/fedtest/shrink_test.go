package fedtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"
)

// shrinkOperation looks for a smaller operation that fails, too.
func shrinkOperation(schema *ast.Schema, op *randomOperation, fails func(*randomOperation) bool) *randomOperation {
	for smaller := true; smaller; {
		smaller = false
		for i := 0; ; i++ {
			doc, err := parser.ParseQuery(&ast.Source{Input: op.text})
			if err != nil {
				return op
			}
			cut := &cutter{at: i}
			cut.document(doc)
			if !cut.done {
				break
			}
			candidate := reprint(doc, op.variables)
			if _, errs := loadQuery(schema, candidate.text); len(errs) == 0 && fails(candidate) {
				op, smaller = candidate, true
				i--
			}
		}
	}
	return op
}

// cutter makes the change number at of a document.
type cutter struct {
	at   int
	done bool
}

// turn tells whether the next change is the one to make.
func (c *cutter) turn() bool {
	if c.done {
		return false
	}
	c.at--
	c.done = c.at < 0
	return c.done
}

func (c *cutter) document(doc *ast.QueryDocument) {
	for _, op := range doc.Operations {
		c.selection(doc, &op.SelectionSet)
	}
	for _, f := range doc.Fragments {
		c.selection(doc, &f.SelectionSet)
	}
}

func (c *cutter) selection(doc *ast.QueryDocument, sel *ast.SelectionSet) {
	for i, s := range *sel {
		if len(*sel) > 1 && c.turn() {
			*sel = slices.Delete(slices.Clone(*sel), i, i+1)
			return
		}
		switch s := s.(type) {
		case *ast.Field:
			if s.Alias != s.Name && c.turn() {
				s.Alias = s.Name
			}
			for a := range s.Arguments {
				if c.turn() {
					s.Arguments = slices.Delete(s.Arguments, a, a+1)
					return
				}
			}
			if len(s.SelectionSet) > 0 && !onlyTypename(s.SelectionSet) && c.turn() {
				s.SelectionSet = ast.SelectionSet{&ast.Field{Name: "__typename", Alias: "__typename"}}
			}
			c.directives(&s.Directives)
			c.selection(doc, &s.SelectionSet)
		case *ast.InlineFragment:
			if c.turn() {
				*sel = slices.Replace(slices.Clone(*sel), i, i+1, s.SelectionSet...)
				return
			}
			c.directives(&s.Directives)
			c.selection(doc, &s.SelectionSet)
		case *ast.FragmentSpread:
			f := doc.Fragments.ForName(s.Name)
			if c.turn() {
				(*sel)[i] = &ast.InlineFragment{TypeCondition: f.TypeCondition, SelectionSet: f.SelectionSet, Directives: s.Directives}
				return
			}
			c.directives(&s.Directives)
		}
		if c.done {
			return
		}
	}
}

func onlyTypename(sel ast.SelectionSet) bool {
	f, ok := sel[0].(*ast.Field)
	return ok && len(sel) == 1 && f.Name == "__typename" && len(f.Directives) == 0
}

func (c *cutter) directives(d *ast.DirectiveList) {
	for i := range *d {
		if c.turn() {
			*d = slices.Delete(*d, i, i+1)
			return
		}
	}
}

// reprint writes a document with only the fragments and variables it uses.
func reprint(doc *ast.QueryDocument, variables map[string]json.RawMessage) *randomOperation {
	for before := -1; before != len(doc.Fragments); {
		before = len(doc.Fragments)
		used := map[string]bool{}
		usedIn(doc.Operations[0].SelectionSet, used)
		for _, f := range doc.Fragments {
			usedIn(f.SelectionSet, used)
		}
		doc.Fragments = slices.DeleteFunc(doc.Fragments, func(f *ast.FragmentDefinition) bool { return !used["..."+f.Name] })
		op := doc.Operations[0]
		op.VariableDefinitions = slices.DeleteFunc(op.VariableDefinitions, func(v *ast.VariableDefinition) bool { return !used[v.Variable] })
	}
	out := &randomOperation{variables: map[string]json.RawMessage{}}
	for _, v := range doc.Operations[0].VariableDefinitions {
		if raw, ok := variables[v.Variable]; ok {
			out.variables[v.Variable] = raw
		}
	}
	var b bytes.Buffer
	formatter.NewFormatter(&b, formatter.WithCompacted()).FormatQueryDocument(doc)
	out.text = b.String()
	return out
}

// usedIn notes the variables and fragments that a selection set uses.
func usedIn(sel ast.SelectionSet, used map[string]bool) {
	directives := func(list ast.DirectiveList) {
		for _, d := range list {
			for _, a := range d.Arguments {
				variablesIn(a.Value, used)
			}
		}
	}
	for _, s := range sel {
		switch s := s.(type) {
		case *ast.Field:
			for _, a := range s.Arguments {
				variablesIn(a.Value, used)
			}
			directives(s.Directives)
			usedIn(s.SelectionSet, used)
		case *ast.InlineFragment:
			directives(s.Directives)
			usedIn(s.SelectionSet, used)
		case *ast.FragmentSpread:
			used["..."+s.Name] = true
			directives(s.Directives)
		}
	}
}

func variablesIn(v *ast.Value, used map[string]bool) {
	if v.Kind == ast.Variable {
		used[v.Raw] = true
	}
	for _, c := range v.Children {
		variablesIn(c.Value, used)
	}
}

// shrinkGraph takes away whatever an operation does not need to fail. It changes the graph.
func shrinkGraph(g *graph, fails func(*graph) bool) {
	try := func(change, undo func()) {
		change()
		for _, t := range g.types {
			for _, f := range t.fields {
				f.possible = nil
			}
		}
		if !fails(g) {
			undo()
		}
	}
	for range 2 {
		for _, t := range g.types {
			for s := range t.at {
				if p := t.at[s]; p != nil {
					try(func() { t.at[s] = nil }, func() { t.at[s] = p })
				}
				if t.at[s] != nil {
					shrinkPart(t.at[s], try)
				}
			}
		}
	}
}

func shrinkPart(p *part, try func(change, undo func())) {
	for i := len(p.decls) - 1; i >= 0; i-- {
		old := p.decls
		try(func() { p.decls = slices.Delete(slices.Clone(old), i, i+1) }, func() { p.decls = old })
	}
	for _, d := range p.decls {
		if requires := d.requires; len(requires) > 0 {
			try(func() { d.requires, d.field.requires = nil, nil }, func() { d.requires, d.field.requires = requires, requires })
		}
		if provides := d.provides; len(provides) > 0 {
			try(func() { d.provides = nil }, func() { d.provides = provides })
			for i := len(d.provides) - 1; i >= 0 && len(d.provides) > 1; i-- {
				old := d.provides
				try(func() { d.provides = slices.Delete(slices.Clone(old), i, i+1) }, func() { d.provides = old })
			}
		}
		if args := d.field.args; len(args) > 0 {
			try(func() { d.field.args = nil }, func() { d.field.args = args })
		}
	}
	for i := len(p.keys) - 1; i >= 0; i-- {
		old := p.keys
		try(func() { p.keys = slices.Delete(slices.Clone(old), i, i+1) }, func() { p.keys = old })
	}
	for i := len(p.implements) - 1; i >= 0; i-- {
		old := p.implements
		try(func() { p.implements = slices.Delete(slices.Clone(old), i, i+1) }, func() { p.implements = old })
	}
	for i := len(p.members) - 1; i >= 0 && len(p.members) > 1; i-- {
		old := p.members
		try(func() { p.members = slices.Delete(slices.Clone(old), i, i+1) }, func() { p.members = old })
	}
}

// attempt makes a rig for a graph and checks an operation in it.
type attempt struct {
	rig   func(*graph) (*rig, error)
	check func(*rig, *randomOperation) error
}

// report shrinks a failure and describes it.
func (a attempt) report(r *rig, op *randomOperation) string {
	op = shrinkOperation(r.whole, op, func(c *randomOperation) bool { return a.check(r, c) != nil })
	g := r.graph
	again := func(g *graph) (failed error) {
		// A graph that lost too much can make the reference fail; that is not what is looked for.
		defer func() {
			if recover() != nil {
				failed = nil
			}
		}()
		small, err := a.rig(g)
		if err != nil {
			return nil
		}
		defer small.close()
		if _, errs := loadQuery(small.whole, op.text); len(errs) > 0 {
			return nil
		}
		return a.check(small, op)
	}
	if again(g) == nil {
		return "a failure that does not repeat: " + op.text
	}
	shrinkGraph(g, func(g *graph) bool { return again(g) != nil })
	text := ""
	for s, name := range g.subgraphs {
		if sdl := g.print(s, true); sdl != "" {
			text += "# " + name + "\n" + sdl
		}
	}
	small, err := a.rig(g)
	if err != nil {
		return err.Error()
	}
	defer small.close()
	raw, _ := json.Marshal(op.variables) // raw messages that came from JSON
	return fmt.Sprintf("%s%s\n%s\n%v\n%s", text, op.text, raw, a.check(small, op), small.requests())
}
