package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/kit"
)

// databaseFlags say where the database of a sample service is.
type databaseFlags struct {
	DataDir     string `help:"Directory of the SQLite databases." env:"WEFT_DATA_DIR" default:".weft/data" type:"path"`
	DatabaseURL string `help:"PostgreSQL to use instead of SQLite, for example postgres://weft:secret@localhost/weft" env:"WEFT_DATABASE_URL" name:"database-url" placeholder:"URL"`
}

func (f databaseFlags) config() kit.Config {
	return kit.Config{DataDir: f.DataDir, DatabaseURL: f.DatabaseURL}
}

type migrateCommand struct {
	Direction string `arg:"" help:"up brings a database to its present form, status lists migrations, down takes back those that were run together last, with what only they can store." enum:"up,status,down"`
	Name      string `arg:"" optional:"" help:"Which service: ${subgraphs}. All of them when left out; not for down."`
	databaseFlags
}

// Run changes the databases of services that need not be running, or tells of them.
func (c migrateCommand) Run(ctx context.Context) error {
	names := subgraphs.Names()
	if c.Name != "" {
		names = []string{c.Name}
	} else if c.Direction == "down" {
		return fmt.Errorf("say which service: weft migrate down %s", names[0])
	}
	for _, name := range names {
		if err := c.one(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

func (c migrateCommand) one(ctx context.Context, name string) error {
	switch c.Direction {
	case "status":
		applied, missing, err := subgraphs.MigrationStatus(ctx, name, c.config())
		if err != nil {
			return err
		}
		fmt.Printf("%s: %d applied, %d missing\n", name, len(applied), len(missing))
		for _, migration := range applied {
			fmt.Println("  applied  " + migration)
		}
		for _, migration := range missing {
			fmt.Println("  missing  " + migration)
		}
		return nil
	case "down":
		names, err := subgraphs.MigrateDown(ctx, name, c.config())
		if err == nil {
			fmt.Printf("%s: took back %s\n", name, orNothing(names))
		}
		return err
	default:
		names, err := subgraphs.Migrate(ctx, name, c.config())
		if err == nil {
			fmt.Printf("%s: ran %s\n", name, orNothing(names))
		}
		return err
	}
}

func orNothing(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}
