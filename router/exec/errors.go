package exec

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"sync"

	"github.com/weft-graphql/weft/router/jsontext"
	"github.com/weft-graphql/weft/router/upstream"
)

// Codes of errors, in `extensions.code`. They do not change.
const (
	// codeDownstream is for errors a subgraph reported without a code of its own.
	codeDownstream = "DOWNSTREAM_SERVICE_ERROR"
	// codeHTTP is for requests that got no answer, or one with an error status and no GraphQL response.
	codeHTTP = "SUBREQUEST_HTTP_ERROR"
	// codeUnauthenticated and codeForbidden are for requests that the subgraph answered with the status 401 or 403 and no
	// GraphQL response.
	codeUnauthenticated = "SUBREQUEST_UNAUTHENTICATED"
	codeForbidden       = "SUBREQUEST_FORBIDDEN"
	// codeMalformed is for answers that are not a GraphQL response to the request.
	codeMalformed = "SUBREQUEST_MALFORMED_RESPONSE"
	// codeTimeout is for requests that were given up because the subgraph's or the client's time was over.
	codeTimeout = "SUBREQUEST_TIMEOUT"
	// codeRejected is for requests that were not sent: a circuit breaker is open, or too many are waiting.
	codeRejected = "SUBREQUEST_REJECTED"
	// codeNull is for null where the schema does not allow it.
	codeNull = "NON_NULL_VIOLATION"
	// codeInvalid is for values that do not fit the schema.
	codeInvalid = "INVALID_VALUE"
	// CodeTooLarge is for answers that would be larger than they may be, codeOverloaded for those that there is no memory
	// for, and codeAbandoned for those that nobody waits for.
	CodeTooLarge   = "RESPONSE_TOO_LARGE"
	codeOverloaded = "OVERLOADED"
	codeAbandoned  = "CLIENT_CLOSED_REQUEST"
	// codeUnauthorized is for fields that the caller may not see.
	codeUnauthorized = "UNAUTHORIZED_FIELD_OR_TYPE"
	// codeInternal is for mistakes of the router.
	codeInternal = "INTERNAL_SERVER_ERROR"
)

const (
	defaultMaxErrors = 256
	defaultMaxPlaces = 64
)

// ErrorPolicy tells what clients see of subgraph errors.
type ErrorPolicy struct {
	// Redact replaces the messages of subgraph errors, and those that show what a subgraph said, by a fixed text, and
	// leaves out all of their extensions but the code.
	Redact bool
	// HideService leaves out `extensions.service`, the name of the subgraph.
	HideService bool
	// Redacted, if not nil, is told what Redact keeps from the client. What it returns is the client's
	// `extensions.reference`, by which operators find it; none when empty.
	Redacted func(subgraph, code, message string) (reference string)
	// Extensions are the entries of a subgraph error's extensions that are passed on beside the code; "*" means all.
	Extensions []string
	// Max bounds the errors of an answer; 0 means 256.
	Max int
	// MaxPlaces bounds the errors that tell of one failed call. If more fields of the answer are null because of it, the
	// errors stand at the objects or lists they are in. 0 means 64.
	MaxPlaces int
}

// clientError is an error as the client gets it.
type clientError struct {
	code, message, service string
	// public tells that the message says nothing that the client's schema does not.
	public bool
	// extensions are entries of the subgraph's error extensions.
	extensions   map[string]json.RawMessage
	path         []pathStep
	line, column int
	// reference is what operators find a message by that the client does not get.
	reference string
}

// placedError is an error of a subgraph below some objects, whose positions in the client's answer are found before
// it is printed.
type placedError struct {
	clientError
	// selection set is the selection that rest is relative to; the objects have a member with it.
	set     *selectionSet
	objects []ref
	rest    []pathStep
	located bool
}

// errorList collects an execution's errors.
type errorList struct {
	mu      sync.Mutex
	max     int
	errors  []clientError
	placed  []*placedError
	failed  []*failure
	dropped int
}

func (l *errorList) reset() {
	clear(l.errors)
	l.errors = l.errors[:0]
	l.placed, l.failed = nil, nil
	l.dropped = 0
}

func (l *errorList) any() bool  { return len(l.errors) > 0 || len(l.placed) > 0 || len(l.failed) > 0 }
func (l *errorList) count() int { return len(l.errors) + l.dropped }

// mark is the present state of the list of errors whose paths are known, for backTo.
func (l *errorList) mark() [2]int { return [2]int{len(l.errors), l.dropped} }

// backTo forgets what was noted since the mark was made.
func (l *errorList) backTo(mark [2]int) {
	l.errors, l.dropped = l.errors[:mark[0]], mark[1]
}

// note adds an error whose path is known.
func (l *errorList) note(e clientError) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.full() {
		l.dropped++
		return
	}
	l.errors = append(l.errors, e)
}

// drop counts errors that are not listed.
func (l *errorList) drop(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dropped += n
}

// full tells that further errors are only counted. Nothing is searched for then: there can be very many.
func (l *errorList) full() bool { return len(l.errors) >= l.max }

// position adds an error whose paths must be found.
func (l *errorList) place(e *placedError) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.placed) >= l.max {
		l.dropped++
		return
	}
	l.placed = append(l.placed, e)
}

// fail adds a call that was not answered.
func (l *errorList) fail(f *failure) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.failed) >= l.max {
		l.dropped++
		return
	}
	l.failed = append(l.failed, f)
}

// noteOnce adds an error whose path is known, unless the same is there.
func (l *errorList) noteOnce(e clientError) {
	if l.full() || !slices.ContainsFunc(l.errors, func(known clientError) bool {
		return known.message == e.message && slices.Equal(known.path, e.path)
	}) {
		l.note(e)
	}
}

// explains tells whether an error stands at the path or above it, or, if that counts, below it.
func (l *errorList) explains(path []pathStep, below bool) bool {
	if l.full() {
		return false
	}
	for i := range l.errors {
		known := l.errors[i].path
		n := min(len(known), len(path))
		if len(known) > 0 && slices.Equal(known[:n], path[:n]) && (below || n == len(known)) {
			return true
		}
	}
	return false
}

func clonePath(path []pathStep) []pathStep { return slices.Clone(path) }

// upstreamCode returns the code for a request that got no answer.
func upstreamCode(err error) string {
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), errors.Is(err, upstream.ErrTimeout):
		return codeTimeout
	case errors.Is(err, upstream.ErrRejected), errors.Is(err, upstream.ErrNoRoom):
		return codeRejected
	case errors.Is(err, upstream.ErrTooLarge), errors.Is(err, upstream.ErrBroken):
		return codeMalformed
	}
	return codeHTTP
}

// print appends the error. tell is for errors that are printed for the first time: what is kept from the client is told
// to operators once. locate is Request.Locate.
func (e *clientError) print(
	out []byte,
	policy *ErrorPolicy,
	locate func(line, column int) (int, int),
	tell bool,
) []byte {
	message := e.message
	if policy.Redact && e.service != "" && !e.public {
		if tell && policy.Redacted != nil {
			e.reference = policy.Redacted(e.service, e.code, e.message)
		}
		message = "A subgraph could not answer."
	}
	out = jsontext.AppendQuoted(append(out, `{"message":`...), message)
	if line, column := e.line, e.column; line > 0 {
		if locate != nil {
			line, column = locate(line, column)
		}
		out = append(out, `,"locations":[{"line":`...)
		out = strconv.AppendInt(out, int64(line), 10)
		out = append(out, `,"column":`...)
		out = strconv.AppendInt(out, int64(column), 10)
		out = append(out, `}]`...)
	}
	if len(e.path) > 0 {
		out = append(out, `,"path":[`...)
		for i, step := range e.path {
			if i > 0 {
				out = append(out, ',')
			}
			if step.key != "" {
				out = jsontext.AppendQuoted(out, step.key)
			} else {
				out = strconv.AppendInt(out, int64(step.index), 10)
			}
		}
		out = append(out, ']')
	}
	out = jsontext.AppendQuoted(append(out, `,"extensions":{"code":`...), e.code)
	if e.service != "" && !policy.HideService {
		out = jsontext.AppendQuoted(append(out, `,"service":`...), e.service)
	}
	if e.reference != "" {
		out = jsontext.AppendQuoted(append(out, `,"reference":`...), e.reference)
	}
	if !policy.Redact {
		out = e.printExtensions(out, policy.Extensions)
	}
	return append(out, "}}"...)
}

// printExtensions appends the allowed entries of the subgraph's error extensions, sorted by key.
func (e *clientError) printExtensions(out []byte, allowed []string) []byte {
	if len(allowed) == 0 || len(e.extensions) == 0 {
		return out
	}
	keys := make([]string, 0, len(e.extensions))
	for key := range e.extensions {
		if key != "code" && key != "service" && (slices.Contains(allowed, "*") || slices.Contains(allowed, key)) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range keys {
		out = jsontext.AppendQuoted(append(out, ','), key)
		out = append(append(out, ':'), e.extensions[key]...)
	}
	return out
}
