package rates

import (
	"crypto/sha256"
	"encoding/hex"

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
		return a.rates.proxies.Address(a.op.Request.RemoteAddr, a.op.Request.Header.Values(a.rates.AddressHeader))
	case "operation":
		return a.op.Prepared.Name
	default:
		return string(a.op.Prepared.Kind)
	}
}
