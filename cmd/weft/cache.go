package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/weft-graphql/weft/router/cache"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/generation"
	"github.com/weft-graphql/weft/router/source"
	"github.com/weft-graphql/weft/router/standalone"
	"github.com/weft-graphql/weft/router/supergraph"
)

type cacheCommand struct {
	Inspect    cacheInspectCommand    `cmd:"" help:"Show what Redis holds for an entity, and why it ends."`
	Invalidate cacheInvalidateCommand `cmd:"" help:"Make stored values not count any more, in Redis and in every router."`
	Stats      cacheStatsCommand      `cmd:"" help:"Show a running router's counts."`
}

// cacheAccess are the flags that say which cache is meant.
type cacheAccess struct {
	Config     string `help:"The router's configuration file." type:"existingfile" env:"WEFT_CONFIG" placeholder:"FILE"`
	Supergraph string `help:"The supergraph, for the types' keys; the configured one when left out." type:"existingfile" placeholder:"FILE"`
	Redis      string `help:"Address of Redis; the configured one when left out." placeholder:"HOST:PORT"`
	Namespace  string `help:"Namespace of the keys; the configured one when left out." placeholder:"NAME"`
}

// open opens the cache that a router with the same configuration uses, for something about a type unless that is empty.
func (a cacheAccess) open(typeName string) (*cache.Cache, error) {
	cfg, err := loadConfig(a.Config, func(c *config.Config) {
		c.Cache.Enabled = true
		c.Cache.L1.Enabled = false
		if a.Supergraph != "" {
			c.Supergraph.FromFile(a.Supergraph)
		}
		if a.Redis != "" {
			c.Cache.Redis.Addresses = []string{a.Redis}
		}
		if a.Namespace != "" {
			c.Cache.Namespace = a.Namespace
		}
	})
	if err != nil {
		return nil, err
	}
	if len(cfg.Cache.Redis.Addresses) == 0 {
		return nil, errors.New("there is no Redis to look into: name it with --redis, or a configuration with --config")
	}
	sdl, err := source.Load(context.Background(), &cfg.Supergraph)
	if err != nil {
		return nil, err
	}
	sg, err := supergraph.Load(sdl)
	if err != nil {
		return nil, err
	}
	if typeName != "" && sg.Type(typeName) == nil {
		return nil, errors.New(config.Unknown("type", typeName, "in the graph", cachedTypes(sg)))
	}
	logger, _, err := standalone.NewLogger(config.Log{Level: "error", Format: "text"})
	if err != nil {
		return nil, err
	}
	c, err := generation.OpenCache(&cfg.Cache, logger)
	if err != nil {
		return nil, err
	}
	c.Graph(sg)
	return c, nil
}

// cachedTypes are the names of the types that values can be stored of.
func cachedTypes(sg *supergraph.Supergraph) []string {
	var names []string
	for _, t := range sg.Types {
		if t.IsComposite() &&
			slices.ContainsFunc(t.In, func(in *supergraph.TypeIn) bool { return in != nil && len(in.Keys) > 0 }) {
			names = append(names, t.Name)
		}
	}
	return append(names, sg.Query.Name)
}

type cacheInspectCommand struct {
	cacheAccess `embed:""`
	Type        string   `arg:"" help:"The entity's type; Query for a root field."`
	Key         []string `arg:"" help:"Its key as field=value, or the root field as it is stored: topProducts(first:5)."`
	Format      string   `help:"text or json." enum:"text,json" default:"text"`
}

// Run prints what is stored.
func (c cacheInspectCommand) Run(ctx context.Context) error {
	opened, err := c.open(c.Type)
	if err != nil {
		return err
	}
	defer opened.Close()
	key := []byte(strings.Join(c.Key, " "))
	if c.Type != "Query" {
		if key, err = opened.ParseKey(c.Type, c.Key); err != nil {
			return err
		}
	}
	entries, err := opened.Inspect(ctx, c.Type, key)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return writeJSON(os.Stdout, entries)
	}
	if len(entries) == 0 {
		fmt.Printf("nothing is stored for %s %s\n", c.Type, key)
	}
	for _, e := range entries {
		fmt.Printf(
			"%s of %s: %s\n  Redis key %s, removed in %s\n",
			e.Type,
			e.Subgraph,
			e.Key,
			e.RedisKey,
			e.TTL.Round(time.Second),
		)
		switch {
		case e.Others:
			fmt.Println("  there are values for single callers, or by the values of vary headers; they are not shown")
		case len(e.Fields) == 0:
			fmt.Println("  no values: it was invalidated")
		}
		for _, f := range e.Fields {
			fmt.Printf("  %s = %.120s\n    %s, %s old, ends %s", f.Name, f.JSON, f.State, f.Age.Round(time.Second),
				f.Expires.Local().Format(time.TimeOnly))
			if f.EndsBy != "" {
				fmt.Printf(" by %s", f.EndsBy)
			}
			if len(f.Tags) > 0 {
				fmt.Printf(", tags %s", strings.Join(f.Tags, ", "))
			}
			fmt.Println()
		}
	}
	return nil
}

type cacheInvalidateCommand struct {
	cacheAccess `embed:""`
	Type        string   `arg:"" optional:"" help:"Type to invalidate, or the type of one entity."`
	Key         []string `arg:"" optional:"" help:"Key of one entity as field=value."`
	Subgraph    string   `help:"Only (or, without a type, all of) this subgraph." placeholder:"NAME"`
	Tag         string   `help:"Everything with this tag." placeholder:"TAG"`
	All         bool     `help:"Everything."`
}

// Run invalidates.
func (c cacheInvalidateCommand) Run(ctx context.Context) error {
	opened, err := c.open(c.Type)
	if err != nil {
		return err
	}
	defer opened.Close()
	what := cache.Invalidation{Subgraph: c.Subgraph, Type: c.Type, Tag: c.Tag}
	switch {
	case c.Tag != "":
		what.Kind = "cache_tag"
	case len(c.Key) > 0:
		what.Kind = "entity"
		if what.Key, err = opened.ParseKey(c.Type, c.Key); err != nil {
			return err
		}
	case c.Type != "":
		what.Kind = "type"
	case c.Subgraph != "":
		what.Kind = "subgraph"
	case c.All:
		what.Kind = "all"
	default:
		return errors.New("say what to invalidate: a type, a type and a key, --subgraph, --tag or --all")
	}
	result, err := opened.Invalidate(ctx, what)
	if err != nil {
		return err
	}
	if result.Deferred {
		return errors.New("nothing was invalidated: Redis cannot be reached")
	}
	for _, w := range result.Warnings {
		fmt.Fprintln(os.Stderr, "warning: "+w.Message)
	}
	fmt.Printf("invalidated (%d)\n", result.Count)
	return nil
}

type cacheStatsCommand struct {
	Admin  string `help:"The router's admin listener." default:"http://127.0.0.1:9090" placeholder:"URL"`
	Format string `help:"text or json." enum:"text,json" default:"text"`
}

// Run prints the counts.
func (c cacheStatsCommand) Run(ctx context.Context) error {
	req, err := newRequest(ctx, http.MethodGet, strings.TrimSuffix(c.Admin, "/")+"/cache", nil)
	if err != nil {
		return err
	}
	status, text, err := reach(req)
	if err != nil {
		return fmt.Errorf("%w (the router's admin listener is meant: weft router --admin 127.0.0.1:9090)", err)
	}
	if status != http.StatusOK {
		return fmt.Errorf(
			"%s answers with status %d; is it the admin listener, and the entity cache switched on?",
			req.URL,
			status,
		)
	}
	var stats cache.Stats
	if err := json.Unmarshal(text, &stats); err != nil {
		return err
	}
	if c.Format == "json" {
		return writeJSON(os.Stdout, stats)
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SUBGRAPH\tTYPE\tHITS\tPARTIAL\tMISSES\tSTALE\tNULL\tSTORED\tNOT STORABLE")
	for _, t := range stats.Types {
		fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\n", t.Subgraph, t.Type, t.Hits, t.Partial, t.Misses, t.Stale,
			t.Nulls, t.Stored, t.Unstorable)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Printf(
		"\nRedis in use: %v; %d round trips, %d failed; %d entities written, %d dropped; %d in process (%d KB)\n",
		stats.Connected,
		stats.RoundTrips,
		stats.Failures,
		stats.Written,
		stats.WriteDrops,
		stats.LocalEntries,
		stats.LocalBytes>>10,
	)
	return nil
}
