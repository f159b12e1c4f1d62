package main

import (
	"net/http"
	"time"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/subgraphs/kit"
)

const (
	// watchStep is how often weft dev looks at itself: nobody waits for hours there.
	watchStep = 10 * time.Second
	// watchEarly is after how many looks it says what is unusual.
	watchEarly = 30
	// inProcess stands where the address of an administration listener would: weft dev has none, but its metrics.
	inProcess = "127.0.0.1:0"
)

// watched is what insights watches: the router of this process.
func (d *devProcess) watched() kit.Watch {
	metrics := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answering := d.answering.Load()
		if answering == nil {
			http.Error(w, "the router is not there yet", http.StatusServiceUnavailable)
			return
		}
		answering.Door("/metrics").ServeHTTP(w, r)
	})
	return kit.Watch{
		Targets: []kit.WatchTarget{{URL: "http://router/metrics", Handler: metrics}}, Step: watchStep, Early: watchEarly,
	}
}

// tellMetrics has the router count what it does, for insights.
func (d *devProcess) tellMetrics(c *config.Config) {
	if d.services["insights"] != nil && c.Admin.Listen+c.Admin.MetricsListen == "" {
		c.Admin.Listen = inProcess
	}
}
