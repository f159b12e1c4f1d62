// Package sigv4 signs requests to AWS, and what speaks its language, with Signature Version 4.
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

// Credentials are whose signature it is, and for what.
type Credentials struct {
	Keys
	// Region and Service are those that are asked.
	Region, Service string
}

// Header is a header of a request, its name in lower case.
type Header struct{ Name, Value string }

// Sign returns the value of Authorization for a request with these headers, host included; x-amz-security-token
// belongs to them where the keys have a token.
//
// Specification: AWS Signature Version 4, "Create a signed AWS API request".
func (c *Credentials) Sign(method string, target *url.URL, headers []Header, body []byte, now time.Time) string {
	headers = slices.Clone(headers)
	slices.SortFunc(headers, func(a, b Header) int { return strings.Compare(a.Name, b.Name) })
	var canonical, names strings.Builder
	canonical.WriteString(method + "\n" + c.canonicalPath(target) + "\n" + canonicalQuery(target) + "\n")
	for i, h := range headers {
		canonical.WriteString(h.Name + ":" + strings.Join(strings.Fields(h.Value), " ") + "\n")
		if i > 0 {
			names.WriteByte(';')
		}
		names.WriteString(h.Name)
	}
	canonical.WriteString("\n" + names.String() + "\n" + Sum(body))
	date := now.UTC().Format("20060102")
	scope := date + "/" + c.Region + "/" + c.Service + "/aws4_request"
	text := "AWS4-HMAC-SHA256\n" + Timestamp(now) + "\n" + scope + "\n" + Sum([]byte(canonical.String()))
	key := []byte("AWS4" + c.Secret)
	for _, part := range []string{date, c.Region, c.Service, "aws4_request", text} {
		key = mac(key, part)
	}
	return "AWS4-HMAC-SHA256 Credential=" + c.ID + "/" + scope + ", SignedHeaders=" + names.String() +
		", Signature=" + hex.EncodeToString(key)
}

// Timestamp is a time as X-Amz-Date has it.
func Timestamp(now time.Time) string { return now.UTC().Format("20060102T150405Z") }

// canonicalPath is the path, each of whose segments is encoded once more than it is sent; for S3 it is the path as it is
// sent.
func (c *Credentials) canonicalPath(target *url.URL) string {
	path := target.EscapedPath()
	if path == "" {
		return "/"
	}
	if c.Service == "s3" {
		return path
	}
	return EncodedPath(path)
}

// EncodedPath is a path in which only slashes, letters, digits and -_.~ stand for themselves.
func EncodedPath(path string) string {
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

// Sum is the hash of a body, in hexadecimal digits.
func Sum(text []byte) string {
	hash := sha256.Sum256(text)
	return hex.EncodeToString(hash[:])
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
