// Command peers plans the corpus with our planner and with others, and prints a table of times, fetches and waves.
//
//	go run ./bench/planning/peers -modules DIR [-only NAME] [-plans DIR]
//
// DIR is a folder whose node_modules holds @apollo/query-planner, @graphql-hive/router-query-planner and graphql;
// `make peers` prepares one. The exit status is 1 when one of our plans has more waves than another planner's, or more
// fetches in as many waves; mutations are shown, but not judged (see result.mutation).
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/bench/planning"
	"github.com/weft-graphql/weft/router/plan/render"
)

// result is what one planner made of one case.
type result struct {
	Fetches, Waves int
	Milliseconds   float64
	Runs           int
	Plan           json.RawMessage
	Error          string
	// prepare is how long parsing, validating and normalising took, in milliseconds; ours only.
	prepare float64
	// mutation tells that the operation is a mutation. What a mutation field causes is complete before the next field
	// starts in our plans; others let them overlap, which is fewer waves for a weaker promise.
	mutation bool
}

// peers are the planners we compare with, as plan.cjs knows them.
var peers = []string{"apollo", "hive"}

type options struct {
	modules, script, plans string
	timeout                time.Duration
}

func main() {
	var o options
	flag.StringVar(&o.modules, "modules", ".weft/peers", "folder whose node_modules holds the planners")
	flag.StringVar(&o.script, "script", "bench/planning/peers/plan.cjs", "the script that asks them")
	flag.StringVar(&o.plans, "plans", "", "folder to write every supergraph, operation and plan to")
	flag.DurationVar(&o.timeout, "timeout", time.Minute, "the longest a planner may take for one case, loading included")
	only := flag.String("only", "", "regular expression of the cases to plan")
	flag.Parse()
	worse, err := run(o, *only)
	if err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
	if len(worse) > 0 {
		fmt.Fprintln(os.Stderr, "peers: others plan these better:", strings.Join(worse, ", "))
		os.Exit(1)
	}
}

// run plans the cases and returns the names of those that another planner plans better.
func run(o options, only string) (worse []string, err error) {
	pattern, err := regexp.Compile(only)
	if err != nil {
		return nil, err
	}
	if o.script, err = filepath.Abs(o.script); err != nil {
		return nil, err
	}
	writeHead(os.Stdout)
	for _, c := range planning.Cases() {
		if !pattern.MatchString(c.Name) {
			continue
		}
		sdl, err := c.Supergraph()
		if err != nil {
			return nil, err
		}
		us, err := plan(c, sdl)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.Name, err)
		}
		results := []result{us}
		for _, peer := range peers {
			r, err := ask(o, peer, sdl, c.Operation)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", c.Name, peer, err)
			}
			results = append(results, r)
		}
		writeRow(os.Stdout, c.Name, results)
		if !us.mutation && slices.ContainsFunc(results[1:], us.worseThan) {
			worse = append(worse, c.Name)
		}
		if err := keep(o.plans, c, sdl, results); err != nil {
			return nil, err
		}
	}
	return worse, nil
}

// worseThan compares by waves, then by fetches.
func (r result) worseThan(peer result) bool {
	if peer.Error != "" {
		return false
	}
	return r.Waves > peer.Waves || r.Waves == peer.Waves && r.Fetches > peer.Fetches
}

// plan plans a case with our planner.
func plan(c planning.Case, sdl string) (result, error) {
	sg, planner, err := planning.Planner(sdl)
	if err != nil {
		return result{}, err
	}
	op, err := c.Prepare(sg)
	if err != nil {
		return result{}, err
	}
	p, err := planner.Plan(op)
	if err != nil {
		return result{}, err
	}
	r := result{Fetches: len(p.Requests), Waves: p.Stats.Waves, mutation: op.Kind == ast.Mutation}
	if r.Plan, err = render.JSON(p, ""); err != nil {
		return result{}, err
	}
	// Both have succeeded before with the same input.
	r.Milliseconds, r.Runs = measure(func() { _, _ = planner.Plan(op) })
	r.prepare, _ = measure(func() { _, _ = c.Prepare(sg) })
	return r, nil
}

// measure returns the median duration in milliseconds of many runs. Where others use the machine, too, a run takes longer
// than it would alone. It does not take more processor time; so the smaller of both counts. plan.cjs does the same.
func measure(do func()) (float64, int) {
	const enough, mostRuns = time.Second, 2_000
	var times []time.Duration
	for began := time.Now(); (time.Since(began) < enough || len(times) < 5) && len(times) < mostRuns; {
		cpu, wall := cpuTime(), time.Now()
		do()
		times = append(times, min(time.Since(wall), cpuTime()-cpu))
	}
	slices.Sort(times)
	return float64(times[len(times)/2]) / 1e6, len(times)
}

// ask plans with another planner, in a process of its own that is ended when it takes too long.
func ask(o options, peer, sdl, document string) (result, error) {
	input, err := json.Marshal(map[string]string{"supergraph": sdl, "operation": document})
	if err != nil {
		return result{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), o.timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", o.script, peer)
	cmd.Dir = o.modules
	cmd.Stdin = bytes.NewReader(input)
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	err = cmd.Run()
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return result{Error: fmt.Sprintf("more than %s", o.timeout)}, nil
	case err != nil && strings.Contains(complaints.String(), "heap out of memory"):
		return result{Error: "out of memory"}, nil
	case err != nil:
		return result{}, fmt.Errorf("%w: %.300s", err, complaints.String())
	}
	var r result
	return r, json.Unmarshal(out.Bytes(), &r)
}

// keep writes what was planned, and how, to files for people.
func keep(folder string, c planning.Case, sdl string, results []result) error {
	if folder == "" {
		return nil
	}
	folder = filepath.Join(folder, c.Name)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	files := map[string][]byte{"supergraph.graphql": []byte(sdl), "operation.graphql": []byte(c.Operation)}
	for i, name := range append([]string{"weft"}, peers...) {
		files[name+".json"] = results[i].Plan
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
