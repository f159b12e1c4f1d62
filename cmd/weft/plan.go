package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/plan/render"
	"github.com/weft-graphql/weft/router/supergraph"
)

type planCommand struct {
	Supergraph string   `required:"" help:"Supergraph to plan for." type:"existingfile" placeholder:"FILE"`
	Query      string   `required:"" help:"The document: its text, a file, or - for standard input." placeholder:"QUERY" files:""`
	Operation  string   `help:"Which operation of the document." placeholder:"NAME"`
	Variables  string   `help:"Variables as JSON, or @FILE. They decide about @skip and @include." placeholder:"JSON"`
	Label      []string `help:"Override label that is on." placeholder:"LABEL"`
	Format     string   `help:"text, json or dot." enum:"text,json,dot" default:"text"`
	Budget     int      `help:"Most search nodes; the default when left out."`
}

// Run prints the plan.
func (c planCommand) Run() error {
	sdl, err := config.ReadFile(c.Supergraph)
	if err != nil {
		return err
	}
	sg, err := supergraph.Load(string(sdl))
	if err != nil {
		return fmt.Errorf("%s: %w", c.Supergraph, err)
	}
	for _, label := range c.Label {
		if !slices.Contains(sg.OverrideLabels, label) {
			return fmt.Errorf("--label %s: the graph has no such label; it has: %s", label,
				cmp.Or(strings.Join(sg.OverrideLabels, ", "), "none"))
		}
	}
	document, err := readDocument(c.Query)
	if err != nil {
		return err
	}
	variables, err := readVariables(c.Variables)
	if err != nil {
		return err
	}
	prepared, errs := operation.Prepare(sg, document, c.Operation, operation.Limits{})
	if len(errs) > 0 {
		return refuseDocument(errs)
	}
	coerced, errs := prepared.CoerceVariables(variables)
	if len(errs) > 0 {
		return refuseDocument(errs)
	}
	planner := plan.New(sg)
	if c.Budget > 0 {
		planner = planner.WithBudget(c.Budget)
	}
	made, err := planner.Plan(prepared.Operation(prepared.ConditionSet(&coerced, c.labelOn)))
	if err != nil {
		return err
	}
	switch c.Format {
	case "json":
		text, err := render.JSON(made, "  ")
		if err != nil {
			return err
		}
		fmt.Println(string(text))
	case "dot":
		fmt.Print(render.Dot(made))
	default:
		fmt.Print(render.Text(made))
	}
	return nil
}

// labelOn plans for a caller who may see everything.
func (c planCommand) labelOn(label string) bool {
	return slices.Contains(c.Label, label) || strings.HasPrefix(label, supergraph.AccessLabel)
}

// readDocument reads the value of --query.
func readDocument(query string) (string, error) {
	if query == "-" {
		text, err := io.ReadAll(os.Stdin)
		return string(text), err
	}
	// A document has braces; a file name hardly ever does.
	if strings.Contains(query, "{") {
		return query, nil
	}
	text, err := config.ReadFile(query)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("--query: %q is neither a document, which has braces, nor the name of a file", query)
	}
	return string(text), err
}

// readVariables reads the value of --variables.
func readVariables(variables string) ([]byte, error) {
	if file, ok := strings.CutPrefix(variables, "@"); ok {
		text, err := config.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("--variables %w", err)
		}
		return text, nil
	}
	return []byte(variables), nil
}

// refuseDocument prints what is wrong with a document.
func refuseDocument(errs gqlerror.List) error {
	for _, err := range errs {
		if len(err.Locations) > 0 {
			fmt.Fprintf(os.Stderr, "%d:%d ", err.Locations[0].Line, err.Locations[0].Column)
		}
		fmt.Fprintln(os.Stderr, err.Message)
	}
	return exitError(1)
}
