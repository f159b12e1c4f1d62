package supergraph

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/weft-graphql/weft/router/syntax"
)

// corrections are of the descriptions the parser's library has.
var corrections = strings.NewReplacer(
	"`String`scalar",
	"`String` scalar",
	"http://",
	"https://",
	`such as "4"`,
	"such as `\"4\"`",
	"such as 4",
	"such as `4`",
)

// prelude are the definitions every schema has: the built-in scalars and directives, and the types of introspection. To
// those of the specification come the fields with which graphql-js 16 tells that directives are deprecated.
func prelude() (*ast.SchemaDocument, error) {
	doc, err := syntax.ParseTypeSystem(validator.Prelude)
	if err != nil {
		return nil, fmt.Errorf("parsing the built-in types: %w", err)
	}
	for _, def := range doc.Definitions {
		def.Description = corrections.Replace(def.Description)
	}
	more, err := syntax.ParseTypeSystem(&ast.Source{BuiltIn: true, Input: `
		type __Schema { directives(includeDeprecated: Boolean! = false): [__Directive!]! }
		type __Directive { isDeprecated: Boolean! deprecationReason: String }`})
	if err != nil {
		return nil, fmt.Errorf("parsing the built-in types: %w", err)
	}
	for _, def := range more.Definitions {
		known := doc.Definitions.ForName(def.Name)
		for _, f := range def.Fields {
			if old := known.Fields.ForName(f.Name); old != nil {
				old.Arguments = f.Arguments
			} else {
				known.Fields = append(known.Fields, f)
			}
		}
	}
	return doc, nil
}
