package engine

import (
	"sync/atomic"

	"github.com/weft-graphql/weft/router/cache"
	"github.com/weft-graphql/weft/router/upstream"
)

// Epochs tell before and after which changes of data something began. What may be shared by several requests,
// executions of queries and calls to subgraphs, is shared only by what began in the same epoch. Engines that have
// clients in common must have them in common, too: a mutation can end on an older one.
type Epochs struct {
	// begun numbers mutations, ended counts those that have ended.
	begun, ended atomic.Uint64
}

// now is the epoch of what begins now. All parts of it only grow, so that it does not matter that they are not read at
// the same moment.
func (e *Epochs) now(c *cache.Cache) upstream.Epoch {
	epoch := upstream.Epoch{Mutations: e.ended.Load()}
	if c != nil {
		epoch.Clock, epoch.Told = c.Clock(), c.Told()
	}
	return epoch
}

// ownEpoch is set in the epochs of mutations.
const ownEpoch = 1 << 63

// mutation returns what now is to the calls of a mutation that begins: what it asks after it changed something is
// shared with nobody.
func (e *Epochs) mutation(c *cache.Cache) func() upstream.Epoch {
	own := ownEpoch | e.begun.Add(1)
	return func() upstream.Epoch {
		epoch := e.now(c)
		epoch.Mutations = own
		return epoch
	}
}

// changed tells that a mutation has ended. It is called before the client has a byte of its answer: what the mutation
// changed must not be answered from before it then.
func (e *Epochs) changed() { e.ended.Add(1) }
