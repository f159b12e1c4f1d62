package stub

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/weft-graphql/weft/bench/definition"
)

// executor answers GraphQL requests over the graph, seen through one schema: one subgraph's, or the merged one.
// It is written to be obviously right, not fast: the server keeps its answers.
type executor struct {
	schema *ast.Schema
	rules  *rules.Rules
	graph  *graph
	sdl    string
}

// Reference answers operations over the merged graph of all subgraphs: what a router has to answer.
type Reference struct{ executor *executor }

// NewReference loads the definition's data, repeated scale times (1 to MaxScale).
func NewReference(scale int) (*Reference, error) {
	g, err := loadGraph(scale)
	if err != nil {
		return nil, err
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "merged.graphql", Input: mergedSchema})
	if err != nil {
		return nil, err
	}
	return &Reference{&executor{schema: schema, rules: rules.NewDefaultRules(), graph: g}}, nil
}

// Answer returns the response body for a GraphQL-over-HTTP POST body.
func (r *Reference) Answer(body []byte) []byte { return r.executor.answer(body) }

func newSubgraphExecutor(s definition.Subgraph, g *graph) (*executor, error) {
	schema, err := subgraphSchema(s)
	if err != nil {
		return nil, err
	}
	return &executor{schema: schema, rules: rules.NewDefaultRules(), graph: g, sdl: s.SDL}, nil
}

// entity is a record as one subgraph sees it. A field that the schema marks @external is not the subgraph's own: its
// value is known only when it was given, by a representation or along a @provides path, and null otherwise. A router
// that plans wrongly therefore gets wrong answers.
type entity struct {
	record
	given map[string]any
}

// service is the value of Query._service.
type service struct{}

// rootObject is the value of the query root.
type rootObject struct{}

// request is one run of an operation.
type request struct {
	*executor
	variables map[string]any
	out       bytes.Buffer
	errors    gqlerror.List
}

// answer executes a POST body and returns the response body. Whatever is wrong is said in the response's errors.
func (e *executor) answer(body []byte) []byte {
	var post struct {
		Query         string         `json:"query"`
		OperationName string         `json:"operationName"`
		Variables     map[string]any `json:"variables"`
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&post); err != nil {
		return errorResponse(fmt.Errorf("the request body is not a GraphQL request in JSON: %w", err))
	}
	document, problems := gqlparser.LoadQueryWithRules(e.schema, post.Query, e.rules)
	if len(problems) > 0 {
		return errorResponse(problems)
	}
	operation := document.Operations.ForName(post.OperationName)
	if operation == nil {
		return errorResponse(fmt.Errorf("no operation called %q in the document", post.OperationName))
	}
	if operation.Operation != ast.Query {
		return errorResponse(fmt.Errorf("%s operations are not served", operation.Operation))
	}
	variables, err := validator.VariableValues(e.schema, operation, post.Variables)
	if err != nil {
		return errorResponse(err)
	}
	r := &request{executor: e, variables: variables}
	r.out.WriteString(`{"data":`)
	data := r.out.Len()
	if err := r.object(rootObject{}, "Query", operation.SelectionSet); err != nil {
		r.fail(err)
		r.out.Truncate(data)
		r.out.WriteString("null")
	}
	if len(r.errors) > 0 {
		r.out.WriteString(`,"errors":`)
		r.json(r.errors)
	}
	r.out.WriteByte('}')
	return r.out.Bytes()
}

func (r *request) fail(err error) { r.errors = append(r.errors, gqlerror.Wrap(err)) }

// object writes the selected fields of value, an object of type typeName, in the order they were asked for.
// It returns an error when a non-null field has no value, and leaves it to the caller to take back what was written.
func (r *request) object(value any, typeName string, selections ast.SelectionSet) error {
	r.out.WriteByte('{')
	for i, field := range r.collect(typeName, selections, nil) {
		if i > 0 {
			r.out.WriteByte(',')
		}
		r.json(field.Alias)
		r.out.WriteByte(':')
		if field.Name == "__typename" {
			r.json(typeName)
			continue
		}
		child, err := r.resolve(value, field.Field)
		if err != nil {
			r.fail(fmt.Errorf("%s.%s: %w", typeName, field.Name, err))
			child = nil
		}
		if err := r.complete(child, field.Definition.Type, field.selections); err != nil {
			return err
		}
	}
	r.out.WriteByte('}')
	return nil
}

// collected is one response key of an object: a field and the sub-selections of every place that asked for it.
type collected struct {
	*ast.Field
	selections ast.SelectionSet
}

// collect gathers the fields that apply to typeName (CollectFields, section 6.3.2 of the GraphQL specification).
func (r *request) collect(typeName string, selections ast.SelectionSet, fields []*collected) []*collected {
	for _, selection := range selections {
		switch s := selection.(type) {
		case *ast.Field:
			if !r.included(s.Directives) {
				continue
			}
			known := false
			for _, f := range fields {
				if f.Alias == s.Alias {
					f.selections = append(f.selections, s.SelectionSet...)
					known = true
				}
			}
			if !known {
				fields = append(fields, &collected{s, append(ast.SelectionSet{}, s.SelectionSet...)})
			}
		case *ast.InlineFragment:
			if r.included(s.Directives) && r.applies(s.TypeCondition, typeName) {
				fields = r.collect(typeName, s.SelectionSet, fields)
			}
		case *ast.FragmentSpread:
			if r.included(s.Directives) && r.applies(s.Definition.TypeCondition, typeName) {
				fields = r.collect(typeName, s.Definition.SelectionSet, fields)
			}
		}
	}
	return fields
}

func (r *request) included(directives ast.DirectiveList) bool {
	if skip := directives.ForName("skip"); skip != nil && skip.ArgumentMap(r.variables)["if"] == true {
		return false
	}
	include := directives.ForName("include")
	return include == nil || include.ArgumentMap(r.variables)["if"] == true
}

// applies tells whether an object of type typeName fulfils a fragment's type condition, which is a type or the union.
func (r *request) applies(condition, typeName string) bool {
	return condition == "" || condition == typeName || condition == "_Entity"
}

// complete writes a field's value as its type says (CompleteValue, section 6.4.3), putting null for a value that is
// missing where the type allows it and returning an error where it does not.
func (r *request) complete(value any, typ *ast.Type, selections ast.SelectionSet) error {
	start := r.out.Len()
	err := r.nonNull(value, typ, selections)
	if err == nil || typ.NonNull {
		return err
	}
	if !errors.Is(err, errNull) {
		r.fail(err)
	}
	r.out.Truncate(start)
	r.out.WriteString("null")
	return nil
}

// errNull stands for a value that is null: fine where the type is nullable.
var errNull = errors.New("a non-null field has no value")

func (r *request) nonNull(value any, typ *ast.Type, selections ast.SelectionSet) error {
	switch v := value.(type) {
	case nil:
		if typ.NonNull {
			return fmt.Errorf("a field of type %s has no value", typ)
		}
		return errNull
	case []entity:
		r.out.WriteByte('[')
		for i := range v {
			if i > 0 {
				r.out.WriteByte(',')
			}
			var item any
			if v[i].record != nil {
				item = v[i]
			}
			if err := r.complete(item, typ.Elem, selections); err != nil {
				return err
			}
		}
		r.out.WriteByte(']')
		return nil
	case entity:
		return r.object(v, v.typeName(), selections)
	case service:
		return r.object(v, "_Service", selections)
	default:
		r.json(v)
		return nil
	}
}

// resolve returns the value of one field: nil, a scalar, an entity, a []entity or a service.
func (r *request) resolve(value any, field *ast.Field) (any, error) {
	arguments := field.ArgumentMap(r.variables)
	switch v := value.(type) {
	case rootObject:
		return r.resolveRoot(field, arguments)
	case service:
		return r.sdl, nil
	case entity:
		if field.Name == "shippingEstimate" {
			return r.shippingEstimate(v)
		}
		if field.Definition.Directives.ForName("external") != nil {
			return v.given[field.Name], nil
		}
		return r.see(v.field(field.Name), field.Definition), nil
	}
	return nil, fmt.Errorf("no fields on a %T", value)
}

func (r *request) resolveRoot(field *ast.Field, arguments map[string]any) (any, error) {
	switch field.Name {
	case "me":
		return r.see(r.graph.users[0], field.Definition), nil
	case "user":
		u, err := r.graph.entity("User", fmt.Sprint(arguments["id"]))
		return r.see(u, field.Definition), err
	case "users":
		users := make([]record, len(r.graph.users))
		for i, u := range r.graph.users {
			users[i] = u
		}
		return r.see(users, field.Definition), nil
	case "topProducts":
		first, err := firstArgument(arguments)
		return r.see(r.graph.topProducts(first), field.Definition), err
	case "_service":
		return service{}, nil
	case "_entities":
		return r.entities(arguments)
	}
	return nil, errors.New("this field is not served")
}

func firstArgument(arguments map[string]any) (int, error) {
	value, given := arguments["first"]
	if !given || value == nil {
		return defaultFirst, nil
	}
	first, err := strconv.Atoi(fmt.Sprint(value))
	if err != nil {
		return 0, fmt.Errorf("argument first: %w", err)
	}
	return first, nil
}

// entities resolves representations: nil for one that points at nothing, an error for one that is malformed.
func (r *request) entities(arguments map[string]any) (any, error) {
	representations, ok := arguments["representations"].([]any)
	if !ok {
		return nil, errors.New("representations is not a list")
	}
	found := make([]entity, len(representations))
	for i, item := range representations {
		representation, ok := item.(map[string]any)
		if !ok {
			r.fail(fmt.Errorf("representation %d is not an object", i))
			continue
		}
		typeName, _ := representation["__typename"].(string)
		key := representation[keyField[typeName]]
		if key == nil {
			r.fail(fmt.Errorf("representation %d of type %q has no key field %q", i, typeName, keyField[typeName]))
			continue
		}
		if r.schema.Types[typeName] == nil {
			r.fail(fmt.Errorf("representation %d has type %q, which this subgraph does not know", i, typeName))
			continue
		}
		record, err := r.graph.entity(typeName, fmt.Sprint(key))
		if err != nil {
			r.fail(fmt.Errorf("representation %d: %w", i, err))
			continue
		}
		found[i] = entity{record: record, given: representation}
	}
	return found, nil
}

// see turns records into entities as this subgraph sees them when they are reached through field: with the values
// that field provides.
func (r *request) see(value any, field *ast.FieldDefinition) any {
	switch v := value.(type) {
	case record:
		e := entity{record: v}
		if provides := field.Directives.ForName("provides"); provides != nil {
			e.given = map[string]any{}
			for _, name := range strings.Fields(provides.Arguments.ForName("fields").Value.Raw) {
				e.given[name] = v.field(name)
			}
		}
		return e
	case []record:
		entities := make([]entity, len(v))
		for i := range v {
			entities[i] = r.see(v[i], field).(entity)
		}
		return entities
	}
	return value
}

// shippingEstimate is free over a price of 1000 and half the weight otherwise. A subgraph that only knows price and
// weight from representations answers null without them.
func (r *request) shippingEstimate(e entity) (any, error) {
	price, err := r.number(e, "price")
	if err != nil || price == nil {
		return nil, err
	}
	weight, err := r.number(e, "weight")
	if err != nil || weight == nil {
		return nil, err
	}
	if *price > 1000 {
		return 0, nil
	}
	return *weight / 2, nil
}

func (r *request) number(e entity, name string) (*int, error) {
	value := e.given[name]
	if r.schema.Types[e.typeName()].Fields.ForName(name).Directives.ForName("external") == nil {
		value = e.field(name)
	}
	if value == nil {
		return nil, nil
	}
	n, err := strconv.Atoi(fmt.Sprint(value))
	if err != nil {
		return nil, fmt.Errorf("%s in the representation is not a whole number: %v", name, value)
	}
	return &n, nil
}

// json writes a scalar or an error list as JSON, without escaping <, > and &, as most servers do not.
func (r *request) json(value any) {
	encoder := json.NewEncoder(&r.out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		r.out.WriteString("null")
		return
	}
	r.out.Truncate(r.out.Len() - 1) // Encode ends with a line feed
}

// errorResponse is the answer to a request that could not be run at all.
func errorResponse(err error) []byte {
	var list gqlerror.List
	if !errors.As(err, &list) {
		list = gqlerror.List{gqlerror.Wrap(err)}
	}
	body, err := json.Marshal(map[string]gqlerror.List{"errors": list})
	if err != nil {
		return []byte(`{"errors":[{"message":"the error could not be written as JSON"}]}`)
	}
	return body
}
