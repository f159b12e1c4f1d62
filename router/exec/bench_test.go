package exec_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/weft-graphql/weft/bench/definition"
	"github.com/weft-graphql/weft/bench/stub"
	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
)

// recorded answers each distinct body from memory, after having asked the benchmark's stub once.
type recorded struct {
	url     string
	mu      sync.RWMutex
	answers map[string][]byte
}

func (r *recorded) Do(_ context.Context, req *upstream.Request, resp *upstream.Response) error {
	r.mu.RLock()
	body, ok := r.answers[string(req.Body)]
	r.mu.RUnlock()
	if !ok {
		answer, err := http.Post(r.url, "application/json", bytes.NewReader(req.Body))
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		if body, err = io.ReadAll(answer.Body); err != nil {
			return err
		}
		r.mu.Lock()
		r.answers[string(req.Body)] = body
		r.mu.Unlock()
	}
	resp.Status, resp.Body, resp.Attempts = 200, body, 1
	return nil
}

// benchmark is a workload of the benchmark's definition, ready to run.
type benchmark struct {
	program  *exec.Program
	vars     operation.Variables
	expected []byte
	// request and response are the same for all executions, as the router keeps them.
	request  exec.Request
	response exec.Response
}

func newBenchmark(t testing.TB, name string, scale int) *benchmark {
	t.Helper()
	return newBenchmarkWith(t, name, scale, func(*exec.Config) {})
}

func newBenchmarkWith(t testing.TB, name string, scale int, change func(*exec.Config)) *benchmark {
	t.Helper()
	sdl, err := os.ReadFile("testdata/bench.graphql")
	if err != nil {
		t.Fatal(err)
	}
	sg, err := supergraph.Load(string(sdl))
	if err != nil {
		t.Fatal(err)
	}
	s, err := stub.Start(stub.Config{Host: "127.0.0.1", Scale: scale})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	config := exec.Config{Subgraphs: make([]upstream.Subgraph, len(sg.Subgraphs))}
	for _, sub := range sg.Subgraphs {
		config.Subgraphs[sub.ID] = &recorded{url: s.URLs()[sub.Name], answers: map[string][]byte{}}
	}
	change(&config)
	workload, err := definition.FindWorkload(name)
	if err != nil {
		t.Fatal(err)
	}
	var request struct {
		Query     string
		Variables json.RawMessage
	}
	if err := json.Unmarshal(workload.Body, &request); err != nil {
		t.Fatal(err)
	}
	prepared, errs := operation.Prepare(sg, request.Query, "", operation.Limits{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	b := &benchmark{expected: bytes.TrimSpace(workload.Expected)}
	if b.vars, errs = prepared.CoerceVariables(request.Variables); len(errs) > 0 {
		t.Fatal(errs)
	}
	op := prepared.Operation(prepared.ConditionSet(&b.vars, func(string) bool { return false }))
	p, err := plan.New(sg).Plan(op)
	if err != nil {
		t.Fatal(err)
	}
	if b.program, err = exec.New(config).Compile(p); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *benchmark) run(out []byte) []byte {
	b.request = exec.Request{Variables: &b.vars}
	b.response = exec.Response{Body: out}
	b.program.Execute(context.Background(), &b.request, &b.response)
	return b.response.Body
}

// TestMemoryGrowsLinearly executes the same operation over 1, 10 and 100 times the data: the bytes allocated may grow
// with the data, but not faster.
func TestMemoryGrowsLinearly(t *testing.T) {
	perEntity := func(scale int) float64 {
		b := newBenchmark(t, "distinct", scale)
		out := b.run(nil)
		result := testing.Benchmark(func(tb *testing.B) {
			tb.ReportAllocs()
			for tb.Loop() {
				out = b.run(out[:0])
			}
		})
		t.Logf("scale %d: %d bytes of answer, %d bytes in %d allocations, %d ns", scale, len(out), result.AllocedBytesPerOp(), result.AllocsPerOp(), result.NsPerOp())
		if most := int64(10+scale) * raceFactor; result.AllocsPerOp() > most {
			t.Errorf("scale %d: %d allocations for one execution, expected at most %d", scale, result.AllocsPerOp(), most)
		}
		return float64(result.AllocedBytesPerOp()) / float64(len(out))
	}
	one := perEntity(1)
	for _, scale := range []int{10, 100} {
		if per := perEntity(scale); per > raceFactor*(1.1*one+8) {
			t.Errorf("scale %d: %.2f bytes allocated for each byte of the answer, %.2f at scale 1", scale, per, one)
		}
	}
}

func TestBenchmarkAnswers(t *testing.T) {
	for _, name := range []string{"distinct", "small"} {
		b := newBenchmark(t, name, 1)
		for range 3 {
			if got := b.run(nil); !bytes.Equal(got, b.expected) {
				i := 0
				for i < len(got) && i < len(b.expected) && got[i] == b.expected[i] {
					i++
				}
				t.Fatalf("%s: the answer differs at byte %d: %.300s\nwant %.300s", name, i, got[max(0, i-50):], b.expected[max(0, i-50):])
			}
		}
	}
}

// nowhere takes streamed answers.
type nowhere struct{ size int64 }

func (n *nowhere) Claim() bool                                  { return true }
func (n *nowhere) Write(p []byte) (int, error)                  { return len(p), nil }
func (n *nowhere) Begin(_ *exec.Response, size int64) io.Writer { n.size = size; return n }

func BenchmarkStream(b *testing.B) {
	for _, scale := range []int{1, 10, 100} {
		b.Run(fmt.Sprintf("distinct/%d", scale), func(b *testing.B) {
			bench := newBenchmark(b, "distinct", scale)
			to := &nowhere{}
			run := func() {
				bench.request = exec.Request{Variables: &bench.vars, Stream: to}
				bench.response = exec.Response{Body: bench.response.Body[:0]}
				bench.program.Execute(context.Background(), &bench.request, &bench.response)
			}
			run()
			b.ReportAllocs()
			b.SetBytes(to.size)
			before := cpuTime(b)
			for b.Loop() {
				run()
			}
			b.ReportMetric(float64(cpuTime(b)-before)/float64(b.N), "cpu-ns/op")
		})
	}
}

func BenchmarkExecute(b *testing.B) {
	for _, c := range []struct {
		workload string
		scale    int
	}{{"small", 1}, {"distinct", 1}, {"distinct", 10}, {"distinct", 100}} {
		b.Run(fmt.Sprintf("%s/%d", c.workload, c.scale), func(b *testing.B) {
			bench := newBenchmark(b, c.workload, c.scale)
			out := bench.run(nil)
			b.ReportAllocs()
			b.SetBytes(int64(len(out)))
			before := cpuTime(b)
			for b.Loop() {
				out = bench.run(out[:0])
			}
			b.ReportMetric(float64(cpuTime(b)-before)/float64(b.N), "cpu-ns/op")
			b.ReportMetric(float64(cpuTime(b)-before)/float64(b.N)/float64(len(out)), "cpu-ns/B")
		})
	}
}

// cpuTime returns the CPU time of this process, which on a busy machine says more than the time that has passed.
func cpuTime(b *testing.B) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
