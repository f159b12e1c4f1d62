package router

import (
	"sync"

	"github.com/weft-graphql/weft/router/module"
)

// What is loaded again while the process runs.
const (
	reloadedConfiguration = "configuration"
	reloadedSupergraph    = "supergraph"
	reloadedCertificates  = "certificates"
)

// reloads count what was loaded again, for operators.
type reloads struct {
	mu   sync.Mutex
	list []module.Reloads
}

// count counts an attempt; err is why what was there before goes on.
func (r *reloads) count(what string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	at := r.of(what)
	if at.Failing = err != nil; at.Failing {
		at.Refused++
		return
	}
	at.Used++
	if what == reloadedConfiguration {
		// Everything else was read again with it.
		for i := range r.list {
			r.list[i].Failing = false
		}
	}
}

// of finds the counts of one kind. The mutex is held.
func (r *reloads) of(what string) *module.Reloads {
	for i := range r.list {
		if r.list[i].What == what {
			return &r.list[i]
		}
	}
	r.list = append(r.list, module.Reloads{What: what})
	return &r.list[len(r.list)-1]
}

// read returns all counts.
func (r *reloads) read() []module.Reloads {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, what := range []string{reloadedConfiguration, reloadedSupergraph, reloadedCertificates} {
		r.of(what)
	}
	return append([]module.Reloads(nil), r.list...)
}

// ReloadRefused counts a configuration that is not even one: Reload counts the others.
func (r *Router) ReloadRefused(err error) { r.reloads.count(reloadedConfiguration, err) }
