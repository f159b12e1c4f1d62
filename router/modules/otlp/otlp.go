// Package otlp has what everything shares that is sent to an OpenTelemetry collector: how its address is read, and what
// describes this process there.
package otlp

import (
	"context"
	"log/slog"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/sdk/resource"
	semconv "go.opentelemetry.io/otel/semconv/v1.37.0"
)

const (
	// ExportTimeout is how long a collector may take for one batch.
	ExportTimeout = 10 * time.Second
	// FlushTimeout is how long the end of the process waits for what is left.
	FlushTimeout = 3 * time.Second
	// complainEvery is how often the log tells that a collector takes nothing.
	complainEvery = time.Minute
)

// Target is where something is sent.
type Target struct {
	// Endpoint is the collector's address, Protocol http or grpc.
	Endpoint, Protocol string
	Headers            map[string]string
	ServiceName        string
}

// Check reports what cannot work, under the keys of the module's section that end in endpoint and protocol.
func (t *Target) Check(prefix string, report func(key, format string, args ...any)) {
	if u, err := url.Parse(t.Endpoint); t.Endpoint != "" &&
		(err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		report(prefix+"endpoint", "%q is not the address of a collector; write one like http://collector:4318", t.Endpoint)
	}
	if t.Protocol != "http" && t.Protocol != "grpc" {
		report(prefix+"protocol", "%q is not possible; choose http or grpc", t.Protocol)
	}
}

// URL is where HTTP sends a signal: traces or metrics. An address without a path has that of the specification.
func (t *Target) URL(signal string) string {
	endpoint := strings.TrimSuffix(t.Endpoint, "/")
	if strings.Count(endpoint, "/") == 2 {
		endpoint += "/v1/" + signal
	}
	return endpoint
}

// Key names all that an exporter is made of.
func (t *Target) Key(more ...string) string {
	var key strings.Builder
	for _, part := range append([]string{t.Endpoint, t.Protocol, t.ServiceName}, more...) {
		key.WriteString(part + "\x00")
	}
	for _, name := range slices.Sorted(maps.Keys(t.Headers)) {
		key.WriteString(name + "\x00" + t.Headers[name] + "\x00")
	}
	return key.String()
}

// Resource describes this process, with OTEL_RESOURCE_ATTRIBUTES.
func (t *Target) Resource(ctx context.Context) (*resource.Resource, error) {
	return resource.New(ctx, resource.WithAttributes(semconv.ServiceName(t.ServiceName)), resource.WithFromEnv(),
		resource.WithHost(), resource.WithTelemetrySDK())
}

// Complaint tells operators now and then that something does not reach its collector.
type Complaint struct {
	Logger *slog.Logger
	// What does not arrive.
	What string
	last atomic.Int64
}

// Note tells of a failure, unless that was just done.
func (c *Complaint) Note(err error) {
	now := time.Now().Unix()
	if last := c.last.Load(); now-last >= int64(complainEvery/time.Second) && c.last.CompareAndSwap(last, now) {
		c.Logger.Warn(c.What+" do not reach their collector", "err", err)
	}
}
