package main

import (
	"container/heap"
	"math/rand/v2"
	"slices"
	"time"
)

// server is a router's cores with one queue before them. Times are seconds.
type server struct {
	free []float64 // when each core is free
}

// serve is when work that comes at a time, and takes so long, is done. Work has to come in order.
func (s *server) serve(at, takes float64) (done float64) {
	first := 0
	for i, free := range s.free {
		if free < s.free[first] {
			first = i
		}
	}
	done = max(at, s.free[first]) + takes
	s.free[first] = done
	return done
}

// open has requests come at random at a rate, whatever becomes of those before, and returns how long they wait on
// average.
func open(random *rand.Rand, rate float64, cpu time.Duration, cores, requests int) (average time.Duration) {
	s, now, waited := server{make([]float64, cores)}, 0.0, 0.0
	for range requests {
		now += random.ExpFloat64() / rate
		takes := random.ExpFloat64() * cpu.Seconds()
		waited += s.serve(now, takes) - takes - now
	}
	return time.Duration(waited / float64(requests) * float64(time.Second))
}

// moments are when clients send their next requests, the first one first.
type moments []float64

func (m moments) Len() int           { return len(m) }
func (m moments) Less(i, j int) bool { return m[i] < m[j] }
func (m moments) Swap(i, j int)      { m[i], m[j] = m[j], m[i] }
func (m *moments) Push(x any)        { *m = append(*m, x.(float64)) }
func (m *moments) Pop() any {
	last := (*m)[len(*m)-1]
	*m = (*m)[:len(*m)-1]
	return last
}

// closed has clients that send the next request when the answer to the last is there, as the benchmark does, and returns
// what they see: requests a second, and the median time. A request spends pause at subgraphs.
func closed(random *rand.Rand, clients int, cpu, pause time.Duration, cores, requests int) (rate float64, median time.Duration) {
	s, sending := server{make([]float64, cores)}, make(moments, clients)
	took, last := make([]float64, 0, requests), 0.0
	for range requests {
		at := heap.Pop(&sending).(float64)

		done := s.serve(at, cpu.Seconds()*(0.9+0.2*random.Float64())) + pause.Seconds()
		heap.Push(&sending, done)
		took, last = append(took, done-at), max(last, done)
	}
	slices.Sort(took)
	return float64(requests) / last, time.Duration(took[len(took)/2] * float64(time.Second))
}
