package engine

import (
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/router/operation"
)

// elsewhere tells that the request's document has its tokens in other places than the one that was prepared, whose
// form it has.
func (x *pipelineRun) elsewhere() bool {
	return x.entry != nil && x.entry.Formed() && string(x.op.Request.Query) != x.entry.Source()
}

// located returns the place in the request's document of what has this one in the document that was prepared.
func (x *pipelineRun) located(line, column int) (int, int) {
	if x.places == nil {
		x.places = operation.Corresponding(x.entry.Source(), string(x.op.Request.Query))
	}
	return x.places(line, column)
}

// relocated returns errors about the document that was prepared with the places of the request's.
func (x *pipelineRun) relocated(errs gqlerror.List) gqlerror.List {
	if !x.elsewhere() {
		return errs
	}
	for _, err := range errs {
		for i, l := range err.Locations {
			err.Locations[i].Line, err.Locations[i].Column = x.located(l.Line, l.Column)
		}
	}
	return errs
}
