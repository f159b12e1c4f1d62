package main

import (
	"crypto/ed25519"
	"net/http"
	"time"

	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/modules"
	"github.com/weft-graphql/weft/router/modules/identity"
	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/kit"
)

// devIdentity is what the router of this process signs with, so that its services, and those outside that know the key,
// know who is asking.
type devIdentity struct {
	key  *wire.IdentityKey
	keys *kit.IdentityKeys
}

// newDevIdentity takes the key of a file, or a new one.
func newDevIdentity(file string) (*devIdentity, error) {
	key, err := identityFile{file}.key()
	if err != nil {
		return nil, err
	}
	if key == nil {
		_, private, err := ed25519.GenerateKey(nil)
		if err != nil {
			return nil, err
		}
		key = wire.NewIdentityKey(private)
	}
	return &devIdentity{key, kit.FixedIdentityKeys(wire.PublicKeys([]*wire.IdentityKey{key}))}, nil
}

// modules are the router's, of which the one that signs has the key.
func (d *devIdentity) modules() []module.Info {
	list := modules.List()
	for i, info := range list {
		if info.Name == identity.Info.Name {
			list[i] = identity.With(d.key)
		}
	}
	return list
}

// direct is a service for those who come past the router, which is for trying things out: they are nobody in
// particular.
func (d *devIdentity) direct(service subgraphs.Service) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get(wire.IdentityHeader) == "" {
			r.Header.Set(wire.IdentityHeader, d.nobody(service.Name()))
		}
		service.Handler().ServeHTTP(w, r)
	})
}

// nobody is what a service is told of who is nobody in particular.
func (d *devIdentity) nobody(service string) string {
	token, _ := d.key.Sign(wire.Identity{}, service, time.Now()) // nobody can always be written
	return token
}
