// Package expression has the small typed language in which settings compute text, and decide, from a request: that of
// https://expr-lang.org. What an expression reads is known before it is run, so that whoever uses it can declare it.
package expression

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/vm"
)

// Inputs are what an expression reads of a request.
type Inputs interface {
	// Header is the value of header("Name"): the first line of a request header, empty when there is none.
	Header(name string) string
	// Claim is the value of claim("name"): what was proved about the caller; nil when nothing was.
	Claim(name string) any
	// Variable is the value of one of the names that were given to Compile.
	Variable(name string) string
}

// Expression is a compiled expression. It is safe for concurrent use.
type Expression struct {
	program *vm.Program
	// Headers and Claims are what it reads, each once.
	Headers, Claims []string
	variables       []string
}

// maxLength bounds an expression, in bytes.
const maxLength = 4 << 10

// Compile compiles an expression. variables are the names of text that it may use beside header(name) and claim(name),
// whose arguments must be written out. The error says what is wrong, and where.
func Compile(text string, variables ...string) (*Expression, error) {
	if len(text) > maxLength {
		return nil, fmt.Errorf("the expression is longer than %d bytes", maxLength)
	}
	env := map[string]any{"header": func(string) string { return "" }, "claim": func(string) any { return nil }}
	for _, name := range variables {
		env[name] = ""
	}
	program, err := expr.Compile(text, expr.Env(env))
	if err != nil {
		return nil, err
	}
	e := &Expression{program: program}
	found := &reader{expression: e, variables: variables}
	node := program.Node()
	ast.Walk(&node, found)
	if found.err != nil {
		return nil, found.err
	}
	return e, nil
}

// reader finds out what an expression reads.
type reader struct {
	expression *Expression
	variables  []string
	err        error
}

// Visit implements ast.Visitor.
func (r *reader) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		if slices.Contains(r.variables, n.Value) {
			r.expression.variables = add(r.expression.variables, n.Value)
		}
	case *ast.CallNode:
		callee, ok := n.Callee.(*ast.IdentifierNode)
		if !ok || callee.Value != "header" && callee.Value != "claim" {
			return
		}
		name, ok := n.Arguments[0].(*ast.StringNode)
		switch {
		case !ok:
			r.err = errors.New(callee.Value + "(...) needs a name that is written out, like " + callee.Value + `("tenant")`)
		case callee.Value == "header":
			r.expression.Headers = add(r.expression.Headers, name.Value)
		default:
			r.expression.Claims = add(r.expression.Claims, name.Value)
		}
	}
}

func add(names []string, name string) []string {
	if slices.Contains(names, name) {
		return names
	}
	return append(names, name)
}

// Text runs the expression; ok is false when it yields nil, or nothing that is text, a number or a truth value.
func (e *Expression) Text(in Inputs) (text string, ok bool, err error) {
	env := map[string]any{"header": in.Header, "claim": in.Claim}
	for _, name := range e.variables {
		env[name] = in.Variable(name)
	}
	result, err := expr.Run(e.program, env)
	if err != nil {
		return "", false, err
	}
	text, ok = Written(result)
	return text, ok, nil
}

// Written writes a value as text: text, a number or a truth value; false for anything else.
func Written(v any) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "", false
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case int:
		return strconv.Itoa(v), true
	}
	if r := reflect.ValueOf(v); r.CanInt() {
		return strconv.FormatInt(r.Int(), 10), true
	}
	return "", false
}
