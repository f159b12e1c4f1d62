package subgraph

import "strings"

// SplitContext splits the argument of @fromContext, "$name selection", into the name of the context and the selection
// as written. The name is empty when the argument does not begin with a context.
// https://specs.apollo.dev/context/v0.1/#ContextFieldValue
func SplitContext(field string) (name, selection string) {
	rest := strings.TrimLeft(field, " \t\r\n,")
	rest, ok := strings.CutPrefix(rest, "$")
	if !ok {
		return "", ""
	}
	end := 0
	for end < len(rest) && isNameByte(rest[end], end) {
		end++
	}
	return rest[:end], rest[end:]
}

func isNameByte(c byte, at int) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || at > 0 && c >= '0' && c <= '9'
}
