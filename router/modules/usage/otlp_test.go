package usage_test

import (
	"cmp"
	"compress/gzip"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	logs "go.opentelemetry.io/proto/otlp/logs/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/weft-graphql/weft/router/modules/moduletest"
	"github.com/weft-graphql/weft/router/usage"
)

// backend is a collector that keeps what it is sent.
type backend struct {
	collector.UnimplementedLogsServiceServer
	url string
	// asked gets one for each request.
	asked chan struct{}

	mu sync.Mutex
	// answer, if there is one, says what requests are answered from now on; an error is a refusal.
	answer   func() (*collector.ExportLogsServiceResponse, error)
	requests []*collector.ExportLogsServiceRequest
}

// Export is what the protocol grpc calls.
func (b *backend) Export(_ context.Context, r *collector.ExportLogsServiceRequest) (*collector.ExportLogsServiceResponse, error) {
	defer func() {
		select {
		case b.asked <- struct{}{}:
		default:
		}
	}()
	b.mu.Lock()
	defer b.mu.Unlock()
	response, err := &collector.ExportLogsServiceResponse{}, error(nil)
	if b.answer != nil {
		response, err = b.answer()
	}
	if err == nil {
		b.requests = append(b.requests, r)
	}
	return response, err
}

// ServeHTTP is what the protocol http calls.
func (b *backend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := gzip.NewReader(r.Body)
	if err != nil || r.URL.Path != "/v1/logs" || r.Header.Get("X-Key") != "abc" {
		http.Error(w, "what is this?", http.StatusBadRequest)
		return
	}
	raw, _ := io.ReadAll(body)
	request := &collector.ExportLogsServiceRequest{}
	if err := proto.Unmarshal(raw, request); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	response, err := b.Export(r.Context(), request)
	if err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
	text, _ := proto.Marshal(response)
	_, _ = w.Write(text)
}

// answers sets what requests are answered.
func (b *backend) answers(answer func() (*collector.ExportLogsServiceResponse, error)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answer = answer
}

// refusing is a collector that takes nothing.
func refusing() (*collector.ExportLogsServiceResponse, error) {
	return nil, status.Error(codes.PermissionDenied, "no")
}

// wait waits for a request.
func (b *backend) wait(t *testing.T) {
	t.Helper()
	select {
	case <-b.asked:
	case <-time.After(20 * time.Second):
		t.Fatal("the collector is asked nothing")
	}
}

// records are those that were taken.
func (b *backend) records() (all []*logs.LogRecord) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.requests {
		for _, resource := range r.ResourceLogs {
			for _, scope := range resource.ScopeLogs {
				all = append(all, scope.LogRecords...)
			}
		}
	}
	return all
}

// file is what the collector's exporter to files writes of all of it.
func (b *backend) file(t *testing.T) string {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	var lines []string
	for _, r := range b.requests {
		line, err := protojson.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(line))
	}
	path := filepath.Join(t.TempDir(), "logs.json")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func newBackend(t *testing.T, protocol string) *backend {
	t.Helper()
	b := &backend{asked: make(chan struct{}, 100)}
	if protocol == "http" {
		server := httptest.NewServer(b)
		t.Cleanup(server.Close)
		b.url = server.URL
		return b
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	collector.RegisterLogsServiceServer(server, b)
	go func() { _ = server.Serve(l) }()
	t.Cleanup(server.Stop)
	b.url = "http://" + l.Addr().String()
	return b
}

// settings send usage there.
func (b *backend) settings(protocol, more string) string {
	return "usage: {otlp: {endpoint: '" + b.url + "', protocol: " + protocol + ", headers: {X-Key: abc}, service_name: shop}" + more + "}\n"
}

func attributes(list []*common.KeyValue) string {
	var texts []string
	for _, a := range list {
		texts = append(texts, a.Key+"="+cmp.Or(a.Value.GetStringValue(), strings.TrimPrefix(a.Value.String(), "int_value:")))
	}
	slices.Sort(texts)
	return strings.Join(texts, " ")
}

// TestCollectorsGetTheReport sends what was counted when the router ends, over both protocols, and has it read as the
// files of collectors are.
func TestCollectorsGetTheReport(t *testing.T) {
	for _, protocol := range []string{"http", "grpc"} {
		b, dir := newBackend(t, protocol), t.TempDir()
		r := moduletest.New(t, b.settings(protocol, ", directory: "+dir), nil)
		for range 3 {
			r.Ask(`query Who { person(id: "secret") { name } }`, "graphql-client-name", "web", "graphql-client-version", "1.2")
		}
		r.Ask(`{ person(id: 1) { id } }`)
		written := reported(t, r, dir)
		sent, err := usage.ReadFiles([]string{b.file(t)})
		if err != nil {
			t.Fatalf("%s: %v", protocol, err)
		}
		if got, want := told(sent), told(written); len(want) != 2 || !slices.Equal(got, want) {
			t.Errorf("%s: the collector got\n%s\nand the directory\n%s", protocol, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if resource := b.requests[0].ResourceLogs[0].Resource.String(); !strings.Contains(resource, "shop") {
			t.Errorf("%s: the resource is %s", protocol, resource)
		}
		var counts []string
		for _, record := range b.records() {
			if strings.Contains(record.Body.GetStringValue(), "secret") {
				t.Errorf("%s: %v", protocol, record)
			}
			if record.EventName == "weft.usage.count" {
				counts = append(counts, attributes(record.Attributes))
			}
		}
		hash := sent.Uses()[0].Document
		want := "graphql.operation.name=Who graphql.operation.type=query weft.client.name=web weft.client.version=1.2 weft.usage.count=3 " +
			"weft.usage.document=" + hash
		if len(counts) != 2 || !slices.Contains(counts, want) {
			t.Errorf("%s: the attributes are\n%s\nwithout\n%s", protocol, strings.Join(counts, "\n"), want)
		}
	}
}

// TestWhatACollectorRefusesIsSentAgain has it refuse for a while. Nothing is lost, and nothing counted twice; the
// directory gets its reports meanwhile.
func TestWhatACollectorRefusesIsSentAgain(t *testing.T) {
	for _, protocol := range []string{"http", "grpc"} {
		b, dir := newBackend(t, protocol), t.TempDir()
		b.answers(refusing)
		r := moduletest.New(t, "admin: {listen: '127.0.0.1:0'}\n"+b.settings(protocol, ", interval: 1s, directory: "+dir), nil)
		ask := func() { r.Ask(`{ person(id: 1) { name } }`, "graphql-client-name", "a") }
		ask()
		for range 2 {
			b.wait(t)
		}
		if files, _ := filepath.Glob(filepath.Join(dir, "*")); len(files) == 0 {
			t.Errorf("%s: nothing is in the directory", protocol)
		}
		metrics := r.Metrics()
		if !strings.Contains(metrics, `weft_usage_records_total{result="failed"} `) ||
			strings.Contains(metrics, `weft_usage_records_total{result="failed"} 0`) {
			t.Errorf("%s: failures are not counted", protocol)
		}
		if log := r.Log.String(); strings.Count(log, "reports of usage do not reach their collector") != 1 {
			t.Errorf("%s: %s", protocol, log)
		}
		b.answers(nil)
		ask()
		written := reported(t, r, dir)
		sent, err := usage.ReadFiles([]string{b.file(t)})
		if err != nil || sent.Requests() != 2 || written.Requests() != 2 {
			t.Errorf("%s: %v: the collector got %d requests, the directory %d", protocol, err, sent.Requests(), written.Requests())
		}
	}
}

// TestWhatACollectorRejectsIsNotSentAgain has it take only a part, for good.
func TestWhatACollectorRejectsIsNotSentAgain(t *testing.T) {
	for _, protocol := range []string{"http", "grpc"} {
		b := newBackend(t, protocol)
		b.answers(func() (*collector.ExportLogsServiceResponse, error) {
			return &collector.ExportLogsServiceResponse{
				PartialSuccess: &collector.ExportLogsPartialSuccess{RejectedLogRecords: 1, ErrorMessage: "one is odd"},
			}, nil
		})
		r := moduletest.New(t, "admin: {listen: '127.0.0.1:0'}\n"+b.settings(protocol, ", interval: 1s"), nil)
		r.Ask(`{ person(id: 1) { name } }`)
		b.wait(t)
		b.answers(nil)
		r.Ask(`{ person(id: 1) { id } }`)
		b.wait(t)
		metrics := r.Metrics()
		if !strings.Contains(metrics, `weft_usage_records_total{result="rejected"} 3`) {
			t.Errorf("%s: what was rejected is not counted", protocol)
		}
		if log := r.Log.String(); !strings.Contains(log, "one is odd") {
			t.Errorf("%s: %s", protocol, log)
		}
		r.Router.Close()
		if sent, err := usage.ReadFiles([]string{b.file(t)}); err != nil || sent.Requests() != 2 {
			t.Errorf("%s: %v: %d requests", protocol, err, sent.Requests())
		}
	}
}

// TestCollectorsThatHang hold up neither requests nor reports in files, nor the end for long; what they did not take is
// told.
func TestCollectorsThatHang(t *testing.T) {
	var open sync.WaitGroup
	hung := make(chan struct{}, 100)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		open.Add(1)
		defer open.Done()
		_, _ = io.Copy(io.Discard, r.Body)
		hung <- struct{}{}
		<-r.Context().Done()
	}))
	defer server.Close()
	dir := t.TempDir()
	r := moduletest.New(t, "usage: {interval: 1s, directory: "+dir+", otlp: {endpoint: '"+server.URL+"'}}", nil)
	r.Ask(`{ person(id: 1) { name } }`)
	<-hung
	r.Ask(`{ person(id: 1) { name } }`)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if files, _ := filepath.Glob(filepath.Join(dir, "usage-*")); len(files) == 2 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the second report is not in the directory")
		}
	}
	if written := reported(t, r, dir); written.Requests() != 2 {
		t.Errorf("%d requests", written.Requests())
	}
	if log := r.Log.String(); !strings.Contains(log, "the last report of usage did not get to the collector") ||
		!strings.Contains(log, "requests=2") {
		t.Error(log)
	}
	open.Wait()
}

// TestAnotherCollector is set while the router runs: the first gets what was counted for it.
func TestAnotherCollector(t *testing.T) {
	first, second := newBackend(t, "http"), newBackend(t, "grpc")
	r := moduletest.New(t, first.settings("http", ""), nil)
	ask := func() { r.Ask(`{ person(id: 1) { name } }`, "graphql-client-name", "a") }
	ask()
	for _, settings := range []string{first.settings("http", "") + "limits: {depth: 9}", second.settings("grpc", "")} {
		c, err := moduletest.Load(t, settings)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Router.Reload(c); err != nil {
			t.Fatal(err)
		}
		ask()
	}
	first.wait(t)
	r.Router.Close()
	for b, want := range map[*backend]string{first: "a: 2 ", second: "a: 1 "} {
		sent, err := usage.ReadFiles([]string{b.file(t)})
		if err != nil {
			t.Fatal(err)
		}
		if got := told(sent); len(got) != 1 || !strings.HasPrefix(got[0], want) || len(b.requests) != 1 {
			t.Errorf("%q in %d requests, want %s", got, len(b.requests), want)
		}
	}
}
