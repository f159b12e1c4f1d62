// Package module holds the interfaces by which a feature takes part in answering requests, and what they are given.
//
// A module is a struct with its settings. It is made anew for every generation of the router (settings and supergraph),
// filled from the configuration, asked whether it is Enabled, provisioned, and used through whichever of the hooks in
// this package it implements. A generation collects the hooks of its modules into slices once: a hook that no module
// uses costs a request a length check.
package module

import (
	"errors"
	"log/slog"
	"net/http"

	"github.com/weft-graphql/weft/router/caller"
	"github.com/weft-graphql/weft/router/supergraph"
)

// Module is a feature. It may be used by many requests at the same time once it is provisioned.
type Module interface {
	// Enabled tells whether the settings ask for the feature. A module that is not enabled is not provisioned, and none
	// of its hooks are called.
	Enabled() bool
	// Provision prepares the module for a generation. The error says what is wrong with its settings; ErrNotNeeded leaves
	// the module out.
	Provision(host Host) error
}

// ErrNotNeeded is what Provision returns when there is nothing for the module to do.
var ErrNotNeeded = errors.New("not needed")

// Checker is a module that can tell which of its settings cannot work: it reports each with its key within the module's
// section. The configuration knows where that stands.
type Checker interface {
	Check(report func(key, format string, args ...any))
}

// Cleaner is a module that holds something: Cleanup is called once no request can use the module any more, also when
// Provision failed.
type Cleaner interface{ Cleanup() }

// Info describes a module to the list of modules.
type Info struct {
	// Name is unique, in lower case with underscores: the name of its section in the configuration.
	Name string
	// New returns the module with its settings at their defaults. Settings are the exported fields that have a yaml tag.
	New func() Module
	// Source is the Go source that declares the settings: their doc comments describe them to users.
	Source string
}

// Host is what a generation offers a module while it is provisioned.
type Host interface {
	// Logger receives what operators must know.
	Logger() *slog.Logger
	// Supergraph is the graph of the generation.
	Supergraph() *supergraph.Supergraph
	// VariesBy declares what the module reads of requests; what it returns is the only way for hooks to read it. A module
	// that computes something of a request (SubgraphHeaders, SubgraphClient, Conditions, Answer) must declare it, or
	// that it is Nothing, and is refused otherwise.
	VariesBy() *caller.Declaration
	// Slot is the module's place in every operation, for its state (Operation.Slot) and for what it compiled of a document
	// (Operation.Compiled). It is the same at every call.
	Slot() Slot
	// Shared returns what outlives generations: make is called when no living generation has something under the key,
	// and release when none is left. Keys of different modules differ.
	Shared(key string, make func() (value any, release func(), err error)) (any, error)
	// HasAdmin tells whether there is an administration listener.
	HasAdmin() bool
	// HandleAdmin serves a pattern (see http.ServeMux) on the administration listener.
	HandleAdmin(pattern string, handler http.Handler)
	// KeepPrivate tells caches in front that no answer is for everybody, whatever subgraphs say.
	KeepPrivate()
	// OpenStatus lets clients see what /status otherwise tells operators only: which graph is in use.
	OpenStatus()
	// Metrics are what the module counts; /metrics of the administration listener tells them.
	Metrics() *Metrics
	// State reads the router's own counters, those of the generation in use when it is called.
	State() State
}

// Slot is a module's place in an operation.
type Slot int
