package load

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// Report is what a run found. Durations are in nanoseconds in JSON.
type Report struct {
	URL         string        `json:"url"`
	Workload    string        `json:"workload"`
	Connections int           `json:"connections"`
	Elapsed     time.Duration `json:"elapsed"`

	// Sent counts all requests, those of the warm-up and the first tries included.
	Sent uint64 `json:"sent"`
	// Requests is the number of answers that arrived while measuring: Right + Partial + Wrong.
	Requests uint64 `json:"requests"`
	Right    uint64 `json:"right"`
	// Partial answers carry errors; what data they have is right.
	Partial   uint64 `json:"partial"`
	Wrong     uint64 `json:"wrong"`
	FirstFlaw string `json:"firstFlaw,omitempty"`
	// Failures counts requests without an answer, by cause, and answers with another status than 200.
	Failures map[string]uint64 `json:"failures,omitempty"`
	// Bytes is the size of all answers' bodies as they came; Compressed counts those that came compressed.
	Bytes      uint64 `json:"bytes"`
	Compressed uint64 `json:"compressed,omitempty"`

	P50  time.Duration `json:"p50"`
	P90  time.Duration `json:"p90"`
	P99  time.Duration `json:"p99"`
	P999 time.Duration `json:"p999"`
	Max  time.Duration `json:"max"`

	// PID is the measured process, or 0; then CPU and PeakMemory (bytes) are 0.
	PID        int           `json:"pid,omitempty"`
	CPU        time.Duration `json:"cpu,omitempty"`
	PeakMemory int64         `json:"peakMemory,omitempty"`
}

func newReport(
	config *Config,
	sources []*source,
	workers []*worker,
	elapsed, cpu time.Duration,
	peakMemory int64,
) *Report {
	names := make([]string, len(sources))
	for i, s := range sources {
		names[i] = s.name
	}
	r := &Report{
		URL: config.URL, Workload: strings.Join(names, ","), Connections: len(workers), Elapsed: elapsed,
		Sent: uint64(len(sources)), Failures: map[string]uint64{}, PID: config.PID, CPU: cpu, PeakMemory: peakMemory,
	}
	var all histogram
	for _, w := range workers {
		all.merge(&w.latencies)
		r.Sent += w.sent
		r.Right += w.verdicts[right]
		r.Partial += w.verdicts[partial]
		r.Wrong += w.verdicts[wrong]
		r.Bytes += w.bytes
		r.Compressed += w.compressed
		for kind, n := range w.failures {
			r.Failures[kind] += n
		}
		if r.FirstFlaw == "" {
			r.FirstFlaw = w.firstFlaw
		}
	}
	r.Requests = all.total
	r.P50, r.P90, r.P99, r.P999, r.Max = all.quantile(0.5), all.quantile(0.9), all.quantile(0.99), all.quantile(0.999), all.max
	return r
}

// PerSecond is the number of answers per second.
func (r *Report) PerSecond() float64 { return float64(r.Requests) / r.Elapsed.Seconds() }

// CPUPerRequest is the process's CPU time per answer, or 0 when it was not measured.
func (r *Report) CPUPerRequest() time.Duration {
	if r.Requests == 0 {
		return 0
	}
	return r.CPU / time.Duration(r.Requests)
}

// PerCPUSecond is the number of answers per second of the process's CPU time, or 0 when it was not measured.
func (r *Report) PerCPUSecond() float64 {
	if r.CPU == 0 {
		return 0
	}
	return float64(r.Requests) / r.CPU.Seconds()
}

// OK tells whether every answer was right and none failed.
func (r *Report) OK() bool {
	return r.Requests > 0 && r.Right == r.Requests && len(r.Failures) == 0
}

// Write prints the report for people.
func (r *Report) Write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s  %d connections, %.1f s\n", r.Workload, r.URL, r.Connections, r.Elapsed.Seconds())
	fmt.Fprintf(
		&b,
		"  requests  %d, %.0f per second, %.1f MB per second\n",
		r.Requests,
		r.PerSecond(),
		float64(r.Bytes)/1e6/r.Elapsed.Seconds(),
	)
	fmt.Fprintf(
		&b,
		"  latency   p50 %s  p90 %s  p99 %s  p99.9 %s  max %s\n",
		ms(r.P50),
		ms(r.P90),
		ms(r.P99),
		ms(r.P999),
		ms(r.Max),
	)
	if r.PID != 0 {
		fmt.Fprintf(&b, "  CPU       %.4f ms per request, %.0f requests per CPU second (process %d)\n",
			float64(r.CPUPerRequest())/1e6, r.PerCPUSecond(), r.PID)
		fmt.Fprintf(&b, "  memory    %.1f MB at most\n", float64(r.PeakMemory)/1e6)
	}
	fmt.Fprintf(&b, "  answers   %s\n", r.answers())
	if r.Compressed > 0 {
		fmt.Fprintf(&b, "  gzip      %d of the answers came compressed\n", r.Compressed)
	}
	for _, kind := range slices.Sorted(maps.Keys(r.Failures)) {
		fmt.Fprintf(&b, "  failures  %d: %s\n", r.Failures[kind], kind)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *Report) answers() string {
	switch {
	case r.Requests == 0:
		return "none"
	case r.Right == r.Requests:
		return "all right"
	}
	text := fmt.Sprintf("%d right, %d partial (with errors), %d wrong", r.Right, r.Partial, r.Wrong)
	if r.FirstFlaw != "" {
		text += "; the first: " + r.FirstFlaw
	}
	return text
}

// ms shows a duration in milliseconds with a sensible number of digits.
func ms(d time.Duration) string {
	v := float64(d) / 1e6
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f ms", v)
	case v >= 1:
		return fmt.Sprintf("%.1f ms", v)
	}
	return fmt.Sprintf("%.3f ms", v)
}
