package main

import (
	"net"
	"strings"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules"
	"github.com/weft-graphql/weft/router/modules/authentication"
	"github.com/weft-graphql/weft/subgraphs/accounts"
)

// signsIn tells whether people can sign in at the sample service accounts.
func (d *devProcess) signsIn() bool { return d.services["accounts"] != nil }

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
