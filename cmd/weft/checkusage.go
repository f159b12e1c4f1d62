package main

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/weft-graphql/weft/router/compose/apidiff"
	"github.com/weft-graphql/weft/router/usage"
)

// usedOperations are those that reports of usage tell of, with their clients, the most frequent first.
func usedOperations(reports []string) ([]apidiff.Operation, error) {
	if len(reports) == 0 {
		return nil, nil
	}
	report, err := usage.ReadFiles(reports)
	if err != nil {
		return nil, fmt.Errorf("--usage %w", err)
	}
	clients := map[string][]usage.Use{}
	var order []string
	for _, u := range report.Uses() {
		if clients[u.Document] == nil {
			order = append(order, u.Document)
		}
		clients[u.Document] = append(clients[u.Document], u)
	}
	var operations []apidiff.Operation
	for _, hash := range order {
		d := report.Documents[hash]
		op := apidiff.Operation{Name: shownDocument(d), Text: d.Text, Clients: clients[hash]}
		if d.Text == "" {
			op.Uses = d.Coordinates()
		}
		operations = append(operations, op)
	}
	if report.RestRequests > 0 {
		operations = append(operations, apidiff.Operation{
			Name: "other operations of " + requests(report.RestRequests), Uses: report.RestCoordinates(),
		})
	}
	return operations, nil
}

// shownDocument names an operation to people.
func shownDocument(d *usage.Document) string {
	return fmt.Sprintf("%s %s (%s)", d.Kind, cmp.Or(d.Name, "without a name"), d.Hash[:min(8, len(d.Hash))])
}

// mostClients is how many clients of an operation are told.
const mostClients = 20

// printClients tells whose operation it is.
func printClients(clients []usage.Use) {
	for i, c := range clients {
		if i == mostClients {
			fmt.Printf("  and %d more clients\n", len(clients)-i)
			return
		}
		fmt.Printf("  sent by %s: %s\n", c.Shown(), requests(c.Count))
	}
}

func requests(n uint64) string { return count(int(min(n, 1<<62)), "request") }

// clientCounts are the requests of each client, the most frequent first.
func clientCounts(report *usage.Report) []usage.Use {
	var list []usage.Use
	for client, counts := range report.Counts {
		u := usage.Use{Client: client}
		for _, n := range counts {
			u.Count += n
		}
		list = append(list, u)
	}
	slices.SortFunc(list, func(a, b usage.Use) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version))
	})
	return list
}
