// Package usage counts which clients use which parts of the graph, and writes that into files, or sends it to an
// OpenTelemetry collector.
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
	"github.com/weft-graphql/weft/router/modules/otlp"
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
	// Directory into which reports are written: usage-<time>-<process>.jsonl. Nothing is counted without one, unless
	// otlp.endpoint says where else reports go.
	Directory string `yaml:"directory"`
	// Send reports to an OpenTelemetry collector, as log records.
	OTLP UsageOTLP `yaml:"otlp"`
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

// UsageOTLP says where reports of usage are sent.
type UsageOTLP struct {
	// Where reports go: http://collector:4318, or http://collector:4317 with the protocol grpc. Empty sends none.
	Endpoint string `yaml:"endpoint"`
	// http (protobuf over HTTP, /v1/logs) or grpc.
	Protocol string `yaml:"protocol"`
	// Headers of what is sent, such as the key of a vendor: give it as ${VARIABLE}.
	Headers map[string]string `yaml:"headers"`
	// The service's name. OTEL_RESOURCE_ATTRIBUTES adds more to what describes the process.
	ServiceName string `yaml:"service_name"`
}

// target is where reports are sent.
func (o *UsageOTLP) target() *otlp.Target {
	return &otlp.Target{Endpoint: o.Endpoint, Protocol: o.Protocol, Headers: o.Headers, ServiceName: o.ServiceName}
}

func defaults() *Usage {
	return &Usage{
		Interval: 5 * time.Minute, Keep: 2016, Documents: true, MaxPairs: 10_000, MaxBytes: 16 << 20,
		ClientHeaders:  []string{"graphql-client-name", "apollographql-client-name"},
		VersionHeaders: []string{"graphql-client-version", "apollographql-client-version"},
		OTLP:           UsageOTLP{Protocol: "http", ServiceName: "weft-router"},
	}
}

// Enabled implements module.Module.
func (u *Usage) Enabled() bool { return u.Directory != "" || u.OTLP.Endpoint != "" }

// Check implements module.Checker.
func (u *Usage) Check(report func(key, format string, args ...any)) {
	u.OTLP.target().Check("otlp.", report)
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
	shared, err := host.Shared(u.key(), func() (any, func(), error) {
		r, err := newReporter(u, host)
		if err != nil {
			return nil, nil, err
		}
		return r.table, r.run(u.Interval), nil
	})
	if err != nil {
		return err
	}
	u.table = shared.(*table)
	sum := sha256.Sum256([]byte(host.Supergraph().SDL))
	u.table.serves(hex.EncodeToString(sum[:8]))
	return nil
}

// key names all that counting and reporting depend on.
func (u *Usage) key() string {
	key := fmt.Sprintf("usage %q %s %d %d %d", u.Directory, u.Interval, u.Keep, u.MaxPairs, u.MaxBytes)
	if u.OTLP.Endpoint != "" {
		key += " " + u.OTLP.target().Key()
	}
	return key
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
