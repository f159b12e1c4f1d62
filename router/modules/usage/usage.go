// Package usage counts which clients use which parts of the graph, and writes that into files.
package usage

import (
	"context"
	"crypto/sha256"
	_ "embed" // the settings' descriptions are their doc comments
	"encoding/hex"
	"fmt"
	"net/http"
	"net/textproto"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/server"
	"github.com/weft-graphql/weft/router/usage"
)

//go:embed usage.go
var source string

// Info describes the module.
var Info = module.Info{Name: "usage", Source: source, New: func() module.Module { return defaults() }}

// Usage counts which clients use which parts of the graph, for weft usage and weft check --usage.
type Usage struct {
	// Directory into which reports are written: usage-<time>-<process>.jsonl. Nothing is counted without one.
	Directory string `yaml:"directory"`
	// The time that one report is about.
	Interval time.Duration `yaml:"interval"`
	// How many reports there may be in the directory, those of other processes included; the oldest go.
	Keep int `yaml:"keep"`
	// The headers in which clients say their name; the first that is there counts.
	ClientHeaders []string `yaml:"client_headers"`
	// The headers in which clients say their version.
	VersionHeaders []string `yaml:"version_headers"`
	// Write operations, without any value of theirs, so that weft check can tell what a change does to them. Otherwise
	// only what they use is written.
	Documents bool `yaml:"documents"`
	// The most pairs of client and operation in a report. What more there are is only counted by what it uses.
	MaxPairs int `yaml:"max_pairs"`
	// The most memory for the operations of a report.
	MaxBytes config.ByteSize `yaml:"max_bytes"`

	slot  module.Slot
	table *table
}

func defaults() *Usage {
	return &Usage{
		Interval: 5 * time.Minute, Keep: 2016, Documents: true, MaxPairs: 10_000, MaxBytes: 16 << 20,
		ClientHeaders:  []string{"graphql-client-name", "apollographql-client-name"},
		VersionHeaders: []string{"graphql-client-version", "apollographql-client-version"},
	}
}

// Enabled implements module.Module.
func (u *Usage) Enabled() bool { return u.Directory != "" }

// Check implements module.Checker.
func (u *Usage) Check(report func(key, format string, args ...any)) {
	if u.Interval < time.Second {
		report("interval", "%s is too short; it must be at least 1s", u.Interval)
	}
	if u.Keep < 1 {
		report("keep", "%d is not possible; it must be at least 1", u.Keep)
	}
	if u.MaxPairs < 1 {
		report("max_pairs", "%d is not possible; it must be at least 1", u.MaxPairs)
	}
	if u.MaxBytes < 64<<10 {
		report("max_bytes", "must be at least 64KB; write a size like 16MB")
	}
}

// Provision implements module.Module.
func (u *Usage) Provision(host module.Host) error {
	u.slot = host.Slot()
	for _, list := range [][]string{u.ClientHeaders, u.VersionHeaders} {
		for i, name := range list {
			list[i] = textproto.CanonicalMIMEHeaderKey(name)
		}
	}
	settings := *u
	key := fmt.Sprintf("usage %q %s %d %d %d", u.Directory, u.Interval, u.Keep, u.MaxPairs, u.MaxBytes)
	exports := host.Metrics().Counter("weft_usage_reports_total", "Reports of usage, by whether they were written.", "result")
	unattributed := host.Metrics().Counter("weft_usage_unattributed_total",
		"Requests whose client and operation are not told in reports of usage, because there are too many.")
	shared, err := host.Shared(key, func() (any, func(), error) {
		t := newTable(settings.MaxPairs, int(settings.MaxBytes))
		t.unattributed = unattributed.WithLabelValues()
		w := &writer{
			table: t, directory: settings.Directory, keep: settings.Keep, logger: host.Logger(),
			written: exports.WithLabelValues("written"), failed: exports.WithLabelValues("failed"),
		}
		if err := w.open(); err != nil {
			return nil, nil, fmt.Errorf("usage.directory: %w", err)
		}
		return t, w.run(settings.Interval), nil
	})
	if err != nil {
		return err
	}
	u.table = shared.(*table)
	sum := sha256.Sum256([]byte(host.Supergraph().SDL))
	u.table.serves(hex.EncodeToString(sum[:8]))
	return nil
}

// CompileDocument implements module.DocumentCompiler: what the document uses.
func (u *Usage) CompileDocument(p *operation.Prepared) (any, gqlerror.List) {
	fragments := p.Fragments()
	text := ""
	if u.Documents {
		if text = usage.Text(p.Definition, fragments); len(text) > longestText {
			text = ""
		}
	}
	coordinates := usage.Of(p.Supergraph.API, []*definition{p.Definition}, fragments)
	d := usage.NewDocument(shortened(p.Name), string(p.Kind), text, coordinates)
	return &document{Document: d, bytes: sizeOf(&d)}, nil
}

// OperationBegan implements module.OperationObserver.
func (u *Usage) OperationBegan(ctx context.Context, _ *module.Operation) context.Context { return ctx }

// OperationEnded implements module.OperationObserver: it counts what was executed.
func (u *Usage) OperationEnded(_ context.Context, op *module.Operation, response *server.Response) {
	if op.Prepared == nil || response.Outcome != server.Executed {
		return
	}
	if d, ok := op.Compiled(u.slot).(*document); ok {
		u.table.count(d, usage.Client{
			Name: first(op.Request.Header, u.ClientHeaders), Version: first(op.Request.Header, u.VersionHeaders),
		})
	}
}

// first is the value of the first header that is there.
func first(header http.Header, names []string) string {
	for _, name := range names {
		if values := header[name]; len(values) > 0 && values[0] != "" {
			return shortened(values[0])
		}
	}
	return ""
}

const (
	// longestText is the longest document that is kept, without its values, in bytes.
	longestText = 64 << 10
	// longestName is the longest name of a client, its version or an operation that is told, in bytes.
	longestName = 100
)

// shortened is a name that clients choose.
func shortened(name string) string {
	if len(name) <= longestName {
		return name
	}
	return strings.ToValidUTF8(name[:longestName], "")
}
