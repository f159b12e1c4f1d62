package dataloader_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weft-graphql/weft/subgraphs/kit/dataloader"
)

// patient is long enough for all goroutines of a test to have asked.
const patient = 300 * time.Millisecond

type squares struct{ scale int }

// squarer counts its fetches.
type squarer struct{ fetches, keys atomic.Int32 }

func (s *squarer) fetch(_ context.Context, keys []int) (map[int]int, error) {
	s.fetches.Add(1)
	s.keys.Add(int32(len(keys)))
	found := map[int]int{}
	for _, key := range keys {
		if key >= 0 {
			found[key] = key * key
		}
	}
	return found, nil
}

func TestManyAskOneFetches(t *testing.T) {
	ctx := dataloader.Begin(context.Background(), patient)
	var s squarer
	var all sync.WaitGroup
	for i := range 150 {
		all.Go(func() {
			key := i % 50
			if got, err := dataloader.Load(ctx, squares{1}, key, s.fetch); err != nil || got != key*key {
				t.Errorf("%d: %d, %v", key, got, err)
			}
		})
	}
	all.Wait()
	if s.fetches.Load() != 1 || s.keys.Load() != 50 {
		t.Errorf("%d fetches of %d keys, want 1 of 50", s.fetches.Load(), s.keys.Load())
	}
	// What is known is not asked for again, under this name.
	if got, err := dataloader.Load(ctx, squares{1}, 7, s.fetch); got != 49 || err != nil || s.fetches.Load() != 1 {
		t.Errorf("asked again: %d, %v after %d fetches", got, err, s.fetches.Load())
	}
	if _, err := dataloader.Load(ctx, squares{2}, 7, s.fetch); err != nil || s.fetches.Load() != 2 {
		t.Errorf("other arguments are another loader: %d fetches, %v", s.fetches.Load(), err)
	}
}

func TestMissingKeysHaveNoValue(t *testing.T) {
	ctx := dataloader.Begin(context.Background(), 0)
	var s squarer
	if got, err := dataloader.Load(ctx, "squares", -1, s.fetch); got != 0 || err != nil {
		t.Errorf("got %d, %v", got, err)
	}
}

func TestAllHearOfAnError(t *testing.T) {
	ctx := dataloader.Begin(context.Background(), patient)
	broken := errors.New("broken")
	fetch := func(context.Context, []int) (map[int]int, error) { return nil, broken }
	var all sync.WaitGroup
	for key := range 3 {
		all.Go(func() {
			if _, err := dataloader.Load(ctx, "broken", key, fetch); !errors.Is(err, broken) {
				t.Errorf("%d: %v", key, err)
			}
		})
	}
	all.Wait()
	panics := func(context.Context, []int) (map[int]int, error) { panic("a bug") }
	if _, err := dataloader.Load(ctx, "panics", 1, panics); err == nil {
		t.Error("a panic is no error")
	}
}

func TestPrimedIsNotFetched(t *testing.T) {
	ctx := dataloader.Begin(context.Background(), 0)
	var s squarer
	dataloader.Prime(ctx, "squares", 3, 9, s.fetch)
	if got, err := dataloader.Load(ctx, "squares", 3, s.fetch); got != 9 || err != nil || s.fetches.Load() != 0 {
		t.Errorf("got %d, %v after %d fetches", got, err, s.fetches.Load())
	}
}

func TestWithoutLoadersAKeyIsFetchedAlone(t *testing.T) {
	var s squarer
	dataloader.Prime(context.Background(), "squares", 3, 9, s.fetch)
	for range 2 {
		if got, err := dataloader.Load(context.Background(), "squares", 3, s.fetch); got != 9 || err != nil {
			t.Errorf("got %d, %v", got, err)
		}
	}
	if s.fetches.Load() != 2 {
		t.Errorf("%d fetches, want 2", s.fetches.Load())
	}
}
