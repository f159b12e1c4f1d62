package metrics

import (
	"reflect"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/weft-graphql/weft/router/cache"
	"github.com/weft-graphql/weft/router/module"
)

// Every number of the entity cache's statistics is a metric.
func TestAllStatisticsAreMetrics(t *testing.T) {
	stats := cache.Stats{Connected: true, Types: []cache.TypeStats{{Subgraph: "catalog", Type: "Product"}}}
	names := map[float64]string{}
	number := func(v reflect.Value) {
		for i := range v.NumField() {
			n := float64(1000 + len(names))
			switch f := v.Field(i); {
			case f.CanUint():
				f.SetUint(uint64(n))
			case f.CanInt():
				f.SetInt(int64(n))
			default:
				continue
			}
			names[n] = v.Type().Field(i).Name
		}
	}
	number(reflect.ValueOf(&stats).Elem())
	number(reflect.ValueOf(&stats.Types[0]).Elem())
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(stateCollector{state: func() module.State { return module.State{Cache: &stats} }})
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		for _, m := range family.Metric {
			delete(names, m.GetCounter().GetValue())
			delete(names, m.GetGauge().GetValue())
		}
	}
	for _, name := range names {
		t.Errorf("%s of the statistics is no metric", name)
	}
}
