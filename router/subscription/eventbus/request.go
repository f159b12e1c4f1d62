package eventbus

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// asked is what a request of the router asks of a subscription field.
type asked struct {
	field     *ast.Field
	fragments ast.FragmentDefinitionList
	args      map[string]any
}

// readRequest reads the body that a service of the subgraph would get: an operation with one root field.
func readRequest(body []byte) (*asked, error) {
	var request struct {
		Query         string         `json:"query"`
		OperationName string         `json:"operationName"`
		Variables     map[string]any `json:"variables"`
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&request); err != nil {
		return nil, fmt.Errorf("read the request: %w", err)
	}
	document, err := parser.ParseQuery(&ast.Source{Input: request.Query})
	if err != nil {
		return nil, fmt.Errorf("read the request: %w", err)
	}
	operation := document.Operations.ForName(request.OperationName)
	if operation == nil || len(operation.SelectionSet) != 1 {
		return nil, errors.New("read the request: it has not one root field")
	}
	field, ok := operation.SelectionSet[0].(*ast.Field)
	if !ok {
		return nil, errors.New("read the request: its root is a fragment")
	}
	variables := map[string]any{}
	for _, v := range operation.VariableDefinitions {
		if given, ok := request.Variables[v.Variable]; ok {
			variables[v.Variable] = given
		} else if v.DefaultValue != nil {
			variables[v.Variable] = valueOf(v.DefaultValue, nil)
		}
	}
	a := &asked{field: field, fragments: document.Fragments, args: map[string]any{}}
	for _, arg := range field.Arguments {
		a.args[arg.Name] = valueOf(arg.Value, variables)
	}
	return a, nil
}

// valueOf is a literal as decoded JSON would be, with numbers as they are written.
func valueOf(v *ast.Value, variables map[string]any) any {
	switch v.Kind {
	case ast.Variable:
		return variables[v.Raw]
	case ast.IntValue, ast.FloatValue:
		return json.Number(v.Raw)
	case ast.BooleanValue:
		return v.Raw == "true"
	case ast.NullValue:
		return nil
	case ast.ListValue:
		list := make([]any, 0, len(v.Children))
		for _, c := range v.Children {
			list = append(list, valueOf(c.Value, variables))
		}
		return list
	case ast.ObjectValue:
		object := make(map[string]any, len(v.Children))
		for _, c := range v.Children {
			object[c.Name] = valueOf(c.Value, variables)
		}
		return object
	}
	return v.Raw
}
