package server

import (
	"net/http"
	"strconv"
	"strings"
)

// mediaType is one of the response formats of GraphQL over HTTP.
type mediaType uint8

const (
	// legacyJSON is application/json: the status is 200 for every well-formed request, because clients of this type
	// may take another status for the word of something between them and the server.
	legacyJSON mediaType = iota
	// responseJSON is application/graphql-response+json, whose status tells what became of the request.
	responseJSON
)

// The values of the Content-Type header, as slices so that setting them allocates nothing.
var contentTypes = [...][]string{
	legacyJSON:   {"application/json; charset=utf-8"},
	responseJSON: {"application/graphql-response+json; charset=utf-8"},
}

// negotiate picks the response format from the values of the Accept header. ok is false when the client takes neither.
//
// Specification: GraphQL over HTTP, section 4.1 "Media Types"; RFC 9110, section 12.5.1 "Accept".
func negotiate(accept []string) (chosen mediaType, ok bool) {
	if len(accept) == 0 {
		return legacyJSON, true
	}
	if len(accept) == 1 {
		switch accept[0] {
		case "", "*/*", "application/json":
			return legacyJSON, true
		case "application/graphql-response+json":
			return responseJSON, true
		}
	}
	var quality, specificity [2]float64
	for _, value := range accept {
		for part := range strings.SplitSeq(value, ",") {
			rate(part, &quality, &specificity)
		}
	}
	switch {
	case quality[legacyJSON] == 0 && quality[responseJSON] == 0:
		return legacyJSON, false
	case quality[responseJSON] > quality[legacyJSON]:
		return responseJSON, true
	case quality[responseJSON] == quality[legacyJSON] && specificity[responseJSON] == 3:
		return responseJSON, true
	default:
		return legacyJSON, true
	}
}

// rate applies one media range to the qualities of both formats; a more specific range wins over a broader one.
func rate(part string, quality, specificity *[2]float64) {
	name, params, _ := strings.Cut(part, ";")
	name = strings.ToLower(strings.TrimSpace(name))
	q := 1.0
	for param := range strings.SplitSeq(params, ";") {
		key, value, _ := strings.Cut(strings.TrimSpace(param), "=")
		switch strings.ToLower(key) {
		case "q":
			if parsed, err := strconv.ParseFloat(value, 64); err == nil && parsed >= 0 && parsed <= 1 {
				q = parsed
			}
		case "charset":
			if !isUTF8(value) {
				return
			}
		}
	}
	set := func(t mediaType, s float64) {
		if s > specificity[t] || s == specificity[t] && q > quality[t] {
			quality[t], specificity[t] = q, s
		}
	}
	switch name {
	case "application/json":
		set(legacyJSON, 3)
	case "application/graphql-response+json":
		set(responseJSON, 3)
	case "application/*":
		set(legacyJSON, 2)
		set(responseJSON, 2)
	case "*/*":
		set(legacyJSON, 1)
		set(responseJSON, 1)
	}
}

// isJSON tells whether the values of the Content-Type header name JSON in UTF-8 and nothing else.
func isJSON(contentTypes []string) bool {
	for _, value := range contentTypes {
		if value != "application/json" && !namesJSON(value) {
			return false
		}
	}
	return len(contentTypes) > 0
}

func namesJSON(contentType string) bool {
	name, params, _ := strings.Cut(contentType, ";")
	// Who reads a list of types may take another one of them (GHSA-hff2-gcpx-8f4p).
	if !strings.EqualFold(strings.TrimSpace(name), "application/json") || strings.Contains(params, ",") {
		return false
	}
	for param := range strings.SplitSeq(params, ";") {
		key, value, _ := strings.Cut(strings.TrimSpace(param), "=")
		if strings.EqualFold(key, "charset") && !isUTF8(value) {
			return false
		}
	}
	return true
}

func isUTF8(charset string) bool {
	charset = strings.Trim(strings.TrimSpace(charset), `"`)
	return strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8")
}

// wantsWebSocket tells whether a request wants to be upgraded to a WebSocket.
//
// Specification: RFC 6455, section 4.2.1.
func wantsWebSocket(header http.Header) bool {
	for _, value := range header["Upgrade"] {
		if strings.Contains(strings.ToLower(value), "websocket") {
			return true
		}
	}
	return false
}

// wantsHTML tells whether the Accept header names text/html, as browsers do when a person opens an address.
func wantsHTML(accept []string) bool {
	for _, value := range accept {
		if strings.Contains(value, "text/html") {
			return true
		}
	}
	return false
}
