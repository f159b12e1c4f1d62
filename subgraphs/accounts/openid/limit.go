package openid

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/maypok86/otter/v2"
	"golang.org/x/time/rate"
)

// How much may come from one address: attempts to sign in, and requests for tokens. What is more must wait.
const (
	signInsAtOnce, signInEvery = 10, 6 * time.Second
	grantsAtOnce, grantEvery   = 120, time.Second
	// limited is how many addresses are remembered.
	limited = 10_000
)

// limiter bounds what comes from an address.
type limiter struct {
	seen    *otter.Cache[netip.Prefix, *rate.Limiter]
	atOnce  int
	every   time.Duration
	trusted []netip.Prefix
}

func newLimiter(atOnce int, every time.Duration, trusted []netip.Prefix) *limiter {
	return &limiter{
		otter.Must(&otter.Options[netip.Prefix, *rate.Limiter]{
			MaximumSize: limited,
			// Who has been silent for as long may do everything again.
			ExpiryCalculator: otter.ExpiryAccessing[netip.Prefix, *rate.Limiter](time.Duration(atOnce+1) * every),
		}), atOnce, every, trusted,
	}
}

// allows says whether the address may ask now.
func (l *limiter) allows(r *http.Request) bool {
	made := rate.NewLimiter(rate.Every(l.every), l.atOnce)
	if known, fresh := l.seen.SetIfAbsent(l.client(r), made); !fresh {
		made = known
	}
	return made.Allow()
}

// client is where a request comes from: the peer, or what proxies that are trusted say. Addresses of IPv6 are those of a
// network, since everybody has as many as they like.
func (l *limiter) client(r *http.Request) netip.Prefix {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Prefix{} // those who cannot be told apart share what there is
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && l.trusts(address); i-- {
		before, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		address = before
	}
	address = address.Unmap().WithZone("")
	bits := address.BitLen()
	if address.Is6() {
		bits = 64
	}
	network, err := address.Prefix(bits)
	if err != nil { // bits are never more than an address has
		panic(err)
	}
	return network
}

func (l *limiter) trusts(address netip.Addr) bool {
	for _, network := range l.trusted {
		if network.Contains(address.Unmap()) {
			return true
		}
	}
	return false
}
