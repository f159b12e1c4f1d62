// Command simulate tells what a rate of requests needs: the sizing model of docs/scaling.md. Its test compares it with a
// simulation of queues, and the simulation with what the benchmark has measured.
package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/alecthomas/kong"
)

type command struct {
	CPU            time.Duration `help:"What a request costs a router; 0 takes that of each workload."`
	CoresPerRouter int           `help:"Cores of a router." default:"8"`
	Utilisation    float64       `help:"How busy they should be." default:"0.6"`
	Writes         float64       `help:"Share of requests that change something." default:"0.01"`
}

// workloads are two of the benchmark's: nothing is shared or remembered, and everything that can be is remembered. Calls of
// 2 ms, and that half of the look-ups are answered in the process, are assumed.
var workloads = []Workload{
	{Name: "distinct", CPU: 120 * time.Microsecond, Calls: 6, Call: 2 * time.Millisecond, Answer: 87_000},
	{
		Name: "cached", CPU: 38 * time.Microsecond, Calls: 2, Call: 2 * time.Millisecond, Answer: 87_000,
		RoundTrips: 3, Entities: 20, Value: 100, InProcess: 0.5,
	},
}

var rates = []float64{1_000, 10_000, 100_000, 1_000_000}

func main() {
	var c command
	kong.Parse(&c, kong.Description("Tell what a rate of requests needs."))
	c.print(os.Stdout)
}

// print writes the table of docs/scaling.md.
func (c command) print(to io.Writer) {
	plan := Plan{
		CoresPerRouter: c.CoresPerRouter, Utilisation: c.Utilisation, Writes: c.Writes, EventsPerWrite: 2,
		Entities: 10e6, EntityBytes: 550, RedisCommands: 100_000, RedisMemory: 16 << 30,
	}
	fmt.Fprintln(to, "| workload | requests/s | cores | routers | memory | in progress | calls in progress | Redis commands/s | "+
		"Redis MB/s | Redis shards | events/s | deliveries/s | answers GB/s | wait |")
	fmt.Fprintln(to, "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
	for _, w := range workloads {
		if c.CPU > 0 {
			w.CPU = c.CPU
		}
		for _, rate := range rates {
			s := size(w, plan, rate)
			fmt.Fprintf(to, "| `%s` | %.0f | %d | %d | %.1f GB | %.0f | %.0f | %.0f | %.0f | %d | %.0f | %.0f | %.2f | %.3f ms |\n",
				w.Name, rate, s.Cores, s.Routers, s.Memory/1e9, s.InFlight, s.Connections, s.RedisCommands, s.RedisBytes/1e6,
				s.RedisShards, s.Events, s.Deliveries, s.Answers/1e9, s.Wait.Seconds()*1000)
		}
	}
}
