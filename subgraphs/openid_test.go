package subgraphs_test

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/kit"
)

// signInSite is accounts at an address of its own, and a person's browser that does not follow where it is sent.
type signInSite struct {
	t       *testing.T
	url     string
	server  *httptest.Server
	config  kit.Config
	service subgraphs.Service
	browser *http.Client
	// from is the address that the browser is at, as the proxy in front of accounts tells.
	from int
}

const app, web = "https://app.example/signed-in", "https://app.example/again?from=app"

// openSignIn starts accounts with Grace among its people.
func openSignIn(t *testing.T, config kit.Config) *signInSite {
	t.Helper()
	s := &signInSite{t: t, server: httptest.NewUnstartedServer(nil), config: config}
	s.url = "http://" + s.server.Listener.Addr().String()
	s.config.Issuer = s.url
	s.config.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	s.config.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	s.config.SignInClients = []kit.SignInClient{
		{ID: "app", Name: "An <App>", RedirectURIs: []string{app, web}, PostLogoutRedirectURIs: []string{"https://app.example/bye"}},
		{ID: "other", RedirectURIs: []string{"https://other.example/cb", "com.example.other:/cb"}},
		{ID: "page", RedirectURIs: []string{s.url + "/page"}, RefreshCookie: true},
	}
	s.open()
	s.server.Start()
	t.Cleanup(func() {
		s.server.Close()
		s.close()
	})
	s.forgetEverything()
	sign(t, s.service, grace)
	return s
}

func (s *signInSite) open() {
	s.t.Helper()
	service, err := subgraphs.Open(context.Background(), "accounts", s.config)
	if err != nil {
		s.t.Fatal(err)
	}
	s.service, s.server.Config.Handler = service, service.Handler()
}

func (s *signInSite) close() {
	s.t.Helper()
	if err := s.service.Close(); err != nil {
		s.t.Error(err)
	}
}

// forgetEverything gives the person a new browser.
func (s *signInSite) forgetEverything() {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	s.from++
	s.browser = &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
}

// onSignInSites runs a test on both databases.
func onSignInSites(t *testing.T, test func(t *testing.T, s *signInSite)) {
	t.Run("sqlite", func(t *testing.T) { test(t, openSignIn(t, sqliteConfig(t))) })
	t.Run("postgres", func(t *testing.T) { test(t, openSignIn(t, kit.Config{DatabaseURL: newDatabase(t)})) })
}

// client is a conformant one: golang.org/x/oauth2 and go-oidc.
func (s *signInSite) client(id, redirect string, scopes ...string) (*oidc.Provider, *oauth2.Config) {
	s.t.Helper()
	provider, err := oidc.NewProvider(s.t.Context(), s.url)
	if err != nil {
		s.t.Fatal(err)
	}
	return provider, &oauth2.Config{
		ClientID: id, RedirectURL: redirect, Scopes: append([]string{oidc.ScopeOpenID}, scopes...),
		Endpoint: oauth2.Endpoint{
			AuthURL: provider.Endpoint().AuthURL, TokenURL: provider.Endpoint().TokenURL, AuthStyle: oauth2.AuthStyleInParams,
		},
	}
}

// page is what the browser gets of an address, or of a form that it sends.
func (s *signInSite) page(address string, form url.Values, headers ...string) (*http.Response, string) {
	s.t.Helper()
	method, body := http.MethodGet, ""
	if form != nil {
		method, body = http.MethodPost, form.Encode()
	}
	r, err := http.NewRequestWithContext(s.t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	r.Header.Set("X-Forwarded-For", fmt.Sprintf("203.0.113.%d", s.from))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := s.browser.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return response, string(text)
}

var formAction = regexp.MustCompile(`<form method="post" action="([^"]+)"`)

// form is where the form of the sign-in page at an address goes.
func (s *signInSite) form(address string) string {
	s.t.Helper()
	response, text := s.page(address, nil)
	action := formAction.FindStringSubmatch(text)
	if response.StatusCode != http.StatusOK || action == nil {
		s.t.Fatalf("%s: %s %s\n%s", address, response.Status, response.Header.Get("Location"), text)
	}
	return s.url + html.UnescapeString(action[1])
}

var gracesPassword = url.Values{"email": {"grace@example.com"}, "password": {"compilers are fun"}}

// answer signs Grace in at an address, and returns what the client is told.
func (s *signInSite) answer(address string) url.Values {
	s.t.Helper()
	response, text := s.page(s.form(address), gracesPassword)
	target, err := response.Location()
	if err != nil || response.StatusCode != http.StatusSeeOther {
		s.t.Fatalf("%s: %v\n%s", response.Status, err, text)
	}
	return target.Query()
}

// refused is the error code with which the token endpoint has answered.
func refused(t *testing.T, err error) string {
	t.Helper()
	var told *oauth2.RetrieveError
	if err == nil {
		return ""
	}
	if !errors.As(err, &told) {
		t.Fatal(err)
	}
	return told.ErrorCode
}

// TestPeopleSignInByOpenID has a client that knows nothing but the issuer sign somebody in, go on, and sign out.
func TestPeopleSignInByOpenID(t *testing.T) {
	onSignInSites(t, func(t *testing.T, s *signInSite) {
		provider, client := s.client("app", web, oidc.ScopeOfflineAccess, "profile", "email", "unheard-of")
		secret := oauth2.GenerateVerifier()
		address := client.AuthCodeURL("a state & more", oauth2.S256ChallengeOption(secret), oidc.Nonce("nonce-1"))
		told := s.answer(address)
		if told.Get("state") != "a state & more" || told.Get("iss") != s.url || told.Get("from") != "app" {
			t.Errorf("the client is told %v", told)
		}
		tokens, err := client.Exchange(t.Context(), told.Get("code"), oauth2.VerifierOption(secret))
		if err != nil {
			t.Fatal(err)
		}
		text, _ := tokens.Extra("id_token").(string)
		id, err := provider.Verifier(&oidc.Config{ClientID: "app"}).Verify(t.Context(), text)
		if err != nil {
			t.Fatal(err)
		}
		if id.Nonce != "nonce-1" || len(id.Audience) != 1 || id.Audience[0] != "app" {
			t.Errorf("the ID token says %+v", id)
		}
		if err := id.VerifyAccessToken(tokens.AccessToken); err != nil {
			t.Error(err)
		}
		access := verify(t, s.service, tokens.AccessToken)
		if access["aud"] != "weft" || access["sub"] != id.Subject || access["client_id"] != "app" ||
			access["scope"] != "openid offline_access profile email" || access["roles"].([]any)[0] != "customer" {
			t.Errorf("the access token says %v", access)
		}
		info, err := provider.UserInfo(t.Context(), oauth2.StaticTokenSource(tokens))
		if err != nil {
			t.Fatal(err)
		}
		var profile struct{ Name string }
		if err := info.Claims(&profile); err != nil || info.Subject != id.Subject || profile.Name != "Grace Murray" ||
			info.Email != "grace@example.com" || info.EmailVerified {
			t.Errorf("the person is %+v, %+v", info, profile)
		}

		// The refresh token is good once.
		renew := func(token string) (*oauth2.Token, error) {
			return client.TokenSource(t.Context(), &oauth2.Token{RefreshToken: token}).Token()
		}
		next, err := renew(tokens.RefreshToken)
		if err != nil || next.RefreshToken == tokens.RefreshToken {
			t.Fatalf("refreshed: %+v, %v", next, err)
		}
		if _, err := provider.Verifier(&oidc.Config{ClientID: "app"}).Verify(t.Context(), next.Extra("id_token").(string)); err != nil {
			t.Error(err)
		}
		if _, err := renew(tokens.RefreshToken); refused(t, err) != "invalid_grant" {
			t.Errorf("an old refresh token: %v", err)
		}
		if _, err := renew(next.RefreshToken); refused(t, err) != "invalid_grant" {
			t.Errorf("the session goes on after an old refresh token was used: %v", err)
		}
		if _, err := provider.UserInfo(t.Context(), oauth2.StaticTokenSource(tokens)); err == nil {
			t.Error("the person is told to a client whose session has ended")
		}

		// Signing out.
		told = s.answer(address)
		if tokens, err = client.Exchange(t.Context(), told.Get("code"), oauth2.VerifierOption(secret)); err != nil {
			t.Fatal(err)
		}
		end := s.url + "/oauth/end-session?" + url.Values{
			"id_token_hint": {tokens.Extra("id_token").(string)}, "post_logout_redirect_uri": {"https://app.example/bye"}, "state": {"s"},
		}.Encode()
		if response, _ := s.page(end, nil); response.Header.Get("Location") != "https://app.example/bye?state=s" {
			t.Errorf("after signing out: %s %s", response.Status, response.Header.Get("Location"))
		}
		if _, err := renew(tokens.RefreshToken); refused(t, err) != "invalid_grant" {
			t.Errorf("the session goes on after signing out: %v", err)
		}
	})
}

// TestPeopleOpenAnAccountByOpenID has somebody join on the provider's page.
func TestPeopleOpenAnAccountByOpenID(t *testing.T) {
	s := openSignIn(t, sqliteConfig(t))
	_, client := s.client("app", app)
	secret := oauth2.GenerateVerifier()
	action := s.form(client.AuthCodeURL("s", oauth2.S256ChallengeOption(secret), oauth2.SetAuthURLParam("prompt", "create")))
	joining := url.Values{"name": {"Alan <b>"}, "email": {"alan@example.com"}, "password": {"1q2w3e4r5t"}}
	response, text := s.page(action, joining)
	if response.StatusCode != http.StatusOK || !strings.Contains(text, `id="password-wrong"`) ||
		!strings.Contains(text, `value="Alan &lt;b&gt;"`) || strings.Contains(text, "1q2w3e4r5t") {
		t.Errorf("a bad password: %s\n%s", response.Status, text)
	}
	joining.Set("password", "machines that think")
	response, text = s.page(action, joining)
	target, err := response.Location()
	if err != nil {
		t.Fatalf("%s\n%s", response.Status, text)
	}
	if _, err := client.Exchange(t.Context(), target.Query().Get("code"), oauth2.VerifierOption(secret)); err != nil {
		t.Error(err)
	}
	if response, text := s.page(action, joining); !strings.Contains(text, `id="email-wrong"`) {
		t.Errorf("the same address again: %s\n%s", response.Status, text)
	}
}

// TestCodesAreForOneClientOnce tries everything that must not be had for a code.
func TestCodesAreForOneClientOnce(t *testing.T) {
	onSignInSites(t, func(t *testing.T, s *signInSite) {
		_, client := s.client("app", app, oidc.ScopeOfflineAccess)
		secret := oauth2.GenerateVerifier()
		address := client.AuthCodeURL("s", oauth2.S256ChallengeOption(secret))
		code := func() string { return s.answer(address).Get("code") }
		exchange := func(c oauth2.Config, code string, options ...oauth2.AuthCodeOption) string {
			t.Helper()
			_, err := c.Exchange(t.Context(), code, options...)
			return refused(t, err)
		}
		right := oauth2.VerifierOption(secret)

		for name, try := range map[string]func(code string) string{
			"no verifier": func(code string) string { return exchange(*client, code) },
			"another verifier": func(code string) string {
				return exchange(*client, code, oauth2.VerifierOption(oauth2.GenerateVerifier()))
			},
			"the challenge as verifier": func(code string) string {
				return exchange(*client, code, oauth2.VerifierOption(oauth2.S256ChallengeFromVerifier(secret)))
			},
			"another client": func(code string) string {
				c := *client
				c.ClientID = "other"
				return exchange(c, code, right)
			},
			"another of its addresses": func(code string) string {
				c := *client
				c.RedirectURL = web
				return exchange(c, code, right)
			},
			"no address": func(code string) string {
				c := *client
				c.RedirectURL = ""
				return exchange(c, code, right)
			},
		} {
			// Each costs the code: nobody has a second guess.
			burnt := code()
			if got := try(burnt); got != "invalid_grant" {
				t.Errorf("%s: %q", name, got)
			}
			if got := exchange(*client, burnt, right); got != "invalid_grant" {
				t.Errorf("%s, and then the right one: %q", name, got)
			}
			s.forgetEverything()
		}
		if got := exchange(*client, "nothing", right); got != "invalid_grant" {
			t.Errorf("a code that is none: %q", got)
		}

		// A code that comes twice was seen by somebody else: what it brought is taken back.
		twice := code()
		tokens, err := client.Exchange(t.Context(), twice, right)
		if err != nil {
			t.Fatal(err)
		}
		if got := exchange(*client, twice, right); got != "invalid_grant" {
			t.Errorf("a code twice: %q", got)
		}
		_, err = client.TokenSource(t.Context(), &oauth2.Token{RefreshToken: tokens.RefreshToken}).Token()
		if refused(t, err) != "invalid_grant" {
			t.Errorf("the refresh token of a code that came twice: %v", err)
		}
		if response, _ := s.page(s.url+"/oauth/userinfo", nil, "Authorization", "Bearer "+tokens.AccessToken); response.StatusCode != http.StatusUnauthorized {
			t.Errorf("the access token of a code that came twice: %s", response.Status)
		}

		// Two at once: one has the tokens, and loses them again.
		raced := code()
		results := make(chan error, 2)
		for range 2 {
			go func() {
				got, err := client.Exchange(context.Background(), raced, right)
				if err == nil {
					tokens = got
				}
				results <- err
			}()
		}
		first, second := <-results, <-results
		if (first == nil) == (second == nil) {
			t.Errorf("two at once: %v and %v", first, second)
		}
		if _, err := client.TokenSource(t.Context(), &oauth2.Token{RefreshToken: tokens.RefreshToken}).Token(); refused(t, err) != "invalid_grant" {
			t.Errorf("the refresh token of a code that came twice at once: %v", err)
		}

		s.forgetEverything()

		// A refresh token is for its client, and is none for the mutation.
		tokens, err = client.Exchange(t.Context(), code(), right)
		if err != nil {
			t.Fatal(err)
		}
		other := *client
		other.ClientID = "other"
		if _, err := other.TokenSource(t.Context(), &oauth2.Token{RefreshToken: tokens.RefreshToken}).Token(); refused(t, err) != "invalid_grant" {
			t.Errorf("another client's refresh token: %v", err)
		}
		s.forgetEverything()
		tokens, err = client.Exchange(t.Context(), code(), right)
		if err != nil {
			t.Fatal(err)
		}
		if got := sign(t, s.service, refresh(tokens.RefreshToken)); got.Session != nil {
			t.Error("a client's refresh token is good for the mutation")
		}
	})
}
