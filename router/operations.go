package router

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/maypok86/otter/v2"

	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
)

// operations remembers prepared operations and their plans. The key is the document itself, hashed with a key of this
// process and compared in full, so that nobody can make one operation pass for another.
type operations struct {
	graph  *graph
	limits operation.Limits
	cache  *otter.Cache[operationKey, *preparedOperation]
}

type operationKey struct{ query, name string }

// preparedOperation is what is known of a document and operation name: an operation, or why there is none.
type preparedOperation struct {
	prepared *operation.Prepared
	// rejection is the answer when the document is not valid.
	rejection []byte
	errors    int

	// first is the first program made, which for most operations is the only one.
	first atomic.Pointer[program]
	mu    sync.Mutex
	// more are the programs for other condition sets.
	more map[operation.ConditionSet]*program
}

// program is an operation for one set of conditions, ready to run; or why it cannot.
type program struct {
	conditions operation.ConditionSet
	plan       *plan.Plan
	exec       *exec.Program
	// introspects tells that the operation asks for __schema or __type.
	introspects bool
	err         error
}

// Weights are estimates of memory: a prepared operation keeps its syntax tree, a plan and a program, all of which grow
// with the document.
const (
	operationWeight = 8 << 10
	weightPerByte   = 60
	// maxPrograms bounds the condition sets remembered for one operation. Further ones are planned for each request.
	maxPrograms = 64
)

func newOperations(g *graph, maxBytes uint64, limits operation.Limits) *operations {
	return &operations{graph: g, limits: limits, cache: otter.Must(&otter.Options[operationKey, *preparedOperation]{
		MaximumWeight: maxBytes,
		Weigher: func(key operationKey, _ *preparedOperation) uint32 {
			return uint32(min(operationWeight+weightPerByte*(len(key.query)+len(key.name)), 1<<31))
		},
	})}
}

// get returns the prepared operation of a document. One caller prepares it, others who ask meanwhile wait for that.
func (o *operations) get(query, name []byte) *preparedOperation {
	// The key points into the request only for the lookup; what is stored owns its bytes.
	lookup := operationKey{borrowed(query), borrowed(name)}
	if p, ok := o.cache.GetIfPresent(lookup); ok {
		return p
	}
	key := operationKey{strings.Clone(lookup.query), strings.Clone(lookup.name)}
	p, err := o.cache.Get(context.Background(), key, otter.LoaderFunc[operationKey, *preparedOperation](
		func(context.Context, operationKey) (*preparedOperation, error) { return o.prepare(key), nil }))
	if err != nil || p == nil {
		return o.prepare(key)
	}
	return p
}

func borrowed(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

func (o *operations) prepare(key operationKey) *preparedOperation {
	prepared, errs := operation.Prepare(o.graph.supergraph, key.query, key.name, o.limits)
	if len(errs) > 0 {
		return &preparedOperation{rejection: rejection(errs), errors: len(errs)}
	}
	return &preparedOperation{prepared: prepared}
}

// program returns the program for a set of conditions.
func (p *preparedOperation) program(g *graph, conditions operation.ConditionSet) *program {
	if first := p.first.Load(); first != nil && first.conditions == conditions {
		return first
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if first := p.first.Load(); first == nil {
		made := g.compile(p.prepared, conditions)
		p.first.Store(made)
		return made
	} else if first.conditions == conditions {
		return first
	}
	if made := p.more[conditions]; made != nil {
		return made
	}
	made := g.compile(p.prepared, conditions)
	if len(p.more) < maxPrograms-1 {
		if p.more == nil {
			p.more = map[operation.ConditionSet]*program{}
		}
		p.more[conditions] = made
	}
	return made
}

// compile plans an operation and makes it ready to run.
func (g *graph) compile(p *operation.Prepared, conditions operation.ConditionSet) (made *program) {
	made = &program{conditions: conditions}
	// A mistake in planning one operation must not end the process.
	defer func() {
		if cause := recover(); cause != nil {
			made.err = fmt.Errorf("planning panicked: %v", cause)
		}
	}()
	op := p.Operation(conditions)
	made.introspects = slices.ContainsFunc(op.Root.Fields, func(f *operation.Field) bool { return f.Introspection != nil })
	if made.plan, made.err = g.planner.Plan(op); made.err == nil {
		made.exec, made.err = g.engine.Compile(made.plan)
	}
	return made
}

// conditionSets are the conditions for which programs were made.
func (p *preparedOperation) conditionSets() []operation.ConditionSet {
	p.mu.Lock()
	defer p.mu.Unlock()
	var sets []operation.ConditionSet
	if first := p.first.Load(); first != nil {
		sets = append(sets, first.conditions)
	}
	for set := range p.more {
		sets = append(sets, set)
	}
	return sets
}

// warmUp prepares and plans the operations that were used most under another graph.
func (o *operations) warmUp(from *operations, most int) {
	if most == 0 {
		return
	}
	for entry := range from.cache.Hottest() {
		if old := entry.Value; old.prepared != nil {
			p := o.get([]byte(entry.Key.query), []byte(entry.Key.name))
			// Conditions are numbered by the document, unless override labels came or went.
			if p.prepared != nil && slices.Equal(p.prepared.Conditions(), old.prepared.Conditions()) {
				for _, set := range old.conditionSets() {
					p.program(o.graph, set)
				}
			}
		}
		if most--; most == 0 {
			return
		}
	}
}
