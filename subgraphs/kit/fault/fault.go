// Package fault holds the errors a domain service tells its callers about. An error of any other type is a fault of
// the service itself: it is logged and hidden behind Internal.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Code is a stable, machine-readable kind of error. It stands in `extensions.code` of a GraphQL error.
type Code string

// The codes there are.
const (
	// BadUserInput: a value the caller gave is not acceptable; Field says which.
	BadUserInput Code = "BAD_USER_INPUT"
	// Unauthenticated: nobody is signed in, and somebody must be.
	Unauthenticated Code = "UNAUTHENTICATED"
	// Forbidden: the signed-in person may not do this.
	Forbidden Code = "FORBIDDEN"
	// NotFound: what the caller wants to change does not exist.
	NotFound Code = "NOT_FOUND"
	// Conflict: the change collides with what is there.
	Conflict Code = "CONFLICT"
	// BadRepresentation: a representation given to _entities lacks a key or has one of the wrong type.
	BadRepresentation Code = "BAD_REPRESENTATION"
	// Internal: the service failed; its log says why.
	Internal Code = "INTERNAL_SERVER_ERROR"
)

// Fault is one thing that is wrong with a request.
type Fault struct {
	// Code is the kind of error.
	Code Code
	// Field is the path of the offending argument, for example "input.rating"; empty when no single one is to blame.
	Field string
	// Message says what is wrong and how to mend it, for a person.
	Message string
}

// Error is the message.
func (f *Fault) Error() string { return f.Message }

// New makes a fault that no single argument is to blame for.
func New(code Code, format string, args ...any) *Fault {
	return &Fault{Code: code, Message: fmt.Sprintf(format, args...)}
}

// At makes a fault of one argument.
func At(code Code, field, format string, args ...any) *Fault {
	return &Fault{Code: code, Field: field, Message: fmt.Sprintf(format, args...)}
}

// List is everything that is wrong with a request, so that a person can mend it all at once. It is never empty.
type List []*Fault

// Error joins the messages.
func (l List) Error() string {
	messages := make([]string, len(l))
	for i, f := range l {
		messages[i] = f.Message
	}
	return strings.Join(messages, "; ")
}

// All returns the faults that err consists of, or nil when it is not made of faults.
func All(err error) List {
	var list List
	if errors.As(err, &list) {
		return list
	}
	var one *Fault
	if errors.As(err, &one) {
		return List{one}
	}
	return nil
}

// Checker collects what is wrong with the arguments of one request.
type Checker struct{ list List }

// Require notes a BadUserInput fault of the field unless ok holds.
func (c *Checker) Require(ok bool, field, format string, args ...any) {
	if !ok {
		c.list = append(c.list, At(BadUserInput, field, format, args...))
	}
}

// Between notes a fault unless low <= value <= high.
func (c *Checker) Between(value, low, high int, field string) {
	c.Require(value >= low && value <= high, field, "%s must be between %d and %d, not %d", last(field), low, high, value)
}

// Length notes a fault unless text, without the white space around it, is low to high characters long.
func (c *Checker) Length(text string, low, high int, field string) {
	n := len([]rune(strings.TrimSpace(text)))
	c.Require(n >= low && n <= high, field, "%s must be %d to %d characters long, not %d", last(field), low, high, n)
}

// Err is nil when nothing was wrong, else the List of everything that was.
func (c *Checker) Err() error {
	if len(c.list) == 0 {
		return nil
	}
	return c.list
}

// last is the last part of a field path: "rating" of "input.rating".
func last(field string) string {
	return field[strings.LastIndexByte(field, '.')+1:]
}
