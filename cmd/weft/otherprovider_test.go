package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/oauth2-proxy/mockoidc"
	"golang.org/x/oauth2"
)

// TestAnotherProviderSignsPeopleIn puts a provider of somebody else in the place of accounts: the router takes its
// tokens, and no longer those of accounts; services know people by what it says of them.
func TestAnotherProviderSignsPeopleIn(t *testing.T) {
	provider, err := mockoidc.Run()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := provider.Shutdown(); err != nil {
			t.Error(err)
		}
	})
	config := filepath.Join(t.TempDir(), "weft.yaml")
	text := fmt.Sprintf("authentication: {jwt: {issuers: [{issuer: %q, discovery: true, audiences: [%q]}]}}",
		provider.Issuer(), provider.ClientID)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	address := freeAddress(t)
	dev := start(t, nil, binary, "dev", "--listen", address, "--data-dir", filepath.Join(t.TempDir(), "data"), "--config", config)
	dev.awaitReady(t, "http://"+address+"/readyz")
	url := "http://" + address + "/graphql"

	// The flow of a client, by code and PKCE.
	provider.QueueUser(&mockoidc.MockUser{Subject: "u7"})
	client := oauth2.Config{
		ClientID: provider.ClientID, ClientSecret: provider.ClientSecret, RedirectURL: "http://127.0.0.1/back", Scopes: []string{"openid"},
		Endpoint: oauth2.Endpoint{AuthURL: provider.AuthorizationEndpoint(), TokenURL: provider.TokenEndpoint()},
	}
	secret := oauth2.GenerateVerifier()
	browser := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := browser.Get(client.AuthCodeURL("s", oauth2.S256ChallengeOption(secret)))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	back, err := response.Location()
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := client.Exchange(t.Context(), back.Query().Get("code"), oauth2.VerifierOption(secret))
	if err != nil {
		t.Fatal(err)
	}
	if status, got := askAs(t, url, tokens.AccessToken, `{ me { id } }`); status != http.StatusOK || got != `{"data":{"me":{"id":"u7"}}}` {
		t.Errorf("with a token of the other provider: %d %s", status, got)
	}
	session := field(t, mustAsk(t, url, `mutation { signUp(input: {name: "Grace Murray", email: "grace@example.com",
		password: "compilers are fun"}) { session { accessToken } } }`), "signUp", "session")
	if status, got := askAs(t, url, session["accessToken"].(string), `{ me { id } }`); status != http.StatusUnauthorized {
		t.Errorf("with a token of accounts: %d %s", status, got)
	}
	dev.stop(t)
}
