package rates

import (
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"strings"

	"github.com/weft-graphql/weft/router/module"
)

// variables are what expressions may use beside headers and claims.
var variables = []string{"client", "address", "operation", "kind"}

// asker is who asks, as rates tell them apart.
type asker struct {
	rates *Rates
	op    *module.Operation
}

// key is whose rate counts; false when the rate does not count the request. Keys are hashes: they are secrets at times
// (API keys), and as long as clients like.
func (a *asker) key(r *rule) (key string, counts bool) {
	switch r.by {
	case "everybody":
		return "", true
	case "caller":
		if who := a.op.Values.Caller(); !who.Anonymous() {
			return hashed("c" + who.Issuer + "\x00" + who.Subject), true
		}
		return hashed("a" + a.Variable("address")), true
	case "header":
		key = a.Header(r.header)
	case "expression":
		var err error
		key, _, err = r.expression.Text(a)
		if err != nil {
			// An expression that fails must not let anybody off.
			return "?", true
		}
	default:
		key = a.Variable(r.by)
		if key == "" && r.by == "client" {
			// Clients without a name have one rate together.
			return "", true
		}
	}
	return hashed(key), key != ""
}

func hashed(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:12])
}

// Header implements expression.Inputs.
func (a *asker) Header(name string) string { return a.op.Request.Header.Get(name) }

// Claim implements expression.Inputs.
func (a *asker) Claim(name string) any {
	if claim, ok := a.op.Values.Caller().Claim(name); ok {
		return claim
	}
	return nil
}

// Variable implements expression.Inputs.
func (a *asker) Variable(name string) string {
	switch name {
	case "client":
		for _, header := range a.rates.ClientHeaders {
			if said := a.Header(header); said != "" {
				return said
			}
		}
		return ""
	case "address":
		return a.rates.address(a.op.Request.RemoteAddr, a.op.Request.Header.Values(a.rates.AddressHeader))
	case "operation":
		return a.op.Prepared.Name
	default:
		return string(a.op.Prepared.Kind)
	}
}

// address is the client's: that of the connection or, when that comes from a trusted proxy, the last one in what the
// proxies say that is no trusted proxy. What stands before that anybody can have written. IPv6 clients have networks:
// the first 64 bits count.
func (r *Rates) address(remote string, forwarded []string) string {
	if host, err := netip.ParseAddrPort(remote); err == nil {
		remote = host.Addr().String()
	}
	hop, err := netip.ParseAddr(remote)
	if err != nil {
		return remote // a unix socket, or a test
	}
	said := strings.Split(strings.Join(forwarded, ","), ",")
	for i := len(said) - 1; i >= 0 && r.trusts(hop); i-- {
		next, ok := parseHop(said[i])
		if !ok {
			break
		}
		hop = next
	}
	hop = hop.Unmap()
	if hop.Is6() {
		network, _ := hop.WithZone("").Prefix(64) // 64 bits are never too many
		return network.String()
	}
	return hop.String()
}

// parseHop reads an address as proxies write it: 1.2.3.4, 1.2.3.4:5, ::1 or [::1]:5.
func parseHop(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	if withPort, err := netip.ParseAddrPort(text); err == nil {
		return withPort.Addr(), true
	}
	addr, err := netip.ParseAddr(strings.Trim(text, "[]"))
	return addr, err == nil
}

func (r *Rates) trusts(addr netip.Addr) bool {
	for _, network := range r.proxies {
		if network.Contains(addr.Unmap()) {
			return true
		}
	}
	return false
}

// prefixes reads networks; wrong is the index of the first that is none, -1 when all are.
func prefixes(texts []string) (networks []netip.Prefix, wrong int) {
	for i, text := range texts {
		network, err := netip.ParsePrefix(text)
		if addr, single := netip.ParseAddr(text); single == nil {
			network, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil {
			return nil, i
		}
		networks = append(networks, network.Masked())
	}
	return networks, -1
}
