package module

import (
	"slices"

	"github.com/weft-graphql/weft/router/caller"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/server"
)

// Operation is a GraphQL operation in progress as modules see it. It belongs to the engine: a module must not keep it,
// or anything it refers to, beyond the hook's return.
type Operation struct {
	// Request is what the client sent. Only ResolveDocument may change its Query and OperationName.
	Request *server.Request
	// Values has the caller and everything else that was declared with VariesBy; from Admit on.
	Values *caller.Values
	// Prepared is the prepared operation; nil before it is known.
	Prepared *operation.Prepared
	// Variables are the coerced variables; from Admit on.
	Variables *operation.Variables
	// Cost is what the operation is estimated to cost; from AdmitPlan of the module that estimates it on, 0 without one.
	Cost float64

	slots    []any
	compiled []any
	planned  []any
	response *server.Response
}

// Slot is the module's state for this operation, nil at first.
func (o *Operation) Slot(s Slot) *any { return &o.slots[s] }

// Compiled is what the module's CompileDocument returned for the document.
func (o *Operation) Compiled(s Slot) any {
	if o.compiled == nil {
		return nil
	}
	return o.compiled[s]
}

// Planned is what the module's CompilePlan returned for the plan; from AdmitPlan on.
func (o *Operation) Planned(s Slot) any {
	if o.planned == nil {
		return nil
	}
	return o.planned[s]
}

// AddHeader adds a line to the headers of what this request is answered, refusals included. Requests that share an
// answer do not share it; requests of a batch have one answer, whose headers are those of the first to say something.
func (o *Operation) AddHeader(name, value string) {
	o.response.OwnHeader = append(o.response.OwnHeader, server.HeaderLine{Name: name, Value: value})
}

// Begin prepares for another request with so many slots. It is for the engine.
func (o *Operation) Begin(request *server.Request, response *server.Response, values *caller.Values, slots int) {
	o.Request, o.response, o.Values = request, response, values
	if cap(o.slots) < slots {
		o.slots = make([]any, slots)
	}
	o.slots = o.slots[:slots]
}

// Keep returns a copy of the modules' state, for an operation that lives on in others. It is for the engine.
func (o *Operation) Keep() []any { return slices.Clone(o.slots) }

// Restore takes over what Keep returned. It is for the engine.
func (o *Operation) Restore(slots []any) { copy(o.slots, slots) }

// SetCompiled gives what CompileDocument returned, by slot. It is for the engine.
func (o *Operation) SetCompiled(compiled []any) { o.compiled = compiled }

// SetPlanned gives what CompilePlan returned, by slot. It is for the engine.
func (o *Operation) SetPlanned(planned []any) { o.planned = planned }

// End forgets the request. It is for the engine.
func (o *Operation) End() {
	clear(o.slots)
	*o = Operation{slots: o.slots[:0]}
}
