package canary

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net"
	"net/http"
	"strings"

	"github.com/weft-graphql/weft/router/config"
)

// longestToken bounds a token that is looked into, in bytes.
const longestToken = 16 << 10

// takes tells whether a request is for the canary. salt is the canary's: it is not always the same callers who try first,
// and every router chooses the same ones.
func takes(c *config.Canary, salt string, r *http.Request) bool {
	if streams(r) {
		return false
	}
	if c.Header.Name != "" && matches(&c.Header, r.Header.Get(c.Header.Name)) {
		return true
	}
	if c.Claim.Name != "" && matches(&c.Claim, claim(r, c.Claim.Name)) {
		return true
	}
	return c.Percent > 0 && position(c, salt, r) < c.Percent
}

// streams tells that a request may last: those stay with what is in use, and move with everybody.
func streams(r *http.Request) bool {
	if r.Header.Get("Upgrade") != "" {
		return true
	}
	for _, accept := range r.Header["Accept"] {
		if strings.Contains(accept, "text/event-stream") || strings.Contains(accept, "multipart/mixed") {
			return true
		}
	}
	return false
}

func matches(label *config.CanaryLabel, value string) bool {
	return value != "" && (label.Value == "" || label.Value == value)
}

// position is where a caller stands between 0 and 100.
func position(c *config.Canary, salt string, r *http.Request) float64 {
	who := ""
	for _, name := range c.StickyHeaders {
		if value := r.Header.Get(name); value != "" {
			who = name + "\x00" + value
			break
		}
	}
	if who == "" {
		if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
			who = host
		}
	}
	h := fnv.New64a()
	h.Write([]byte(salt + "\x00" + who))
	// FNV's upper bits hardly differ for texts that differ at their end: they are mixed.
	x := h.Sum64()
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	x ^= x >> 33
	return float64(x>>32) / (1 << 32) * 100
}

// claim is the value of a claim as text; empty when there is none. It is not verified here.
func claim(r *http.Request, name string) string {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	parts := strings.Split(token, ".")
	if !ok || len(token) > longestToken || len(parts) != 3 {
		return ""
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return ""
	}
	var claims map[string]any
	if json.Unmarshal(payload, &claims) != nil || claims[name] == nil {
		return ""
	}
	return fmt.Sprint(claims[name])
}
