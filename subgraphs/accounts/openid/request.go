package openid

import (
	"context"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
)

// The scopes there are.
const (
	scopeOpenID  = "openid"
	scopeProfile = "profile"
	scopeEmail   = "email"
	// scopeOffline asks for a refresh token.
	scopeOffline = "offline_access"
)

var scopes = []string{scopeOpenID, scopeProfile, scopeEmail, scopeOffline}

// maxState and maxNonce bound what is carried for the client, in bytes.
const maxState, maxNonce = 2048, 512

// request is what a client asks for when it sends somebody.
type request struct {
	client                  *Client
	redirect, state, nonce  string
	challenge               string
	scopes, prompt          []string
	loginHint, expectedUser string
	// values are its parameters, for the address of the next page.
	values url.Values
}

// errNoWayBack is an error that is shown to the person, because it is not certain whom the address belongs to.
type errNoWayBack struct{ text string }

func (e errNoWayBack) Error() string { return e.text }

// kept are the parameters that go from page to page.
var kept = []string{
	"client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "code_challenge", "code_challenge_method",
	"prompt", "login_hint", "id_token_hint",
}

// read reads a request. An errNoWayBack is for the person; any other error is for the client, whose request is
// returned, too.
func (p *Provider) read(ctx context.Context, values url.Values) (*request, error) {
	if _, err := form(values); err != nil {
		return nil, errNoWayBack{"The address of this page says something twice."}
	}
	client := p.clients[values.Get("client_id")]
	if client == nil {
		return nil, errNoWayBack{"The application that sent you here is not known."}
	}
	redirect := values.Get("redirect_uri")
	if !slices.Contains(client.RedirectURIs, redirect) {
		return nil, errNoWayBack{client.Name + " wants to have you sent back to an address that is not known to be its own."}
	}
	r := &request{client: client, redirect: redirect, values: url.Values{}}
	if state := values.Get("state"); len(state) <= maxState {
		r.state = state
	} else {
		return r, wrong("invalid_request", "state is too long")
	}
	for _, name := range kept {
		if values.Has(name) {
			r.values.Set(name, values.Get(name))
		}
	}
	r.nonce, r.loginHint = values.Get("nonce"), values.Get("login_hint")
	r.challenge, r.prompt = values.Get("code_challenge"), strings.Fields(values.Get("prompt"))
	for _, scope := range strings.Fields(values.Get("scope")) {
		if slices.Contains(scopes, scope) && !slices.Contains(r.scopes, scope) { // others are ignored (Core, 3.1.2.1)
			r.scopes = append(r.scopes, scope)
		}
	}
	if err := r.check(values); err != nil {
		return r, err
	}
	if hint := values.Get("id_token_hint"); hint != "" {
		claims, err := p.readIDToken(ctx, hint)
		if err != nil {
			return r, wrong("invalid_request", "id_token_hint is no ID token of this issuer")
		}
		r.expectedUser = claims.Subject
	}
	return r, nil
}

// check says what of the request this provider does not do.
func (r *request) check(values url.Values) error {
	switch {
	case values.Has("request"):
		return wrong("request_not_supported", "request objects are not supported")
	case values.Has("request_uri"):
		return wrong("request_uri_not_supported", "request objects are not supported")
	case values.Get("response_type") != "code":
		return wrong("unsupported_response_type", "response_type must be code")
	case values.Has("response_mode") && values.Get("response_mode") != "query":
		return wrong("invalid_request", "response_mode must be query")
	case !slices.Contains(r.scopes, scopeOpenID):
		return wrong("invalid_scope", "scope must have openid")
	case len(r.nonce) > maxNonce:
		return wrong("invalid_request", "nonce is too long")
	case r.challenge == "":
		return wrong("invalid_request", "code_challenge is missing: PKCE is required")
	case values.Get("code_challenge_method") != "S256":
		return wrong("invalid_request", "code_challenge_method must be S256")
	}
	if sum, err := base64.RawURLEncoding.Strict().DecodeString(r.challenge); err != nil || len(sum) != 32 {
		return wrong("invalid_request", "code_challenge is no SHA-256 in base64url")
	}
	// Everybody is asked who they are, so nobody can be signed in without a page.
	if slices.Contains(r.prompt, "none") {
		if len(r.prompt) > 1 {
			return wrong("invalid_request", "prompt=none stands alone")
		}
		return wrong("login_required", "people are always asked to sign in")
	}
	return nil
}

// joins says whether the person wants to open an account.
func (r *request) joins() bool { return slices.Contains(r.prompt, "create") }

// back is where the person is sent back to, with the answer.
func (p *Provider) back(r *request, answer url.Values) string {
	uri, err := url.Parse(r.redirect)
	if err != nil { // it was checked when the client was
		panic(err)
	}
	values := uri.Query()
	for name := range answer {
		values.Set(name, answer.Get(name))
	}
	// The issuer, so that the client notices when the answer is not from whom it asked (RFC 9207).
	values.Set("iss", p.issuer.Name)
	if r.state != "" {
		values.Set("state", r.state)
	}
	uri.RawQuery = values.Encode()
	return uri.String()
}
