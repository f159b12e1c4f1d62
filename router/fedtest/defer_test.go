package fedtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"
)

// deferring puts @defer at random places of an operation.
func deferring(op *randomOperation, rnd *rand.Rand) *randomOperation {
	doc, err := parser.ParseQuery(&ast.Source{Input: op.text})
	if err != nil {
		panic(err)
	}
	directive := func() ast.DirectiveList {
		d := &ast.Directive{Name: "defer"}
		if rnd.IntN(2) == 0 {
			label := &ast.Value{Kind: ast.StringValue, Raw: "part"}
			d.Arguments = append(d.Arguments, &ast.Argument{Name: "label", Value: label})
		}
		if rnd.IntN(8) == 0 {
			on := &ast.Value{Kind: ast.BooleanValue, Raw: strconv.FormatBool(rnd.IntN(2) == 0)}
			d.Arguments = append(d.Arguments, &ast.Argument{Name: "if", Value: on})
		}
		return ast.DirectiveList{d}
	}
	var visit func(set ast.SelectionSet, root bool) ast.SelectionSet
	visit = func(set ast.SelectionSet, root bool) ast.SelectionSet {
		for _, s := range set {
			switch s := s.(type) {
			case *ast.Field:
				if len(s.SelectionSet) > 0 {
					s.SelectionSet = visit(s.SelectionSet, false)
				}
			case *ast.InlineFragment:
				s.SelectionSet = visit(s.SelectionSet, root)
				if !root && rnd.IntN(3) == 0 {
					s.Directives = append(s.Directives, directive()...)
				}
			case *ast.FragmentSpread:
				if !root && rnd.IntN(3) == 0 {
					s.Directives = append(s.Directives, directive()...)
				}
			}
		}
		if root || rnd.IntN(3) > 0 {
			return set
		}
		// Some of the fields are deferred; others may be there twice.
		at := rnd.IntN(len(set))
		late := &ast.InlineFragment{Directives: directive(), SelectionSet: slices.Clone(set[at:])}
		if rnd.IntN(3) > 0 {
			set = set[:at:at]
		}
		return append(set, late)
	}
	for _, o := range doc.Operations {
		o.SelectionSet = visit(o.SelectionSet, o.Operation != ast.Query)
	}
	for _, f := range doc.Fragments {
		// A fragment can be spread where nothing may be deferred.
		f.SelectionSet = visit(f.SelectionSet, true)
	}
	var text bytes.Buffer
	formatter.NewFormatter(&text, formatter.WithCompacted()).FormatQueryDocument(doc)
	// What is there twice has labels of its own.
	count := 0
	labelled := labels.ReplaceAllStringFunc(text.String(), func(string) string {
		count++
		return fmt.Sprintf("label:%q", "part"+strconv.Itoa(count))
	})
	return &randomOperation{labelled, op.variables}
}

var labels = regexp.MustCompile(`label: ?"part"`)

// payload is a part of an answer, in either form.
type payload struct {
	Data   json.RawMessage
	Errors []answerError
	// Pending, Completed and SubPath are of the draft, Label of the form of 2022.
	Pending []struct {
		ID, Label string
		Path      []any
	}
	Incremental []struct {
		ID, Label     string
		Path, SubPath []any
		Data          json.RawMessage
		Errors        []answerError
	}
	Completed []struct {
		ID     string
		Errors []answerError
	}
	HasNext *bool
}

// askParts sends an operation to the router and puts the parts of its answer together.
func (r *rig) askParts(op *randomOperation, accept string, header ...string) (whole *answer, parts [][]byte, err error) {
	body, err := json.Marshal(request{Query: op.text, Variables: op.variables})
	if err != nil {
		return nil, nil, err
	}
	req := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", accept)
	for ; len(header) > 0; header = header[2:] {
		req.Header.Set(header[0], header[1])
	}
	w := httptest.NewRecorder()
	r.router.ServeHTTP(w, req)
	kind, params, err := mime.ParseMediaType(w.Header().Get("Content-Type"))
	if err != nil {
		return nil, nil, err
	}
	if kind != "multipart/mixed" {
		parts = [][]byte{w.Body.Bytes()}
	}
	for reader := multipart.NewReader(w.Body, params["boundary"]); kind == "multipart/mixed"; {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, parts, fmt.Errorf("%w: %s", err, w.Body)
		}
		text, err := io.ReadAll(part)
		if err != nil {
			return nil, parts, err
		}
		parts = append(parts, text)
	}
	whole, err = together(parts)
	return whole, parts, err
}

// together puts the parts of an answer together as a client does.
func together(parts [][]byte) (*answer, error) {
	var a answer
	var data any
	pending := map[string][]any{}
	for i, text := range parts {
		var p payload
		if err := json.Unmarshal(text, &p); err != nil {
			return nil, fmt.Errorf("%w: %s", err, text)
		}
		if more := p.HasNext != nil && *p.HasNext; more != (i < len(parts)-1) {
			return nil, fmt.Errorf("part %d of %d says hasNext: %v", i+1, len(parts), more)
		}
		if i == 0 {
			a.Data, data = p.Data, decode(p.Data)
			a.Errors = p.Errors
		}
		for _, d := range p.Pending {
			if _, known := pending[d.ID]; known {
				return nil, fmt.Errorf("%q is pending twice", d.ID)
			}
			if d.Path == nil {
				return nil, fmt.Errorf("%q has no path", d.ID)
			}
			pending[d.ID] = d.Path
		}
		for _, d := range p.Incremental {
			path := d.Path
			if d.ID != "" {
				at, known := pending[d.ID]
				if !known {
					return nil, fmt.Errorf("nobody waits for %q", d.ID)
				}
				path = append(slices.Clone(at), d.SubPath...)
			}
			a.Errors = append(a.Errors, d.Errors...)
			if bytes.Equal(d.Data, []byte("null")) {
				continue
			}
			if err := mergeAt(data, path, decode(d.Data)); err != nil {
				return nil, err
			}
		}
		for _, d := range p.Completed {
			if _, known := pending[d.ID]; !known {
				return nil, fmt.Errorf("nobody waits for %q", d.ID)
			}
			delete(pending, d.ID)
			a.Errors = append(a.Errors, d.Errors...)
		}
	}
	if len(pending) > 0 {
		return nil, fmt.Errorf("%v never completed", pending)
	}
	var err error
	a.Data, err = json.Marshal(data)
	return &a, err
}

// mergeAt adds data to the object at a path.
func mergeAt(to any, path []any, data any) error {
	for _, step := range path {
		switch at := to.(type) {
		case map[string]any:
			key, _ := step.(string)
			to = at[key]
		case []any:
			index, _ := step.(float64)
			if number, ok := step.(json.Number); ok {
				index, _ = number.Float64()
			}
			if int(index) >= len(at) {
				return fmt.Errorf("the path %v leads beyond a list", path)
			}
			to = at[int(index)]
		default:
			return fmt.Errorf("the path %v leads to nothing", path)
		}
	}
	if _, ok := to.(map[string]any); !ok {
		return fmt.Errorf("the path %v does not lead to an object", path)
	}
	return merge(to, data)
}

// merge adds an object to another. What both have must be the same.
func merge(to, data any) error {
	switch to := to.(type) {
	case map[string]any:
		added, ok := data.(map[string]any)
		if !ok {
			return fmt.Errorf("%v is added to an object", data)
		}
		for key, value := range added {
			if _, known := to[key]; !known {
				to[key] = value
			} else if err := merge(to[key], value); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
		}
		return nil
	case []any:
		added, ok := data.([]any)
		if !ok || len(added) != len(to) {
			return fmt.Errorf("%v is added to a list of %d", data, len(to))
		}
		for i := range to {
			if err := merge(to[i], added[i]); err != nil {
				return err
			}
		}
		return nil
	}
	if !reflect.DeepEqual(to, data) {
		return fmt.Errorf("%v is told for %v", data, to)
	}
	return nil
}

// tryDeferred runs an operation with parts of it deferred, in both forms, and compares them with the whole. It counts
// the answers that came in several.
func (r *rig) tryDeferred(op *randomOperation) (several int64, err error) {
	r.begin()
	want, err := r.expect(op)
	if err != nil {
		return 0, fmt.Errorf("the reference: %w", err)
	}
	late := deferring(op, rand.New(rand.NewPCG(uint64(len(op.text)), 5)))
	for _, accept := range []string{"multipart/mixed", "multipart/mixed;deferSpec=20220824, application/json"} {
		r.begin()
		got, parts, err := r.askParts(late, accept)
		if complaints := r.complaints.take(); len(complaints) > 0 {
			return several, fmt.Errorf("refused: %s", complaints[0])
		}
		if err == nil {
			err = r.sameParts(want, got)
		}
		if err != nil {
			return several, fmt.Errorf("%w\n%s (%s)\nwant %s\n got %s", err, late.text, accept, want.Data,
				bytes.Join(parts, []byte("\n")))
		}
		if len(parts) > 1 {
			several++
		}
	}
	return several, nil
}

// sameParts compares a whole answer with one that was put together.
func (r *rig) sameParts(want, got *answer) error {
	if len(want.Errors) > 0 {
		if len(got.Errors) == 0 {
			return fmt.Errorf("errors are missing, such as %q at %v", want.Errors[0].Message, want.Errors[0].Path)
		}
		return nil
	}
	if len(got.Errors) > 0 {
		return fmt.Errorf("unexpected error %q at %v", got.Errors[0].Message, got.Errors[0].Path)
	}
	if !reflect.DeepEqual(decode(want.Data), decode(got.Data)) {
		return fmt.Errorf("the data differ: %s", got.Data)
	}
	return nil
}

func TestDeferredPartsMakeTheWholeAnswer(t *testing.T) {
	inParts(t, generator{}, func(r *rig, seed uint64) { r.world.nulls = []uint64{0, 5, 25}[seed%3] })
	inParts(t, partitionedGraphs, func(r *rig, seed uint64) { r.world.nulls = []uint64{0, 5, 25}[seed%3] })
}

func TestErrorsOfDeferredPartsAreTold(t *testing.T) {
	inParts(t, generator{}, (*rig).setFailures)
}

// inParts runs a campaign of operations with deferred parts.
func inParts(t *testing.T, of generator, setUp func(*rig, uint64)) {
	t.Helper()
	var several atomic.Int64
	// Of a mutation, what is deferred of one field may be read when the next one has changed it.
	campaign{of: of, with: traits{uniform: true}, queries: true, setUp: setUp, check: func(r *rig, op *randomOperation) error {
		n, err := r.tryDeferred(op)
		several.Add(n)
		return err
	}}.run(t)
	if least := int64(*graphs * *operations / 20); several.Load() < least {
		t.Errorf("only %d answers came in several parts, of at least %d", several.Load(), least)
	}
}
