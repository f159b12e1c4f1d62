package exec_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/weft-graphql/weft/router/upstream"
)

// shape is a type as the specification completes values of it: a list of elem, an object with fields, or a scalar.
type shape struct {
	nonNull bool
	elem    *shape
	fields  map[string]shape
	scalar  func(v any) bool
	id      bool
}

func isText(v any) bool { _, ok := v.(string); return ok }
func isID(v any) bool   { return isText(v) || isInt(v) }
func isInt(v any) bool {
	n, ok := v.(float64)
	return ok && n == float64(int32(n))
}

func required(s shape) shape { s.nonNull = true; return s }
func listOf(s shape) shape   { return shape{elem: &s} }

var (
	text   = shape{scalar: isText}
	id     = shape{scalar: isID, id: true}
	whole  = shape{scalar: isInt}
	review = shape{fields: map[string]shape{
		"id": required(id), "body": text, "product": {fields: map[string]shape{"upc": required(text)}}, "author": {fields: map[string]shape{"id": required(id)}},
	}}
	user = shape{fields: map[string]shape{"id": required(id), "name": text, "birthday": whole}}
)

// completer completes values, and counts what is wrong with them: what does not have its shape, and so is null, what
// is null and must not be, and what is missing. Specification: GraphQL, sections 6.4.3 "Value Completion" and 6.4.4
// "Handling Execution Errors".
type completer struct{ wrong int }

func (c *completer) complete(s shape, v any) (any, bool) {
	done, ok := c.fit(s, v)
	if !ok {
		done = nil
	}
	if v == nil && s.nonNull {
		c.wrong++
	}
	return done, done != nil || !s.nonNull
}

func (c *completer) fit(s shape, v any) (any, bool) {
	if v == nil {
		return nil, true
	}
	switch {
	case s.elem != nil:
		if list, ok := v.([]any); ok {
			return c.list(s, list)
		}
	case s.fields != nil:
		if object, ok := v.(map[string]any); ok {
			return c.object(s, object)
		}
	case s.scalar(v):
		if s.id && !isText(v) {
			v = fmt.Sprint(v)
		}
		return v, true
	}
	c.wrong++
	return nil, false
}

func (c *completer) list(s shape, list []any) (any, bool) {
	done, ok := make([]any, len(list)), true
	for i := range list {
		var fits bool
		done[i], fits = c.complete(*s.elem, list[i])
		ok = ok && fits
	}
	return done, ok
}

func (c *completer) object(s shape, object map[string]any) (any, bool) {
	done, ok := map[string]any{}, true
	for key, f := range s.fields {
		if _, there := object[key]; !there {
			c.wrong++
		}
		var fits bool
		done[key], fits = c.complete(f, object[key])
		ok = ok && fits
	}
	return done, ok
}

// misshape replaces a random value below v, or v itself.
func misshape(rnd *rand.Rand, v any) any {
	if rnd.IntN(3) > 0 {
		switch at := v.(type) {
		case map[string]any:
			if keys := slices.Sorted(maps.Keys(at)); len(keys) > 0 {
				key := keys[rnd.IntN(len(keys))]
				at[key] = misshape(rnd, at[key])
				return at
			}
		case []any:
			if len(at) > 0 {
				i := rnd.IntN(len(at))
				at[i] = misshape(rnd, at[i])
				return at
			}
		}
	}
	var other any
	texts := []string{
		`null`, `7`, `1.5`, `"x"`, `true`, `{}`, `[]`, `[null]`, `[[]]`, `{"id":"1"}`, `[{"id":"2","body":"b"}]`, `{"__typename":"Nothing"}`,
		`{"__typename":7,"id":"3","upc":"3"}`, `[{"id":null}]`, `{"upc":["x"]}`, `[[{"id":"1"}]]`,
	}
	if err := json.Unmarshal([]byte(texts[rnd.IntN(len(texts))]), &other); err != nil {
		panic(err)
	}
	return other
}

// TestWrongShapesAreConfined replaces a value anywhere in an answer. The client gets what completing the answer by the
// specification gives, and errors if there is something wrong.
func TestWrongShapesAreConfined(t *testing.T) {
	const entities = `[{"reviews":[{"id":"1","body":"b","product":{"upc":"9"},"author":{"id":"u"}},{"id":2,"body":null,"product":null,"author":null}]},null,{"reviews":[]}]`
	const root = `{"users":[{"id":"1","name":"n","birthday":7},{"id":"2","name":null,"birthday":null}],"me":{"id":"3","name":"m","birthday":-1}}`
	three := babbling(`{"data":{"topProducts":[{"__typename":"Product","upc":"1"},{"__typename":"Product","upc":"2"},{"__typename":"Product","upc":"3"}]}}`)
	rnd := rand.New(rand.NewPCG(3, 4))
	seen := map[bool]int{}
	for i := range 2000 {
		var answer, want any
		var c completer
		query := `{ topProducts { reviews { id body product { upc } author { id } } } }`
		if i%2 == 0 {
			if err := json.Unmarshal([]byte(entities), &answer); err != nil {
				t.Fatal(err)
			}
			answer = misshape(rnd, answer)
			products := make([]any, 3)
			list, ok := answer.([]any)
			if !ok || len(list) != len(products) {
				// There is no telling which entity is which.
				list = make([]any, len(products))
				c.wrong++
			}
			for i := range products {
				entity, _ := c.complete(shape{fields: map[string]shape{"reviews": listOf(review)}}, list[i])
				if entity == nil {
					entity = map[string]any{"reviews": nil}
				}
				products[i] = entity
			}
			want = map[string]any{"topProducts": products}
			answer = map[string]any{"_entities": answer}
		} else {
			query = `{ users { id name birthday } me { id name birthday } }`
			if err := json.Unmarshal([]byte(root), &answer); err != nil {
				t.Fatal(err)
			}
			answer = misshape(rnd, answer)
			want, _ = c.complete(shape{fields: map[string]shape{"users": listOf(user), "me": user}}, answer)
			if want == nil {
				want, c.wrong = map[string]any{"users": nil, "me": nil}, 1
			}
		}
		body, err := json.Marshal(map[string]any{"data": answer})
		if err != nil {
			t.Fatal(err)
		}
		got, errors := told(t, query, map[string]upstream.Subgraph{"products": three, "reviews": babbling(body), "accounts": babbling(body)})
		expected, _ := json.Marshal(want)
		data, _ := json.Marshal(got)
		if string(data) != string(expected) {
			t.Fatalf("%s\n gives %s\n expected %s", body, data, expected)
		}
		for _, e := range errors {
			if !stands(got, e.Path) {
				t.Fatalf("%s\n has an error at %v, which is not there: %s", body, e.Path, data)
			}
		}
		if (len(errors) > 0) != (c.wrong > 0) {
			t.Fatalf("%s\n has the errors %v, where %d things are wrong", body, errors, c.wrong)
		}
		seen[len(errors) > 0]++
	}
	if seen[true] < 500 || seen[false] < 100 {
		t.Errorf("of the answers %d have errors, and %d have none", seen[true], seen[false])
	}
}
