package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	_ "net/http/pprof" // what the stand-in's admin listener serves
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/bench/load"
	"github.com/weft-graphql/weft/bench/stub"
)

// TestMain lets the test's own binary play the programs that a measurement starts: this command's children, and a
// stand-in for the router that answers without asking any subgraph.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "stub", "floor", "sender", "load", "subgraphs":
			main()
			os.Exit(0)
		case "compose", "router":
			if err := standIn(os.Args[1:]); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			os.Exit(0)
		}
	}
	// Under the race detector, programs wait a second before they end unless they are told not to.
	if err := os.Setenv("GORACE", "atexit_sleep_ms=0"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func standIn(args []string) error {
	if args[0] == "compose" { // --subgraphs FILE -o FILE
		input, err := os.ReadFile(args[2])
		if err != nil {
			return err
		}
		return os.WriteFile(args[4], input, 0o600)
	}
	// router --supergraph FILE --listen ADDRESS [--admin ADDRESS] [further arguments]
	if len(args) > 6 && args[5] == "--admin" {
		go func() { _ = http.ListenAndServe(args[6], http.DefaultServeMux) }() // as long as the process lives
	}
	var subgraphs []composable
	input, err := os.ReadFile(args[2])
	if err != nil {
		return err
	}
	if err := json.Unmarshal(input, &subgraphs); err != nil || len(subgraphs) != 4 || !strings.HasPrefix(subgraphs[0].URL, "http://127.0.0.1:") {
		return fmt.Errorf("unexpected supergraph: %s", input)
	}
	reference, err := stub.NewReference(1)
	if err != nil {
		return err
	}
	return http.ListenAndServe(args[4], http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		// A client that is gone needs no answer.
		_, _ = w.Write(reference.Answer(body))
	}))
}

func TestMeasuresFloorAndRouter(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	reports := filepath.Join(t.TempDir(), "reports.json")
	c := measureCommand{
		setup:    setup{Scale: 1, Router: self, NoPin: true},
		Workload: []string{"distinct", "small", "cached"}, Connections: 4, Duration: 150 * time.Millisecond, Rounds: 1,
		JSON: reports, Allocs: true, Sender: true,
	}
	if err := c.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(reports)
	if err != nil {
		t.Fatal(err)
	}
	var all []measurement
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	calls := map[string]float64{}
	for _, m := range all {
		if !m.Report.OK() {
			t.Errorf("%s, %s: %+v", m.Server, m.Report.Workload, m.Report)
		}
		calls[m.Server+" "+m.Report.Workload] = m.CallsPerRequest
		if m.Server != "sender" && (m.Allocs < 10 || m.AllocBytes < 1000) {
			t.Errorf("%s, %s: %.1f allocations of %.0f bytes per request", m.Server, m.Report.Workload, m.Allocs, m.AllocBytes)
		}
	}
	want := map[string]float64{"floor distinct": 8, "floor small": 1, "floor cached": 2, "sender distinct": 0, "sender small": 0, "sender cached": 0, "weft distinct": 0, "weft small": 0, "weft cached": 0}
	if fmt.Sprint(calls) != fmt.Sprint(want) {
		t.Errorf("subgraph calls per request %v, want %v", calls, want)
	}
}

func TestMeasureExplainsWhatIsWrong(t *testing.T) {
	for _, test := range []struct {
		name    string
		command measureCommand
		want    string
	}{
		{"no rounds", measureCommand{}, "at least one"},
		{"unknown workload", measureCommand{Rounds: 1, Workload: []string{"huge"}}, `unknown workload "huge"`},
		{"bad gateway", measureCommand{setup: setup{Scale: 1, NoPin: true}, Rounds: 1, Workload: []string{"small"}, NoRouter: true, Other: []string{"x=y"}}, "NAME=URL@PID"},
		{"a stub that cannot start", measureCommand{setup: setup{Scale: -1, NoPin: true}, Rounds: 1, Workload: []string{"small"}}, "scale is -1"},
		{"a router that ends", measureCommand{setup: setup{Scale: 1, NoPin: true, Router: "/bin/false"}, Rounds: 1, Workload: []string{"small"}}, "compose"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := test.command.Run(context.Background()); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one containing %q", err, test.want)
			}
		})
	}
}

func TestParseOthers(t *testing.T) {
	others, err := parseOthers([]string{"cosmo=http://127.0.0.1:3002/graphql@42"}, nil)
	if err != nil || len(others) != 1 || others[0].name != "cosmo" || others[0].pid != 42 || others[0].url("small") != "http://127.0.0.1:3002/graphql" {
		t.Errorf("%+v, error %v", others, err)
	}
	for _, spec := range []string{"", "x", "=u@1", "x=u", "x=u@", "x=u@-1", "x=u@pid"} {
		if _, err := parseOthers([]string{spec}, nil); err == nil {
			t.Errorf("%q was accepted", spec)
		}
	}
}

func TestReplaceURLs(t *testing.T) {
	const supergraph = `enum join__Graph {
  A @join__graph(name: "a", url: "http://old/a")
  B @join__graph(name: "b" url: "")
  C @join__graph(name: "c", url: "http://kept")
}`
	got, err := replaceURLs(supergraph, map[string]string{"a": "http://new:1/a", "b": "http://new:2/b"})
	want := `enum join__Graph {
  A @join__graph(name: "a", url: "http://new:1/a")
  B @join__graph(name: "b", url: "http://new:2/b")
  C @join__graph(name: "c", url: "http://kept")
}`
	if err != nil || got != want {
		t.Errorf("error %v, got\n%s", err, got)
	}
	if _, err := replaceURLs(supergraph, map[string]string{"d": "http://new"}); err == nil || !strings.Contains(err.Error(), `"d"`) {
		t.Errorf("a missing subgraph gives error %v", err)
	}
}

func TestTableShowsMediansAndRatios(t *testing.T) {
	report := func(cpu, p99 time.Duration) *load.Report {
		return &load.Report{Workload: "small", Requests: 100, Elapsed: time.Second, CPU: cpu, P99: p99, PeakMemory: 5e6}
	}
	var all []measurement
	for i, cpu := range []time.Duration{10, 30, 20} { // milliseconds for 100 requests
		all = append(all,
			measurement{Server: floorName, Round: i + 1, CallsPerRequest: 1, Report: report(cpu*time.Millisecond, time.Millisecond)},
			measurement{Server: "weft", Round: i + 1, CallsPerRequest: 2, Report: report(cpu*2*time.Millisecond, 3*time.Millisecond)})
	}
	var text bytes.Buffer
	if err := writeTable(&text, all); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(text.String()), "\n")
	if len(lines) != 4 {
		t.Fatalf("table:\n%s", &text)
	}
	for i := range all {
		all[i].Allocs, all[i].AllocBytes = 12, 3400
	}
	var counted bytes.Buffer
	if err := writeTable(&counted, all); err != nil || strings.Contains(text.String(), "allocs") || !strings.Contains(counted.String(), "allocs/request") ||
		strings.Count(counted.String(), " 3.4 |") != 2 {
		t.Errorf("error %v, table with allocations:\n%s", err, &counted)
	}
	for i, want := range []string{"| small | floor | 0.2000 ms | 1.00 | 5000 | 100 | 0.0 % | 0.00 ms | 1.00 ms | 1.00 | 1.00 | 5.0 MB |",
		"| small | weft | 0.4000 ms | 2.00 | 2500 | 100 | 0.0 % | 0.00 ms | 3.00 ms | 3.00 | 2.00 | 5.0 MB |"} {
		if got := strings.Join(strings.Fields(lines[i+2]), " "); got != want {
			t.Errorf("line %d is\n%s\nwant\n%s", i+2, got, want)
		}
	}
}

func TestSoakWatchesMemory(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := soakCommand{setup: setup{Scale: 1, Router: self, NoPin: true}, Workload: []string{"small"}, Connections: 2, Profile: t.TempDir(),
		Duration: 400 * time.Millisecond, Sample: 50 * time.Millisecond}
	// A router that has just started still grows in so short a time; TestGrowthIsNoticed is about the verdict.
	if err := c.Run(context.Background()); err != nil && !strings.Contains(err.Error(), "the memory grew from") {
		t.Fatal(err)
	}
	c.Sample = time.Second
	if err := c.Run(context.Background()); err == nil || !strings.Contains(err.Error(), "eight samples") {
		t.Errorf("too few samples: error %v", err)
	}
}

func TestGrowthIsNoticed(t *testing.T) {
	const mb = 1 << 20
	if err := grown([]int64{10 * mb, 50 * mb, 52 * mb, 50 * mb, 51 * mb, 55 * mb, 54 * mb, 54 * mb}); err != nil {
		t.Error(err)
	}
	if err := grown([]int64{10 * mb, 50 * mb, 50 * mb, 50 * mb, 60 * mb, 70 * mb, 80 * mb, 90 * mb}); err == nil {
		t.Error("memory that keeps growing was not noticed")
	}
}

func TestFlawsNameTheServer(t *testing.T) {
	bad := &load.Report{Workload: "small", Requests: 2, Right: 1, Wrong: 1, FirstFlaw: "data.a: want 1, got 2"}
	err := flaws([]measurement{{Server: "weft", Round: 1, Report: bad}})
	if err == nil || !strings.Contains(err.Error(), "weft, workload small") || !strings.Contains(err.Error(), "want 1, got 2") {
		t.Errorf("error %v", err)
	}
}

func TestProfilesAreFetched(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.URL.String()) })
	server := http.Server{Handler: mux}
	address, err := freeAddress(0)
	if err != nil {
		t.Fatal(err)
	}
	server.Addr = address
	go func() { _ = server.ListenAndServe() }() // until it is closed
	defer server.Close()
	prefix := filepath.Join(t.TempDir(), "profiles", "small")
	deadline := time.Now().Add(10 * time.Second)
	for err = fetchProfiles(context.Background(), "http://"+address, prefix, 0, 3*time.Second); err != nil; {
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		err = fetchProfiles(context.Background(), "http://"+address, prefix, 0, 3*time.Second)
	}
	for file, want := range map[string]string{"cpu": "/debug/pprof/profile?seconds=2", "heap": "/debug/pprof/heap", "allocs": "/debug/pprof/allocs"} {
		if got, err := os.ReadFile(prefix + "." + file + ".pprof"); err != nil || string(got) != want {
			t.Errorf("%s: %q, error %v", file, got, err)
		}
	}
}
