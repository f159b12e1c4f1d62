package fedtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/config"
)

// onError is a rig whose router does with errors what the behavior says, for requests that do not say.
func onError(behavior string, inPlace bool) func(g *graph) (*rig, error) {
	return func(g *graph) (*rig, error) {
		r, err := newRig(g, func(c *config.Config) { c.GraphQL.OnError = config.OnError{Enabled: true, Default: behavior} })
		if err == nil {
			r.inPlace = inPlace
		}
		return r, err
	}
}

// TestErrorsThatStayInPlaceAgreeWithTheUndividedGraph compares onError: NULL with an executor of reference that has it,
// over subgraphs that leave errors in place as well.
func TestErrorsThatStayInPlaceAgreeWithTheUndividedGraph(t *testing.T) {
	campaign{
		rig: onError("NULL", true), with: traits{uniform: true}, setUp: (*rig).setFailures,
		check: func(r *rig, op *randomOperation) error {
			if err := r.try(op); err != nil {
				return err
			}
			return r.explained(op)
		},
	}.run(t)
}

// TestErrorsOfOtherSubgraphsStayInPlace is the same over subgraphs that propagate: what they made null is lost, and what
// is there is true.
func TestErrorsOfOtherSubgraphsStayInPlace(t *testing.T) {
	campaign{
		rig: onError("NULL", false), with: traits{uniform: true}, setUp: (*rig).setFailures,
		check: func(r *rig, op *randomOperation) error {
			if err := r.tryHonest(op); err != nil {
				return err
			}
			return r.explained(op)
		},
	}.run(t)
}

// TestErrorsThatHaltAgreeWithTheUndividedGraph compares onError: HALT: there is all of the data, or one error.
func TestErrorsThatHaltAgreeWithTheUndividedGraph(t *testing.T) {
	campaign{rig: onError("HALT", false), with: traits{uniform: true}, setUp: (*rig).setFailures, check: (*rig).tryHalting}.run(t)
}

// TestWhatOnceHaltedForNothing runs seeds with errors that the client's type conditions exclude.
func TestWhatOnceHaltedForNothing(t *testing.T) {
	const seed = 7200186 // below an interface object: the error was known before the type
	c := campaign{of: plainGraphs, check: (*rig).tryHalting, with: traits{uniform: true}}
	halting := func(g *graph) (*rig, error) {
		r, err := onError("HALT", false)(g)
		if err == nil {
			r.setFailures(seed)
		}
		return r, err
	}
	r, err := halting(generate(seed, c.with))
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	c.operations(t, attempt{check: (*rig).tryHalting, rig: halting}, r, seed)
}

// tryHalting holds an answer to what onError: HALT promises.
func (r *rig) tryHalting(op *randomOperation) error {
	r.begin()
	want, err := r.expect(op)
	if err != nil {
		return fmt.Errorf("the reference: %w", err)
	}
	got, body, err := r.ask(op)
	if err != nil {
		return err
	}
	if len(want.Errors) == 0 {
		return same(want, got)
	}
	if string(got.Data) != "null" || len(got.Errors) != 1 {
		return fmt.Errorf("want null and one error of %v\n got %s", want.Errors, body)
	}
	e := got.Errors[0]
	if !slices.ContainsFunc(want.Errors, func(w answerError) bool { return prefix(e.Path, w.Path) || prefix(w.Path, e.Path) }) {
		return fmt.Errorf("the error %q at %v is none of %v", e.Message, e.Path, want.Errors)
	}
	return nil
}

// explained checks what onError: NULL promises: whatever is null against its type has an error with its path.
func (r *rig) explained(op *randomOperation) error {
	r.begin()
	got, body, err := r.ask(op)
	if err != nil || len(got.Errors) == 0 {
		return err
	}
	doc, errs := loadQuery(r.whole, op.text)
	if len(errs) > 0 {
		return errs
	}
	x := &execution{world: &r.world, subgraph: whole, schema: r.whole, doc: doc, variables: map[string]json.RawMessage{}}
	for name, v := range op.variables {
		x.variables[name] = v
	}
	root := r.whole.Query
	if doc.Operations[0].Operation == ast.Mutation {
		root = r.whole.Mutation
	}
	c := nullChecker{execution: x, told: got.Errors}
	if err := c.object(root, doc.Operations[0].SelectionSet, decode(got.Data), nil); err != nil {
		return fmt.Errorf("%w\n got %s", err, body)
	}
	return nil
}

// nullChecker walks an answer by the types that its operation has.
type nullChecker struct {
	*execution
	told []answerError
}

func (c *nullChecker) object(def *ast.Definition, sel ast.SelectionSet, data any, path []any) error {
	fields, ok := data.(map[string]any)
	if !ok {
		return fmt.Errorf("no object at %v", path)
	}
	if name, known := fields["__typename"].(string); known && c.schema.Types[name] != nil {
		def = c.schema.Types[name]
	}
	for _, f := range c.collect(def.Name, sel, "", nil) {
		field := def.Fields.ForName(f.nodes[0].Name)
		if field == nil || f.nodes[0].Name[0] == '_' {
			continue
		}
		var below ast.SelectionSet
		for _, n := range f.nodes {
			below = append(below, n.SelectionSet...)
		}
		at := append(slices.Clone(path), f.key)
		if err := c.value(field.Type, below, fields[f.key], at); err != nil {
			return err
		}
	}
	return nil
}

func (c *nullChecker) value(t *ast.Type, sel ast.SelectionSet, data any, path []any) error {
	if data == nil {
		if t.NonNull && !slices.ContainsFunc(c.told, func(e answerError) bool { return equal(e.Path, path) }) {
			return fmt.Errorf("null at %v, where the type is %s, and no error with that path", path, t)
		}
		return nil
	}
	if t.Elem != nil {
		list, ok := data.([]any)
		if !ok {
			return fmt.Errorf("no list at %v", path)
		}
		for i, e := range list {
			if err := c.value(t.Elem, sel, e, append(slices.Clone(path), i)); err != nil {
				return err
			}
		}
		return nil
	}
	def := c.schema.Types[t.NamedType]
	if len(sel) == 0 {
		return nil
	}
	return c.object(def, sel, data, path)
}
