package persisted

import (
	"crypto/sha256"
	"hash"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/lexer"
)

// tokenSum is the hash of a document's lexical tokens: the same for texts that differ in what the grammar ignores,
// white space, commas and comments. A text that cannot be read counts as it stands.
//
// Specification: GraphQL, section 2.1 "Source Text".
func tokenSum(text []byte) [sha256.Size]byte {
	sum := sha256.New()
	l := lexer.New(&ast.Source{Input: string(text)})
	for {
		token, err := l.ReadToken()
		switch {
		case err != nil:
			return sha256.Sum256(text)
		case token.Kind == lexer.EOF:
			return [sha256.Size]byte(sum.Sum(nil))
		case token.Kind != lexer.Comment:
			writeToken(sum, &token)
		}
	}
}

// writeToken writes a token so that no two sequences of them look alike.
func writeToken(sum hash.Hash, token *lexer.Token) {
	kind := token.Kind
	if kind == lexer.BlockString {
		kind = lexer.String
	}
	head := strconv.AppendInt(nil, int64(kind), 10)
	head = strconv.AppendInt(append(head, ' '), int64(len(token.Value)), 10)
	sum.Write(append(head, ' '))
	sum.Write([]byte(token.Value))
}
