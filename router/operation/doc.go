// Package operation turns a client's document into immutable prepared operations: parse, validate, normalise, limits,
// variable coercion. What it makes is shared by all requests that send the same document.
package operation
