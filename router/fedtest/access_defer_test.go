package fedtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules/authorization"
)

// TestCallersGetWhatTheyMaySeeInParts has parts of operations deferred: callers get of them what they may see, and an
// error for each field that they may not, in whichever part it comes.
func TestCallersGetWhatTheyMaySeeInParts(t *testing.T) {
	var a access
	var several atomic.Int64
	check := func(r *rig, op *randomOperation) error {
		rnd := rand.New(rand.NewPCG(r.graph.seed, uint64(len(op.text))))
		late := deferring(op, rnd)
		// What is deferred is at the same place in an operation that defers nothing.
		at := &randomOperation{undeferred(late.text), late.variables}
		for i, c := range r.someCallers(rnd, 3) {
			r.begin()
			r.callers = []*accessCaller{c}
			data, refusals, err := r.allowed(c, at)
			if err != nil {
				return err
			}
			accept := []string{"multipart/mixed", "multipart/mixed;deferSpec=20220824, application/json"}[i%2]
			got, parts, err := r.askParts(late, accept, c.headers()...)
			if complaints := r.complaints.take(); len(complaints) > 0 {
				return fmt.Errorf("refused: %s\ncaller: %v\n%s", complaints[0], c, late.text)
			}
			if err == nil {
				err = sameAllowedInParts(data, refusals, got)
			}
			if err != nil {
				return fmt.Errorf("%w\n%s (%s)\ncaller: %v\nwant %s, refused %v\n got %s", err, late.text, accept, c, data,
					refusals, bytes.Join(parts, []byte("\n")))
			}
			a.mu.Lock()
			if a.asked++; len(refusals) > 0 {
				a.refused++
			}
			a.mu.Unlock()
			if len(parts) > 1 {
				several.Add(1)
			}
		}
		return nil
	}
	campaign{
		of: protected(partitionedGraphs, 6), check: check, with: traits{uniform: true}, queries: true,
		setUp: func(r *rig, seed uint64) { r.world.nulls = []uint64{0, 5, 25}[seed%3] },
		rig: func(g *graph) (*rig, error) {
			return protectedRig(g, func(*config.Config, *authorization.Authorization) {})
		},
	}.run(t)
	a.enough(t)
	if several.Load() < int64(a.asked/20) {
		t.Errorf("only %d of %d answers came in several parts", several.Load(), a.asked)
	}
}

var onDefer = regexp.MustCompile(`@defer(\([^)]*\))?`)

// undeferred is an operation without @defer, whose fields are where they were.
func undeferred(text string) string {
	return onDefer.ReplaceAllStringFunc(text, func(found string) string { return strings.Repeat(" ", len(found)) })
}

// sameAllowedInParts compares an answer that was put together with what a caller may see. Null that comes from what was
// refused in a deferred part takes nothing back that was told before.
func sameAllowedInParts(data json.RawMessage, refusals []refused, got *answer) error {
	if err := sameButNull("data", decode(data), decode(got.Data), len(refusals) > 0); err != nil {
		return err
	}
	want, found := map[string]bool{}, map[string]bool{}
	for _, e := range refusals {
		want[e.path] = true
	}
	for _, e := range got.Errors {
		if !e.unauthorized() {
			return fmt.Errorf("unexpected error %q at %v", e.Message, e.Path)
		}
		path := make([]string, len(e.Path))
		for i, step := range e.Path {
			path[i] = fmt.Sprint(step)
		}
		found[strings.Join(path, ".")] = true
	}
	whole := decode(got.Data)
	for path := range want {
		// Where nothing is deferred, because objects are others than a part is for, nobody is told of it.
		if !found[path] && isThere(whole, strings.Split(path, ".")) {
			return fmt.Errorf("no error says that %s is refused", path)
		}
	}
	for path := range found {
		if !want[path] {
			return fmt.Errorf("nothing is refused at %s", path)
		}
	}
	return nil
}

// isThere tells whether there is something at a path, be it null, that is not within a list.
func isThere(data any, path []string) bool {
	if len(path) == 0 {
		_, isList := data.([]any)
		return !isList
	}
	object, _ := data.(map[string]any)
	value, ok := object[path[0]]
	return ok && isThere(value, path[1:])
}

// sameButNull compares values; mayBeMore lets there be something where null is expected.
func sameButNull(at string, want, got any, mayBeMore bool) error {
	switch want := want.(type) {
	case nil:
		if got == nil || mayBeMore {
			return nil
		}
	case map[string]any:
		got, ok := got.(map[string]any)
		if !ok || len(got) != len(want) {
			return fmt.Errorf("%s: %v instead of %v", at, got, want)
		}
		for key, value := range want {
			if err := sameButNull(at+"."+key, value, got[key], mayBeMore); err != nil {
				return err
			}
		}
		return nil
	case []any:
		got, ok := got.([]any)
		if !ok || len(got) != len(want) {
			return fmt.Errorf("%s: %v instead of %v", at, got, want)
		}
		for i, value := range want {
			if err := sameButNull(fmt.Sprintf("%s[%d]", at, i), value, got[i], mayBeMore); err != nil {
				return err
			}
		}
		return nil
	}
	if !reflect.DeepEqual(want, got) {
		return fmt.Errorf("%s: %v instead of %v", at, got, want)
	}
	return nil
}
