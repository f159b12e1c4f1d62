package module

import (
	"slices"

	"github.com/weft-graphql/weft/router/caller"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/server"
)

// Operation is a GraphQL operation in progress as modules see it. It belongs to the engine: a module must not keep it, or
// anything it refers to, beyond the hook's return.
type Operation struct {
	// Request is what the client sent. Only ResolveDocument may change its Query and OperationName.
	Request *server.Request
	// Values has the caller and everything else that was declared with VariesBy; from Admit on.
	Values *caller.Values
	// Prepared is the prepared operation; nil before it is known.
	Prepared *operation.Prepared
	// Variables are the coerced variables; from Admit on.
	Variables *operation.Variables

	slots    []any
	compiled []any
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

// Begin prepares for another request with so many slots. It is for the engine.
func (o *Operation) Begin(request *server.Request, values *caller.Values, slots int) {
	o.Request, o.Values = request, values
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

// End forgets the request. It is for the engine.
func (o *Operation) End() {
	clear(o.slots)
	*o = Operation{slots: o.slots[:0]}
}
