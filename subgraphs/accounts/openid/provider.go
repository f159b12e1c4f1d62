// Package openid is the OpenID provider of accounts: it lets applications sign people in by the authorization code flow
// with PKCE, on pages that accounts serves itself.
//
// Specifications: OpenID Connect Core 1.0, Discovery 1.0, RP-Initiated Logout 1.0, Prompt Create 1.0; RFC 6749, 6750, 7636,
// 9068, 9207, 9700.
package openid

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/rs/cors"

	"github.com/weft-graphql/weft/subgraphs/accounts"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

// Where the provider is, below the issuer's address.
const (
	// Base is where everything is but the discovery document and the keys.
	Base = "/oauth/"
	// DiscoveryPath is where the discovery document is.
	DiscoveryPath = "/.well-known/openid-configuration"

	// AuthorizePath, TokenPath and EndSessionPath are the endpoints that clients know.
	AuthorizePath  = Base + "authorize"
	TokenPath      = Base + "token"
	EndSessionPath = Base + "end-session"
	signInPath     = Base + "sign-in"
	userInfoPath   = Base + "userinfo"
)

// Serves says whether a path is one of the provider's, for those who have other things at the same address.
func Serves(path string) bool {
	return path == DiscoveryPath || path == accounts.KeysPath || strings.HasPrefix(path, Base)
}

// maxForm is the longest body of a request, in bytes.
const maxForm = 32 << 10

// Settings are what a provider is made of.
type Settings struct {
	Issuer  *accounts.Issuer
	Logins  *accounts.Logins
	Clients []Client
	// TrustedProxies are whose X-Forwarded-For counts.
	TrustedProxies []netip.Prefix
	Logger         *slog.Logger
}

// Provider answers applications and the people that they send.
type Provider struct {
	issuer  *accounts.Issuer
	logins  *accounts.Logins
	clients map[string]*Client
	// path is that of the issuer's address.
	path    string
	secure  bool
	own     *http.CrossOriginProtection
	signIns *limiter
	grants  *limiter
	logger  *slog.Logger
}

// New makes a provider. The error says which of the settings cannot work.
func New(s Settings) (*Provider, error) {
	address, err := url.Parse(s.Issuer.Name)
	if err != nil {
		return nil, err
	}
	clients, err := byID(s.Clients)
	if err != nil {
		return nil, err
	}
	return &Provider{
		issuer: s.Issuer, logins: s.Logins, clients: clients, path: address.Path, secure: address.Scheme == "https",
		own: http.NewCrossOriginProtection(), logger: s.Logger,
		signIns: newLimiter(signInsAtOnce, signInEvery, s.TrustedProxies),
		grants:  newLimiter(grantsAtOnce, grantEvery, s.TrustedProxies),
	}, nil
}

// Routes are the provider's, by patterns of http.ServeMux.
func (p *Provider) Routes() map[string]http.Handler {
	// Applications in browsers may be at other origins: those that people are sent back to.
	shared := cors.New(cors.Options{
		AllowedOrigins: origins(p.clients), AllowedMethods: []string{http.MethodGet, http.MethodPost},
		AllowedHeaders: []string{"Authorization", "Content-Type"}, MaxAge: 600,
	}).Handler
	return map[string]http.Handler{
		"GET " + DiscoveryPath:     shared(http.HandlerFunc(p.discovery)),
		"GET " + accounts.KeysPath: shared(http.HandlerFunc(p.issuer.ServeKeys)),
		AuthorizePath:              page(p.authorize),
		"POST " + signInPath:       page(p.signIn),
		TokenPath:                  shared(bounded(p.token)),
		userInfoPath:               shared(bounded(p.userInfo)),
		EndSessionPath:             page(p.endSession),
	}
}

func bounded(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		next(w, r)
	})
}

// problem is an error that an application is told (RFC 6749).
type problem struct {
	Code        string `json:"error"`
	Description string `json:"error_description,omitempty"`
}

func (p *problem) Error() string { return p.Code + ": " + p.Description }

func wrong(code, description string) *problem { return &problem{code, description} }

// refuse answers an application with an error.
func (p *Provider) refuse(w http.ResponseWriter, r *http.Request, err error) {
	status := http.StatusBadRequest
	var told *problem
	if !errors.As(err, &told) {
		p.logger.ErrorContext(r.Context(), "the OpenID provider failed", "path", r.URL.Path, "error", err)
		told, status = wrong(
			"server_error",
			"the provider failed to answer; its log says why",
		), http.StatusInternalServerError
	}
	switch told.Code {
	case "invalid_client", "invalid_token":
		status = http.StatusUnauthorized
	case "slow_down":
		status = http.StatusTooManyRequests
		w.Header().Set("Retry-After", "10")
	}
	answer(w, status, told)
}

func answer(w http.ResponseWriter, status int, value any) {
	text, err := json.Marshal(value)
	if err != nil { // all values are made of texts, numbers and lists
		panic(err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(text) // the peer has gone; there is nobody to tell
}

// form is the form of a request, in which nothing stands twice (RFC 6749, 3.1): of two values, each side could mean
// another one.
func form(values url.Values) (url.Values, error) {
	for name, list := range values {
		if len(list) > 1 {
			return nil, wrong("invalid_request", "the parameter "+quotable(name)+" stands twice")
		}
	}
	return values, nil
}

// quotable leaves of a text what error descriptions may have.
func quotable(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' {
			return '?'
		}
		return r
	}, text)
	return text[:min(len(text), 40)]
}

// faults are what a person can mend; nil when the error is the provider's own.
func faults(err error) []*fault.Fault { return fault.All(err) }
