// Package metrics counts what the router does, for Prometheus on the administration listener and for OpenTelemetry
// collectors. docs/metrics.md has the names.
package metrics

import (
	_ "embed" // the settings' descriptions are their doc comments
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/modules/otlp"
)

//go:embed metrics.go
var source string

// Info describes the module.
var Info = module.Info{Name: "metrics", New: func() module.Module { return defaults() }, Source: source}

// Metrics are for Prometheus and OpenTelemetry.
type Metrics struct {
	// Count what the router does: for Prometheus at /metrics of the administration listener (admin.listen), and for
	// otlp.endpoint. Nothing is counted when there is neither.
	On bool `yaml:"enabled"`
	// How many operations have metrics of their own, by name; 0 for none. The others are counted together, as "(other)".
	// A name that was not used for an hour gives way to one that is.
	Operations int `yaml:"operations"`
	// Send metrics to an OpenTelemetry collector.
	OTLP OTLP `yaml:"otlp"`

	*counters `yaml:"-"`
}

// OTLP says where metrics are sent.
type OTLP struct {
	// Where metrics go: http://collector:4318, or http://collector:4317 with the protocol grpc. Empty sends none.
	Endpoint string `yaml:"endpoint"`
	// http (protobuf over HTTP, /v1/metrics) or grpc.
	Protocol string `yaml:"protocol"`
	// Headers of what is sent, such as the key of a vendor: give it as ${VARIABLE}.
	Headers map[string]string `yaml:"headers"`
	// The service's name. OTEL_RESOURCE_ATTRIBUTES adds more to what describes the process.
	ServiceName string `yaml:"service_name"`
	// How often.
	Interval time.Duration `yaml:"interval"`
}

// maxOperations bounds how many operations may have metrics of their own: each takes about 20 series.
const maxOperations = 10_000

func defaults() *Metrics {
	return &Metrics{
		On: true, Operations: 100, OTLP: OTLP{Protocol: "http", ServiceName: "weft-router", Interval: 30 * time.Second},
	}
}

// Check implements module.Checker.
func (m *Metrics) Check(report func(key, format string, args ...any)) {
	m.OTLP.target().Check("otlp.", report)
	if m.OTLP.Interval < time.Second {
		report("otlp.interval", "%s is not possible; it must be at least 1s", m.OTLP.Interval)
	}
	if m.Operations < 0 || m.Operations > maxOperations {
		report("operations", "%d is not possible; it must be between 0 and %d", m.Operations, maxOperations)
	}
}

// Enabled implements module.Module.
func (m *Metrics) Enabled() bool { return m.On }

// Provision implements module.Module.
func (m *Metrics) Provision(host module.Host) error {
	if !host.HasAdmin() && m.OTLP.Endpoint == "" {
		return module.ErrNotNeeded
	}
	// What is counted changes nothing of an answer.
	host.VariesBy().Nothing()
	shared, err := host.Shared("registry", func() (any, func(), error) { return newCounters(host.State), func() {}, nil })
	if err != nil {
		return err
	}
	m.counters = shared.(*counters)
	m.operations.limit(m.Operations)
	gatherers := prometheus.Gatherers{m.registry, host.Metrics().Gatherer()}
	if m.OTLP.Endpoint != "" {
		key := "otlp/" + m.OTLP.target().Key(strconv.FormatInt(int64(m.OTLP.Interval), 10))
		if _, err := host.Shared(key, func() (any, func(), error) { return newExporter(&m.OTLP, gatherers, host) }); err != nil {
			return err
		}
	}
	if host.HasAdmin() {
		// OpenMetrics has exemplars; the format of protobufs, which Prometheus asks for, has native histograms, too.
		host.HandleAdmin("GET /metrics", promhttp.HandlerFor(gatherers, promhttp.HandlerOpts{EnableOpenMetrics: true}))
	}
	return nil
}

// target is where metrics are sent.
func (o *OTLP) target() *otlp.Target {
	return &otlp.Target{Endpoint: o.Endpoint, Protocol: o.Protocol, Headers: o.Headers, ServiceName: o.ServiceName}
}
