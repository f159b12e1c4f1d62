package exec_test

import (
	"bytes"
	"context"
	"sync/atomic"
	"testing"

	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/upstream"
)

// sharing answers like recorded, and shares each answer with everybody who asks the same. Only the first gets its text:
// who reads it again finds that it is broken.
type sharing struct {
	*recorded
	shares map[string]*upstream.Shared
	broken atomic.Int64
}

func (s *sharing) Do(ctx context.Context, req *upstream.Request, resp *upstream.Response) error {
	if err := s.recorded.Do(ctx, req, resp); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if resp.Shared = s.shares[string(req.Body)]; resp.Shared == nil {
		resp.Shared = &upstream.Shared{}
		s.shares[string(req.Body)] = resp.Shared
		return nil
	}
	resp.Body = []byte(`{"data":`)
	s.broken.Add(1)
	return nil
}

// TestSharedAnswersAreReadOnce executes one program again and again with answers that are shared, and another program
// with the same requests: what it reads is its own affair.
func TestSharedAnswersAreReadOnce(t *testing.T) {
	var shared []*sharing
	ways := func(config *exec.Config) {
		for i, s := range config.Subgraphs {
			way := &sharing{recorded: s.(*recorded), shares: map[string]*upstream.Shared{}}
			config.Subgraphs[i] = way
			shared = append(shared, way)
		}
	}
	b := newBenchmarkWith(t, "distinct", 1, ways)
	for range 5 {
		if got := b.run(nil); !bytes.Equal(got, b.expected) {
			t.Fatalf("%.300s", got)
		}
	}
	again := int64(0)
	for _, s := range shared {
		again += s.broken.Load()
	}
	if again < 4*6 {
		t.Errorf("only %d answers were shared", again)
	}
	other := newBenchmarkWith(t, "distinct", 1, func(config *exec.Config) {
		for i := range config.Subgraphs {
			config.Subgraphs[i] = shared[i]
		}
	})
	if got := other.run(nil); bytes.Equal(got, other.expected) || !bytes.Contains(got, []byte("failed")) {
		t.Errorf("another program used what the first one read: %.300s", got)
	}
}
