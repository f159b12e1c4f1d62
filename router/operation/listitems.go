package operation

import (
	"bytes"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/router/jsontext"
)

// itemsOf counts the elements of all lists in the values of arguments.
func itemsOf(arguments ast.ArgumentList) (n int) {
	for _, a := range arguments {
		n += items(a.Value)
	}
	return n
}

// items counts the elements of all lists in a value.
func items(v *ast.Value) (n int) {
	if v == nil {
		return 0
	}
	if v.Kind == ast.ListValue {
		n = len(v.Children)
	}
	for _, c := range v.Children {
		n += items(c.Value)
	}
	return n
}

// CheckVariables refuses values of variables with more elements of lists than Limits.ListItems. exceeded is the code of the
// limit that lets them pass, with Limits.Warn. Values that are too short for that cost a comparison.
func (l Limits) CheckVariables(values []byte) (exceeded string, err *gqlerror.Error) {
	l = l.withDefaults()
	// An element takes two bytes: itself, and what stands between it and the next one.
	if len(values)/2 <= l.ListItems {
		return "", nil
	}
	n := jsonItems(values)
	if hard := l.hard().ListItems; n > hard {
		err = gqlerror.Errorf("The values of the variables have lists of %d elements together; the limit is %d.", n, hard)
		setCode(err, CodeListItems)
		return "", err
	}
	if n > l.ListItems {
		exceeded = CodeListItems
	}
	return exceeded, nil
}

// jsonItems counts the elements of all lists in JSON text. What is no JSON has some number.
func jsonItems(text []byte) (n int) {
	// open has a bit for each list or object around, the innermost one lowest: 1 for lists. Beyond 64 of them it does not matter
	// much, for such values are refused as too deep.
	var open uint64
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			end := jsontext.SkipString(text, i)
			if end < 0 {
				return n
			}
			i = end - 1
		case '[':
			open = open<<1 | 1
			if rest := bytes.TrimLeft(text[i+1:], " \t\r\n"); len(rest) > 0 && rest[0] != ']' {
				n++
			}
		case '{':
			open <<= 1
		case ']', '}':
			open >>= 1
		case ',':
			n += int(open & 1)
		}
	}
	return n
}
