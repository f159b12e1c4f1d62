package kit

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

// withBodyLimit answers 413 to bodies longer than limit bytes.
func withBodyLimit(limit int64, next http.Handler) http.Handler {
	tooLong := fault.New(fault.BadUserInput, "the request body is longer than %d bytes", limit)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > limit {
			refuse(w, http.StatusRequestEntityTooLarge, tooLong)
			return
		}
		if r.ContentLength < 0 { // length unknown until it was read
			body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
			var over *http.MaxBytesError
			switch {
			case errors.As(err, &over):
				refuse(w, http.StatusRequestEntityTooLarge, tooLong)
				return
			case err != nil:
				refuse(w, http.StatusBadRequest, fault.New(fault.BadUserInput, "the request body could not be read"))
				return
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
		next.ServeHTTP(w, r)
	})
}

// depthLimit is a gqlgen extension that refuses operations nested deeper than limit before any of it runs.
type depthLimit struct{ limit int }

var _ interface {
	graphql.HandlerExtension
	graphql.OperationContextMutator
} = depthLimit{}

func (depthLimit) ExtensionName() string { return "DepthLimit" }

func (depthLimit) Validate(graphql.ExecutableSchema) error { return nil }

func (d depthLimit) MutateOperationContext(_ context.Context, op *graphql.OperationContext) *gqlerror.Error {
	m := depthMeter{fragments: map[string]int{}}
	if depth := m.of(op.Operation.SelectionSet); depth > d.limit {
		err := gqlerror.Errorf("the operation is nested %d fields deep; the limit is %d", depth, d.limit)
		errcode.Set(err, "DEPTH_LIMIT_EXCEEDED")
		return err
	}
	return nil
}

// depthMeter measures nesting, each fragment once. Validation has ruled out fragments that contain themselves.
type depthMeter struct{ fragments map[string]int }

func (m depthMeter) of(set ast.SelectionSet) int {
	deepest := 0
	for _, selection := range set {
		depth := 0
		switch s := selection.(type) {
		case *ast.Field:
			depth = 1 + m.of(s.SelectionSet)
		case *ast.InlineFragment:
			depth = m.of(s.SelectionSet)
		case *ast.FragmentSpread:
			known, ok := m.fragments[s.Name]
			if !ok {
				known = m.of(s.Definition.SelectionSet)
				m.fragments[s.Name] = known
			}
			depth = known
		}
		deepest = max(deepest, depth)
	}
	return deepest
}
