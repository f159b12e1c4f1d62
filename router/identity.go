package router

import (
	"sync/atomic"
	"time"

	"github.com/weft-graphql/weft/router/upstream"
	"github.com/weft-graphql/weft/schema/wire"
)

// identity makes the header by which subgraphs know that a request comes from the router. It is made anew once in a
// while, not for every request.
type identity struct {
	key     []byte
	current atomic.Pointer[signedIdentity]
}

type signedIdentity struct {
	header upstream.Header
	until  time.Time
}

// anonymous is the header for requests whose caller is not known.
func (i *identity) anonymous() upstream.Header {
	now := time.Now()
	if s := i.current.Load(); s != nil && now.Before(s.until) {
		return s.header
	}
	// An identity without a caller has nothing that could fail to be written; without a header subgraphs would refuse
	// the request.
	value, _ := wire.Seal(i.key, wire.Identity{Issued: now.Unix()})
	s := &signedIdentity{
		header: upstream.Header{Name: wire.IdentityHeader, Value: value}, until: now.Add(wire.IdentityLifetime / 5),
	}
	i.current.Store(s)
	return s.header
}
