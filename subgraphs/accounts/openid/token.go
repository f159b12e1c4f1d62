package openid

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/weft-graphql/weft/subgraphs/accounts"
)

// tokens are the answer of the token endpoint.
type tokens struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int64  `json:"expires_in"`
	RefreshToken string `json:"refresh_token,omitempty"`
	IDToken      string `json:"id_token,omitempty"`
	Scope        string `json:"scope"`
}

var errInvalidGrant = wrong("invalid_grant", "the code or refresh token is not valid (any more) for this client")

// token gives a client tokens for a code or a refresh token.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		answer(w, http.StatusMethodNotAllowed, wrong("invalid_request", "tokens are asked for with POST"))
		return
	}
	if !p.grants.allows(r) {
		p.refuse(w, r, wrong("slow_down", "too many requests come from here"))
		return
	}
	if err := r.ParseForm(); err != nil {
		p.refuse(w, r, wrong("invalid_request", "the form cannot be read"))
		return
	}
	given, err := form(r.PostForm) // what stands in the address is seen by too many
	if err != nil {
		p.refuse(w, r, err)
		return
	}
	client := p.clients[given.Get("client_id")]
	switch {
	case client == nil:
		p.refuse(w, r, wrong("invalid_client", "there is no such client"))
		return
	case given.Has("client_secret") || given.Has("client_assertion") || r.Header.Get("Authorization") != "":
		p.refuse(w, r, wrong("invalid_client", "clients are public: they have no secret, and must not send one"))
		return
	}
	granted, err := p.grant(w, r, client, given)
	if err != nil {
		if errors.Is(err, accounts.ErrNotGranted) {
			err = errInvalidGrant
		}
		p.refuse(w, r, err)
		return
	}
	p.hand(w, r, client, granted)
}

func (p *Provider) grant(
	w http.ResponseWriter, r *http.Request, client *Client, given url.Values,
) (*accounts.Granted, error) {
	switch given.Get("grant_type") {
	case "authorization_code":
		return p.logins.Redeem(r.Context(), given.Get("code"), func(code *accounts.Code) error {
			return fits(code, client, given)
		})
	case "refresh_token":
		token, cookie := given.Get("refresh_token"), false
		if !given.Has("refresh_token") && client.RefreshCookie {
			if err := p.own.Check(r); err != nil {
				return nil, wrong("invalid_request", "another site has sent this")
			}
			if kept, err := r.Cookie(p.cookieName(client)); err == nil {
				token, cookie = kept.Value, true
			}
		}
		granted, err := p.logins.Renew(r.Context(), token, client.ID, cookie)
		if cookie && errors.Is(err, accounts.ErrNotGranted) {
			p.forget(w, client)
		}
		return granted, err
	}
	return nil, wrong("unsupported_grant_type", "grant_type must be authorization_code or refresh_token")
}

// fits says why a code is not for whoever asks.
func fits(code *accounts.Code, client *Client, given url.Values) error {
	sum := sha256.Sum256([]byte(given.Get("code_verifier")))
	challenge := base64.RawURLEncoding.EncodeToString(sum[:])
	if code.Grant.ClientID != client.ID || code.RedirectURI != given.Get("redirect_uri") ||
		subtle.ConstantTimeCompare([]byte(challenge), []byte(code.Challenge)) != 1 {
		return errInvalidGrant
	}
	return nil
}

// hand answers with tokens.
func (p *Provider) hand(w http.ResponseWriter, r *http.Request, client *Client, granted *accounts.Granted) {
	now := time.Now().UTC()
	given := tokens{
		AccessToken: granted.AccessToken, TokenType: "Bearer", Scope: strings.Join(granted.Grant.Scopes, " "),
		ExpiresIn: int64(granted.ExpiresAt.Sub(now) / time.Second),
	}
	if slices.Contains(granted.Grant.Scopes, scopeOpenID) {
		var err error
		if given.IDToken, err = p.idToken(r.Context(), granted, now); err != nil {
			p.refuse(w, r, err)
			return
		}
	}
	if granted.Grant.Holds(scopeOffline) {
		if client.RefreshCookie {
			p.keep(w, client, granted.RefreshToken)
		} else {
			given.RefreshToken = granted.RefreshToken
		}
	}
	answer(w, http.StatusOK, given)
}

// cookieFor is how long a cookie lasts: as long as a session.
const cookieFor = 30 * 24 * time.Hour

// cookieName is that of a client's cookie. Browsers take one with the prefix over HTTPS only.
func (p *Provider) cookieName(client *Client) string {
	if p.secure {
		return "__Secure-weft-refresh-" + client.ID
	}
	return "weft-refresh-" + client.ID
}

// keep puts a refresh token where no script reads it, and which is sent to the token endpoint only.
func (p *Provider) keep(w http.ResponseWriter, client *Client, token string) {
	http.SetCookie(w, p.cookie(client, token, int(cookieFor/time.Second)))
}

// forget takes the cookie back.
func (p *Provider) forget(w http.ResponseWriter, client *Client) {
	if client.RefreshCookie {
		http.SetCookie(w, p.cookie(client, "", -1))
	}
}

func (p *Provider) cookie(client *Client, token string, seconds int) *http.Cookie {
	return &http.Cookie{
		Name: p.cookieName(client), Value: token, Path: p.path + TokenPath, MaxAge: seconds,
		HttpOnly: true, Secure: p.secure, SameSite: http.SameSiteStrictMode,
	}
}
