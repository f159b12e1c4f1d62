package main

import (
	"math"
	"time"
)

// Workload is what a request asks of each part. Figures are those of docs/performance.md and docs/caching.md, or assumed
// where they say so.
type Workload struct {
	Name string
	// CPU is what a request costs a router, and Calls how many it sends to subgraphs, each of which takes Call.
	CPU   time.Duration
	Calls float64
	Call  time.Duration
	// Answer is the size of an answer in bytes.
	Answer float64
	// RoundTrips to Redis, each for Entities, of Value bytes; InProcess is the share that the process answers itself.
	RoundTrips, Entities, Value, InProcess float64
}

// Plan is what the operator decides.
type Plan struct {
	// CoresPerRouter are a router's, and Utilisation how busy they should be.
	CoresPerRouter int
	Utilisation    float64
	// Writes is the share of requests that change something, and EventsPerWrite what each tells on the bus.
	Writes, EventsPerWrite float64
	// Entities are how many are worth remembering, EntityBytes what Redis needs for each.
	Entities, EntityBytes float64
	// RedisCommands are what one Redis does in a second, and RedisMemory what it may hold, in bytes.
	RedisCommands, RedisMemory float64
}

// Size is what a rate needs.
type Size struct {
	Rate                  float64
	Cores, Routers        int
	Memory                float64 // of all routers, bytes
	InFlight, Connections float64 // requests in progress, connections to subgraphs in use
	RedisCommands         float64 // a second
	RedisBytes            float64 // a second
	RedisShards           int
	Events, Deliveries    float64 // published and delivered, a second
	Answers               float64 // bytes a second
	Wait                  time.Duration
}

const (
	// routerMemory is a busy router's (docs/performance.md), processMemory the entity cache's in it (cache.l1.max_bytes).
	routerMemory, processMemory = 56 << 20, 64 << 20
	// clockRate is how often each router asks Redis for the clock of invalidations, a second (docs/caching.md).
	clockRate = 2
)

// size is the arithmetic of docs/scaling.md.
func size(w Workload, p Plan, rate float64) Size {
	s := Size{Rate: rate}
	busy := rate * w.CPU.Seconds() // cores' worth of work
	s.Cores = max(1, int(math.Ceil(busy/p.Utilisation)))
	s.Routers = max(2, int(math.Ceil(float64(s.Cores)/float64(p.CoresPerRouter)))) // one may be away
	s.Wait = wait(rate/float64(s.Routers), w.CPU, p.CoresPerRouter)
	inside := w.CPU + s.Wait + time.Duration(math.Min(w.Calls, 4)*float64(w.Call)) // four waves at most
	s.InFlight = rate * inside.Seconds()
	s.Connections = rate * w.Calls * w.Call.Seconds()
	s.Memory = float64(s.Routers)*(routerMemory+processMemory) + s.InFlight*2*w.Answer
	asked := rate * w.RoundTrips * (1 - w.InProcess)
	s.RedisCommands = asked*w.Entities + clockRate*float64(s.Routers)
	s.RedisBytes = asked * w.Entities * w.Value
	s.Events = rate * p.Writes * p.EventsPerWrite
	s.Deliveries = s.Events * float64(s.Routers)
	s.RedisCommands += s.Events // each is an invalidation, too, of which one router tells Redis
	s.RedisShards = max(
		1,
		int(math.Ceil(math.Max(s.RedisCommands/(0.6*p.RedisCommands), p.Entities*p.EntityBytes/p.RedisMemory))),
	)
	s.Answers = rate * w.Answer
	return s
}

// wait is how long a request waits for one of a router's cores on average: Erlang's formula for exponential times, which is
// on the safe side of what routers do.
func wait(rate float64, cpu time.Duration, cores int) time.Duration {
	offered := rate * cpu.Seconds()
	if offered >= float64(cores) {
		return math.MaxInt64
	}
	blocking := 1.0
	for n := 1; n <= cores; n++ {
		blocking = offered * blocking / (float64(n) + offered*blocking)
	}
	utilisation := offered / float64(cores)
	waits := blocking / (1 - utilisation*(1-blocking))
	return time.Duration(waits * cpu.Seconds() / (float64(cores) - offered) * float64(time.Second))
}
