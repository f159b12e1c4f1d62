package exec

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/operation"
)

// deniedErrors are the errors about the fields that the caller may not see: one for each that was asked for, whether
// there turns out to be an object with it or not. So their number says nothing about the data. The path ends at the
// first list. part is the @defer whose part of the answer tells them; nil for the first part.
func deniedErrors(op *operation.Operation, part *operation.Defer) []clientError {
	var out []clientError
	for _, f := range op.Denied {
		parts := f.DeferredParts()
		if part == nil && parts != nil || part != nil && (parts == nil || parts[0] != part) {
			continue
		}
		e := clientError{
			code: codeUnauthorized, message: "Unauthorized field or type", public: true, line: f.Line, column: f.Column,
			path: pathToList(f),
		}
		// A field of which only some runtime types are denied can be there several times.
		if !slices.ContainsFunc(out, func(o clientError) bool {
			return o.line == e.line && o.column == e.column && slices.Equal(o.path, e.path)
		}) {
			out = append(out, e)
		}
	}
	return out
}

// pathToList is the response path of a field, up to the first list on the way to it.
func pathToList(f *operation.Field) []pathStep {
	var chain []*operation.Field
	for ; f != nil; f = f.Owner {
		chain = append(chain, f)
	}
	var path []pathStep
	for _, on := range slices.Backward(chain) {
		path = append(path, pathStep{key: on.Key})
		if on.Def != nil && isList(on.Def.Type) {
			break
		}
	}
	return path
}

func isList(t *ast.Type) bool { return t.Elem != nil }
