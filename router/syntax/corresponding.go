package syntax

import "github.com/vektah/gqlparser/v2/ast"

// Corresponding returns a function from the places of tokens in one document to those of the same tokens in another,
// which has as many and differs in white space, comments and literals. It does its work when it is called for the first
// time, and must not be called by several goroutines. Places where no token begins stay as they are.
func Corresponding(from, to string) func(line, column int) (int, int) {
	type place struct{ line, column int }
	var places map[place]place
	return func(line, column int) (int, int) {
		if places == nil {
			places = map[place]place{}
			a, b := newLexer(&ast.Source{Input: from}), newLexer(&ast.Source{Input: to})
			for {
				x, y := a.next(), b.next()
				if x.kind == endOfFile || y.kind == endOfFile {
					break
				}
				places[place{x.line, x.column}] = place{y.line, y.column}
			}
		}
		if at, known := places[place{line, column}]; known {
			return at.line, at.column
		}
		return line, column
	}
}
