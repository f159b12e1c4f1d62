package upstream

import (
	"context"
	"errors"
)

// watched tells operators of calls that got no answer.
type watched struct {
	next   Subgraph
	failed func(error)
}

func (w *watched) Do(ctx context.Context, req *Request, resp *Response) error {
	err := w.next.Do(ctx, req, resp)
	if err != nil && !errors.Is(err, context.Canceled) {
		w.failed(errors.New(Explain(err)))
	}
	return err
}
