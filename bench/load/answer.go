package load

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
)

// verdict is what a checker says about an answer.
type verdict int

const (
	right verdict = iota
	// partial answers report errors, and where they have data it is right: nulls stand for what is missing.
	partial
	wrong
)

// maxVariants bounds the spellings of the right answer that are compared byte by byte.
const maxVariants = 8

// checker compares answers with the expected one: values and the order of keys in data, no errors. Members of the
// response other than data and errors (extensions) are the server's business. An answer is decompressed and compared by
// meaning once; the same bytes are recognised afterwards.
type checker struct {
	mu       sync.Mutex
	expected *value                    // of "data"; nil until the first answer is taken as the expected one
	variants atomic.Pointer[[]variant] // bodies known to be right
}

// variant is a body as it came, and how it was encoded.
type variant struct{ encoding, body []byte }

// newChecker returns a checker for the expected response, or, without one, for a server that always says the same.
func newChecker(expected []byte) (*checker, error) {
	c := &checker{}
	c.variants.Store(&[]variant{})
	if expected == nil {
		return c, nil
	}
	response, err := parseJSON(expected)
	if err != nil {
		return nil, fmt.Errorf("the expected answer is not JSON: %w", err)
	}
	if c.expected = response.member("data"); c.expected == nil {
		return nil, errors.New("the expected answer has no data")
	}
	return c, nil
}

// check judges an answer with that Content-Encoding and says what is wrong with one that is not right.
func (c *checker) check(body, encoding []byte) (verdict, string) {
	for _, known := range *c.variants.Load() {
		if bytes.Equal(known.body, body) && bytes.Equal(known.encoding, encoding) {
			return right, ""
		}
	}
	text, err := plain(body, encoding)
	if err != nil {
		return wrong, "it cannot be decompressed: " + err.Error()
	}
	response, err := parseJSON(text)
	if err != nil {
		return wrong, "not JSON: " + err.Error()
	}
	data := response.member("data")
	failed := response.member("errors") != nil
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.expected == nil && data != nil && !failed {
		c.expected = data
	}
	switch {
	case data == nil:
		data = &value{kind: jsonNull}
		failed = true
	case c.expected == nil:
		return partial, "errors, and no earlier answer to compare with"
	}
	if c.expected != nil {
		if difference := differ(c.expected, data, failed, "data"); difference != "" {
			return wrong, difference
		}
	}
	if failed {
		if response.member("errors") == nil {
			return wrong, "neither data nor errors in the answer"
		}
		return partial, "the answer has errors"
	}
	known := *c.variants.Load()
	if len(known) < maxVariants {
		grown := append(slices.Clip(known), variant{bytes.Clone(encoding), bytes.Clone(body)})
		c.variants.Store(&grown)
	}
	return right, ""
}

type jsonKind int

const (
	jsonNull jsonKind = iota
	jsonScalar
	jsonArray
	jsonObject
)

// value is parsed JSON that remembers the order of keys.
type value struct {
	kind   jsonKind
	scalar any      // of a scalar: bool, string or json.Number
	keys   []string // of an object
	items  []*value // of an object or array
}

// member returns an object's member, or nil.
func (v *value) member(key string) *value {
	if i := slices.Index(v.keys, key); i >= 0 {
		return v.items[i]
	}
	return nil
}

func parseJSON(text []byte) (*value, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	v, err := parseValue(decoder)
	if err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errors.New("something follows the JSON value")
	}
	return v, nil
}

func parseValue(decoder *json.Decoder) (*value, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case nil:
		return &value{kind: jsonNull}, nil
	case json.Delim('['), json.Delim('{'):
		v := &value{kind: jsonArray}
		if token == json.Delim('{') {
			v.kind = jsonObject
		}
		for decoder.More() {
			if v.kind == jsonObject {
				key, err := decoder.Token()
				if err != nil {
					return nil, err
				}
				name, _ := key.(string)
				v.keys = append(v.keys, name)
			}
			item, err := parseValue(decoder)
			if err != nil {
				return nil, err
			}
			v.items = append(v.items, item)
		}
		_, err := decoder.Token()
		return v, err
	}
	return &value{kind: jsonScalar, scalar: token}, nil
}

// differ describes the first difference between two values at path, or returns "". With nullsAllowed, null may stand
// for anything in got.
func differ(want, got *value, nullsAllowed bool, path string) string {
	if got.kind == jsonNull && nullsAllowed {
		return ""
	}
	if want.kind != got.kind {
		return fmt.Sprintf("%s: want %s, got %s", path, want, got)
	}
	if want.kind == jsonScalar && want.scalar != got.scalar {
		return fmt.Sprintf("%s: want %s, got %s", path, want, got)
	}
	if !slices.Equal(want.keys, got.keys) {
		return fmt.Sprintf("%s: want keys %q, got %q", path, want.keys, got.keys)
	}
	if len(want.items) != len(got.items) {
		return fmt.Sprintf("%s: want %d items, got %d", path, len(want.items), len(got.items))
	}
	for i := range want.items {
		at := fmt.Sprintf("%s[%d]", path, i)
		if want.kind == jsonObject {
			at = path + "." + want.keys[i]
		}
		if difference := differ(want.items[i], got.items[i], nullsAllowed, at); difference != "" {
			return difference
		}
	}
	return ""
}

// String shows a value in a message.
func (v *value) String() string {
	switch v.kind {
	case jsonNull:
		return "null"
	case jsonArray:
		return fmt.Sprintf("a list of %d", len(v.items))
	case jsonObject:
		return fmt.Sprintf("an object with keys %q", v.keys)
	}
	if s, ok := v.scalar.(string); ok {
		return fmt.Sprintf("%q", s)
	}
	return fmt.Sprint(v.scalar)
}
