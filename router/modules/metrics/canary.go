package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/weft-graphql/weft/router/canary"
)

var (
	canaryActiveDesc = prometheus.NewDesc("weft_canary_active",
		"Whether another graph, or other settings, are tried on some requests.", nil, nil)
	canaryRequestsDesc = prometheus.NewDesc("weft_canary_requests",
		"Requests since the canary began, by who got them (canary, stable) and whether their answers have errors.",
		[]string{"to", "result"}, nil)
	canariesDesc = prometheus.NewDesc("weft_canaries_total", "Canaries by how they ended.", []string{"result"}, nil)

	canaryDescs = []*prometheus.Desc{canaryActiveDesc, canaryRequestsDesc, canariesDesc}
)

// collectCanary tells of trials.
func collectCanary(s *canary.Stats, send func(*prometheus.Desc, prometheus.ValueType, float64, ...string)) {
	send(canariesDesc, prometheus.CounterValue, float64(s.Promoted), "promoted")
	send(canariesDesc, prometheus.CounterValue, float64(s.RolledBack), "rolled_back")
	send(canariesDesc, prometheus.CounterValue, float64(s.Replaced), "replaced")
	if s.Trial == nil {
		send(canaryActiveDesc, prometheus.GaugeValue, 0)
		return
	}
	send(canaryActiveDesc, prometheus.GaugeValue, 1)
	for to, side := range map[string]canary.Side{"canary": s.Trial.Canary, "stable": s.Trial.Stable} {
		send(canaryRequestsDesc, prometheus.GaugeValue, float64(side.Requests-side.Failed), to, "ok")
		send(canaryRequestsDesc, prometheus.GaugeValue, float64(side.Failed), to, "failed")
	}
}
