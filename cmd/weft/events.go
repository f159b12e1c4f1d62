package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"github.com/weft-graphql/weft/schema/bus"
	"github.com/weft-graphql/weft/schema/bus/embedded"
	"github.com/weft-graphql/weft/schema/wire"
)

type eventsCommand struct {
	List    eventsListCommand    `cmd:"" help:"Show who takes events in, how far behind they are, and their dead letters."`
	Read    eventsReadCommand    `cmd:"" help:"Show a dead letter: the event, and why it could not be taken in."`
	Redrive eventsRedriveCommand `cmd:"" help:"Give dead letters back to their consumer, after the cause was mended."`
	Drop    eventsDropCommand    `cmd:"" help:"Remove dead letters for good."`
}

// eventsAccess are the flags that say which bus is meant.
type eventsAccess struct {
	EventsURL string `help:"The bus: nats://, tls://, amqp:// or amqps://. Without it, the one that weft dev keeps in its directory, while it is not running." env:"WEFT_EVENTS_URL,WEFT_NATS_URL" name:"events-url" aliases:"nats-url" placeholder:"URL"`
	DataDir   string `help:"Directory of weft dev." env:"WEFT_DATA_DIR" default:".weft/data" type:"path"`
}

// with lets f use the bus.
func (a eventsAccess) with(ctx context.Context, f func(*bus.Bus) error) error {
	config := bus.Config{URL: a.EventsURL, Client: "weft events", Logger: slog.New(slog.NewTextHandler(io.Discard, nil))}
	var b *bus.Bus
	var err error
	if a.EventsURL != "" {
		b, err = bus.Connect(ctx, config)
	} else {
		dir := filepath.Join(a.DataDir, "events")
		if _, err := os.Stat(dir); err != nil {
			return fmt.Errorf("there are no events in %s; say with --events-url where they are", shortPath(dir))
		}
		var server *embedded.Server
		if server, err = embedded.Start(dir); err != nil {
			return fmt.Errorf("%w (end weft dev first, or say with --events-url which bus is meant)", err)
		}
		defer server.Stop()
		b, err = server.Connect(ctx, config)
	}
	if err != nil {
		return err
	}
	defer b.Close()
	return f(b)
}

type eventsListCommand struct {
	eventsAccess
	Consumer string `arg:"" optional:"" help:"Whose dead letters to show; everybody is counted when left out."`
	Limit    int    `help:"How many dead letters to show." default:"100"`
	JSON     bool   `help:"Print JSON."`
}

// consumerState is one line of the list.
type consumerState struct {
	Consumer    string `json:"consumer"`
	Lag         int    `json:"lag"`
	DeadLetters int    `json:"deadLetters"`
}

// Run prints the consumers, or the dead letters of one.
func (c eventsListCommand) Run(ctx context.Context) error {
	return c.with(ctx, func(b *bus.Bus) error {
		if c.Consumer != "" {
			letters, err := b.DeadLetters(ctx, c.Consumer, max(1, c.Limit))
			if err != nil {
				return err
			}
			return printLetters(letters, c.JSON)
		}
		names, err := b.Consumers(ctx)
		if err != nil {
			return err
		}
		states := make([]consumerState, len(names))
		for i, name := range names {
			states[i].Consumer = name
			if states[i].Lag, err = b.Lag(ctx, name); err != nil {
				return err
			}
			if states[i].DeadLetters, err = b.DeadLetterCount(ctx, name); err != nil {
				return err
			}
		}
		if c.JSON {
			return printIndented(states)
		}
		table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "CONSUMER\tWAITING\tDEAD LETTERS")
		for _, s := range states {
			fmt.Fprintf(table, "%s\t%d\t%d\n", s.Consumer, s.Lag, s.DeadLetters)
		}
		return table.Flush()
	})
}

func printLetters(letters []wire.DeadLetter, asJSON bool) error {
	if asJSON {
		shown := make([]shownLetter, len(letters))
		for i, letter := range letters {
			shown[i] = show(letter)
		}
		return printIndented(shown)
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tGIVEN UP\tATTEMPTS\tEVENT\tREASON")
	for _, l := range letters {
		what := l.Subject
		if e, err := wire.DecodeEntityChanged(l.Event); err == nil {
			what = e.Subgraph + " " + string(e.Change) + " " + e.Entity()
		}
		reason, _, _ := strings.Cut(l.Reason, "\n")
		fmt.Fprintf(table, "%s\t%s\t%d\t%s\t%s\n", l.ID, l.At.UTC().Format(time.RFC3339), l.Attempts, what, reason)
	}
	return table.Flush()
}

// shownLetter is a dead letter as JSON, with its event as a value when it is one.
type shownLetter struct {
	wire.DeadLetter
	Event any `json:"event"`
}

func show(l wire.DeadLetter) shownLetter {
	shown := shownLetter{DeadLetter: l, Event: l.Event}
	switch {
	case json.Valid(l.Event):
		shown.Event = json.RawMessage(l.Event)
	case utf8.Valid(l.Event):
		shown.Event = string(l.Event)
	}
	return shown
}

func printIndented(value any) error {
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

type eventsReadCommand struct {
	eventsAccess
	Consumer string `arg:"" help:"Who could not take the event in."`
	ID       string `arg:"" help:"The dead letter, as weft events list shows it."`
}

// mostLetters bounds how many dead letters are looked through for one.
const mostLetters = 100_000

// Run prints one dead letter.
func (c eventsReadCommand) Run(ctx context.Context) error {
	return c.with(ctx, func(b *bus.Bus) error {
		letters, err := b.DeadLetters(ctx, c.Consumer, mostLetters)
		if err != nil {
			return err
		}
		for _, letter := range letters {
			if letter.ID == c.ID {
				return printIndented(show(letter))
			}
		}
		return fmt.Errorf("%s has no dead letter %q; weft events list %s shows them", c.Consumer, c.ID, c.Consumer)
	})
}

// chosenLetters says which dead letters are meant.
type chosenLetters struct {
	Consumer string   `arg:"" help:"Whose dead letters."`
	ID       []string `arg:"" optional:"" help:"Which ones, as weft events list shows them."`
	All      bool     `help:"All of them."`
}

func (c chosenLetters) check() error {
	if c.All == (len(c.ID) > 0) {
		return fmt.Errorf("say which dead letters are meant: their ids, or --all")
	}
	return nil
}

type eventsRedriveCommand struct {
	eventsAccess
	chosenLetters
}

// Run gives dead letters back to their consumer.
func (c eventsRedriveCommand) Run(ctx context.Context) error {
	if err := c.check(); err != nil {
		return err
	}
	return c.with(ctx, func(b *bus.Bus) error {
		n, err := b.Redrive(ctx, c.Consumer, c.ID...)
		fmt.Printf("%d given back to %s\n", n, c.Consumer)
		return err
	})
}

type eventsDropCommand struct {
	eventsAccess
	chosenLetters
}

// Run removes dead letters.
func (c eventsDropCommand) Run(ctx context.Context) error {
	if err := c.check(); err != nil {
		return err
	}
	return c.with(ctx, func(b *bus.Bus) error {
		n, err := b.Drop(ctx, c.Consumer, c.ID...)
		fmt.Printf("%d dropped\n", n)
		return err
	})
}
