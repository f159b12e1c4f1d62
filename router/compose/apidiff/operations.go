package apidiff

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/router/syntax"
	"github.com/weft-graphql/weft/router/usage"
	"github.com/weft-graphql/weft/router/validation"
)

// Operation is a document that clients send.
type Operation struct {
	// Name identifies it in reports: a file name, an operation name.
	Name string `json:"name"`
	Text string `json:"-"`
	// Uses is what it uses, where the text is not known.
	Uses usage.Coordinates `json:"-"`
	// Clients are those who send it, as far as that is known.
	Clients []usage.Use `json:"-"`
}

// Impact is what changes do to one operation.
type Impact struct {
	Operation string `json:"operation"`
	// Broken tells that the operation is invalid now, or certain to meet a breaking change. Otherwise it may break,
	// depending on variables or data.
	Broken bool `json:"broken"`
	// Invalid tells that the operation was not valid before either; nothing else is said about it then.
	Invalid bool `json:"invalid,omitempty"`
	// Errors are why the operation is not valid.
	Errors []OperationError `json:"errors,omitempty"`
	// Changes are the breaking and dangerous changes the operation meets.
	Changes []Change `json:"changes,omitempty"`
	// Clients are those who send the operation.
	Clients []usage.Use `json:"clients,omitempty"`
}

// OperationError is a validation error; Line and Column are 1-based and 0 when unknown.
type OperationError struct {
	Message string `json:"message"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
}

// maxTokens bounds one operation document.
const maxTokens = 500_000

// Impacts tells what the changes from before to after do to operations, in their order, leaving out those that notice
// nothing.
func Impacts(before, after *ast.Schema, changes []Change, operations []Operation) []Impact {
	var out []Impact
	for _, op := range operations {
		if i := impact(before, after, changes, op); i != nil {
			out = append(out, *i)
		}
	}
	return out
}

func impact(before, after *ast.Schema, changes []Change, op Operation) *Impact {
	result, u := &Impact{Operation: op.Name, Clients: op.Clients}, op.Uses
	if op.Text != "" || u == nil {
		old, errs := check(before, op)
		if len(errs) > 0 {
			result.Invalid, result.Errors = true, errs
			return result
		}
		_, result.Errors = check(after, op)
		result.Broken = len(result.Errors) > 0
		u = usage.Of(before, old.Operations, old.Fragments)
	}
	for _, c := range changes {
		if c.Severity == Safe {
			continue
		}
		meets, certain := meets(u, c)
		if !meets {
			continue
		}
		result.Changes = append(result.Changes, c)
		result.Broken = result.Broken || certain && c.Severity == Breaking
	}
	if !result.Broken && len(result.Changes) == 0 {
		return nil
	}
	return result
}

func check(schema *ast.Schema, op Operation) (*ast.QueryDocument, []OperationError) {
	doc, err := syntax.ParseExecutable(&ast.Source{Name: op.Name, Input: op.Text}, maxTokens)
	if err != nil {
		return nil, []OperationError{operationError(err)}
	}
	result := validation.Document(schema, doc)
	if result.TooComplex != nil {
		return nil, []OperationError{operationError(result.TooComplex)}
	}
	var out []OperationError
	for _, err := range result.Errors {
		out = append(out, operationError(err))
	}
	return doc.QueryDocument, out
}

func operationError(err error) OperationError {
	located, ok := err.(*gqlerror.Error)
	if !ok {
		return OperationError{Message: err.Error()}
	}
	e := OperationError{Message: located.Message}
	if len(located.Locations) > 0 {
		e.Line, e.Column = located.Locations[0].Line, located.Locations[0].Column
	}
	return e
}

// meets tells whether an operation notices a change, and whether it is certain to.
func meets(u usage.Coordinates, c Change) (meets, certain bool) {
	switch c.Kind {
	case "REQUIRED_ARGUMENT_ADDED", "OPTIONAL_ARGUMENT_ADDED", "ARGUMENT_DEFAULT_CHANGED":
		owner, _, _ := strings.Cut(c.Path, "(")
		if _, given := u[c.Path]; c.Kind == "ARGUMENT_DEFAULT_CHANGED" && given {
			return false, false // the operation says what it wants
		}
		certain, meets = u[owner]
	case "REQUIRED_INPUT_FIELD_ADDED", "OPTIONAL_INPUT_FIELD_ADDED", "INPUT_FIELD_DEFAULT_CHANGED", "ENUM_VALUE_ADDED":
		owner, _, _ := strings.Cut(c.Path, ".")
		_, meets = u[owner]
		certain = c.Kind == "REQUIRED_INPUT_FIELD_ADDED"
	case "UNION_MEMBER_ADDED", "UNION_MEMBER_REMOVED", "INTERFACE_ADDED", "INTERFACE_REMOVED":
		_, meets = u[c.Path] // the fragments that no longer fit are validation errors
	case "DIRECTIVE_LOCATION_REMOVED", "DIRECTIVE_REPEATABLE_REMOVED":
		_, meets = u[c.Path]
	case "SCALAR_SPECIFICATION_CHANGED":
		_, meets = u[c.Path]
	default:
		certain, meets = u[c.Path]
	}
	return meets, certain
}

// Summary says in one sentence what changes do to operations.
func Summary(changes []Change, impacts []Impact) string {
	text := Count(changes)
	broken := slices.DeleteFunc(slices.Clone(impacts), func(i Impact) bool { return !i.Broken })
	if len(broken) == 0 {
		return text + "; no operation breaks"
	}
	names := make([]string, 0, len(broken))
	for _, i := range broken {
		names = append(names, i.Operation)
	}
	verb := "operations break"
	if len(broken) == 1 {
		verb = "operation breaks"
	}
	return fmt.Sprintf("%s; %d %s: %s", text, len(broken), verb, strings.Join(names, ", "))
}

// Count says how many changes there are of each severity.
func Count(changes []Change) string {
	if len(changes) == 0 {
		return "no changes"
	}
	count := map[Severity]int{}
	for _, c := range changes {
		count[c.Severity]++
	}
	noun := "changes"
	if len(changes) == 1 {
		noun = "change"
	}
	return fmt.Sprintf("%d breaking, %d dangerous and %d safe %s", count[Breaking], count[Dangerous], count[Safe], noun)
}
