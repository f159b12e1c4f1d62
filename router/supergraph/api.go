package supergraph

import (
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
)

// apiSchema builds the schema clients see: the supergraph document without linked specifications and without anything
// that is @inaccessible (itself, or because its type is).
func apiSchema(doc *ast.SchemaDocument, f *features) (*ast.Schema, error) {
	hidden := map[string]bool{}
	for _, def := range doc.Definitions {
		if f.ownsType(def.Name) || def.Directives.ForName(f.inaccessible) != nil {
			hidden[def.Name] = true
		}
	}
	out, err := prelude()
	if err != nil {
		return nil, err
	}
	builtIn := map[string]bool{}
	for _, def := range out.Definitions {
		builtIn[def.Name] = true
	}
	for _, def := range out.Directives {
		builtIn["@"+def.Name] = true
	}
	for _, def := range doc.Schema {
		s := &ast.SchemaDefinition{Description: def.Description, Position: def.Position}
		for _, op := range def.OperationTypes {
			if !hidden[op.Type] {
				s.OperationTypes = append(s.OperationTypes, op)
			}
		}
		out.Schema = append(out.Schema, s)
	}
	for _, def := range doc.Directives {
		if f.ownsDirective(def.Name) || builtIn["@"+def.Name] || !executable(def) {
			continue
		}
		clone := *def
		clone.Arguments = apiArguments(def.Arguments, f, hidden)
		out.Directives = append(out.Directives, &clone)
	}
	for _, def := range doc.Definitions {
		if !hidden[def.Name] && !builtIn[def.Name] {
			out.Definitions = append(out.Definitions, apiDefinition(def, f, hidden))
		}
	}
	schema, verr := validator.ValidateSchemaDocument(out)
	if verr != nil {
		return nil, fmt.Errorf("the API schema of the supergraph is not valid: %w", verr)
	}
	for name, possible := range schema.PossibleTypes {
		// Interfaces that implement an interface are no types an object can have.
		schema.PossibleTypes[name] = slices.DeleteFunc(possible, func(t *ast.Definition) bool { return t.Kind != ast.Object })
	}
	return schema, nil
}

// executable tells whether a directive can stand in an operation; only those belong to the API schema.
func executable(def *ast.DirectiveDefinition) bool {
	for _, l := range def.Locations {
		switch l {
		case ast.LocationQuery, ast.LocationMutation, ast.LocationSubscription, ast.LocationField,
			ast.LocationFragmentDefinition, ast.LocationFragmentSpread, ast.LocationInlineFragment,
			ast.LocationVariableDefinition:
			return true
		}
	}
	return false
}

func apiDefinition(def *ast.Definition, f *features, hidden map[string]bool) *ast.Definition {
	clone := *def
	clone.Directives = apiDirectives(def.Directives)
	clone.Interfaces, clone.Types, clone.Fields, clone.EnumValues = nil, nil, nil, nil
	for _, name := range def.Interfaces {
		if !hidden[name] {
			clone.Interfaces = append(clone.Interfaces, name)
		}
	}
	for _, name := range def.Types {
		if !hidden[name] {
			clone.Types = append(clone.Types, name)
		}
	}
	for _, fd := range def.Fields {
		if hidden[fd.Type.Name()] || fd.Directives.ForName(f.inaccessible) != nil {
			continue
		}
		directives, arguments := apiDirectives(fd.Directives), apiArguments(fd.Arguments, f, hidden)
		if len(directives) != len(fd.Directives) || !slices.Equal(arguments, fd.Arguments) {
			c := *fd
			c.Directives, c.Arguments = directives, arguments
			fd = &c
		}
		clone.Fields = append(clone.Fields, fd)
	}
	for _, v := range def.EnumValues {
		if v.Directives.ForName(f.inaccessible) != nil {
			continue
		}
		c := *v
		c.Directives = apiDirectives(v.Directives)
		clone.EnumValues = append(clone.EnumValues, &c)
	}
	return &clone
}

// apiArguments are the arguments that clients see, the same list if those are all of them.
func apiArguments(args ast.ArgumentDefinitionList, f *features, hidden map[string]bool) ast.ArgumentDefinitionList {
	var out ast.ArgumentDefinitionList
	for _, a := range args {
		if hidden[a.Type.Name()] || a.Directives.ForName(f.inaccessible) != nil {
			continue
		}
		if directives := apiDirectives(a.Directives); len(directives) != len(a.Directives) {
			c := *a
			c.Directives = directives
			a = &c
		}
		out = append(out, a)
	}
	if slices.Equal(out, args) {
		return args
	}
	return out
}

// apiDirectives keeps the directives that introspection shows.
func apiDirectives(ds ast.DirectiveList) ast.DirectiveList {
	var out ast.DirectiveList
	for _, d := range ds {
		switch d.Name {
		case "deprecated", "specifiedBy", "oneOf":
			out = append(out, d)
		}
	}
	return out
}
