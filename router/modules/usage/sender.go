package usage

import (
	"context"
	"math"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploggrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp"
	"go.opentelemetry.io/otel/log"
	sdklog "go.opentelemetry.io/otel/sdk/log"

	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/modules/otlp"
	"github.com/weft-graphql/weft/router/usage"
)

// partBytes is about how much a request to a collector has: collectors take 4 MB by default.
const partBytes = 1 << 20

// Attributes of log records. Bodies are the lines of reports.
const (
	clientName    = attribute.Key("weft.client.name")
	clientVersion = attribute.Key("weft.client.version")
	operationName = attribute.Key("graphql.operation.name")
	operationType = attribute.Key("graphql.operation.type")
	documentHash  = attribute.Key("weft.usage.document")
	useCount      = attribute.Key("weft.usage.count")
)

// sender sends reports to a collector: a log record for each line.
type sender struct {
	exporter sdklog.Exporter
	// logger makes records, which are put into made.
	logger log.Logger
	made   *records
	// exported, failed and rejected count records: taken, to be sent again, and those among which the collector refused
	// some for good.
	exported, failed, rejected prometheus.Counter
	complaint                  otlp.Complaint
}

func newSender(o *UsageOTLP, host module.Host) (*sender, error) {
	ctx := context.Background()
	described, err := o.target().Resource(ctx)
	if err != nil {
		return nil, err
	}
	exporter, err := exporterOf(ctx, o)
	if err != nil {
		return nil, err
	}
	counts := host.Metrics().Counter("weft_usage_records_total",
		"Log records of usage that the collector took (exported), that are sent again (failed), and those among which it"+
			" refused some for good (rejected).", "result")
	made := &records{}
	provider := sdklog.NewLoggerProvider(sdklog.WithResource(described), sdklog.WithProcessor(made))
	return &sender{
		exporter: exporter, logger: provider.Logger(usage.LogScope), made: made,
		exported: counts.WithLabelValues("exported"), failed: counts.WithLabelValues("failed"),
		rejected:  counts.WithLabelValues("rejected"),
		complaint: otlp.Complaint{Logger: host.Logger(), What: "reports of usage"},
	}, nil
}

func exporterOf(ctx context.Context, o *UsageOTLP) (sdklog.Exporter, error) {
	if o.Protocol == "grpc" {
		return otlploggrpc.New(ctx, otlploggrpc.WithEndpointURL(o.Endpoint), otlploggrpc.WithHeaders(o.Headers))
	}
	return otlploghttp.New(ctx, otlploghttp.WithEndpointURL(o.target().URL("logs")), otlploghttp.WithHeaders(o.Headers),
		otlploghttp.WithCompression(otlploghttp.GzipCompression))
}

// send implements destination's. What one request has is a report of its own: others may fail.
func (s *sender) send(ctx context.Context, report *usage.Report) (left *usage.Report) {
	left = usage.NewReport()
	waitedInVain := false
	for part := range report.Parts(partBytes) {
		if waitedInVain {
			left.Merge(part)
			continue
		}
		batch := s.records(ctx, part)
		sending, cancel := context.WithTimeout(ctx, otlp.ExportTimeout)
		err := s.exporter.Export(sending, batch)
		waitedInVain = sending.Err() != nil
		cancel()
		switch {
		case err == nil:
			s.exported.Add(float64(len(batch)))
		case partlyTaken(err):
			s.rejected.Add(float64(len(batch)))
			s.complaint.Note(err)
		default:
			s.failed.Add(float64(len(batch)))
			s.complaint.Note(err)
			left.Merge(part)
		}
	}
	if left.Empty() {
		return nil
	}
	return left
}

// partlyTaken tells that a collector took a request, but not all of its records, and does not want them again. The
// error has a type that is internal to the exporters.
func partlyTaken(err error) bool { return strings.Contains(err.Error(), "OTLP partial success") }

// records are those of a report.
func (s *sender) records(ctx context.Context, report *usage.Report) []sdklog.Record {
	now := time.Now()
	for _, line := range report.Lines() {
		text, err := line.JSON()
		if err != nil {
			continue // it has been read as JSON, or is made of plain texts
		}
		var r log.Record
		r.SetTimestamp(report.To)
		r.SetObservedTimestamp(now)
		r.SetSeverity(log.SeverityInfo)
		r.SetEventName("weft.usage." + line.Kind)
		r.SetBody(attribute.StringValue(string(text)))
		if d := line.Document; d != nil {
			r.AddAttributes(operationName.String(d.Name), operationType.String(d.Kind), documentHash.String(d.Hash))
		}
		if u := line.Use; u != nil {
			r.AddAttributes(clientName.String(u.Name), clientVersion.String(u.Version),
				useCount.Int64(int64(min(u.Count, math.MaxInt64))))
		}
		s.logger.Emit(ctx, r)
	}
	return s.made.take()
}

func (s *sender) close(ctx context.Context) { _ = s.exporter.Shutdown(ctx) }

// records collects what a logger makes: the only way to a record that exporters take.
type records struct{ all []sdklog.Record }

// Enabled implements sdklog.Processor.
func (*records) Enabled(context.Context, sdklog.EnabledParameters) bool { return true }

// OnEmit implements sdklog.Processor.
func (r *records) OnEmit(_ context.Context, record *sdklog.Record) error {
	r.all = append(r.all, record.Clone())
	return nil
}

// Shutdown implements sdklog.Processor.
func (*records) Shutdown(context.Context) error { return nil }

// ForceFlush implements sdklog.Processor.
func (*records) ForceFlush(context.Context) error { return nil }

func (r *records) take() []sdklog.Record {
	all := r.all
	r.all = nil
	return all
}
