// Command router is the router as an AWS Lambda function: the bootstrap of a custom runtime. Its configuration is
// weft.yaml beside it, if there is one, and the environment, as for weft-router.
package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/weft-graphql/weft/deploy/serverless"
	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/memory"
	"github.com/weft-graphql/weft/router/modules"
	"github.com/weft-graphql/weft/router/standalone"
)

func main() {
	if err := serve(); err != nil {
		if !errors.Is(err, standalone.ErrConfiguration) {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1)
	}
}

// serve does not return when nothing is wrong.
func serve() error {
	options, err := serverless.FromEnvironment()
	if err != nil {
		return err
	}
	list := modules.List()
	cfg, err := standalone.LoadConfig(standalone.ConfigSource(file(), list, override), os.Stderr)
	if err != nil {
		return err
	}
	logger, level, err := standalone.NewLogger(cfg.Log)
	if err != nil {
		return err
	}
	memory.Limit(int64(cfg.Limits.Memory), cfg.Limits.WarnOnly)
	slog.SetDefault(logger)
	r, err := router.New(cfg, router.Options{Logger: logger, LogLevel: level, Modules: list, Version: standalone.Version()})
	if err != nil {
		return err
	}
	if cfg.Admin.Listen != "" {
		logger.Warn("nobody reaches the listener for operators in a function; metrics can be sent with metrics.otlp",
			"setting", "admin.listen")
	}
	serverless.Start(r, options, r.Close)
	return nil
}

// file is the configuration file: WEFT_CONFIG, or the one that is deployed with the function.
func file() string {
	if name := os.Getenv("WEFT_CONFIG"); name != "" {
		return name
	}
	if _, err := os.Stat("weft.yaml"); err != nil {
		return ""
	}
	return "weft.yaml"
}

// override sets what the platform decides.
func override(cfg *config.Config) {
	cfg.Subscription.Enabled = false // nobody can be told anything later
	cfg.Limits.Memory = config.ByteSize(memory.OrAvailable(int64(cfg.Limits.Memory)))
}
