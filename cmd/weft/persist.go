package main

import (
	"fmt"
	"os"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules/persisted/collect"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
)

type persistCommand struct {
	Sources    []string `arg:"" help:"Folders and files of a frontend: documents (*.graphql, *.gql), and those in JavaScript and TypeScript." placeholder:"PATH" files:""`
	Supergraph string   `required:"" help:"Supergraph the documents must fit." type:"existingfile" placeholder:"FILE"`
	Output     string   `help:"File of the manifest; standard output when left out." placeholder:"FILE"`
	Format     string   `help:"apollo (generate-persisted-query-manifest) or relay." enum:"apollo,relay" default:"apollo"`
	Typename   bool     `help:"Add __typename to all selections, as Apollo Client does with what it sends."`
}

// Run collects the documents, checks them, and writes the manifest if nothing is wrong with any.
func (c persistCommand) Run() error {
	sdl, err := config.ReadFile(c.Supergraph)
	if err != nil {
		return err
	}
	sg, err := supergraph.Load(string(sdl))
	if err != nil {
		return fmt.Errorf("%s: %w", c.Supergraph, err)
	}
	sources, err := collect.Read(c.Sources)
	if err != nil {
		return err
	}
	operations, problems := sources.Operations(c.Typename)
	planner := plan.New(sg)
	for _, o := range operations {
		problems = append(problems, checkOperation(sg, planner, &o)...)
	}
	for _, p := range problems {
		fmt.Fprintln(os.Stderr, p)
	}
	if len(problems) > 0 {
		return exitError(1)
	}
	write := collect.Apollo
	if c.Format == "relay" {
		write = collect.Relay
	}
	text, err := write(operations)
	if err != nil {
		return err
	}
	if c.Output == "" {
		_, err = os.Stdout.Write(text)
		return err
	}
	if err := os.WriteFile(c.Output, text, 0o644); err != nil {
		return config.ExplainFile(c.Output, err)
	}
	fmt.Fprintf(os.Stderr, "%s: %d operations\n", c.Output, len(operations))
	return nil
}

// checkOperation tells what of an operation the graph cannot answer.
func checkOperation(
	sg *supergraph.Supergraph,
	planner *plan.Planner,
	o *collect.Operation,
) (problems []collect.Problem) {
	prepared, errs := operation.Prepare(sg, o.Body, o.Name, operation.Limits{})
	for _, err := range errs {
		problems = append(problems, collect.Problem{Place: o.Place, Message: o.Name + ": " + err.Message})
	}
	if len(errs) > 0 || o.Type == "subscription" {
		return problems
	}
	if _, err := planner.Plan(prepared.Operation(operation.ConditionSet{})); err != nil {
		problems = append(problems, collect.Problem{Place: o.Place, Message: o.Name + ": " + err.Error()})
	}
	return problems
}
