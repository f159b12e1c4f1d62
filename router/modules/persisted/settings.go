// Package persisted lets clients name documents instead of sending them: documents they registered at the first use
// (automatic persisted queries), and documents that were registered when the clients were built (persisted documents),
// which can also be the only ones that the router runs.
//
// Specifications: Apollo's automatic persisted queries (extensions.persistedQuery, version 1); GraphQL over HTTP,
// appendix "Persisted Documents" (documentId).
package persisted

import (
	_ "embed" // the settings' descriptions are their doc comments
	"time"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/module"
)

//go:embed settings.go
var source string

// Info describes the module.
var Info = module.Info{Name: "persisted", New: func() module.Module {
	return &Persisted{
		Automatic: Automatic{MemoryBytes: 16 << 20, TTL: 24 * time.Hour, Namespace: "weft", Timeout: 100 * time.Millisecond},
		Documents: Documents{Mode: modeAllow, PollInterval: 2 * time.Second, Prepare: true},
	}
}, Source: source}

// Persisted is about documents that clients name instead of sending them.
type Persisted struct {
	// Documents that clients register at their first use.
	Automatic Automatic `yaml:"automatic"`
	// Documents that were registered when the clients were built.
	Documents Documents `yaml:"documents"`

	state
}

// Automatic is about automatic persisted queries. Only documents that fit the graph are remembered.
type Automatic struct {
	// Let clients register documents.
	Enabled bool `yaml:"enabled"`
	// Most memory for documents in process.
	MemoryBytes config.ByteSize `yaml:"memory_bytes"`
	// Redis that the replicas share the documents by; without an address each remembers for itself, and without an answer,
	// too.
	Redis config.Redis `yaml:"redis"`
	// Separates several graphs in one Redis.
	Namespace string `yaml:"namespace"`
	// Longest wait for Redis in a request, paid once per outage.
	Timeout time.Duration `yaml:"timeout"`
	// How long Redis keeps a document that nobody asks for.
	TTL time.Duration `yaml:"ttl"`
}

// Documents are those that the router knows from files.
type Documents struct {
	// Manifests, as Apollo's generate-persisted-query-manifest (apollo-persisted-query-manifest, version 1), Relay's
	// compiler (a JSON object or array of pairs of id and text) or weft persist write them.
	Manifests []string `yaml:"manifests"`
	// Folders with documents (*.graphql, *.gql, also in folders below): the id is the SHA-256 of the file, and its name
	// without the ending.
	Folders []string `yaml:"folders"`
	// What else may be run. allow: any document. log: any, and those that are not listed are logged and counted. listed:
	// the listed documents, sent or named. ids: the listed documents, named only.
	Mode string `yaml:"mode"`
	// How often the files are looked at; changed ones are taken over without dropping a request. 0 means never.
	PollInterval time.Duration `yaml:"poll_interval"`
	// Prepare and plan the documents before they are asked for, at the start and when the files or the graph change.
	Prepare bool `yaml:"prepare"`
}

// The modes.
const (
	modeAllow  = "allow"
	modeLog    = "log"
	modeListed = "listed"
	modeIDs    = "ids"
)

// Enabled implements module.Module.
func (p *Persisted) Enabled() bool { return p.Automatic.Enabled || p.Documents.listed() }

func (d *Documents) listed() bool { return len(d.Manifests)+len(d.Folders) > 0 }

// Check reports settings that cannot work.
func (p *Persisted) Check(report func(key, format string, args ...any)) {
	a, d := &p.Automatic, &p.Documents
	switch d.Mode {
	case modeAllow, modeLog:
		if d.Mode == modeLog && !d.listed() {
			report("documents.mode", "needs documents: name documents.manifests or documents.folders")
		}
	case modeListed, modeIDs:
		if !d.listed() {
			report("documents.mode", "would refuse every request: name documents.manifests or documents.folders")
		}
		if a.Enabled {
			report("automatic.enabled", "cannot go with documents.mode %s: clients would register what is not listed", d.Mode)
		}
	default:
		report("documents.mode", "%q is not possible; choose allow, log, listed, ids", d.Mode)
	}
	if d.PollInterval < 0 {
		report("documents.poll_interval", "%s is negative", d.PollInterval)
	}
	if !a.Enabled {
		return
	}
	if a.MemoryBytes < 64<<10 {
		report("automatic.memory_bytes", "%s is too little to remember documents; give it 64KB or more", a.MemoryBytes)
	}
	if len(a.Redis.Addresses) > 0 {
		if a.TTL < time.Second {
			report("automatic.ttl", "%s is too short; give it a second or more", a.TTL)
		}
		if a.Timeout <= 0 {
			report("automatic.timeout", "%s is no time to wait; write one like 100ms", a.Timeout)
		}
	}
}
