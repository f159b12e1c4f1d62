package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/weft-graphql/weft/bench/load"
)

// floorName is the server that all others are compared with.
const floorName = "floor"

// row is what the rounds of one server on one workload come to: the median of each figure.
type row struct {
	workload, server              string
	cpu, p50, p99                 time.Duration
	ratio, p99Ratio               float64 // to the floor of the same round; 0 when there was none
	perCPUSecond, perSecond, call float64
	variation                     float64 // standard deviation of the rounds' requests/s, as a part of their mean
	allocs, allocBytes            float64 // per request; 0 when they were not counted
	peakMemory                    int64
}

// rows sums up measurements in the order in which workloads and servers first appear.
func rows(all []measurement) []row {
	var order [][2]string
	groups := map[[2]string][]measurement{}
	floors := map[string]*load.Report{}
	for _, m := range all {
		key := [2]string{m.Report.Workload, m.Server}
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], m)
		if m.Server == floorName {
			floors[floorKey(m)] = m.Report
		}
	}
	var result []row
	for _, key := range order {
		group := groups[key]
		result = append(result, row{
			workload:     key[0],
			server:       key[1],
			cpu:          median(group, func(m measurement) time.Duration { return m.Report.CPUPerRequest() }),
			p50:          median(group, func(m measurement) time.Duration { return m.Report.P50 }),
			p99:          median(group, func(m measurement) time.Duration { return m.Report.P99 }),
			perCPUSecond: median(group, func(m measurement) float64 { return m.Report.PerCPUSecond() }),
			perSecond:    median(group, func(m measurement) float64 { return m.Report.PerSecond() }),
			variation:    variation(each(group, func(m measurement) float64 { return m.Report.PerSecond() })),
			call:         median(group, func(m measurement) float64 { return m.CallsPerRequest }),
			allocs:       median(group, func(m measurement) float64 { return m.Allocs }),
			allocBytes:   median(group, func(m measurement) float64 { return m.AllocBytes }),
			peakMemory:   slices.Max(each(group, func(m measurement) int64 { return m.Report.PeakMemory })),
			ratio: median(group, func(m measurement) float64 {
				return ratio(m, floors, func(r *load.Report) time.Duration { return r.CPUPerRequest() })
			}),
			p99Ratio: median(group, func(m measurement) float64 {
				return ratio(m, floors, func(r *load.Report) time.Duration { return r.P99 })
			}),
		})
	}
	return result
}

func floorKey(m measurement) string { return fmt.Sprint(m.Report.Workload, m.Round) }

// ratio compares a figure with the floor's in the same round.
func ratio(m measurement, floors map[string]*load.Report, figure func(*load.Report) time.Duration) float64 {
	floor := floors[floorKey(m)]
	if floor == nil || figure(floor) == 0 {
		return 0
	}
	return float64(figure(m.Report)) / float64(figure(floor))
}

func each[T any](group []measurement, figure func(measurement) T) []T {
	values := make([]T, len(group))
	for i, m := range group {
		values[i] = figure(m)
	}
	return values
}

// median returns the middle value, the upper one of two.
func median[T float64 | time.Duration](group []measurement, figure func(measurement) T) T {
	values := each(group, figure)
	slices.Sort(values)
	return values[len(values)/2]
}

// variation is the standard deviation as a part of the mean, 0 for one value.
func variation(values []float64) float64 {
	var sum, squares float64
	for _, v := range values {
		sum += v
	}
	mean := sum / float64(len(values))
	if len(values) < 2 || mean == 0 {
		return 0
	}
	for _, v := range values {
		squares += (v - mean) * (v - mean)
	}
	return math.Sqrt(squares/float64(len(values)-1)) / mean
}

// writeTable prints the medians as a Markdown table, aligned to be read as it is.
func writeTable(w io.Writer, all []measurement) error {
	lines := [][]string{
		{
			"workload",
			"server",
			"CPU/request",
			"x floor",
			"requests/CPU s",
			"requests/s",
			"+-",
			"p50",
			"p99",
			"p99 x floor",
			"calls/request",
			"peak memory",
		},
	}
	summary := rows(all)
	counted := slices.ContainsFunc(summary, func(r row) bool { return r.allocs > 0 })
	if counted {
		lines[0] = append(lines[0], "allocs/request", "KB/request")
	}
	for _, r := range summary {
		line := []string{
			r.workload, r.server,
			fmt.Sprintf("%.4f ms", float64(r.cpu)/1e6), fmt.Sprintf("%.2f", r.ratio),
			fmt.Sprintf("%.0f", r.perCPUSecond), fmt.Sprintf("%.0f", r.perSecond), fmt.Sprintf("%.1f %%", 100*r.variation),
			fmt.Sprintf("%.2f ms", float64(r.p50)/1e6), fmt.Sprintf("%.2f ms", float64(r.p99)/1e6), fmt.Sprintf("%.2f", r.p99Ratio),
			fmt.Sprintf("%.2f", r.call), fmt.Sprintf("%.1f MB", float64(r.peakMemory)/1e6),
		}
		if counted {
			line = append(line, fmt.Sprintf("%.0f", r.allocs), fmt.Sprintf("%.1f", r.allocBytes/1e3))
		}
		lines = append(lines, line)
	}
	return writeAligned(w, lines)
}

// writeAligned prints lines of cells as a Markdown table, the first line being its head and the first two columns text.
func writeAligned(w io.Writer, lines [][]string) error {
	widths := make([]int, len(lines[0]))
	for _, line := range lines {
		for i, cell := range line {
			widths[i] = max(widths[i], len(cell))
		}
	}
	var b strings.Builder
	for n, line := range lines {
		for i, cell := range line {
			if i < 2 {
				fmt.Fprintf(&b, "| %-*s ", widths[i], cell)
			} else {
				fmt.Fprintf(&b, "| %*s ", widths[i], cell)
			}
		}
		b.WriteString("|\n")
		if n > 0 {
			continue
		}
		for i, width := range widths {
			if i < 2 {
				b.WriteString("|" + strings.Repeat("-", width+2))
			} else {
				b.WriteString("|" + strings.Repeat("-", width+1) + ":")
			}
		}
		b.WriteString("|\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// describeMachine says in one line what the figures were measured on.
func describeMachine() string {
	model := "unknown processor"
	// Where there is no such file, the line only says less.
	info, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(info)) {
		if name, text, found := strings.Cut(line, ":"); found && strings.TrimSpace(name) == "model name" {
			model = strings.TrimSpace(text)
			break
		}
	}
	return fmt.Sprintf("%s, %d cores, %s/%s, %s", model, runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
}
