package caller

import (
	"net/netip"
	"strings"
)

// Proxies are the networks whose word on a client's address counts.
type Proxies []netip.Prefix

// ParseProxies reads networks; wrong is the index of the first that is none, -1 when all are.
func ParseProxies(texts []string) (networks Proxies, wrong int) {
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

// Address is the client's: that of the connection or, when that comes from a trusted proxy, the last one in what the
// proxies say that is no trusted proxy. What stands before that anybody can have written. IPv6 clients have networks:
// the first 64 bits count.
func (p Proxies) Address(remote string, forwarded []string) string {
	if host, err := netip.ParseAddrPort(remote); err == nil {
		remote = host.Addr().String()
	}
	hop, err := netip.ParseAddr(remote)
	if err != nil {
		return remote // a unix socket, or a test
	}
	said := strings.Split(strings.Join(forwarded, ","), ",")
	for i := len(said) - 1; i >= 0 && p.trusts(hop); i-- {
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

func (p Proxies) trusts(addr netip.Addr) bool {
	for _, network := range p {
		if network.Contains(addr.Unmap()) {
			return true
		}
	}
	return false
}
