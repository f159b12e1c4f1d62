package uploads

import (
	"context"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/server"
)

// Admit implements module.Admitter: files stand where the scalar is asked for, and nowhere else.
func (u *Uploads) Admit(ctx context.Context, op *module.Operation) *server.Refusal {
	f := filesOf(ctx)
	if f == nil {
		return nil
	}
	for i, v := range op.Prepared.Variables {
		var value any
		if raw := op.Variables.Raw(i); raw == nil || decode(raw, &value) != nil {
			continue
		}
		if !u.allows(f, v.Type, value) {
			return &server.Refusal{
				Outcome: server.Rejected, Code: CodeNotAFile,
				Message: "The variable $" + v.Name + " has a file where its type has no " + u.Scalar + ".",
			}
		}
	}
	if op.Prepared.Kind == ast.Subscription {
		return &server.Refusal{Outcome: server.Rejected, Code: CodeNotAFile, Message: "Subscriptions take no files."}
	}
	return nil
}

// allows tells whether the files in a value stand where its type has the scalar.
func (u *Uploads) allows(f *files, t *ast.Type, value any) bool {
	switch value := value.(type) {
	case string:
		return t != nil && t.Name() == u.Scalar || !strings.HasPrefix(value, f.marks)
	case []any:
		if t != nil && t.Elem != nil {
			t = t.Elem
		}
		for _, element := range value {
			if !u.allows(f, t, element) {
				return false
			}
		}
	case map[string]any:
		for key, element := range value {
			if !u.allows(f, u.fieldType(t, key), element) {
				return false
			}
		}
	}
	return true
}

// fieldType is the type of an input object's field; nil when there is none.
func (u *Uploads) fieldType(t *ast.Type, name string) *ast.Type {
	if t == nil {
		return nil
	}
	def := u.schema.Types[t.Name()]
	if def == nil || def.Kind != ast.InputObject {
		return nil
	}
	if field := def.Fields.ForName(name); field != nil {
		return field.Type
	}
	return nil
}
