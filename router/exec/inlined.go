package exec

import (
	"strings"

	"github.com/weft-graphql/weft/router/jsontext"
	"github.com/weft-graphql/weft/router/plan"
)

// inlinedLiteral is a literal of the client's document that is written into a subgraph's: its index among the
// variables, and the text of the body behind it.
type inlinedLiteral struct {
	index  int
	behind string
}

// cut makes what is in front of the variables of a body, in pieces around the literals of the client's document.
func (t *requestText) cut(pr *plan.Request, document string) {
	out := []byte(`{"query":"`)
	end := func() {
		if n := len(t.inlined); n > 0 {
			t.inlined[n-1].behind = string(out)
		} else {
			t.opening = string(out)
		}
		out = out[:0]
	}
	at := 0
	for i := nextVariable(document, 0); i < len(document); i = nextVariable(document, i+1) {
		name := document[i+1:]
		name = name[:len(name)-len(strings.TrimLeft(name, nameCharacters))]
		index := literalNamed(pr, name)
		if index < 0 {
			continue
		}
		out = jsontext.AppendEscaped(out, document[at:i])
		at = i + 1 + len(name)
		end()
		t.inlined = append(t.inlined, inlinedLiteral{index: index})
	}
	out = append(jsontext.AppendEscaped(out, document[at:]), '"')
	if pr.OperationName != "" {
		out = jsontext.AppendQuoted(append(out, `,"operationName":`...), pr.OperationName)
	}
	out = append(out, `,"variables":{`...)
	end()
}

const nameCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789"

// literalNamed is the index of the variable with a name if that stands for a literal, and negative if not.
func literalNamed(pr *plan.Request, name string) int {
	for _, v := range pr.Variables {
		if v.Literal && v.Name == name {
			return v.Index
		}
	}
	return -1
}

// nextVariable finds the next dollar sign at or behind i that is not in a string; the document's length when there is
// none.
func nextVariable(document string, i int) int {
	for i < len(document) {
		switch rest := document[i:]; {
		case rest[0] == '$':
			return i
		case strings.HasPrefix(rest, `"""`):
			for i += 3; i < len(document) && !strings.HasPrefix(document[i:], `"""`); i++ {
				if strings.HasPrefix(document[i:], `\"""`) {
					i += 3
				}
			}
			i += 3
		case rest[0] == '"':
			for i++; i < len(document) && document[i] != '"'; i++ {
				if document[i] == '\\' {
					i++
				}
			}
			i++
		default:
			i++
		}
	}
	return len(document)
}
