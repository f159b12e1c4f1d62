package sigv4

import (
	"net/url"
	"time"

	"github.com/weft-graphql/weft/router/sigv4"
)

// Timestamp is the form of X-Amz-Date.
const Timestamp = "20060102T150405Z"

// Authorize is the signature of a request with temporary credentials.
func Authorize(keyID, secret, token, region, service string, target *url.URL, date string, body []byte, at time.Time) string {
	c := sigv4.Credentials{Keys: sigv4.Keys{ID: keyID, Secret: secret}, Region: region, Service: service}
	return c.Sign("POST", target, []sigv4.Header{
		{Name: "host", Value: target.Host}, {Name: "x-amz-date", Value: date}, {Name: "x-amz-security-token", Value: token},
	}, body, at)
}
