// Package policy decides whether a value may be stored, for whom, and for how long: from the headers of the answer
// (control.go, RFC 9111 and RFC 5861), the schema (hint.go, @cacheControl) and the configuration (settings.go).
// policy.go combines them. Nothing here knows where values are stored.
package policy
