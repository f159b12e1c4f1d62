package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/compose/apidiff"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/supergraph"
)

type checkCommand struct {
	subgraphSources `embed:""`
	Proposed        []string `help:"A subgraph's new schema, as NAME=FILE; it replaces or joins the others." placeholder:"NAME=FILE" sep:"none"`
	Remove          []string `help:"A subgraph that goes away." placeholder:"NAME"`
	Against         string   `help:"Supergraph in use, to compare with; the subgraphs without the proposal when left out." type:"existingfile" placeholder:"FILE"`
	Operations      string   `help:"Directory with the operations clients send (*.graphql)." type:"existingdir" placeholder:"DIR"`
	Usage           []string `help:"A report of usage that routers write, a directory of them, or what a collector wrote of them: what real clients send. May be repeated." placeholder:"FILE|DIR" sep:"none"`
	Format          string   `help:"text or json." enum:"text,json" default:"text"`
	AllowBreaking   bool     `help:"Let breaking changes pass as long as no operation breaks. Only with --operations or --usage."`
}

// checkReport is what a check finds, in JSON.
type checkReport struct {
	OK      bool             `json:"ok"`
	Summary string           `json:"summary"`
	Errors  []*compose.Error `json:"errors"`
	Changes []apidiff.Change `json:"changes"`
	Impacts []apidiff.Impact `json:"impacts"`
}

// Run composes the graph with the proposal and tells what that does to clients. The exit status is 1 when it does not
// compose or breaks them.
func (c checkCommand) Run(ctx context.Context) error {
	if c.AllowBreaking && !c.knowsOperations() {
		return fmt.Errorf("--allow-breaking needs --operations or --usage: without them nobody knows what breaks")
	}
	current, err := c.read(ctx)
	if err != nil {
		return err
	}
	proposed, err := c.propose(current)
	if err != nil {
		return err
	}
	before, err := c.before(current)
	if err != nil {
		return err
	}
	result, errs := compose.Compose(proposed, compose.Options{})
	if len(errs) > 0 {
		return c.refuse(proposed, errs)
	}
	after, err := apidiff.Load("proposed", result.APISDL)
	if err != nil {
		return err
	}
	operations, err := readOperations(c.Operations)
	if err != nil {
		return err
	}
	used, err := usedOperations(c.Usage)
	if err != nil {
		return err
	}
	operations = append(operations, used...)
	changes := apidiff.Diff(before, after)
	return c.report(changes, apidiff.Impacts(before, after, changes, operations))
}

// knowsOperations tells that there are operations to be checked.
func (c checkCommand) knowsOperations() bool { return c.Operations != "" || len(c.Usage) > 0 }

// propose applies the proposal to the subgraphs.
func (c checkCommand) propose(current []compose.Subgraph) ([]compose.Subgraph, error) {
	proposed := slices.Clone(current)
	for _, name := range c.Remove {
		i := indexOfSubgraph(proposed, name)
		if i < 0 {
			return nil, fmt.Errorf("--remove %s: there is no such subgraph; there are %s", name, listNames(proposed))
		}
		proposed = slices.Delete(proposed, i, i+1)
	}
	for _, pair := range c.Proposed {
		name, file, ok := strings.Cut(pair, "=")
		if !ok || name == "" || file == "" {
			return nil, fmt.Errorf("--proposed %s: write it as NAME=FILE", pair)
		}
		sdl, err := config.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("--proposed %s: %w", name, err)
		}
		if i := indexOfSubgraph(proposed, name); i >= 0 {
			proposed[i].SDL, proposed[i].File = string(sdl), file
		} else {
			proposed = append(proposed, compose.Subgraph{Name: name, SDL: string(sdl), File: file})
		}
	}
	return proposed, nil
}

func indexOfSubgraph(subgraphs []compose.Subgraph, name string) int {
	return slices.IndexFunc(subgraphs, func(s compose.Subgraph) bool { return s.Name == name })
}

// before is the API schema clients know.
func (c checkCommand) before(current []compose.Subgraph) (*ast.Schema, error) {
	if c.Against != "" {
		text, err := config.ReadFile(c.Against)
		if err != nil {
			return nil, err
		}
		sg, err := supergraph.Load(string(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.Against, err)
		}
		return sg.API, nil
	}
	result, errs := compose.Compose(current, compose.Options{})
	if len(errs) > 0 {
		return nil, fmt.Errorf(
			"the subgraphs do not compose even without the proposal (%s); name the supergraph in use with --against",
			errs[0],
		)
	}
	return apidiff.Load("current", result.APISDL)
}

// refuse reports that the proposal does not compose.
func (c checkCommand) refuse(proposed []compose.Subgraph, errs []*compose.Error) error {
	var err error
	if c.Format == "json" {
		err = writeJSON(os.Stdout, checkReport{Summary: "the proposal does not compose", Errors: errs,
			Changes: []apidiff.Change{}, Impacts: []apidiff.Impact{}})
	} else {
		err = printDiagnostics(proposed, errs, nil)
	}
	if err != nil {
		return err
	}
	return exitError(1)
}

// report tells the changes and what they do to the operations.
func (c checkCommand) report(changes []apidiff.Change, impacts []apidiff.Impact) error {
	ok := apidiff.Worst(changes) != apidiff.Breaking || c.AllowBreaking
	for _, i := range impacts {
		ok = ok && (!i.Broken || i.Invalid)
	}
	summary := apidiff.Summary(changes, impacts)
	if !c.knowsOperations() {
		summary = apidiff.Count(changes)
	}
	report := checkReport{OK: ok, Summary: summary, Errors: []*compose.Error{},
		Changes: slices.Concat([]apidiff.Change{}, changes), Impacts: slices.Concat([]apidiff.Impact{}, impacts)}
	if c.Format == "json" {
		if err := writeJSON(os.Stdout, report); err != nil {
			return err
		}
	} else {
		printChanges(&report)
	}
	if !ok {
		return exitError(1)
	}
	return nil
}

func printChanges(report *checkReport) {
	p := paintFor(os.Stdout)
	for _, change := range report.Changes {
		word := fmt.Sprintf("%-9s", strings.ToLower(string(change.Severity)))
		fmt.Printf("%s  %s\n", p.severity(change.Severity, word), change.Message)
	}
	for _, impact := range report.Impacts {
		switch {
		case impact.Invalid:
			fmt.Printf("\n%s was not valid before either\n", p.severity(apidiff.Safe, impact.Operation))
		case impact.Broken:
			fmt.Printf("\n%s breaks\n", p.severity(apidiff.Breaking, impact.Operation))
		default:
			fmt.Printf("\n%s may break, depending on variables and data\n", p.severity(apidiff.Dangerous, impact.Operation))
		}
		for _, e := range impact.Errors {
			fmt.Printf("  %d:%d %s\n", e.Line, e.Column, e.Message)
		}
		for _, change := range impact.Changes {
			fmt.Printf("  %s\n", change.Message)
		}
		printClients(impact.Clients)
	}
	if len(report.Changes)+len(report.Impacts) > 0 {
		fmt.Println()
	}
	fmt.Println(p.severity(report.severity(), report.Summary))
}

// severity is that of the whole report.
func (r *checkReport) severity() apidiff.Severity {
	worst := apidiff.Worst(r.Changes)
	if !r.OK {
		return apidiff.Breaking
	}
	if worst == apidiff.Breaking { // and let pass, because nobody notices
		return apidiff.Dangerous
	}
	return worst
}

// readOperations reads all GraphQL documents below a directory.
func readOperations(dir string) ([]apidiff.Operation, error) {
	if dir == "" {
		return nil, nil
	}
	var operations []apidiff.Operation
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !slices.Contains([]string{".graphql", ".gql"}, filepath.Ext(path)) {
			return err
		}
		text, err := config.ReadFile(path)
		if err != nil {
			return err
		}
		operations = append(operations, apidiff.Operation{Name: shortPath(path), Text: string(text)})
		return nil
	})
	if err == nil && len(operations) == 0 {
		err = fmt.Errorf("--operations %s: the directory has no *.graphql files", shortPath(dir))
	}
	return operations, err
}
