package kit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

// maxMessage bounds the length of an error message, so that an error cannot echo a whole request.
const maxMessage = 1000

// Report is what a resolver returns for err. When err is a list of faults, it makes a GraphQL error of each, so that
// a person sees everything that is wrong with the input at once.
func Report(ctx context.Context, err error) error {
	list := fault.All(err)
	if len(list) == 0 {
		return err
	}
	last := len(list) - 1
	for _, f := range list[:last] {
		graphql.AddError(ctx, f)
	}
	return list[last]
}

// presenter turns errors into GraphQL errors: faults keep their code and field, everything else is logged and hidden.
func presenter(logger *slog.Logger) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		if list := fault.All(err); len(list) > 0 {
			return graphqlError(ctx, list[0])
		}
		var known *gqlerror.Error
		if errors.As(err, &known) && known.Err == nil {
			if known.Path == nil {
				known.Path = graphql.GetPath(ctx)
			}
			return known
		}
		if known != nil {
			err = known.Err // without the path, which is told beside the message
		}
		path := graphql.GetPath(ctx)
		if path.String() == "_entities" && !errors.Is(err, errOwn) {
			return graphqlError(ctx, fault.New(fault.BadRepresentation, "%s", err))
		}
		logger.ErrorContext(ctx, "resolver failed", "path", path.String(), "error", err)
		return graphqlError(ctx, fault.New(fault.Internal, "the service failed to answer; its log says why"))
	}
}

// errOwn marks errors of the service itself behind an entity resolver, as opposed to errors in the representations.
var errOwn = errors.New("the service's own error")

// panicked is the error that a resolver's panic becomes.
func panicked(ctx context.Context, logger *slog.Logger, cause any) error {
	logger.ErrorContext(ctx, "resolver panicked", "cause", cause, "stack", string(debug.Stack()))
	return fmt.Errorf("%w: panic: %v", errOwn, cause)
}

// Entities is what an entity resolver returns: it marks an error as the service's own.
func Entities[T any](found []T, err error) ([]T, error) {
	if err != nil {
		return nil, errors.Join(errOwn, err)
	}
	return found, nil
}

func graphqlError(ctx context.Context, f *fault.Fault) *gqlerror.Error {
	err := &gqlerror.Error{
		Err:        f,
		Message:    f.Message,
		Path:       graphql.GetPath(ctx),
		Extensions: map[string]any{"code": string(f.Code)},
	}
	if f.Field != "" {
		err.Extensions["field"] = f.Field
	}
	return err
}

// refuse answers a request that never reached GraphQL.
func refuse(w http.ResponseWriter, status int, f *fault.Fault) {
	type extensions struct {
		Code fault.Code `json:"code"`
	}
	type failure struct {
		Message    string     `json:"message"`
		Extensions extensions `json:"extensions"`
	}
	body, err := json.Marshal(struct {
		Errors []failure `json:"errors"`
	}{[]failure{{f.Message, extensions{f.Code}}}})
	if err != nil {
		http.Error(w, f.Message, status)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
