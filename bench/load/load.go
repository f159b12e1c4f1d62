// Package load sends a workload to a GraphQL endpoint over a number of connections, each waiting for an answer before
// it sends the next request, checks every answer and measures: throughput, latency and, for a process on the same
// machine, CPU time per request and peak memory.
package load

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/weft-graphql/weft/bench/definition"
)

// Config says what to send where. Its tags are for the command line (kong).
type Config struct {
	URL         string        `name:"url" help:"GraphQL endpoint." default:"http://127.0.0.1:4000/graphql"`
	Workload    []string      `help:"What to send: same, distinct, small, cached, literal, unique. Several, separated by commas, are sent in turn." default:"distinct"`
	Operation   string        `help:"File with a POST body to send instead of a workload; 7777777 in it becomes another number in every request." type:"existingfile" placeholder:"FILE"`
	Expected    string        `help:"File with the right answer to --operation. Without it, all answers must equal the first." type:"existingfile" placeholder:"FILE"`
	Connections int           `help:"Requests in flight." default:"50"`
	RampTo      int           `help:"Requests in flight at the end: they grow evenly while measuring. 0 keeps them as they are." default:"0"`
	Duration    time.Duration `help:"How long to measure." default:"15s"`
	WarmUp      time.Duration `help:"How long to send before measuring." default:"2s"`
	Timeout     time.Duration `help:"How long to wait for an answer." default:"30s"`
	PID         int           `name:"pid" help:"Process of the endpoint on this machine: measures its CPU time and peak memory." placeholder:"PID"`
	Header      []string      `help:"Header to send, as 'Name: value'; 7777777 in it becomes the request's number. May be repeated." sep:"none" placeholder:"HEADER"`
	Compressed  bool          `help:"Ask for answers compressed with gzip."`
	Scale       int           `help:"Times the stub's data is repeated, which the answers must reflect." default:"1"`
}

// Run sends the workload until the duration is over or ctx ends, and reports. It returns an error when nothing could
// be measured: a wrong configuration, an endpoint that does not answer, or a first answer that is wrong.
func Run(ctx context.Context, config Config) (*Report, error) {
	if config.Connections < 1 || config.Duration <= 0 {
		return nil, fmt.Errorf("%d connections for %v: both must be positive", config.Connections, config.Duration)
	}
	if config.RampTo != 0 && config.RampTo < config.Connections {
		return nil, fmt.Errorf("%d connections cannot grow to %d", config.Connections, config.RampTo)
	}
	sources, err := newSources(&config)
	if err != nil {
		return nil, err
	}
	target, err := newTarget(&config)
	if err != nil {
		return nil, err
	}
	defer target.client.CloseIdleConnections()
	for _, s := range sources {
		if err := target.try(s); err != nil {
			if config.Operation == "" {
				err = fmt.Errorf(
					"%w\nThe workloads ask the graph of bench/README.md; measure an operation of yours with --operation FILE",
					err,
				)
			}
			return nil, fmt.Errorf("%s at %s: %w", s.name, config.URL, err)
		}
	}
	return measure(ctx, &config, target, sources)
}

// target is the endpoint and how to reach it.
type target struct {
	client *fasthttp.HostClient
	url    string
	header [][2]string
	// numbered are headers with the number of their request in them.
	numbered [][2]string
}

func newTarget(config *Config) (*target, error) {
	parsed, err := url.Parse(config.URL)
	if err != nil || parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https" {
		return nil, fmt.Errorf("%q is not an http:// or https:// URL", config.URL)
	}
	port := parsed.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[parsed.Scheme]
	}
	t := &target{
		url: config.URL,
		client: &fasthttp.HostClient{
			Addr:                      net.JoinHostPort(parsed.Hostname(), port),
			IsTLS:                     parsed.Scheme == "https",
			TLSConfig:                 &tls.Config{ServerName: parsed.Hostname(), MinVersion: tls.VersionTLS12},
			MaxConns:                  max(config.Connections, config.RampTo),
			MaxIdemponentCallAttempts: 1, // a request that fails counts as failed
			ReadTimeout:               config.Timeout,
			WriteTimeout:              config.Timeout,
			Dial:                      func(address string) (net.Conn, error) { return net.DialTimeout("tcp", address, config.Timeout) },
			NoDefaultUserAgentHeader:  true,
		},
	}
	if config.Compressed {
		t.header = append(t.header, [2]string{"Accept-Encoding", "gzip"})
	}
	for _, line := range config.Header {
		name, text, found := strings.Cut(line, ":")
		if !found || strings.TrimSpace(name) == "" {
			return nil, fmt.Errorf("header %q: write it as 'Name: value'", line)
		}
		header := [2]string{textproto.TrimString(name), textproto.TrimString(text)}
		if strings.Contains(text, definition.DistinctNumber) {
			t.numbered = append(t.numbered, header)
		} else {
			t.header = append(t.header, header)
		}
	}
	return t, nil
}

func (t *target) prepare(request *fasthttp.Request) {
	request.Header.SetMethod(fasthttp.MethodPost)
	request.Header.SetContentType("application/json")
	request.Header.Set("Accept", "application/json")
	for _, h := range t.header {
		request.Header.Set(h[0], h[1])
	}
	request.SetRequestURI(t.url)
}

// number writes the headers that have the request's number in them.
func (t *target) number(request *fasthttp.Request, number int64) {
	for _, h := range t.numbered {
		request.Header.Set(h[0], strings.ReplaceAll(h[1], definition.DistinctNumber, strconv.FormatInt(number, 10)))
	}
}

// try sends one request, to say early and in full what is wrong.
func (t *target) try(s *source) error {
	var request fasthttp.Request
	var response fasthttp.Response
	t.prepare(&request)
	body, number := s.appendBody(nil)
	request.SetBodyRaw(body)
	t.number(&request, number)
	if err := t.client.Do(&request, &response); err != nil {
		return err
	}
	if verdict, reason := s.check(response.Body(), response.Header.ContentEncoding(), number); verdict != right {
		return fmt.Errorf(
			"the first answer (status %d) is not right: %s\n%.300s",
			response.StatusCode(),
			reason,
			response.Body(),
		)
	}
	return nil
}

// The phases a run goes through; workers only count answers that arrive while measuring.
const (
	warmingUp int32 = iota
	measuring
	finished
)

func measure(ctx context.Context, config *Config, t *target, sources []*source) (*Report, error) {
	var phase atomic.Int32
	var running sync.WaitGroup
	counted := make(chan struct{}, 1)
	workers := make([]*worker, max(config.Connections, config.RampTo))
	for i := range workers {
		workers[i] = &worker{target: t, sources: sources, next: i % len(sources), counted: counted}
	}
	for _, w := range workers[:config.Connections] {
		running.Go(func() { w.run(&phase) })
	}
	stop := func() {
		phase.Store(finished)
		running.Wait()
	}
	wait(ctx, config.WarmUp)
	before, err := usage(config.PID)
	if err != nil {
		stop()
		return nil, err
	}
	start := time.Now()
	phase.Store(measuring)
	grow(ctx, config.Duration, workers[config.Connections:], func(w *worker) { running.Go(func() { w.run(&phase) }) })
	// A measurement without any answer says nothing: a slow endpoint gets the time for one.
	patience := time.NewTimer(maxPatience)
	defer patience.Stop()
	select {
	case <-counted:
	case <-patience.C:
	case <-ctx.Done():
	}
	phase.Store(finished)
	elapsed := time.Since(start)
	after, err := usage(config.PID)
	stop()
	if err != nil {
		return nil, errors.Join(errors.New("the process ended during the run"), err)
	}
	return newReport(config, sources, workers, elapsed, after.cpu-before.cpu, after.peakMemory), nil
}

// maxPatience bounds the wait for the first answer after the time of the measurement is over.
const maxPatience = 30 * time.Second

// grow starts workers evenly while d passes, and returns when it has passed or ctx has ended.
func grow(ctx context.Context, d time.Duration, workers []*worker, start func(*worker)) {
	pause := d / time.Duration(len(workers)+1)
	began := time.Now()
	for i, w := range workers {
		wait(ctx, time.Until(began.Add(time.Duration(i+1)*pause)))
		start(w)
	}
	wait(ctx, time.Until(began.Add(d)))
}

// wait returns when d has passed or ctx has ended, whichever is first.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// processUsage is what a process has used so far.
type processUsage struct {
	cpu        time.Duration
	peakMemory int64
}

// usage reads what the process has used; nothing for pid 0.
func usage(pid int) (u processUsage, err error) {
	if pid == 0 {
		return u, nil
	}
	if u.cpu, err = ProcessCPU(pid); err != nil {
		return u, err
	}
	u.peakMemory, err = ProcessPeakMemory(pid)
	return u, err
}

// maxKinds bounds how many different failures a worker remembers.
const maxKinds = 16

// worker is one connection.
type worker struct {
	target    *target
	sources   []*source
	next      int
	sent      uint64 // in all phases
	latencies histogram
	verdicts  [wrong + 1]uint64
	bytes     uint64
	// compressed counts the answers with a Content-Encoding.
	compressed uint64
	failures   map[string]uint64 // by transport error or status
	firstFlaw  string            // of a wrong answer
	counted    chan struct{}     // receives when something was counted, unless nobody took the last one
}

// pauseAfterFailure keeps a worker from spinning on an endpoint that refuses connections.
const pauseAfterFailure = 5 * time.Millisecond

func (w *worker) run(phase *atomic.Int32) {
	var request fasthttp.Request
	var response fasthttp.Response
	w.target.prepare(&request)
	w.failures = map[string]uint64{}
	var body []byte
	var number int64
	for phase.Load() != finished {
		s := w.sources[w.next]
		w.next = (w.next + 1) % len(w.sources)
		body, number = s.appendBody(body[:0])
		request.SetBodyRaw(body)
		w.target.number(&request, number)
		w.sent++
		start := time.Now()
		err := w.target.client.Do(&request, &response)
		took := time.Since(start)
		counts := phase.Load() == measuring
		if err != nil {
			if counts {
				w.failed(err.Error())
				w.tell()
			}
			time.Sleep(pauseAfterFailure)
			continue
		}
		encoding := response.Header.ContentEncoding()
		verdict, reason := s.check(response.Body(), encoding, number)
		if !counts {
			continue
		}
		w.latencies.add(took)
		w.verdicts[verdict]++
		w.bytes += uint64(len(response.Body()))
		if len(encoding) > 0 {
			w.compressed++
		}
		if status := response.StatusCode(); status != fasthttp.StatusOK && verdict != wrong {
			w.failed(fmt.Sprintf("status %d", status))
		}
		if verdict == wrong && w.firstFlaw == "" {
			w.firstFlaw = fmt.Sprintf("%s (status %d): %s", s.name, response.StatusCode(), reason)
		}
		w.tell()
	}
}

// tell lets a measurement end that waits for its first answer.
func (w *worker) tell() {
	select {
	case w.counted <- struct{}{}:
	default:
	}
}

func (w *worker) failed(kind string) {
	if _, known := w.failures[kind]; !known && len(w.failures) == maxKinds {
		kind = "other failures"
	}
	w.failures[kind]++
}
