package load

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weft-graphql/weft/bench/definition"
	"github.com/weft-graphql/weft/bench/floor"
	"github.com/weft-graphql/weft/bench/stub"
)

func run(t *testing.T, config Config) *Report {
	t.Helper()
	config.Duration, config.Timeout = cmp.Or(config.Duration, 150*time.Millisecond), 10*time.Second
	if config.Connections == 0 {
		config.Connections = 4
	}
	report, err := Run(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

var callsPerRequest = map[string]uint64{"same": 8, "distinct": 8, "small": 1, "cached": 2}

func TestMeasuresTheFloor(t *testing.T) {
	for _, scale := range []int{1, 10} {
		s, err := stub.Start(stub.Config{Host: "127.0.0.1", Scale: scale})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Stop()
		handler, err := floor.New(s.URLs(), scale)
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(handler)
		defer server.Close()
		for _, workload := range []string{"same", "distinct", "small", "cached"} {
			before := s.Calls()
			r := run(t, Config{URL: server.URL + "/" + workload, Workload: []string{workload}, Scale: scale, PID: os.Getpid()})
			if !r.OK() {
				t.Errorf("%s, scale %d: %d requests, %d right, failures %v, %s", workload, scale, r.Requests, r.Right, r.Failures, r.FirstFlaw)
			}
			if calls := uint64(s.Calls() - before); calls != r.Sent*callsPerRequest[workload] {
				t.Errorf("%s: %d requests sent, but %d subgraph calls", workload, r.Sent, calls)
			}
			if r.P50 <= 0 || r.Max < r.P999 || r.PeakMemory <= 0 || r.Bytes == 0 {
				t.Errorf("%s: not measured: %+v", workload, r)
			}
		}
	}
}

func TestRequestsAreDistinctAndCarryHeaders(t *testing.T) {
	var mu sync.Mutex
	seen := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body bytes.Buffer
		if _, err := body.ReadFrom(r.Body); err != nil {
			t.Error(err)
		}
		if r.Header.Get("X-Test") != "a: b" || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("headers %v", r.Header)
		}
		mu.Lock()
		seen[body.String()]++
		mu.Unlock()
		fmt.Fprint(w, `{"data":{}}`)
	}))
	defer server.Close()
	operation := filepath.Join(t.TempDir(), "operation.json")
	if err := os.WriteFile(operation, []byte(`{"query":"{ f(n: 7777777) g(n: 7777777) }"}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := run(t, Config{URL: server.URL, Operation: operation, Header: []string{"X-Test: a: b"}}); !r.OK() {
		t.Errorf("%+v", r)
	}
	for body, times := range seen {
		var f, g int64
		if n, err := fmt.Sscanf(body, `{"query":"{ f(n: %d) g(n: %d) }"}`, &f, &g); n != 2 || err != nil || f != g || f < firstNumber || f > lastNumber || times != 1 {
			t.Fatalf("body %s was sent %d times", body, times)
		}
	}
}

// TestAnswersThatRepeatTheNumber has answers whose keys are the requests' aliases.
func TestAnswersThatRepeatTheNumber(t *testing.T) {
	w, err := definition.FindWorkload("unique")
	if err != nil {
		t.Fatal(err)
	}
	checker, err := newChecker(w.Expected)
	if err != nil {
		t.Fatal(err)
	}
	s := newSource(w.Name, w.Body, checker, new(atomic.Int64))
	s.echoes = true
	body, number := s.appendBody(nil)
	alias := fmt.Sprint("a", number)
	if number < firstEchoed || number > lastEchoed || !bytes.Contains(body, []byte(" "+alias+": users(n:$n)")) {
		t.Fatalf("%d is asked with %s", number, body)
	}
	answer := bytes.Replace(w.Expected, []byte("a"+definition.DistinctNumber), []byte(alias), 1)
	if got, reason := s.check(answer, nil, number); got != right {
		t.Error(reason)
	}
	if got, _ := s.check(answer, nil, number+1); got != wrong {
		t.Error("the answer to another request is taken for the right one")
	}
}

func TestCountsWhatGoesWrong(t *testing.T) {
	var calls atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		switch n := calls.Add(1); {
		case n == 1 || n%4 == 0:
			fmt.Fprint(w, `{"data":{"a":1}}`)
		case n%4 == 1:
			fmt.Fprint(w, `{"data":{"a":2}}`)
		case n%4 == 2:
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprint(w, `{"data":{"a":null},"errors":[{"message":"down"}]}`)
		default:
			panic(http.ErrAbortHandler)
		}
	}))
	defer server.Close()
	dir := t.TempDir()
	operation, expected := filepath.Join(dir, "operation.json"), filepath.Join(dir, "expected.json")
	for file, text := range map[string]string{operation: `{"query":"{ a }"}`, expected: `{"data":{"a":1}}`} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r := run(t, Config{URL: server.URL, Operation: operation, Expected: expected, Connections: 1})
	if r.OK() || r.Right == 0 || r.Wrong == 0 || r.Partial == 0 || r.Failures["status 503"] == 0 || len(r.Failures) < 2 {
		t.Errorf("%+v", r)
	}
	var text bytes.Buffer
	if err := r.Write(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"data.a: want 1, got 2", "partial", "status 503"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the report does not mention %q:\n%s", want, text.String())
		}
	}
}

func TestRunExplainsWhatCannotBeMeasured(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"data":{"users":[]}}`)
	}))
	defer server.Close()
	small := []string{"small"}
	for _, test := range []struct {
		name   string
		config Config
		want   string
	}{
		{"wrong answer", Config{URL: server.URL, Workload: small}, "data.users: want 6 items, got 0"},
		{"nobody listens", Config{URL: "http://127.0.0.1:1/graphql", Workload: small}, "connect"},
		{"not a URL", Config{URL: "localhost:4000", Workload: small}, "not an http"},
		{"unknown workload", Config{URL: server.URL, Workload: []string{"huge"}}, `unknown workload "huge"`},
		{"no workload", Config{URL: server.URL}, "no workload"},
		{"no connections", Config{URL: server.URL, Workload: small, Connections: -1}, "must be positive"},
		{"bad header", Config{URL: server.URL, Workload: small, Header: []string{"nothing"}}, "'Name: value'"},
		{"bad scale", Config{URL: server.URL, Workload: small, Scale: 1 << 20}, "scale"},
		{"missing operation", Config{URL: server.URL, Operation: "no-such-file"}, "no-such-file"},
		{"expectation without operation", Config{URL: server.URL, Workload: small, Expected: "x"}, "without an operation"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.config.Duration = time.Millisecond
			if test.config.Connections == 0 {
				test.config.Connections = 1
			}
			if _, err := Run(context.Background(), test.config); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one containing %q", err, test.want)
			}
		})
	}
}

func TestProcessThatIsNotThere(t *testing.T) {
	const noSuchProcess = 1 << 30
	if _, err := ProcessCPU(noSuchProcess); err == nil {
		t.Error("CPU time of a process that is not there")
	}
	if _, err := ProcessPeakMemory(noSuchProcess); err == nil {
		t.Error("memory of a process that is not there")
	}
	now, err := ProcessMemory(os.Getpid())
	peak, peakErr := ProcessPeakMemory(os.Getpid())
	if err != nil || peakErr != nil || now <= 0 || now > peak {
		t.Errorf("%d bytes now (%v), %d at most (%v)", now, err, peak, peakErr)
	}
}

func TestProcessCPUGrows(t *testing.T) {
	before, err := ProcessCPU(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(30 * time.Second)
	for x := uint64(1); ; x = x*6364136223846793005 + 1 {
		if x%(1<<20) != 1 {
			continue
		}
		if after, err := ProcessCPU(os.Getpid()); err != nil {
			t.Fatal(err)
		} else if after > before {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("no CPU time was counted")
		}
	}
}
