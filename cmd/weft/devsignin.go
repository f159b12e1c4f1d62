package main

import (
	"net"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules"
	"github.com/weft-graphql/weft/router/modules/authentication"
	"github.com/weft-graphql/weft/storefront"
	"github.com/weft-graphql/weft/subgraphs/accounts"
	"github.com/weft-graphql/weft/subgraphs/kit"
)

// signsIn tells whether people can sign in at the sample service accounts, or at what has its place.
func (d *devProcess) signsIn() bool { return d.has("accounts") }

// shopClient is the client_id of the storefront of this process.
const shopClient = "storefront"

// signInClients are the applications that people may sign in to: the storefront of this process, under each of the names
// that this machine has for itself.
func (d *devProcess) signInClients() []kit.SignInClient {
	shop := kit.SignInClient{ID: shopClient, Name: "Heddle", RefreshCookie: true}
	for _, origin := range d.origins() {
		shop.RedirectURIs = append(shop.RedirectURIs, origin+storefront.SignedInPath)
		shop.PostLogoutRedirectURIs = append(shop.PostLogoutRedirectURIs, origin+storefront.SignedOutPath)
	}
	return []kit.SignInClient{shop}
}

// origins are where the pages of this process may be in a browser of this machine.
func (d *devProcess) origins() []string {
	list := []string{d.url}
	_, port, ok := strings.Cut(strings.TrimPrefix(d.url, "http://127.0.0.1"), ":")
	if !ok {
		_, port, ok = strings.Cut(strings.TrimPrefix(d.url, "http://localhost"), ":")
	}
	if ok {
		list = append(list, "http://localhost:"+port, "http://127.0.0.1:"+port)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// acceptTokens lets the router take the tokens that the sample service accounts gives to people who sign in, unless the
// configuration names other issuers. Requests without a token still come from the person that --as names.
func (d *devProcess) acceptTokens(c *config.Config) {
	tokens := modules.In[*authentication.Authentication](c, authentication.Info)
	if !d.signsIn() || len(tokens.JWT.Issuers) > 0 || tokens.Introspection.Endpoint != "" {
		return
	}
	tokens.JWT.Issuers = []authentication.Issuer{{
		Issuer: d.url, JWKSURL: d.url + accounts.KeysPath, Audiences: []string{accounts.Audience}, Algorithms: []string{"EdDSA"},
	}}
}

// urlOf is where a listener of this process is reached from this machine.
func urlOf(address net.Addr) string {
	return "http://" + strings.Replace(address.String(), "[::]", "localhost", 1)
}
