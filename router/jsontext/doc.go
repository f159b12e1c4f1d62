// Package jsontext reads and writes JSON text (RFC 8259) where it stands, without building values of it. It is the one
// place of the router that knows JSON's grammar: requests, answers of subgraphs, variables and cached values are read
// by it, so that what one part accepts no other refuses.
//
// It accepts what encoding/json accepts, with one limit on nesting, MaxDepth. Strings may hold bytes that are not
// UTF-8: whoever takes text from outside checks it once, with unicode/utf8 or ToValidUTF8. Of repeated names it is for
// the caller to say which counts.
package jsontext
