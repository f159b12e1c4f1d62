package examplestest

import (
	"compress/gzip"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"
)

// spans is a collector that keeps what it is sent.
type spans struct {
	url string

	mu  sync.Mutex
	all []span
}

// span is what the tests look at.
type span struct{ service, name, trace, id, parent string }

func newCollector(t testing.TB) *spans {
	t.Helper()
	s := &spans{}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// ServeHTTP takes spans in, as OTLP over HTTP sends them.
func (s *spans) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body io.Reader = r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		unpacked, err := gzip.NewReader(body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		body = unpacked
	}
	text, err := io.ReadAll(body)
	request := &collector.ExportTraceServiceRequest{}
	if err == nil {
		err = proto.Unmarshal(text, request)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, resource := range request.ResourceSpans {
		service := ""
		for _, attribute := range resource.Resource.Attributes {
			if attribute.Key == "service.name" {
				service = attribute.Value.GetStringValue()
			}
		}
		for _, scope := range resource.ScopeSpans {
			for _, one := range scope.Spans {
				s.all = append(s.all, span{service, one.Name, hex.EncodeToString(one.TraceId),
					hex.EncodeToString(one.SpanId), hex.EncodeToString(one.ParentSpanId)})
			}
		}
	}
}

// await returns a span of a service with this name in a trace, once it has arrived.
func (s *spans) await(t testing.TB, service, name, trace string) span {
	t.Helper()
	return s.awaitThe(t, func(one span) bool { return one.service == service && one.name == name && one.trace == trace })
}

// awaitThe returns a span that is meant, once it has arrived.
func (s *spans) awaitThe(t testing.TB, meant func(span) bool) (found span) {
	t.Helper()
	eventually(t, "a span", func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, found = range s.all {
			if meant(found) {
				return nil
			}
		}
		return fmt.Errorf("there are %v", s.all)
	})
	return found
}
