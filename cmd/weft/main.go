// Command weft is the whole of Weft in one binary: the router, the composer, the sample services and their tools.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/weft-graphql/weft/router/excerpt"
	"github.com/weft-graphql/weft/router/standalone"
)

// cli is the command line.
type cli struct {
	Dev      devCommand      `cmd:"" help:"Run everything in this process, on embedded defaults."`
	Router   routerCommand   `cmd:"" help:"Serve a supergraph."`
	Subgraph subgraphCommand `cmd:"" help:"Serve one of the sample services."`
	New      newCommand      `cmd:"" help:"Begin a subgraph of your own."`
	Migrate  migrateCommand  `cmd:"" help:"Bring the databases of sample services to their present form, or back."`
	Seed     seedCommand     `cmd:"" help:"Fill the databases of sample services with a shop of any size."`
	Compose  composeCommand  `cmd:"" help:"Make a supergraph of subgraphs."`
	Sign     signCommand     `cmd:"" help:"Sign a supergraph, so that routers can tell who made it."`
	Check    checkCommand    `cmd:"" help:"Compare proposed subgraph schemas with the graph in use: what changes, and who breaks."`
	Usage    usageCommand    `cmd:"" help:"Tell which clients use what, of reports that routers write: what nobody uses, what is deprecated and used."`
	Plan     planCommand     `cmd:"" help:"Show how an operation would be answered."`
	Query    queryCommand    `cmd:"" help:"Send an operation to an endpoint and print the answer; events and deferred parts as they arrive."`
	Persist  persistCommand  `cmd:"" help:"Make a manifest of the documents in a frontend's sources, and check them against the graph."`
	Bench    benchCommand    `cmd:"" help:"Measure a GraphQL endpoint with the benchmark's workloads or one of yours."`
	Cache    cacheCommand    `cmd:"" help:"Look into the entity cache, or invalidate it."`
	Events   eventsCommand   `cmd:"" help:"Look after the events between services: who is behind, and what could not be taken in."`
	Config   configCommand   `cmd:"" help:"Help with the router's configuration file."`
	Health   healthCommand   `cmd:"" help:"Ask a running router or subgraph whether it is ready."`
	Schema   schemaCommand   `cmd:"" help:"Print the schema clients see, a subgraph's part of it, or the answer to introspection."`
	Help     helpCommand     `cmd:"" help:"Explain a command: weft help dev."`
	Version  versionCommand  `cmd:"" help:"Print the version."`

	Completion completionCommand `cmd:"" help:"Print the script that lets bash, zsh or fish complete weft's command lines."`

	ShowVersion kong.VersionFlag `name:"version" help:"Print the version."`
}

// exitError ends the process with a status after everything there is to say was said.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		// After the first signal the next one ends the process at once, however long the orderly end takes.
		<-ctx.Done()
		stop()
	}()
	os.Exit(run(ctx, os.Args[1:]))
}

// run runs a command line and returns the process's exit status: 0 when all is well, 1 when the work showed problems,
// 2 when the command line itself is wrong.
func run(ctx context.Context, args []string) int {
	parser, err := newParser(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "weft:", err)
		return 2
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	if args[0] == completeWord {
		return complete(os.Stdout, parser.Model.Node, args[1:])
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(os.Stderr, "weft: %v\n", err)
		fmt.Fprintln(os.Stderr, "Try weft help, or weft help COMMAND.")
		return 2
	}
	err = parsed.Run()
	var exit exitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return int(exit)
	default:
		fmt.Fprintln(os.Stderr, "weft:", excerpt.Of(err.Error()))
		return 1
	}
}

// newParser makes the parser of command lines, whose commands get ctx.
func newParser(ctx context.Context) (*kong.Kong, error) {
	return kong.New(
		&cli{},
		kong.Name("weft"),
		kong.Description("A federated GraphQL router, and everything around it. Start with: weft dev"),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		standalone.Files(),
		kong.Vars{
			"subgraphs": subgraphNames(),
			"version":   versionText(),
			"endpoint":  localRouter,
		},
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
}
