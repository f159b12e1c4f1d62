// Package securityheaders tells browsers what they must not do with answers.
package securityheaders

import (
	_ "embed" // the settings' descriptions are their doc comments
	"net/http"
	"strconv"
	"time"

	"github.com/weft-graphql/weft/router/module"
)

//go:embed securityheaders.go
var source string

// Info describes the module.
var Info = module.Info{
	Name: "security_headers", Source: source,
	New: func() module.Module { return &SecurityHeaders{On: true, HSTS: 365 * 24 * time.Hour} },
}

// SecurityHeaders tell browsers what they must not do with answers: guess their type (X-Content-Type-Options), tell
// other sites where somebody came from (Referrer-Policy), show them in frames (X-Frame-Options and
// Content-Security-Policy, for what is visited with GET), and come back without TLS (Strict-Transport-Security, where
// there is TLS).
type SecurityHeaders struct {
	// Send them.
	On bool `yaml:"enabled"`
	// How long browsers that came over TLS come back over TLS only; 0 does not tell them.
	HSTS time.Duration `yaml:"hsts"`
	// The same for all domains below the router's.
	Subdomains bool `yaml:"hsts_subdomains"`
	// A proxy in front ends TLS: X-Forwarded-Proto says whether there was any.
	TrustForwardedProto bool `yaml:"trust_forwarded_proto"`

	strict []string
}

// Enabled implements module.Module.
func (s *SecurityHeaders) Enabled() bool { return s.On }

// Check reports settings that cannot work.
func (s *SecurityHeaders) Check(report func(key, format string, args ...any)) {
	if s.HSTS < 0 {
		report("hsts", "%s is negative", s.HSTS)
	}
}

// Unsafe tells what is not for the public.
func (s *SecurityHeaders) Unsafe(report func(key, format string, args ...any)) {
	if !s.On {
		report("enabled", "browsers may guess the type of answers, and show pages of the router in frames of other sites; "+
			"leave it on")
	}
}

// Provision implements module.Module.
func (s *SecurityHeaders) Provision(host module.Host) error {
	host.VariesBy().Nothing()
	if s.HSTS > 0 {
		value := "max-age=" + strconv.FormatInt(int64(s.HSTS/time.Second), 10)
		if s.Subdomains {
			value += "; includeSubDomains"
		}
		s.strict = []string{value}
	}
	return nil
}

// The values are not changed by anybody: adding to a header makes another slice, because these are full.
var (
	nosniff    = []string{"nosniff"}
	noReferrer = []string{"no-referrer"}
	deny       = []string{"DENY"}
	noFrames   = []string{"frame-ancestors 'none'"}
)

// WrapHandler implements module.Handler. What the handler itself says replaces these.
func (s *SecurityHeaders) WrapHandler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header["X-Content-Type-Options"] = nosniff
		header["Referrer-Policy"] = noReferrer
		if r.Method != http.MethodPost {
			header["X-Frame-Options"] = deny
			header["Content-Security-Policy"] = noFrames
		}
		if s.strict != nil && (r.TLS != nil || s.TrustForwardedProto && r.Header.Get("X-Forwarded-Proto") == "https") {
			header["Strict-Transport-Security"] = s.strict
		}
		next.ServeHTTP(w, r)
	})
}
