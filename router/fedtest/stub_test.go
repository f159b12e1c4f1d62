package fedtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
)

// stub is a subgraph: a small GraphQL server that refuses what a real one could not answer.
type stub struct {
	rig    *rig
	number int
	schema *ast.Schema
	// spoil, if set, may change an answer before it is sent; it can also write the whole answer itself.
	spoil func(w http.ResponseWriter, r *http.Request, answer []byte)
}

type request struct {
	Query         string                     `json:"query"`
	OperationName string                     `json:"operationName,omitempty"`
	Variables     map[string]json.RawMessage `json:"variables,omitempty"`
}

// complaints are what stubs refused.
type complaints struct {
	mu   sync.Mutex
	list []string
}

func (c *complaints) add(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = append(c.list, fmt.Sprintf(format, args...))
}

// take returns the complaints so far and forgets them.
func (c *complaints) take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := c.list
	c.list = nil
	return out
}

func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.rig.complaints.add("subgraph %s: %v", s.name(), err)
	}
	answer, ok := s.answerInTime(r, body)
	if !ok {
		return
	}
	if s.spoil != nil {
		r.Body = io.NopCloser(bytes.NewReader(body))
		s.spoil(w, r, answer)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(answer) // who asked has gone; there is nobody to tell
}

// answerInTime answers a request unless whoever sent it has given up: a mutation that is late would change the world
// of the operation after it.
func (s *stub) answerInTime(r *http.Request, body []byte) (answer []byte, ok bool) {
	s.rig.worlds.RLock()
	defer s.rig.worlds.RUnlock()
	if r.Context().Err() != nil {
		return nil, false
	}
	return s.answer(body), true
}

func (s *stub) name() string { return s.rig.graph.subgraphs[s.number] }

func (s *stub) answer(body []byte) []byte {
	var req request
	if err := json.Unmarshal(body, &req); err != nil {
		return s.refusal(string(body), err.Error())
	}
	s.rig.sent(s.name(), body)
	doc, errs := loadQuery(s.schema, req.Query)
	if len(errs) > 0 {
		return s.refusal(string(body), errs.Error())
	}
	if len(doc.Operations) != 1 {
		return s.refusal(string(body), "one operation is expected")
	}
	op := doc.Operations[0]
	if err := checkVariables(s.schema, op, req.Variables); err != nil {
		return s.refusal(string(body), err.Error())
	}
	if req.Variables == nil {
		req.Variables = map[string]json.RawMessage{}
	}
	if err := s.rig.mayBeAsked(s.schema, s.number, doc); err != nil {
		s.rig.complaints.add("subgraph %s: %v\n%s", s.name(), err, body)
	}
	x := &execution{world: &s.rig.world, subgraph: s.number, schema: s.schema, doc: doc, variables: req.Variables, inPlace: s.rig.inPlace}
	x.refuse = func(format string, args ...any) {
		s.rig.complaints.add("subgraph %s: %s\n%s", s.name(), fmt.Sprintf(format, args...), body)
	}
	return printAnswer(x.operation(op), x.errors)
}

func (s *stub) refusal(body, reason string) []byte {
	s.rig.complaints.add("subgraph %s: %s\n%s", s.name(), reason, body)
	return printAnswer(nil, []answerError{{Message: "refused: " + reason}})
}

// checkVariables checks that the variables fit, and that there are none the operation does not declare.
func checkVariables(schema *ast.Schema, op *ast.OperationDefinition, raw map[string]json.RawMessage) error {
	values := map[string]any{}
	for name, v := range raw {
		if op.VariableDefinitions.ForName(name) == nil {
			return fmt.Errorf("the variable $%s is not declared", name)
		}
		var value any
		if err := json.Unmarshal(v, &value); err != nil {
			return err
		}
		values[name] = value
	}
	if op.VariableDefinitions.ForName("representations") != nil || schema.Types["_Any"] != nil {
		for name := range values {
			if def := op.VariableDefinitions.ForName(name); def.Type.Name() == "_Any" {
				// gqlparser does not take objects for scalars it does not know.
				if _, list := values[name].([]any); !list {
					return fmt.Errorf("$%s is no list", name)
				}
				delete(values, name)
			}
		}
	}
	for name := range values {
		if op.VariableDefinitions.ForName(name).Type.Name() == "Blob" {
			delete(values, name)
		}
	}
	kept := *op
	kept.VariableDefinitions = nil
	for _, v := range op.VariableDefinitions {
		if name := v.Type.Name(); name != "_Any" && name != "Blob" {
			kept.VariableDefinitions = append(kept.VariableDefinitions, v)
		} else if _, given := raw[v.Variable]; !given && v.Type.NonNull && v.DefaultValue == nil {
			return fmt.Errorf("$%s is missing", v.Variable)
		}
	}
	_, err := validator.VariableValues(schema, &kept, values)
	return err
}

// printAnswer writes an answer as servers do.
func printAnswer(data json.RawMessage, errors []answerError) []byte {
	if data == nil {
		data = json.RawMessage("null")
	}
	out := append([]byte(`{"data":`), data...)
	if len(errors) > 0 {
		raw, err := json.Marshal(errors)
		if err != nil {
			panic(err)
		}
		out = append(append(out, `,"errors":`...), raw...)
	}
	return append(out, '}')
}
