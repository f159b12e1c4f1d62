// Package identity tells subgraphs who is asking: a short-lived token (Weft-Identity) that the router signs for each of
// them, so that none can pass it on to another.
package identity

import (
	"crypto/sha256"
	_ "embed" // the settings' descriptions are their doc comments
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/weft-graphql/weft/router/caller"
	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
	"github.com/weft-graphql/weft/schema/wire"
)

//go:embed identity.go
var source string

// Info describes the module.
var Info = With()

// With describes the module with keys of one's own, instead of those in files.
func With(keys ...*wire.IdentityKey) module.Info {
	return module.Info{Name: "identity", New: func() module.Module { return &Identity{keys: keys} }, Source: source}
}

// Identity tells subgraphs who is asking, with a signed token for each (the header Weft-Identity).
type Identity struct {
	// Send it.
	On bool `yaml:"enabled"`
	// Files with the private keys (Ed25519, PKCS #8 in PEM: openssl genpkey -algorithm ed25519). The first key signs, all
	// of them are published; changes are followed. Without files a key is made at the start, this process's own.
	KeyFiles []string `yaml:"key_files"`
	// File that the public keys (JWKS) are written to, for the services. They are also at /.well-known/jwks.json of the
	// admin listener.
	JWKSFile string `yaml:"jwks_file"`
	// Claims of the caller that are told beside who it is, for example [roles, tenant].
	Claims []string `yaml:"claims"`

	keys   []*wire.IdentityKey
	signer *signer
	// subject, issuer and claims read what is told of the caller, which is all that varies has.
	issuer, subject caller.ClaimRef
	claims          []claim
	varies          caller.Set
}

type claim struct {
	name string
	ref  caller.ClaimRef
}

// Check implements module.Checker.
func (i *Identity) Check(report func(key, format string, args ...any)) {
	for at, name := range i.Claims {
		if slices.Contains(wire.ReservedClaims(), name) {
			report("claims."+strconv.Itoa(at), "%s is a claim that the router writes itself; leave it out", name)
		}
	}
	if !i.On && len(i.KeyFiles)+len(i.Claims)+len(i.JWKSFile) > 0 {
		report("enabled", "must be true for the other settings to count")
	}
}

// Enabled implements module.Module.
func (i *Identity) Enabled() bool { return i.On }

// Provision implements module.Module.
func (i *Identity) Provision(host module.Host) error {
	varies := host.VariesBy()
	i.issuer, i.subject = varies.Claim("iss"), varies.Claim("sub")
	for _, name := range i.Claims {
		i.claims = append(i.claims, claim{name, varies.Claim(name)})
	}
	i.varies, _ = varies.Set()
	key, err := json.Marshal([]any{i.KeyFiles, i.JWKSFile})
	if err != nil {
		return err
	}
	shared, err := host.Shared(string(key), func() (any, func(), error) {
		s, err := newSigner(i.keys, i.KeyFiles, i.JWKSFile, host.Logger())
		if err != nil {
			return nil, nil, err
		}
		return s, s.close, nil
	})
	if err != nil {
		return err
	}
	i.signer = shared.(*signer)
	if host.HasAdmin() {
		host.HandleAdmin("GET /.well-known/jwks.json", http.HandlerFunc(i.signer.servePublicKeys))
	}
	return nil
}

// SubgraphHeaders implements module.SubgraphHeaders.
func (i *Identity) SubgraphHeaders(s *supergraph.Subgraph) func(*caller.Values, []upstream.Header) []upstream.Header {
	// Whatever is told of callers, a service's tokens are in a space of their own.
	audience := []byte(strconv.Itoa(len(s.Name)) + " " + s.Name)
	return func(values *caller.Values, headers []upstream.Header) []upstream.Header {
		var space [512]byte
		sum := sha256.Sum256(values.Append(append(space[:0], audience...), i.varies))
		token := i.signer.token(sum, time.Now(), s.Name, func() wire.Identity { return i.identityOf(values) })
		if token == "" {
			return headers // the service refuses the request, and the log says why
		}
		return append(headers, upstream.Header{Name: wire.IdentityHeader, Value: token})
	}
}

// identityOf is what subgraphs are told of the caller of a request.
func (i *Identity) identityOf(values *caller.Values) (id wire.Identity) {
	if values.Caller().Anonymous() {
		return id
	}
	text := func(ref caller.ClaimRef) string {
		value, _ := values.Claim(ref)
		text, _ := value.(string)
		return text
	}
	id.Issuer, id.Subject, id.Claims = text(i.issuer), text(i.subject), map[string]any{}
	for _, c := range i.claims {
		if value, ok := values.Claim(c.ref); ok {
			id.Claims[c.name] = value
		}
	}
	return id
}
