// Command interop checks that Apollo Gateway serves our supergraphs as it serves those of its own composer: for the
// project's four services, which it runs, and for graphs of made-up subgraphs.
//
//	go run ./bench/planning/interop -modules DIR
//
// DIR is a folder whose node_modules holds @apollo/gateway, @apollo/composition, @apollo/subgraph and graphql;
// `make interop` prepares one. The exit status is 1 when an answer or a query plan differs, or an answer has errors or
// is missing.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/weft-graphql/weft/router/compose"
)

type gateway struct {
	modules, script, weft, folder string
	timeout                       time.Duration
}

func main() {
	modules := flag.String("modules", ".weft/peers", "folder whose node_modules holds the gateway")
	script := flag.String("script", "bench/planning/interop/gateway.cjs", "the script that runs it")
	timeout := flag.Duration("timeout", time.Minute, "the longest that one graph may take")
	flag.Parse()
	ok, err := run(*modules, *script, *timeout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "interop:", err)
	}
	if err != nil || !ok {
		os.Exit(1)
	}
}

// run checks all graphs and prints a table.
func run(modules, script string, timeout time.Duration) (ok bool, err error) {
	folder, err := os.MkdirTemp("", "weft-interop")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(folder)
	g := gateway{modules: modules, weft: filepath.Join(folder, "weft"), folder: folder, timeout: timeout}
	if g.script, err = filepath.Abs(script); err != nil {
		return false, err
	}
	build := exec.Command("go", "build", "-o", g.weft, "./cmd/weft")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return false, fmt.Errorf("building weft: %w", err)
	}
	fmt.Println("| graph | subgraphs | queries | answers |")
	fmt.Println("|---|--:|--:|---|")
	ok = true
	check := func(name string, subgraphs []compose.Subgraph, queries []string, remote bool) {
		size, err := g.check(subgraphs, queries, remote)
		verdict := fmt.Sprintf("equal (%d bytes), equal plans", size)
		if err != nil {
			verdict, ok = strings.Join(strings.Fields(err.Error()), " "), false
		}
		fmt.Printf("| %s | %d | %d | %s |\n", name, len(subgraphs), len(queries), verdict)
	}
	services, stop, err := startServices(g.weft, filepath.Join(folder, "data"))
	defer stop()
	if err != nil {
		return false, err
	}
	check("the four services", services, serviceQueries, true)
	for _, t := range testGraphs {
		check(t.name, t.subgraphs, t.queries, false)
	}
	return ok, nil
}

// check composes a graph, asks the gateway and returns the size of the answers if all is well.
func (g gateway) check(subgraphs []compose.Subgraph, queries []string, remote bool) (size int, err error) {
	type named struct {
		Name string `json:"name"`
		URL  string `json:"url"`
		SDL  string `json:"sdl"`
	}
	var list []named
	for _, s := range subgraphs {
		list = append(list, named{s.Name, s.URL, s.SDL})
	}
	supergraph, err := g.compose(list)
	if err != nil {
		return 0, err
	}
	input, err := json.Marshal(map[string]any{"subgraphs": list, "supergraph": supergraph, "queries": queries, "remote": remote})
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), g.timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", g.script)
	cmd.Dir, cmd.Stdin, cmd.Stderr = g.modules, bytes.NewReader(input), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return 0, err
	}
	var answer struct {
		Ours, Reference []served
		Error           string
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		return 0, err
	}
	if answer.Error != "" {
		return 0, fmt.Errorf("%s", answer.Error)
	}
	if len(answer.Ours) != len(queries) || len(answer.Reference) != len(queries) {
		return 0, fmt.Errorf("%d and %d answers to %d queries", len(answer.Ours), len(answer.Reference), len(queries))
	}
	for i, query := range queries {
		if err := compare(answer.Ours[i], answer.Reference[i]); err != nil {
			return 0, fmt.Errorf("%s: %w", query, err)
		}
		size += len(answer.Ours[i].Answer)
	}
	return size, nil
}

// served is what the gateway made of a query.
type served struct {
	Answer, Plan json.RawMessage
}

// compare tells what differs between the two supergraphs, or why the first answer is no good one.
func compare(ours, reference served) error {
	var answer struct {
		Data   map[string]any
		Errors []json.RawMessage
	}
	if err := json.Unmarshal(ours.Answer, &answer); err != nil {
		return err
	}
	switch {
	case len(answer.Errors) > 0:
		return fmt.Errorf("errors: %.200s", answer.Errors[0])
	case len(answer.Data) == 0:
		return fmt.Errorf("no data: %.200s", ours.Answer)
	case !bytes.Equal(ours.Answer, reference.Answer):
		return fmt.Errorf("%.200s with ours, %.200s with the reference's", ours.Answer, reference.Answer)
	case len(ours.Plan) == 0 || !bytes.Equal(ours.Plan, reference.Plan):
		return fmt.Errorf("equal answers, but the plans differ: %.200s with ours, %.200s with the reference's", ours.Plan, reference.Plan)
	}
	for key, value := range answer.Data {
		if value == nil {
			return fmt.Errorf("%s is null", key)
		}
	}
	return nil
}

// compose runs weft compose as a person would.
func (g gateway) compose(subgraphs any) (string, error) {
	text, err := json.Marshal(subgraphs)
	if err != nil {
		return "", err
	}
	file := filepath.Join(g.folder, "subgraphs.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return "", err
	}
	var complaints bytes.Buffer
	cmd := exec.Command(g.weft, "compose", "--subgraphs", file)
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("weft compose: %w: %s", err, complaints.String())
	}
	return string(out), nil
}
