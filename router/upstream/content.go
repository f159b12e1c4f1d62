package upstream

import (
	"context"
	"io"
	"sync"
)

// Content is a request's body of another kind than JSON, which is read while it is sent.
type Content struct {
	// Type is its media type.
	Type string
	// Reader yields it. It is read once, at most, and not after Do has returned.
	Reader io.Reader
}

// contents sends requests with Content, each over a connection of its own: what was read once cannot be sent again
// when a kept connection turns out to be closed. All other requests go the usual way.
type contents struct {
	next Subgraph
	once sync.Once
	open func() *standard
	over *standard
}

func (c *contents) Do(ctx context.Context, req *Request, resp *Response) error {
	if req.Content == nil {
		return c.next.Do(ctx, req, resp)
	}
	c.once.Do(func() {
		c.over = c.open()
		c.over.transport.DisableKeepAlives = true
	})
	return c.over.Do(ctx, req, resp)
}

// settled is a Content's reader that yields nothing more once the call is over: a transport may go on reading a while.
type settled struct {
	mu   sync.Mutex
	next io.Reader
}

func (s *settled) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.next == nil {
		return 0, io.ErrClosedPipe
	}
	return s.next.Read(p)
}

func (s *settled) settle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next = nil
}
