package subgraphs_test

import (
	"database/sql"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// with returns an address with some of its parameters changed; an empty value takes one away.
func with(t *testing.T, address string, changes ...string) string {
	t.Helper()
	uri, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	values := uri.Query()
	for i := 0; i < len(changes); i += 2 {
		if values.Set(changes[i], changes[i+1]); changes[i+1] == "" {
			values.Del(changes[i])
		}
	}
	uri.RawQuery = values.Encode()
	return uri.String()
}

// TestNobodyIsSentElsewhere asks for people to be sent to addresses that are not the client's: they are sent nowhere,
// and no form is shown.
func TestNobodyIsSentElsewhere(t *testing.T) {
	s := openSignIn(t, sqliteConfig(t))
	_, client := s.client("app", app)
	good := client.AuthCodeURL("s", oauth2.S256ChallengeOption(oauth2.GenerateVerifier()))
	tries := []string{good + "&redirect_uri=https%3A%2F%2Fevil.example", good + "&state=2"}
	for _, elsewhere := range []string{
		"", "https://evil.example/", "https://app.example", "https://app.example/signed-in/", "https://app.example/signed-in?x=1",
		"https://app.example/signed-in#f", "https://app.example/signed-in/../evil", "https://app.example/Signed-In",
		"HTTPS://app.example/signed-in", "https://app.example:443/signed-in", "http://app.example/signed-in",
		"https://app.example@evil.example/signed-in", "https://app.example.evil.example/signed-in", "//app.example/signed-in",
		"/signed-in", "javascript:alert(1)//app.example/signed-in", "https://app.example/signed-in\n", " https://app.example/signed-in",
		"https://app.example%2fsigned-in", `https://evil.example\@app.example/signed-in`, "https://other.example/cb",
	} {
		tries = append(tries, with(t, good, "redirect_uri", elsewhere))
	}
	for _, id := range []string{"", "nobody", "App"} {
		tries = append(tries, with(t, good, "client_id", id))
	}
	form := s.form(good)
	for _, try := range tries {
		query := try[strings.IndexByte(try, '?'):]
		for _, at := range []struct {
			address string
			form    url.Values
		}{{try, nil}, {form[:strings.IndexByte(form, '?')] + query, gracesPassword}} {
			response, text := s.page(at.address, at.form)
			if response.StatusCode != http.StatusBadRequest || response.Header.Get("Location") != "" || strings.Contains(text, "<form") ||
				strings.Contains(text, "evil") {
				t.Errorf("%s: %s %s\n%s", at.address, response.Status, response.Header.Get("Location"), text)
			}
		}
	}
}

// TestWhatIsNotSupportedIsToldToTheClient asks for flows that are weaker, and for what is not there.
func TestWhatIsNotSupportedIsToldToTheClient(t *testing.T) {
	s := openSignIn(t, sqliteConfig(t))
	_, client := s.client("app", app)
	good := client.AuthCodeURL("s", oauth2.S256ChallengeOption(oauth2.GenerateVerifier()))
	form := s.form(good)
	for _, c := range []struct {
		want    string
		changes []string
	}{
		{"invalid_request", []string{"code_challenge", "", "code_challenge_method", ""}},
		{"invalid_request", []string{"code_challenge", ""}},
		{"invalid_request", []string{"code_challenge_method", ""}}, // that would be plain
		{"invalid_request", []string{"code_challenge_method", "plain"}},
		{"invalid_request", []string{"code_challenge_method", "s256"}},
		{"invalid_request", []string{"code_challenge", "too-short"}},
		{"unsupported_response_type", []string{"response_type", "token"}},
		{"unsupported_response_type", []string{"response_type", "code id_token"}},
		{"invalid_request", []string{"response_mode", "fragment"}},
		{"invalid_request", []string{"response_mode", "form_post"}},
		{"invalid_scope", []string{"scope", "profile"}},
		{"request_not_supported", []string{"request", "eyJhbGciOiJub25lIn0.e30."}},
		{"request_uri_not_supported", []string{"request_uri", "https://evil.example/r"}},
		{"login_required", []string{"prompt", "none"}},
		{"invalid_request", []string{"prompt", "none login"}},
		{"invalid_request", []string{"id_token_hint", "eyJhbGciOiJub25lIn0.e30."}},
		{"invalid_request", []string{"nonce", strings.Repeat("n", 513)}},
	} {
		for _, base := range []string{good, form} {
			filled := gracesPassword
			if base == good {
				filled = nil
			}
			response, text := s.page(with(t, base, c.changes...), filled)
			target, err := response.Location()
			if err != nil {
				t.Errorf("%q: %s\n%s", c.changes, response.Status, text)
				continue
			}
			got := target.Query()
			if !strings.HasPrefix(target.String(), app+"?") || got.Get("error") != c.want || got.Has("code") ||
				got.Get("state") != "s" || got.Get("iss") != s.url {
				t.Errorf("%q: %s, want %s", c.changes, target, c.want)
			}
		}
	}
	response, _ := s.page(form, url.Values{"cancel": {"1"}})
	if target, err := response.Location(); err != nil || target.Query().Get("error") != "access_denied" {
		t.Errorf("who does not want to: %s %v", response.Status, err)
	}
}

// TestTheFormIsSentFromItsPage has other sites send the form, and looks at what guards the page.
func TestTheFormIsSentFromItsPage(t *testing.T) {
	s := openSignIn(t, sqliteConfig(t))
	_, client := s.client("app", app)
	good := client.AuthCodeURL(`"><script>alert(1)</script>`, oauth2.S256ChallengeOption(oauth2.GenerateVerifier()))
	form := s.form(good)
	for _, headers := range [][]string{
		{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"},
		{"Sec-Fetch-Site", "", "Origin", "https://evil.example"}, {"Sec-Fetch-Site", "", "Origin", "null"},
	} {
		response, _ := s.page(form, gracesPassword, headers...)
		if response.StatusCode != http.StatusForbidden || response.Header.Get("Location") != "" {
			t.Errorf("%q: %s", headers, response.Status)
		}
	}
	response, text := s.page(with(t, good, "login_hint", `"><script>alert(2)</script>`), nil)
	policy := response.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "form-action 'self' https://app.example"} {
		if !strings.Contains(policy, want) {
			t.Errorf("the policy is %q, without %q", policy, want)
		}
	}
	if strings.Contains(policy, "unsafe") || strings.Contains(policy, "script-src") || strings.Contains(text, "<script") ||
		response.Header.Get("Cache-Control") != "no-store" || response.Header.Get("X-Frame-Options") != "DENY" ||
		response.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("%v\n%s", response.Header, text)
	}
}

// TestSignInIsLimited has one address try more than a person would.
func TestSignInIsLimited(t *testing.T) {
	s := openSignIn(t, sqliteConfig(t))
	_, client := s.client("app", app)
	form := s.form(client.AuthCodeURL("s", oauth2.S256ChallengeOption(oauth2.GenerateVerifier())))
	guess := url.Values{"email": {"nobody@example.com"}, "password": {"a guess of mine"}}
	for range 10 {
		if response, text := s.page(form, guess); response.StatusCode != http.StatusOK || !strings.Contains(text, "is wrong") {
			t.Fatalf("a guess: %s\n%s", response.Status, text)
		}
	}
	if response, _ := s.page(form, guess); response.StatusCode != http.StatusTooManyRequests || response.Header.Get("Retry-After") == "" {
		t.Errorf("the eleventh guess: %s", response.Status)
	}
	// What a client says of whom it comes from does not help: the last is what the proxy has seen.
	if response, _ := s.page(form, guess, "X-Forwarded-For", fmt.Sprintf("198.51.100.1, 203.0.113.%d", s.from)); response.StatusCode != http.StatusTooManyRequests {
		t.Errorf("the twelfth guess: %s", response.Status)
	}
	s.forgetEverything()
	if response, _ := s.page(form, guess); response.StatusCode != http.StatusOK {
		t.Errorf("a guess from elsewhere: %s", response.Status)
	}
}

// TestSigningOutNeedsTheIDToken has pages try to sign people out, or to send them elsewhere on that occasion.
func TestSigningOutNeedsTheIDToken(t *testing.T) {
	s := openSignIn(t, sqliteConfig(t))
	_, client := s.client("app", app, oidc.ScopeOfflineAccess)
	secret := oauth2.GenerateVerifier()
	told := s.answer(client.AuthCodeURL("s", oauth2.S256ChallengeOption(secret)))
	tokens, err := client.Exchange(t.Context(), told.Get("code"), oauth2.VerifierOption(secret))
	if err != nil {
		t.Fatal(err)
	}
	hint := tokens.Extra("id_token").(string)
	for name, values := range map[string]url.Values{
		"no token":        {},
		"an access token": {"id_token_hint": {tokens.AccessToken}},
		"forged":          {"id_token_hint": {hint[:len(hint)-6] + "AAAAAA"}},
		"another client":  {"id_token_hint": {hint}, "client_id": {"other"}},
		"elsewhere":       {"id_token_hint": {hint}, "post_logout_redirect_uri": {"https://evil.example/"}},
		"the way in":      {"id_token_hint": {hint}, "post_logout_redirect_uri": {app}},
		"almost":          {"id_token_hint": {hint}, "post_logout_redirect_uri": {"https://app.example/bye?x"}},
	} {
		for _, form := range []url.Values{nil, values} {
			response, text := s.page(s.url+"/oauth/end-session?"+values.Encode(), form)
			if response.StatusCode != http.StatusBadRequest || response.Header.Get("Location") != "" || strings.Contains(text, "evil") {
				t.Errorf("%s: %s %s", name, response.Status, response.Header.Get("Location"))
			}
		}
	}
	if _, err = client.TokenSource(t.Context(), &oauth2.Token{RefreshToken: tokens.RefreshToken}).Token(); err != nil {
		t.Errorf("the session has ended: %v", err)
	}
	// Nor is an ID token good for access.
	if response, _ := s.page(s.url+"/oauth/userinfo", nil, "Authorization", "Bearer "+hint); response.StatusCode != http.StatusUnauthorized {
		t.Errorf("an ID token as access token: %s", response.Status)
	}
}

// TestAnswersAreNotMixedUp lets a client take what one issuer says for what another one does.
func TestAnswersAreNotMixedUp(t *testing.T) {
	honest, other := openSignIn(t, sqliteConfig(t)), openSignIn(t, sqliteConfig(t))
	_, client := honest.client("app", app)
	secret := oauth2.GenerateVerifier()
	told := honest.answer(client.AuthCodeURL("s", oauth2.S256ChallengeOption(secret)))
	if told.Get("iss") != honest.url {
		t.Errorf("the answer is of %s", told.Get("iss"))
	}
	verifier, elsewhere := other.client("app", app)
	if _, err := elsewhere.Exchange(t.Context(), told.Get("code"), oauth2.VerifierOption(secret)); refused(t, err) != "invalid_grant" {
		t.Errorf("the code of one issuer at another: %v", err)
	}
	tokens, err := client.Exchange(t.Context(), told.Get("code"), oauth2.VerifierOption(secret))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verifier.Verifier(&oidc.Config{ClientID: "app"}).Verify(t.Context(), tokens.Extra("id_token").(string)); err == nil {
		t.Error("the ID token of one issuer is good for another")
	}
	if _, err := verifier.UserInfo(t.Context(), oauth2.StaticTokenSource(tokens)); err == nil {
		t.Error("the access token of one issuer is good for another")
	}
}

// TestKeysOfTheProviderRotate makes the key old: the next token has another one, and who has verified tokens goes on.
func TestKeysOfTheProviderRotate(t *testing.T) {
	s := openSignIn(t, sqliteConfig(t))
	provider, client := s.client("app", app)
	verifier := provider.Verifier(&oidc.Config{ClientID: "app"})
	signIn := func() string {
		t.Helper()
		secret := oauth2.GenerateVerifier()
		told := s.answer(client.AuthCodeURL("s", oauth2.S256ChallengeOption(secret)))
		tokens, err := client.Exchange(t.Context(), told.Get("code"), oauth2.VerifierOption(secret))
		if err != nil {
			t.Fatal(err)
		}
		text := tokens.Extra("id_token").(string)
		if _, err := verifier.Verify(t.Context(), text); err != nil {
			t.Error(err)
		}
		return text
	}
	before := signIn()
	s.close()
	db, err := sql.Open("sqlite", filepath.Join(s.config.DataDir, "accounts.db"))
	if err != nil {
		t.Fatal(err)
	}
	aged, err := db.Exec(`UPDATE signing_keys SET made_at = ?`, time.Now().Add(-30*24*time.Hour-time.Minute).UnixMilli())
	if err != nil {
		t.Fatal(err)
	}
	if n, err := aged.RowsAffected(); err != nil || n != 1 {
		t.Fatalf("%d keys, %v", n, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s.open()
	after := signIn()
	if head := func(token string) string { return token[:strings.IndexByte(token, '.')] }; head(before) == head(after) {
		t.Error("the key has not changed")
	}
	if _, err := verifier.Verify(t.Context(), before); err != nil {
		t.Errorf("a token of the key before: %v", err)
	}
}

// TestRefreshTokensInCookies keeps a refresh token from scripts, and from other sites.
func TestRefreshTokensInCookies(t *testing.T) {
	onSignInSites(t, func(t *testing.T, s *signInSite) {
		_, client := s.client("page", s.url+"/page", oidc.ScopeOfflineAccess)
		secret := oauth2.GenerateVerifier()
		told := s.answer(client.AuthCodeURL("s", oauth2.S256ChallengeOption(secret)))
		token := s.url + "/oauth/token"
		response, text := s.page(token, url.Values{
			"grant_type": {"authorization_code"}, "client_id": {"page"}, "code": {told.Get("code")}, "redirect_uri": {s.url + "/page"},
			"code_verifier": {secret},
		})
		cookie := func(r *http.Response) *http.Cookie {
			t.Helper()
			if len(r.Cookies()) != 1 {
				t.Fatalf("%s has the cookies %v", r.Status, r.Cookies())
			}
			return r.Cookies()[0]
		}
		first := cookie(response)
		if !first.HttpOnly || first.SameSite != http.SameSiteStrictMode || first.Path != "/oauth/token" || first.MaxAge <= 0 ||
			strings.Contains(text, "refresh_token") || strings.Contains(text, first.Value) {
			t.Errorf("%+v\n%s", first, text)
		}
		renew := func(value string, headers ...string) *http.Response {
			t.Helper()
			s.forgetEverything()
			headers = append(headers, "Cookie", first.Name+"="+value)
			response, text := s.page(token, url.Values{"grant_type": {"refresh_token"}, "client_id": {"page"}}, headers...)
			if response.StatusCode == http.StatusOK && (strings.Contains(text, "refresh_token") || !strings.Contains(text, "id_token")) {
				t.Errorf("refreshed: %s", text)
			}
			return response
		}
		if response := renew(first.Value, "Sec-Fetch-Site", "cross-site"); response.StatusCode != http.StatusBadRequest {
			t.Errorf("another site refreshes: %s", response.Status)
		}
		second := cookie(renew(first.Value))
		// The page was left while the answer was on its way: what it has is still good for a moment.
		third := cookie(renew(first.Value))
		if second.Value == first.Value || third.Value == second.Value {
			t.Error("the refresh token is not rotated")
		}
		fourth := cookie(renew(third.Value))
		// What was rotated away twice is of no use, and ends the session.
		if response := renew(first.Value); response.StatusCode != http.StatusBadRequest || cookie(response).MaxAge >= 0 {
			t.Errorf("an old cookie: %s %v", response.Status, response.Cookies())
		}
		if response := renew(fourth.Value); response.StatusCode != http.StatusBadRequest {
			t.Errorf("the session goes on after an old cookie: %s", response.Status)
		}
	})
}

// TestTheTokenEndpointIsStrict sends it what it must not take.
func TestTheTokenEndpointIsStrict(t *testing.T) {
	s := openSignIn(t, sqliteConfig(t))
	for _, c := range []struct {
		name, want string
		form       url.Values
		headers    []string
		address    string
	}{
		{name: "a code in the address", want: "invalid_client", form: url.Values{"grant_type": {"authorization_code"}}, address: "?client_id=app"},
		{name: "no client", want: "invalid_client", form: url.Values{"grant_type": {"authorization_code"}}},
		{name: "a secret", want: "invalid_client", form: url.Values{"client_id": {"app"}, "client_secret": {"x"}}},
		{name: "a password", want: "invalid_client", form: url.Values{"client_id": {"app"}}, headers: []string{"Authorization", "Basic YXBwOng="}},
		{name: "a password grant", want: "unsupported_grant_type", form: url.Values{"client_id": {"app"}, "grant_type": {"password"}}},
		{name: "twice", want: "invalid_request", form: url.Values{"client_id": {"app", "other"}}},
		{name: "no refresh token", want: "invalid_grant", form: url.Values{"client_id": {"page"}, "grant_type": {"refresh_token"}}},
	} {
		response, text := s.page(s.url+"/oauth/token"+c.address, c.form, c.headers...)
		if !strings.Contains(text, `"error":"`+c.want+`"`) || response.Header.Get("Cache-Control") != "no-store" || response.StatusCode < 400 {
			t.Errorf("%s: %s %s", c.name, response.Status, text)
		}
	}
	if response, _ := s.page(s.url+"/oauth/token", nil); response.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET: %s", response.Status)
	}
	// Pages of clients may ask from where they are; others may not.
	for origin, want := range map[string]string{"https://app.example": "https://app.example", "https://evil.example": ""} {
		response, _ := s.page(s.url+"/oauth/token", url.Values{}, "Origin", origin)
		if got := response.Header.Get("Access-Control-Allow-Origin"); got != want || response.Header.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s is allowed as %q", origin, got)
		}
	}
}
