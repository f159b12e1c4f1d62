// Package tracing sends traces of operations to an OpenTelemetry collector (OTLP): the operation, the fetches of its
// plan, and the calls to subgraphs, which continue the trace.
package tracing

import (
	_ "embed" // the settings' descriptions are their doc comments
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/modules/otlp"
)

//go:embed tracing.go
var source string

// Info describes the module.
var Info = module.Info{Name: "tracing", New: func() module.Module { return defaults() }, Source: source}

// Tracing sends traces to an OpenTelemetry collector.
type Tracing struct {
	// Where traces go (OTLP): http://collector:4318, or http://collector:4317 with the protocol grpc. Empty sends none.
	Endpoint string `yaml:"endpoint"`
	// http (protobuf over HTTP, /v1/traces) or grpc.
	Protocol string `yaml:"protocol"`
	// Headers of what is sent, such as the key of a vendor: give it as ${VARIABLE}.
	Headers map[string]string `yaml:"headers"`
	// The service's name in traces. OTEL_RESOURCE_ATTRIBUTES adds more to what describes the process.
	ServiceName string `yaml:"service_name"`
	// Which operations are traced.
	Sampling Sampling `yaml:"sampling"`
	// Formats of trace headers that are understood, the first that is there counts, and sent to subgraphs: w3c, b3,
	// b3multi, jaeger and datadog.
	Propagation []string `yaml:"propagation"`
	// Put the text of documents into traces. Literals in them can be personal data.
	Documents bool `yaml:"documents"`
	// Put the values of variables into traces. They are often personal data, or secrets.
	Variables bool `yaml:"variables"`
	// How many spans wait to be sent, at most. More are dropped and counted: the router waits for no collector.
	Queue int `yaml:"queue"`

	slot       module.Slot
	propagator propagation.TextMapPropagator
	incoming   []string
	// plain tells that the W3C's is the only format.
	plain    bool
	exporter *exporter
	tracer   trace.Tracer
}

// Sampling says which operations are traced.
type Sampling struct {
	// Follow the decision of whoever calls the router with a trace. Set it to false when anybody can: a client could have
	// each of its requests traced.
	Parent bool `yaml:"parent"`
	// The share of the operations that are traced, from 0 to 1.
	Ratio float64 `yaml:"ratio"`
	// Trace all operations with errors, unless whoever called decided that they are not. Their subgraphs do not know yet
	// that it will be traced, and have no part in it.
	Errors bool `yaml:"errors"`
	// Trace operations that take longer, in the same way; 0 for none.
	SlowerThan time.Duration `yaml:"slower_than"`
}

func defaults() *Tracing {
	return &Tracing{
		Protocol: "http", ServiceName: "weft-router", Propagation: []string{"w3c"}, Queue: 4096,
		Sampling: Sampling{Parent: true, Ratio: 0.01, Errors: true, SlowerThan: time.Second},
	}
}

// Check implements module.Checker.
func (t *Tracing) Check(report func(key, format string, args ...any)) {
	t.target().Check("", report)
	if !(t.Sampling.Ratio >= 0 && t.Sampling.Ratio <= 1) {
		report("sampling.ratio", "%v is no share; it must be from 0 to 1", t.Sampling.Ratio)
	}
	if t.Sampling.SlowerThan < 0 {
		report("sampling.slower_than", "%s is not possible; it must not be negative", t.Sampling.SlowerThan)
	}
	if t.Queue < 1 || t.Queue > maxQueue {
		report("queue", "%d is not possible; it must be between 1 and %d", t.Queue, maxQueue)
	}
	for _, name := range t.Propagation {
		if formats[name] == nil {
			report("propagation", "there is no format %q; there are %s", name, strings.Join(formatNames(), ", "))
		}
	}
}

// maxQueue bounds how many spans may wait: a span takes about a kilobyte.
const maxQueue = 1_000_000

// Enabled implements module.Module.
func (t *Tracing) Enabled() bool { return t.Endpoint != "" }

// Provision implements module.Module.
func (t *Tracing) Provision(host module.Host) error {
	// Trace headers say who asked, and change nothing of an answer: requests with different ones may share a call.
	host.VariesBy().Nothing()
	t.slot = host.Slot()
	t.propagator, t.incoming = propagatorOf(t.Propagation)
	t.plain = len(t.Propagation) == 1 && t.Propagation[0] == "w3c"
	shared, err := host.Shared(t.target().Key(strconv.Itoa(t.Queue)), func() (any, func(), error) {
		e, err := newExporter(t, host.Logger(), host.Metrics())
		if err != nil {
			return nil, nil, err
		}
		return e, e.close, nil
	})
	if err != nil {
		return err
	}
	t.exporter = shared.(*exporter)
	t.tracer = t.exporter.provider.Tracer("github.com/weft-graphql/weft/router")
	return nil
}

// target is where traces are sent.
func (t *Tracing) target() *otlp.Target {
	return &otlp.Target{Endpoint: t.Endpoint, Protocol: t.Protocol, Headers: t.Headers, ServiceName: t.ServiceName}
}
