package rates

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/cache/redistest"
	"github.com/weft-graphql/weft/router/caller"
	"github.com/weft-graphql/weft/router/config"
)

// leaky is the reference: a bucket that fills as time passes, told in units and not in times.
type leaky struct {
	rate, burst, level float64
	at                 float64
}

// has tells whether there is so much; close tells that it is a matter of the last digits.
func (l *leaky) has(now, quantity float64) (has, close bool) {
	l.level = min(l.burst, l.level+(now-l.at)*l.rate)
	l.at = now
	return l.level >= quantity, math.Abs(l.level-quantity) < 2*l.rate*roundingError
}

// TestABucketFillsWithTime compares the algorithm with a bucket, at random times, several rates at once.
func TestABucketFillsWithTime(t *testing.T) {
	for seed := range uint64(50) {
		rnd := rand.New(rand.NewPCG(seed, 3))
		l := newLocal(1000)
		var buckets []*bucket
		var references []*leaky
		now := 1e13
		for i := range 3 {
			rate := Rate{Limit: 1 + rnd.IntN(2000), Per: time.Duration(1+rnd.IntN(5)) * time.Second, Burst: rnd.IntN(50)}
			b := newBucket(strconv.Itoa(i), rate)
			buckets = append(buckets, b)
			references = append(references, &leaky{
				rate: float64(rate.Limit) / float64(b.per.Microseconds()), burst: b.burst, level: b.burst, at: now,
			})
		}
		passed, refused := 0, 0
		for range 2000 {
			now += math.Floor(rnd.ExpFloat64() * 3000)
			quantity := float64(1 + rnd.IntN(3))
			takes := make([]take, len(buckets))
			want, unsure := true, false
			for i, b := range buckets {
				takes[i] = take{bucket: b, quantity: quantity}
				has, close := references[i].has(now, quantity)
				want, unsure = has && want, close || unsure
			}
			l.take(takes, now)
			got := true
			for i := range takes {
				got = got && !takes[i].refused
			}
			if unsure {
				want = got
			}
			if got != want {
				t.Fatalf("seed %d: passes: %v, the reference says %v", seed, got, want)
			}
			for i := range references {
				if want {
					references[i].level -= quantity
				}
				if left := references[i].level; math.Abs(left-takes[i].left) > 1.01 {
					t.Fatalf("seed %d: %v left, the reference says %v", seed, takes[i].left, left)
				}
			}
			if want {
				passed++
			} else {
				refused++
			}
		}
		if passed == 0 {
			t.Errorf("seed %d: nothing passed", seed)
		}
	}
}

// TestRedisDecidesAsThisProcessDoes asks the script for random takes, and the algorithm with the time that Redis says.
func TestRedisDecidesAsThisProcessDoes(t *testing.T) {
	server := redistest.Start(t)
	client := server.Client()
	t.Cleanup(func() { _ = client.Close() })
	l, err := newLimiter(&config.Redis{Addresses: []string{server.Addr}}, "test", time.Minute, 1000, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.close)
	model := newLocal(1000)
	rnd := rand.New(rand.NewPCG(5, 6))
	buckets := []*bucket{
		newBucket("a", Rate{Limit: 900, Burst: 10}), newBucket("b", Rate{Limit: 3000, Burst: 7}), newBucket("c", Rate{Limit: 7, Burst: 300}),
	}
	refused := 0
	for range 1500 {
		var takes, same []take
		for _, b := range buckets {
			if rnd.IntN(3) > 0 {
				takes = append(takes, take{bucket: b, key: fmt.Sprint(rnd.IntN(3)), quantity: float64(rnd.IntN(4))})
			}
		}
		if len(takes) == 0 {
			continue
		}
		same = append(same, takes...)
		keys, args := []string{}, []any{}
		for i := range takes {
			keys = append(keys, l.prefix+takes[i].bucket.name+":"+takes[i].key)
			args = append(args, number(takes[i].bucket.interval*takes[i].quantity), number(takes[i].bucket.tolerance))
		}
		answer, err := takeScript.Run(context.Background(), client, keys, args...).StringSlice()
		if err != nil {
			t.Fatal(err)
		}
		now, _ := strconv.ParseFloat(answer[1], 64)
		model.take(same, now)
		passes := true
		for i := range same {
			passes = passes && !same[i].refused
		}
		if passes != (answer[0] == "1") {
			t.Fatalf("the script says %v, the algorithm %v: %+v", answer, passes, same)
		}
		if !passes {
			refused++
		}
	}
	if refused < 50 || refused > 1400 {
		t.Errorf("%d takes were refused: the test says little", refused)
	}
	for _, key := range client.Keys(context.Background(), "*").Val() {
		if ttl := client.PTTL(context.Background(), key).Val(); ttl == -1 {
			t.Errorf("%s never ends: %s", key, ttl)
		}
	}
}

func TestKeysAreBounded(t *testing.T) {
	l := newLocal(1000)
	b := newBucket("a", Rate{Limit: 1, Per: time.Hour})
	for i := range 20_000 {
		l.take([]take{{bucket: b, key: strconv.Itoa(i), quantity: 1}}, float64(i))
		if n := len(l.buckets["a"].times); n > 1000 {
			t.Fatalf("%d keys", n)
		}
	}
	// What is past goes first.
	long := newLocal(1 << 20)
	for i := range 20_000 {
		long.take([]take{{bucket: newBucket("b", Rate{Limit: 1000}), key: strconv.Itoa(i), quantity: 1}}, float64(i)*1e6)
	}
	if n := len(long.buckets["b"].times); n > 2000 {
		t.Errorf("%d keys, of which one says anything", n)
	}
}

func TestAddressesBehindProxies(t *testing.T) {
	r := &Rates{TrustedProxies: []string{"10.0.0.0/8", "192.0.2.1", "2001:db8::/32"}}
	r.proxies, _ = caller.ParseProxies(r.TrustedProxies)
	for _, c := range []struct{ remote, forwarded, want string }{
		{"203.0.113.9:1234", "", "203.0.113.9"},
		{"203.0.113.9:1234", "1.2.3.4", "203.0.113.9"},
		{"10.1.2.3:1", "1.2.3.4", "1.2.3.4"},
		{"10.1.2.3:1", "6.6.6.6, 1.2.3.4, 192.0.2.1", "1.2.3.4"},
		{"10.1.2.3:1", "6.6.6.6, nonsense", "10.1.2.3"},
		{"10.1.2.3:1", "", "10.1.2.3"},
		{"[::ffff:10.1.2.3]:1", "1.2.3.4:99", "1.2.3.4"},
		{"[2001:db8::1]:1", "[2a00:1:2:3:4:5:6:7]:8", "2a00:1:2:3::/64"},
		{"@", "1.2.3.4", "@"},
	} {
		if got := r.proxies.Address(c.remote, []string{c.forwarded}); got != c.want {
			t.Errorf("%s for %q: %q, want %q", c.remote, c.forwarded, got, c.want)
		}
	}
}
