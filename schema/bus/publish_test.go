package bus

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/schema/wire"
)

// together is a server that stores nothing before it has everything; it breaks at one event, and is silent about another.
type together struct {
	broker
	handed         []string
	all            chan struct{}
	want           int
	breaks, silent string
	// late are the events that were only asked after when there was no time left.
	late []string
}

func (s *together) publish(_ context.Context, event wire.EntityChanged, _ []byte) (stored, error) {
	if event.ID == s.breaks {
		return nil, errors.New("it broke")
	}
	if s.handed = append(s.handed, event.ID); len(s.handed) == s.want {
		close(s.all)
	}
	return func(ctx context.Context) error {
		if ctx.Err() != nil {
			s.late = append(s.late, event.ID)
		}
		if event.ID == s.silent {
			return context.DeadlineExceeded // as the context would say after a while
		}
		<-s.all
		return nil
	}, nil
}

func numbered(n int) []wire.EntityChanged {
	list := make([]wire.EntityChanged, n)
	for i := range list {
		list[i] = wire.EntityChanged{ID: fmt.Sprint(i), Type: "Product", Subgraph: "catalog", Change: wire.Updated,
			Key: map[string]any{"upc": fmt.Sprint("p", i)}}
	}
	return list
}

// told is what PublishAll says of each event.
func told(t *testing.T, b *Bus, list []wire.EntityChanged) string {
	var said []string
	for i, err := range b.PublishAll(t.Context(), list) {
		if i != len(said) {
			t.Errorf("event %d is the %dth", i, len(said))
		}
		if err == nil {
			said = append(said, "stored")
			continue
		}
		if !strings.Contains(err.Error(), "event "+list[i].ID) {
			t.Errorf("the error does not name the event: %v", err)
		}
		_, why, _ := strings.Cut(err.Error(), ": ")
		said = append(said, why)
	}
	return strings.Join(said, ", ")
}

// All events are handed over before the first is waited for, in order.
func TestEventsAreStoredTogether(t *testing.T) {
	server := &together{want: 5, all: make(chan struct{})}
	if got := told(t, &Bus{broker: server}, numbered(5)); got != "stored, stored, stored, stored, stored" {
		t.Error(got)
	}
	if want := []string{"0", "1", "2", "3", "4"}; !slices.Equal(server.handed, want) {
		t.Errorf("handed over %v, want %v", server.handed, want)
	}
}

// An event that cannot be written is no reason not to publish the others; a broken connection is.
func TestWhatIsHandedOverIsToldOfEach(t *testing.T) {
	server := &together{want: 2, all: make(chan struct{}), breaks: "3"}
	list := numbered(5)
	list[1].Type = ""
	got := told(t, &Bus{broker: server}, list)
	unwritten := list[1]
	_, err := unwritten.Encode()
	if want := fmt.Sprintf("stored, %v, stored, it broke, it broke", err); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// A server that is silent about an event has no more time for those behind it, of which only is heard what is known.
func TestSilenceIsWaitedForOnce(t *testing.T) {
	server := &together{want: 4, all: make(chan struct{}), silent: "1"}
	if got := told(t, &Bus{broker: server}, numbered(4)); got != "stored, context deadline exceeded, stored, stored" {
		t.Error(got)
	}
	if !slices.Equal(server.late, []string{"2", "3"}) {
		t.Errorf("no time is left for %v, want 2 and 3", server.late)
	}
}
