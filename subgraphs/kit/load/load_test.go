package load_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/weft-graphql/weft/subgraphs/kit/load"
)

type squares struct{ scale int }

func TestOnwardLoadsOnceForAll(t *testing.T) {
	siblings := load.Of([]int{3, 1, 3, 2})
	var calls atomic.Int32
	fetch := func(_ context.Context, keys []int) (map[int]int, error) {
		calls.Add(1)
		if len(keys) != 3 {
			t.Errorf("fetched %v, want the three different keys", keys)
		}
		found := map[int]int{}
		for _, k := range keys {
			found[k] = k * k
		}
		return found, nil
	}
	var all sync.WaitGroup
	for range 50 {
		for key := 1; key <= 3; key++ {
			all.Go(func() {
				got, err := load.Onward(context.Background(), siblings, squares{1}, key, fetch)
				if err != nil || got != key*key {
					t.Errorf("%d: %d, %v", key, got, err)
				}
			})
		}
	}
	all.Wait()
	if n := calls.Load(); n != 1 {
		t.Errorf("fetched %d times, want once", n)
	}
	if _, err := load.Onward(context.Background(), siblings, squares{2}, 1, fetch); err != nil || calls.Load() != 2 {
		t.Errorf("other arguments are another edge: %d calls, %v", calls.Load(), err)
	}
}

func TestOnwardKeepsErrorsAndGaps(t *testing.T) {
	broken := errors.New("broken")
	siblings := load.Of([]string{"a", "b"})
	for _, key := range siblings.Keys() {
		_, err := load.Onward(context.Background(), siblings, "edge", key, func(context.Context, []string) (map[string]int, error) {
			return nil, broken
		})
		if !errors.Is(err, broken) {
			t.Errorf("%s: %v", key, err)
		}
	}
	got, err := load.Onward(context.Background(), siblings, "gap", "b", func(context.Context, []string) (map[string]*int, error) {
		return map[string]*int{}, nil
	})
	if got != nil || err != nil {
		t.Errorf("a key that was left out: %v, %v", got, err)
	}
}

func TestOnwardWithoutSiblings(t *testing.T) {
	got, err := load.Onward(context.Background(), nil, "edge", "k", func(_ context.Context, keys []string) (map[string]int, error) {
		return map[string]int{keys[0]: len(keys)}, nil
	})
	if got != 1 || err != nil {
		t.Errorf("got %d, %v", got, err)
	}
}

func TestOnwardTellsSiblingsOfAPanic(t *testing.T) {
	siblings := load.Of([]string{"a", "b"})
	fetch := func(context.Context, []string) (map[string]int, error) { panic("a bug") }
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic is gone")
			}
		}()
		_, _ = load.Onward(context.Background(), siblings, "edge", "a", fetch)
	}()
	if got, err := load.Onward(context.Background(), siblings, "edge", "b", fetch); err == nil {
		t.Errorf("b has %d and no error", got)
	}
}
