// Package cors lets pages of other origins call the router. Without it browsers let none read its answers.
//
// Specification: https://fetch.spec.whatwg.org/#http-cors-protocol
package cors

import (
	_ "embed" // the settings' descriptions are their doc comments
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/rs/cors"

	"github.com/weft-graphql/weft/router/module"
)

//go:embed cors.go
var source string

// Info describes the module.
var Info = module.Info{Name: "cors", New: func() module.Module { return &CORS{MaxAge: time.Hour} }, Source: source}

// CORS says which pages of other origins may call the router.
type CORS struct {
	// Origins that may call: https://shop.example, https://*.shop.example, http://localhost:*, or * for any. None switches
	// CORS off.
	Origins []string `yaml:"origins"`
	// Request headers they may send.
	Headers []string `yaml:"headers"`
	// Answer headers they may read.
	ExposedHeaders []string `yaml:"exposed_headers"`
	// Allow cookies and HTTP authentication; not together with the origin *.
	Credentials bool `yaml:"credentials"`
	// How long browsers may remember the permission.
	MaxAge time.Duration `yaml:"max_age"`
}

// Check reports settings that cannot work.
func (c *CORS) Check(report func(key, format string, args ...any)) {
	if c.Credentials && slices.Contains(c.Origins, "*") {
		report("credentials", "cannot go with the origin *: every page of the web could act as your users; name the origins")
	}
	for i, origin := range c.Origins {
		u, err := url.Parse(strings.TrimSuffix(origin, ":*"))
		if origin != "*" && (err != nil || u.Scheme == "" || u.Host == "" || u.Path != "") {
			report(fmt.Sprintf("origins.%d", i), "%q is not an origin; write one like https://shop.example or http://localhost:*", origin)
		}
	}
	if c.MaxAge < 0 {
		report("max_age", "%s is negative", c.MaxAge)
	}
}

// Enabled implements module.Module.
func (c *CORS) Enabled() bool { return len(c.Origins) > 0 }

// Provision implements module.Module.
func (c *CORS) Provision(module.Host) error { return nil }

// WrapHandler implements module.Handler.
func (c *CORS) WrapHandler(next http.Handler) http.Handler {
	headers := c.Headers
	if len(headers) == 0 {
		headers = []string{"Content-Type", "Authorization"}
	}
	return cors.New(cors.Options{
		AllowedOrigins: c.Origins, AllowedMethods: []string{http.MethodGet, http.MethodPost}, AllowedHeaders: headers,
		ExposedHeaders: c.ExposedHeaders, AllowCredentials: c.Credentials, MaxAge: int(c.MaxAge.Seconds()),
		OptionsSuccessStatus: http.StatusNoContent,
	}).Handler(next)
}
