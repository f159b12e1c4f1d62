package upstream_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weft-graphql/weft/router/upstream"
)

// TestRetriesAreJittered measures the pauses before repetitions, on a clock that only moves when everybody waits:
// clients that failed together must not come back together.
func TestRetriesAreJittered(t *testing.T) {
	const pause = 100 * time.Millisecond
	synctest.Test(t, func(t *testing.T) {
		var asked []time.Time
		client, err := upstream.New(upstream.Config{
			Name: "test", Retries: upstream.Retries{Max: 2, Pause: pause, Budget: 1},
			Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				asked = append(asked, time.Now())
				w.WriteHeader(http.StatusServiceUnavailable)
			}),
		})
		if err != nil {
			t.Fatal(err)
		}
		different := map[time.Duration]bool{}
		for range 50 {
			asked = asked[:0]
			if _, _, err := ask(client, "{}"); err != nil {
				t.Fatal(err)
			}
			for i := 1; i < len(asked); i++ {
				gap, usual := asked[i].Sub(asked[i-1]), pause<<(i-1)
				if gap < usual/2 || gap > usual*3/2 {
					t.Errorf("%v before repetition %d, want %v, give or take half", gap, i, usual)
				}
				different[gap] = true
			}
		}
		if len(different) < 40 {
			t.Errorf("only %d different pauses", len(different))
		}
	})
}
