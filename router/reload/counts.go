package reload

import (
	"sync"

	"github.com/weft-graphql/weft/router/module"
)

// What is loaded again while the process runs.
const (
	Configuration = "configuration"
	Supergraph    = "supergraph"
	Certificates  = "certificates"
)

// Counts count what was loaded again, for operators. The zero value is ready.
type Counts struct {
	mu   sync.Mutex
	list []module.Reloads
}

// Count counts an attempt; err is why what was there before goes on.
func (r *Counts) Count(what string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	at := r.of(what)
	if at.Failing = err != nil; at.Failing {
		at.Refused++
		return
	}
	at.Used++
	if what == Configuration {
		// Everything else was read again with it.
		for i := range r.list {
			r.list[i].Failing = false
		}
	}
}

// of finds the counts of one kind. The mutex is held.
func (r *Counts) of(what string) *module.Reloads {
	for i := range r.list {
		if r.list[i].What == what {
			return &r.list[i]
		}
	}
	r.list = append(r.list, module.Reloads{What: what})
	return &r.list[len(r.list)-1]
}

// Read returns the counts of everything that can be loaded again.
func (r *Counts) Read() []module.Reloads {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, what := range []string{Configuration, Supergraph, Certificates} {
		r.of(what)
	}
	return append([]module.Reloads(nil), r.list...)
}
