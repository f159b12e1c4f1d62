package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"time"
)

// credentials are whose signature it is, and for what.
type credentials struct {
	keyID, secret, token string
	region, service      string
}

// header is a header of a request, its name in lower case.
type header struct{ name, value string }

// sign returns the value of Authorization for a request with these headers, host included.
//
// Specification: AWS Signature Version 4, "Create a signed AWS API request".
func (c *credentials) sign(method string, target *url.URL, headers []header, body []byte, now time.Time) string {
	headers = slices.Clone(headers)
	slices.SortFunc(headers, func(a, b header) int { return strings.Compare(a.name, b.name) })
	var canonical, names strings.Builder
	canonical.WriteString(method + "\n" + canonicalPath(target) + "\n" + canonicalQuery(target) + "\n")
	for i, h := range headers {
		canonical.WriteString(h.name + ":" + strings.Join(strings.Fields(h.value), " ") + "\n")
		if i > 0 {
			names.WriteByte(';')
		}
		names.WriteString(h.name)
	}
	canonical.WriteString("\n" + names.String() + "\n" + sum(body))
	date := now.UTC().Format("20060102")
	scope := date + "/" + c.region + "/" + c.service + "/aws4_request"
	text := "AWS4-HMAC-SHA256\n" + now.UTC().Format(timestamp) + "\n" + scope + "\n" + sum([]byte(canonical.String()))
	key := []byte("AWS4" + c.secret)
	for _, part := range []string{date, c.region, c.service, "aws4_request", text} {
		key = mac(key, part)
	}
	return "AWS4-HMAC-SHA256 Credential=" + c.keyID + "/" + scope + ", SignedHeaders=" + names.String() +
		", Signature=" + hex.EncodeToString(key)
}

const timestamp = "20060102T150405Z"

// canonicalPath is the path, each of whose segments is encoded once more than it is sent.
func canonicalPath(target *url.URL) string {
	path := target.EscapedPath()
	if path == "" {
		return "/"
	}
	segments := strings.Split(path, "/")
	for i, s := range segments {
		segments[i] = encoded(s)
	}
	return strings.Join(segments, "/")
}

func canonicalQuery(target *url.URL) string {
	var parts []string
	for name, values := range target.Query() {
		for _, value := range values {
			parts = append(parts, encoded(name)+"="+encoded(value))
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, "&")
}

// encoded is text in which only letters, digits and -_.~ stand for themselves.
func encoded(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

func sum(text []byte) string {
	hash := sha256.Sum256(text)
	return hex.EncodeToString(hash[:])
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
