// Command subgraph is one of the services as an AWS Lambda function: the bootstrap of a custom runtime. WEFT_SUBGRAPH says
// which one it is.
//
// The platform freezes a function between requests. So it answers requests only: what services do in the background,
// publish events and take in those of others, is done by a process, weft subgraph NAME, on the same database.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/weft-graphql/weft/deploy/serverless"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/standalone"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/kit"
)

// settings come from the environment: a function has no command line.
type settings struct {
	Subgraph       string `env:"WEFT_SUBGRAPH" required:"" enum:"${subgraphs}" help:"Which service this is: ${subgraphs}."`
	DatabaseURL    string `env:"WEFT_DATABASE_URL" name:"database-url" help:"PostgreSQL."`
	DataDir        string `env:"WEFT_DATA_DIR" help:"Directory of an SQLite database, which is lost with the function's instance."`
	IdentityKeys   string `env:"WEFT_IDENTITY_KEYS" help:"Public keys of the router: a file, or an https address."`
	Issuer         string `env:"WEFT_ISSUER" default:"http://localhost:4001" help:"accounts: its address in tokens."`
	OperatorSecret string `env:"WEFT_OPERATOR_SECRET" help:"accounts: makes an operator of who knows it."`
	Empty          bool   `env:"WEFT_EMPTY" help:"Leave a new database without the sample data."`
	LogFormat      string `env:"WEFT_LOG_FORMAT" enum:"json,text,pretty" default:"json"`
	LogLevel       string `env:"WEFT_LOG_LEVEL" enum:"debug,info,warn,error" default:"info"`
}

func main() {
	var s settings
	kong.Parse(&s, standalone.Files(), kong.Vars{"subgraphs": strings.Join(subgraphs.Names(), ",")})
	if err := s.serve(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serve does not return when nothing is wrong.
func (s settings) serve(ctx context.Context) error {
	if s.DatabaseURL == "" && s.DataDir == "" {
		return errors.New("WEFT_DATABASE_URL is missing: name the PostgreSQL that all instances of the function share")
	}
	options, err := serverless.FromEnvironment()
	if err != nil {
		return err
	}
	logger, _, err := standalone.NewLogger(config.Log{Level: s.LogLevel, Format: s.LogFormat})
	if err != nil {
		return err
	}
	logger = logger.With("subgraph", s.Subgraph)
	slog.SetDefault(logger)
	var identity kit.IdentityConfig
	if s.IdentityKeys != "" {
		if identity.Keys, err = kit.FollowIdentityKeys(s.IdentityKeys, logger); err != nil {
			return fmt.Errorf("WEFT_IDENTITY_KEYS: %w", err)
		}
	} else {
		logger.Warn("there are no identity keys: whoever may call the function is answered, as nobody")
	}
	service, err := subgraphs.Open(ctx, s.Subgraph, kit.Config{
		DataDir: s.DataDir, DatabaseURL: s.DatabaseURL, Empty: s.Empty, Version: standalone.Version(), Logger: logger,
		Identity: identity, Issuer: s.Issuer, OperatorSecret: s.OperatorSecret, RequestsOnly: true,
	})
	if err != nil {
		return err
	}
	serverless.Start(serverless.WithoutStreams(service.Handler()), options, func() { _ = service.Close() })
	return nil
}
