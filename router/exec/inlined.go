package exec

import (
	"strings"

	"github.com/weft-graphql/weft/router/jsontext"
	"github.com/weft-graphql/weft/router/plan"
)

// inlinedLiteral is a literal of the client's document that is written into a subgraph's: its index among the
// variables, and the text of the document behind it.
type inlinedLiteral struct {
	index  int
	behind string
}

// What the body of a request has around its document and variables.
const (
	bodyOpening      = `{"query":"`
	bodyOperation    = `,"operationName":`
	behindDocument   = `"`
	variablesOpening = `,"variables":{`
)

// cut makes what is in front of the variables of a body, in pieces around the literals of the client's document. Pieces
// without anything to escape are those of the document.
func (t *requestText) cut(pr *plan.Request, document string) {
	piece := &t.opening
	at := 0
	for i := nextVariable(document, 0); i < len(document); i = nextVariable(document, i+1) {
		name := document[i+1:]
		name = name[:len(name)-len(strings.TrimLeft(name, nameCharacters))]
		index := literalNamed(pr, name)
		if index < 0 {
			continue
		}
		*piece = escaped(document[at:i])
		at = i + 1 + len(name)
		t.inlined = append(t.inlined, inlinedLiteral{index: index})
		piece = &t.inlined[len(t.inlined)-1].behind
	}
	*piece = escaped(document[at:])
	if pr.OperationName != "" {
		t.operation = string(jsontext.AppendQuoted([]byte(bodyOperation), pr.OperationName))
	}
}

// escaped is text as it stands in a JSON string: the text itself when there is nothing to escape.
func escaped(text string) string {
	for i := range len(text) {
		if c := text[i]; c == '"' || c == '\\' || c < ' ' {
			return string(jsontext.AppendEscaped(make([]byte, 0, len(text)+len(text)/8), text))
		}
	}
	return text
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
