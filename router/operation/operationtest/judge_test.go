package operationtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
)

// world is one random schema, served by the router's rooms and known to graphql-js.
type world struct {
	js      *graphqlJS
	number  uint64
	sdl     string
	sg      *supergraph.Supergraph
	planner *plan.Planner
	engine  *exec.Engine
}

const federationHeader = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9")` + "\n"

// oneOf finds the definitions of inputs that are @oneOf.
var oneOf = regexp.MustCompile(`(?m)^(input \w+) @oneOf`)

// newWorld composes a schema as the only subgraph.
func newWorld(js *graphqlJS, number uint64, sdl string) (*world, error) {
	var verdict struct {
		Syntax string
		Errors []string
	}
	if err := js.ask(map[string]any{"command": "schema", "schema": number, "sdl": sdl}, &verdict); err != nil {
		return nil, err
	}
	if verdict.Syntax != "" || len(verdict.Errors) > 0 {
		return nil, fmt.Errorf("graphql-js refuses the schema: %s %q\n%s", verdict.Syntax, verdict.Errors, sdl)
	}
	// Federation does not know @oneOf: it is put back afterwards.
	bare := oneOf.ReplaceAllString(sdl, "$1")
	subgraph := compose.Subgraph{Name: "a", URL: "http://a", SDL: federationHeader + bare}
	result, errs := compose.Compose([]compose.Subgraph{subgraph}, compose.Options{})
	if len(errs) > 0 {
		return nil, fmt.Errorf("the schema does not compose: %w\n%s", errs[0], sdl)
	}
	composed := result.SupergraphSDL
	for _, m := range oneOf.FindAllStringSubmatch(sdl, -1) {
		composed = strings.Replace(composed, m[1]+"\n", m[1]+" @oneOf\n", 1)
	}
	sg, err := supergraph.Load(composed)
	if err != nil {
		return nil, fmt.Errorf("the supergraph does not load: %w\n%s", err, result.SupergraphSDL)
	}
	w := &world{js: js, number: number, sdl: sdl, sg: sg, planner: plan.New(sg)}
	w.engine = exec.New(exec.Config{Subgraphs: []upstream.Subgraph{w}})
	return w, nil
}

func (w *world) ask(command string, result any, members map[string]any) error {
	members["command"], members["schema"] = command, w.number
	return w.js.ask(members, result)
}

// Do is the subgraph: graphql-js over the same schema.
func (w *world) Do(_ context.Context, req *upstream.Request, resp *upstream.Response) error {
	var body struct {
		Query     string
		Variables json.RawMessage
	}
	if err := json.Unmarshal(req.Body, &body); err != nil {
		return err
	}
	var answer json.RawMessage
	members := map[string]any{"query": body.Query}
	if len(body.Variables) > 0 {
		members["variables"] = body.Variables
	}
	if err := w.ask("fetch", &answer, members); err != nil {
		return err
	}
	resp.Status, resp.Body, resp.Attempts = 200, answer, 1
	return nil
}

// verdict is what becomes of a document.
type verdict struct {
	Syntax      string
	Rules       map[string]string
	NoOperation bool
	// Results are those of each set of variables, for a document that is valid.
	Results []result
}

type result struct {
	Errors []string
	// Mistakes are the errors about the variables.
	Mistakes []mistake
	Coerced  json.RawMessage
	// Data is the answer; absent for subscriptions.
	Data json.RawMessage
}

// kind says in a few words what a verdict is, so that differences of one kind can be told from others.
func (v *verdict) kind() string {
	switch {
	case v.Syntax != "":
		return "syntax error"
	case len(v.Rules) > 0:
		return strings.Join(slices.Sorted(maps.Keys(v.Rules)), "+")
	case v.NoOperation:
		return "no operation"
	}
	return "valid"
}

// difference is one between graphql-js and us.
type difference struct{ kind, detail string }

func (d *difference) Error() string { return d.kind + "\n" + d.detail }

// judge compares the verdicts about a document; the error is a *difference.
func (w *world) judge(d document) (theirs *verdict, err error) {
	theirs = &verdict{}
	question := map[string]any{"document": d.text, "operation": d.operationName, "variables": d.variables}
	if err := w.ask("judge", theirs, question); err != nil {
		return nil, err
	}
	p, errs := operation.Prepare(w.sg, d.text, d.operationName, operation.Limits{})
	ours := &verdict{}
	if len(errs) > 0 && strings.Contains(errs[0].Message, "cannot be passed on to subgraphs") {
		// A document that is valid, but that the router cannot do.
		errs = nil
	}
	for _, e := range errs {
		switch e.Extensions["code"] {
		case "GRAPHQL_PARSE_FAILED":
			ours.Syntax = e.Message
		case "GRAPHQL_VALIDATION_FAILED":
			if ours.Rules == nil {
				ours.Rules = map[string]string{}
			}
			ours.Rules[e.Rule] = e.Message
		case "OPERATION_RESOLUTION_FAILURE":
			ours.NoOperation = true
		default:
			return theirs, &difference{"another error", e.Error()}
		}
	}
	if theirs.Rules["ExecutableDefinitions"] != "" {
		// What else is wrong with a document that is no client's is not looked for.
		theirs.Rules = map[string]string{"ExecutableDefinitions": theirs.Rules["ExecutableDefinitions"]}
	}
	if theirs.Rules["NoFragmentCycles"] != "" {
		// What fragments that spread themselves would merge is not compared.
		delete(theirs.Rules, "OverlappingFieldsCanBeMerged")
	}
	if _, more := ours.Rules[""]; more {
		// Only the first hundred errors are told.
		delete(ours.Rules, "")
		maps.DeleteFunc(theirs.Rules, func(rule, _ string) bool { return ours.Rules[rule] == "" })
	}
	if a, b := theirs.kind(), ours.kind(); a != b {
		detail := fmt.Sprintf("graphql-js: %s %q\nwe: %v", theirs.Syntax, theirs.Rules, errs)
		return theirs, &difference{"graphql-js: " + a + "; we: " + b, detail}
	}
	if p == nil {
		return theirs, nil
	}
	for i, raw := range d.variables {
		if err := w.result(p, &d, raw, &theirs.Results[i]); err != nil {
			err.detail += "\nvariables: " + raw
			return theirs, err
		}
	}
	return theirs, nil
}

// result compares what becomes of one set of variables.
func (w *world) result(p *operation.Prepared, d *document, raw string, theirs *result) *difference {
	vars, errs := p.CoerceVariables([]byte(raw))
	switch {
	case len(errs) > 0 && strings.Contains(errs[0].Message, "introspection depends on it"):
		// graphql-js finds that out once it comes to the place, if it does.
		return nil
	case len(errs) > 0 && len(theirs.Errors) > 0:
		return sameMistakes(errs, theirs.Mistakes)
	case len(errs) > 0:
		return &difference{"variables are refused", fmt.Sprintf("graphql-js: %s\nwe: %v", theirs.Coerced, errs)}
	case len(theirs.Errors) > 0 && theirs.Coerced == nil:
		return &difference{"variables are accepted", fmt.Sprintf("graphql-js: %q", theirs.Errors)}
	}
	canonical := []byte("{")
	for i, v := range p.Variables {
		if vars.Present(i) {
			if len(canonical) > 1 {
				canonical = append(canonical, ',')
			}
			canonical = append(canonical, '"')
			canonical = append(append(canonical, v.Name...), '"', ':')
			canonical = append(canonical, vars.Raw(i)...)
		}
	}
	canonical = append(canonical, '}')
	var again result
	question := map[string]any{
		"document": d.text, "operation": d.operationName, "variables": json.RawMessage(canonical),
	}
	if err := w.ask("coerce", &again, question); err != nil {
		return &difference{"coerced variables", err.Error()}
	}
	if len(again.Errors) > 0 || !equalJSON(again.Coerced, theirs.Coerced) {
		detail := fmt.Sprintf("graphql-js: %s\nwe: %s (%q)", theirs.Coerced, canonical, again.Errors)
		return &difference{"coerced variables", detail}
	}
	if p.Kind == ast.Subscription {
		return nil
	}
	return w.execute(p, &vars, theirs)
}

// execute compares the answers.
func (w *world) execute(p *operation.Prepared, vars *operation.Variables, theirs *result) *difference {
	op := p.Operation(p.ConditionSet(vars, nil))
	pl, err := w.planner.Plan(op)
	if err != nil {
		return &difference{"plan", err.Error()}
	}
	program, err := w.engine.Compile(pl)
	if err != nil {
		return &difference{"program", err.Error()}
	}
	var resp exec.Response
	program.Execute(context.Background(), &exec.Request{
		Variables: vars,
		Introspect: func(out []byte, f *operation.Field, more func([]byte) ([]byte, bool)) []byte {
			return p.Introspect(out, f, vars, more)
		},
	}, &resp)
	var answer result
	var body struct {
		Data   json.RawMessage
		Errors []struct{ Message string }
	}
	if err := json.Unmarshal(resp.Body, &body); err != nil {
		return &difference{"answer is not JSON", fmt.Sprintf("%v: %s", err, resp.Body)}
	}
	answer.Data = body.Data
	if (len(body.Errors) > 0) != (len(theirs.Errors) > 0) || !equalJSON(answer.Data, theirs.Data) {
		return &difference{"answer", fmt.Sprintf("graphql-js: %s %q\n        we: %s %v",
			around(theirs.Data, answer.Data), theirs.Errors, around(answer.Data, theirs.Data), body.Errors)}
	}
	return nil
}

// around cuts a JSON text to what is around its first difference from another.
func around(text, other []byte) []byte {
	one, two := plain(text), plain(other)
	at := 0
	for at < len(one) && at < len(two) && one[at] == two[at] {
		at++
	}
	return one[max(0, at-300):min(len(one), at+200)]
}

// plain writes a JSON text in one spelling; the order of members is kept.
func plain(text []byte) []byte {
	var out bytes.Buffer
	d := json.NewDecoder(bytes.NewReader(text))
	for t, err := d.Token(); err == nil; t, err = d.Token() {
		if delimiter, ok := t.(json.Delim); ok {
			out.WriteString(delimiter.String())
			continue
		}
		fmt.Fprintf(&out, " %q", fmt.Sprint(t))
	}
	return out.Bytes()
}

// equalJSON compares two JSON texts, the order of members included.
func equalJSON(a, b json.RawMessage) bool {
	x, y := json.NewDecoder(bytes.NewReader(a)), json.NewDecoder(bytes.NewReader(b))
	for {
		s, err := x.Token()
		t, other := y.Token()
		if errors.Is(err, io.EOF) || errors.Is(other, io.EOF) {
			return errors.Is(err, io.EOF) && errors.Is(other, io.EOF)
		}
		if err != nil || other != nil || s != t {
			return false
		}
	}
}
