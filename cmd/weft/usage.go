package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/weft-graphql/weft/router/compose/apidiff"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/usage"
)

type usageCommand struct {
	Reports    []string `arg:"" help:"Reports that routers have written (usage.directory in their configuration), directories of them, or what an OpenTelemetry collector wrote of them." placeholder:"FILE|DIR"`
	Supergraph string   `help:"The supergraph in use: what of it nobody uses, and what is deprecated and used all the same." type:"existingfile" placeholder:"FILE"`
	Of         []string `help:"Tell who uses this: Type.field, Type.field(argument:), Enum.VALUE or Input.field. May be repeated." placeholder:"COORDINATE" sep:"none"`
	Format     string   `help:"text or json." enum:"text,json" default:"text"`
}

// usageReport is what weft usage tells, in JSON.
type usageReport struct {
	From     time.Time   `json:"from"`
	To       time.Time   `json:"to"`
	Requests uint64      `json:"requests"`
	Clients  []clientUse `json:"clients"`
	// Unattributed are requests of clients that are not told.
	Unattributed uint64                     `json:"unattributed"`
	Schema       *usage.Analysis            `json:"schema,omitempty"`
	Of           map[string][]usage.PartUse `json:"of,omitempty"`
}

type clientUse struct {
	usage.Client
	Requests   uint64 `json:"requests"`
	Operations int    `json:"operations"`
}

// Run tells what clients do.
func (c usageCommand) Run() error {
	merged, err := usage.ReadFiles(c.Reports)
	if err != nil {
		return err
	}
	report := usageReport{
		From: merged.From, To: merged.To, Requests: merged.Requests(), Unattributed: merged.RestRequests, Clients: []clientUse{},
	}
	for _, u := range clientCounts(merged) {
		report.Clients = append(report.Clients, clientUse{u.Client, u.Count, len(merged.Counts[u.Client])})
	}
	if c.Supergraph != "" {
		analysis, err := c.analyse(merged)
		if err != nil {
			return err
		}
		report.Schema = &analysis
	}
	for _, coordinate := range c.Of {
		if report.Of == nil {
			report.Of = map[string][]usage.PartUse{}
		}
		report.Of[coordinate], _ = merged.Of(coordinate)
	}
	if c.Format == "json" {
		return writeJSON(os.Stdout, report)
	}
	c.print(&report, merged)
	return nil
}

func (c usageCommand) analyse(merged *usage.Report) (usage.Analysis, error) {
	text, err := config.ReadFile(c.Supergraph)
	if err != nil {
		return usage.Analysis{}, err
	}
	sg, err := supergraph.Load(string(text))
	if err != nil {
		return usage.Analysis{}, errors.Join(fmt.Errorf("%s is no supergraph", shortPath(c.Supergraph)), err)
	}
	return usage.Analyse(sg.API, merged), nil
}

func (c usageCommand) print(report *usageReport, merged *usage.Report) {
	p := paintFor(os.Stdout)
	fmt.Printf("%s from %s to %s\n", requests(report.Requests), shownTime(report.From), shownTime(report.To))
	for i, client := range report.Clients {
		if i == mostClients {
			fmt.Printf("  and %d more clients\n", len(report.Clients)-i)
			break
		}
		fmt.Printf("  %s: %s, %s\n", client.Shown(), requests(client.Requests), count(client.Operations, "operation"))
	}
	if report.Unattributed > 0 {
		fmt.Printf("  others: %s; they are only counted by what they use\n", requests(report.Unattributed))
	}
	for _, coordinate := range c.Of {
		_, rest := merged.Of(coordinate)
		fmt.Printf("\n%s\n", coordinate)
		printPartUses(report.Of[coordinate], rest)
	}
	if report.Schema == nil {
		return
	}
	fmt.Printf("\nDeprecated and used: %d\n", len(report.Schema.Deprecated))
	for _, d := range report.Schema.Deprecated {
		fmt.Printf("%s  %s\n", p.severity(apidiff.Breaking, d.Coordinate), d.Reason)
		printPartUses(d.Uses, d.Rest)
	}
	fmt.Printf("\nNot used: %d of %d\n", report.Schema.Parts, report.Schema.Total)
	for _, coordinate := range report.Schema.Unused {
		fmt.Printf("  %s\n", coordinate)
	}
}

// printPartUses tells who uses something.
func printPartUses(uses []usage.PartUse, rest usage.Rest) {
	if len(uses) == 0 && rest == (usage.Rest{}) {
		fmt.Println("  nobody")
	}
	for i, u := range uses {
		if i == mostClients {
			fmt.Printf("  and %d more\n", len(uses)-i)
			break
		}
		maybe, name := "", u.Operation
		if u.Maybe {
			maybe = ", perhaps: variables or data decide"
		}
		if name == "" {
			name = "an operation without a name"
		}
		fmt.Printf("  %s: %s in %s%s\n", u.Shown(), requests(u.Count), name, maybe)
	}
	if n := rest.Uses + rest.Maybe; n > 0 {
		fmt.Printf("  others: %s\n", requests(n))
	}
}

func shownTime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 MST") }
