package upstream

import (
	"crypto/tls"
	"fmt"
	"time"

	"github.com/weft-graphql/weft/router/memory"
)

// Transport carries requests to one address and answers back. There are three: net/http's (standard.go), the router's
// own for HTTP/1.1 without TLS (package http1), and none at all for a handler in this process (inprocess.go).
type Transport interface {
	Subgraph
	// Close closes the connections that are not in use, and the others when their requests are over.
	Close()
}

// Endpoint is what a Transport must know.
type Endpoint struct {
	// Network and Address are what to dial: "tcp" and host:port, or "unix" and the path of a socket.
	Network, Address string
	// Host is what requests call the host, and Path where they go to, with the query.
	Host, Path string
	// Header are the headers of every request. A request's own are sent in addition.
	Header []Header
	// Timeout bounds a call. IdleTimeout is how long an unused connection is kept.
	Timeout, IdleTimeout time.Duration
	// MaxConnections bounds the connections; requests wait for a free one.
	MaxConnections int
	// MaxResponse bounds the body of an answer in bytes, decompressed.
	MaxResponse int
	// Budget bounds what the bodies of all answers in progress take together; nil means no bound.
	Budget *Budget
	// TLS is what connections are secured with; nil for none.
	TLS *tls.Config
	// Protocol is HTTP1, HTTP2 or H2C.
	Protocol string
}

// Budget bounds what the bodies of the answers of several endpoints take together: 1 MB of each is not counted, or 64
// KB where the memory of the process is bounded.
type Budget = memory.Budget

// answerWeight is how many bytes of the process's memory one of an answer stands for: what is parsed of it takes as
// much again.
const answerWeight = 2

// NewBudget returns a budget of so many bytes, of what the process may take; nil when nobody says what that is.
func NewBudget(bytes int64, process *memory.Process) *Budget {
	return memory.NewBudget(bytes, process, answerWeight)
}

// accept is what answers may be.
const accept = "application/graphql-response+json, application/json"

// MaxHeader bounds the head of an answer in bytes.
const MaxHeader = 64 << 10

// DialTimeout is how long a Transport waits for a connection.
func (e *Endpoint) DialTimeout() time.Duration { return min(e.Timeout, 10*time.Second) }

// Broken is the error of an answer that makes no sense, with the reason.
func Broken(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrBroken}, args...)...)
}

// Unreachable is the error of a call for which there was no connection. Its cause may tell addresses, and is only for
// operators.
func Unreachable(reason string, cause error) error {
	return &private{fmt.Errorf("%w: %s", ErrUnreachable, reason), cause}
}
