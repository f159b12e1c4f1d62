// Package cors lets pages of other origins call the router. Without it browsers let none read its answers.
//
// Specification: https://fetch.spec.whatwg.org/#http-cors-protocol
package cors

import (
	_ "embed" // the settings' descriptions are their doc comments
	"fmt"
	"net/http"
	"net/url"
	"regexp"
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
	// Regular expressions of origins that may call, each for a whole origin: https://pr-[0-9]+\\.shop\\.example
	Patterns []string `yaml:"patterns"`
	// Request headers they may send.
	Headers []string `yaml:"headers"`
	// Answer headers they may read.
	ExposedHeaders []string `yaml:"exposed_headers"`
	// Allow cookies and HTTP authentication; not together with the origin *.
	Credentials bool `yaml:"credentials"`
	// How long browsers may remember the permission.
	MaxAge time.Duration `yaml:"max_age"`
	// Let pages of the public network call a router in a private one (Access-Control-Request-Private-Network).
	PrivateNetwork bool `yaml:"private_network"`
	// Other settings for other origins; the first that names an origin counts, before the ones above.
	Policies []CORSPolicy `yaml:"policies"`
}

// CORSPolicy says what pages of some origins may do.
type CORSPolicy struct {
	// Origins that may call.
	Origins []string `yaml:"origins"`
	// Regular expressions of origins that may call, each for a whole origin.
	Patterns []string `yaml:"patterns"`
	// Request headers they may send.
	Headers []string `yaml:"headers"`
	// Answer headers they may read.
	ExposedHeaders []string `yaml:"exposed_headers"`
	// Allow cookies and HTTP authentication; not together with the origin *.
	Credentials bool `yaml:"credentials"`
	// How long browsers may remember the permission; an hour when left out.
	MaxAge time.Duration `yaml:"max_age"`
	// Let pages of the public network call a router in a private one.
	PrivateNetwork bool `yaml:"private_network"`
}

// own is the policy for all origins that no other names.
func (c *CORS) own() CORSPolicy {
	return CORSPolicy{c.Origins, c.Patterns, c.Headers, c.ExposedHeaders, c.Credentials, c.MaxAge, c.PrivateNetwork}
}

// Check reports settings that cannot work.
func (c *CORS) Check(report func(key, format string, args ...any)) {
	own := c.own()
	own.check("", report)
	for i := range c.Policies {
		p, key := &c.Policies[i], fmt.Sprintf("policies.%d", i)
		if len(p.Origins)+len(p.Patterns) == 0 {
			report(key, "names no origins")
		}
		p.check(key+".", report)
	}
}

func (p *CORSPolicy) check(prefix string, report func(key, format string, args ...any)) {
	if p.Credentials && slices.Contains(p.Origins, "*") {
		report(
			prefix+"credentials",
			"cannot go with the origin *: every page of the web could act as your users; name the origins",
		)
	}
	for i, origin := range p.Origins {
		u, err := url.Parse(strings.TrimSuffix(origin, ":*"))
		if origin != "*" && (err != nil || u.Scheme == "" || u.Host == "" || u.Path != "") {
			report(fmt.Sprintf("%sorigins.%d", prefix, i),
				"%q is not an origin; write one like https://shop.example or http://localhost:*", origin)
		}
	}
	for i, pattern := range p.Patterns {
		if _, err := regexp.Compile(pattern); err != nil {
			report(fmt.Sprintf("%spatterns.%d", prefix, i), "%s", err)
		}
	}
	if p.MaxAge < 0 {
		report(prefix+"max_age", "%s is negative", p.MaxAge)
	}
}

// Unsafe tells what is not for the public.
func (c *CORS) Unsafe(report func(key, format string, args ...any)) {
	if slices.Contains(c.Origins, "*") || slices.ContainsFunc(c.Policies, func(p CORSPolicy) bool {
		return slices.Contains(p.Origins, "*")
	}) {
		report("origins", "pages of every site may read answers; name the origins")
	}
}

// Enabled implements module.Module.
func (c *CORS) Enabled() bool { return len(c.Origins)+len(c.Patterns)+len(c.Policies) > 0 }

// Provision implements module.Module.
func (c *CORS) Provision(module.Host) error { return nil }

// WrapHandler implements module.Handler.
func (c *CORS) WrapHandler(next http.Handler) http.Handler {
	own := c.own()
	last := own.handler(next)
	if len(c.Policies) == 0 {
		return last
	}
	matches, handlers := make([]func(string) bool, len(c.Policies)), make([]http.Handler, len(c.Policies))
	for i := range c.Policies {
		matches[i], handlers[i] = c.Policies[i].matcher(), c.Policies[i].handler(next)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler := last
		if origin := r.Header.Get("Origin"); origin != "" {
			if i := slices.IndexFunc(matches, func(m func(string) bool) bool { return m(origin) }); i >= 0 {
				handler = handlers[i]
			}
		}
		handler.ServeHTTP(w, r)
	})
}

// handler puts the policy around a handler.
func (p *CORSPolicy) handler(next http.Handler) http.Handler {
	headers, age := p.Headers, p.MaxAge
	if len(headers) == 0 {
		headers = []string{"Content-Type", "Authorization"}
	}
	if age == 0 {
		age = time.Hour
	}
	options := cors.Options{
		AllowedOrigins: p.Origins, AllowedMethods: []string{http.MethodGet, http.MethodPost, "QUERY"}, AllowedHeaders: headers,
		ExposedHeaders: p.ExposedHeaders, AllowCredentials: p.Credentials, MaxAge: int(age.Seconds()),
		AllowPrivateNetwork: p.PrivateNetwork, OptionsSuccessStatus: http.StatusNoContent,
	}
	if len(p.Patterns)+len(p.Origins) == 0 || len(p.Patterns) > 0 {
		options.AllowOriginFunc = p.matcher()
	}
	return cors.New(options).Handler(next)
}

// matcher tells whether an origin is one of the policy's.
func (p *CORSPolicy) matcher() func(origin string) bool {
	var patterns []*regexp.Regexp
	for _, text := range p.Patterns {
		patterns = append(patterns, regexp.MustCompile("^(?:"+text+")$")) // Check has compiled it
	}
	return func(origin string) bool {
		return slices.ContainsFunc(p.Origins, func(known string) bool { return isLike(origin, known) }) ||
			slices.ContainsFunc(patterns, func(pattern *regexp.Regexp) bool { return pattern.MatchString(origin) })
	}
}

// isLike tells whether an origin is a known one, in which * stands for anything.
func isLike(origin, known string) bool {
	before, after, wild := strings.Cut(known, "*")
	if !wild {
		return strings.EqualFold(origin, known)
	}
	return len(origin) >= len(before)+len(after) && strings.HasPrefix(origin, before) && strings.HasSuffix(origin, after)
}
