package sigv4

import (
	"net/url"
	"time"
)

// Timestamp is the form of X-Amz-Date.
const Timestamp = timestamp

// Authorize is the signature of a request with temporary credentials.
func Authorize(keyID, secret, token, region, service string, target *url.URL, date string, body []byte, at time.Time) string {
	c := credentials{keyID, secret, token, region, service}
	return c.sign("POST", target, []header{{"host", target.Host}, {"x-amz-date", date}, {"x-amz-security-token", token}}, body, at)
}
