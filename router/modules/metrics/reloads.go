package metrics

import (
	"runtime"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/weft-graphql/weft/router/module"
)

// reloadCollector reads, when it is asked, what the process is and what it loaded again.
type reloadCollector struct{ state func() module.State }

var (
	buildDesc = prometheus.NewDesc(
		"weft_build_info",
		"Always 1; the labels tell what runs.",
		[]string{"version", "go"},
		nil,
	)
	reloadsDesc = prometheus.NewDesc(
		"weft_reloads_total",
		"Attempts to load something again, by what became of it: used, or refused, so that the old one goes on.",
		[]string{"what", "result"},
		nil,
	)
	failingDesc = prometheus.NewDesc(
		"weft_reload_failing",
		"Whether the last attempt to load something again was refused: what runs is not what was given.",
		[]string{"what"},
		nil,
	)
)

// Describe implements prometheus.Collector.
func (c reloadCollector) Describe(out chan<- *prometheus.Desc) {
	out <- buildDesc
	out <- reloadsDesc
	out <- failingDesc
}

// Collect implements prometheus.Collector.
func (c reloadCollector) Collect(out chan<- prometheus.Metric) {
	state := c.state()
	out <- prometheus.MustNewConstMetric(buildDesc, prometheus.GaugeValue, 1, state.Version, runtime.Version())
	for _, r := range state.Reloads {
		out <- prometheus.MustNewConstMetric(reloadsDesc, prometheus.CounterValue, float64(r.Used), r.What, "used")
		out <- prometheus.MustNewConstMetric(reloadsDesc, prometheus.CounterValue, float64(r.Refused), r.What, "refused")
		failing := 0.0
		if r.Failing {
			failing = 1
		}
		out <- prometheus.MustNewConstMetric(failingDesc, prometheus.GaugeValue, failing, r.What)
	}
}
