package accesslog

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"regexp"
	"slices"

	"github.com/weft-graphql/weft/router/caller"
	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/modules/expression"
	"github.com/weft-graphql/weft/router/server"
)

// value is a field that an expression computes.
type value struct {
	name string
	is   *expression.Expression
}

var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.]*$`)

func compile(name, text string) (value, error) {
	if !plainName.MatchString(name) {
		return value{}, errors.New("the name of a field has letters, digits, dots and underscores only")
	}
	is, err := expression.Compile(text)
	return value{name, is}, err
}

func (a *AccessLog) compile() error {
	for _, name := range slices.Sorted(maps.Keys(a.Values)) {
		v, err := compile(name, a.Values[name])
		if err != nil {
			return err
		}
		a.values = append(a.values, v)
	}
	return nil
}

// OperationBegan implements module.OperationObserver.
func (a *AccessLog) OperationBegan(ctx context.Context, _ *module.Operation) context.Context {
	return ctx
}

// OperationEnded implements module.OperationObserver: headers and claims are there now, and not when the line is
// written.
func (a *AccessLog) OperationEnded(_ context.Context, op *module.Operation, response *server.Response) {
	if len(a.values) == 0 {
		return
	}
	read := inputs{header: op.Request.Header}
	if op.Values != nil {
		read.caller = op.Values.Caller()
	}
	for _, v := range a.values {
		// What cannot be computed for a request is not there.
		if text, ok, err := v.is.Text(read); err == nil && ok {
			response.Operation.Noted = append(response.Operation.Noted, slog.String(v.name, text))
		}
	}
}

// inputs are what expressions read.
type inputs struct {
	header http.Header
	caller *caller.Caller
}

// Header implements expression.Inputs.
func (i inputs) Header(name string) string { return i.header.Get(name) }

// Claim implements expression.Inputs.
func (i inputs) Claim(name string) any {
	if i.caller == nil {
		return nil
	}
	value, ok := i.caller.Claim(name)
	if !ok {
		return nil
	}
	return value
}

// Variable implements expression.Inputs.
func (i inputs) Variable(string) string { return "" }
