package operation_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/supergraph"
)

const graph = `
schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION) { query: Query mutation: Mutation }
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean, overrideLabel: String) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
scalar join__FieldSet
enum join__Graph { A @join__graph(name: "a", url: "http://a") B @join__graph(name: "b", url: "http://b") }

type Query @join__type(graph: A) @join__type(graph: B) {
  pet(id: ID!, filter: Filter): Pet @join__field(graph: A)
  dog: Dog @join__field(graph: A)
  node: Node @join__field(graph: A)
  list(ids: [Int!], matrix: [[String]], e: Size = BIG, any: JSON, f: Float, b: Boolean, one: OneOf): [Pet!]! @join__field(graph: A)
}
type Mutation @join__type(graph: A) { add(name: String!): Dog @join__field(graph: A) }
interface Node @join__type(graph: A) { id: ID! self: Node }
interface Pet implements Node @join__type(graph: A) @join__implements(graph: A, interface: "Node") { id: ID! name: String! self: Node }
"A dog."
type Dog implements Pet & Node @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") @join__implements(graph: A, interface: "Pet") @join__implements(graph: A, interface: "Node") {
  id: ID!
  name: String! @join__field(graph: A)
  self: Dog @join__field(graph: A)
  barks: Boolean @join__field(graph: A) @join__field(graph: B, override: "a", overrideLabel: "percent(20)")
  old: Int @join__field(graph: A) @deprecated(reason: "too old")
}
type Cat implements Pet & Node @join__type(graph: A) @join__implements(graph: A, interface: "Pet") @join__implements(graph: A, interface: "Node") {
  id: ID! name: String! self: Node lives(of: Int = 9): Int
}
type Rock implements Node @join__type(graph: A) @join__implements(graph: A, interface: "Node") { id: ID! self: Node }
input Filter @join__type(graph: A) { name: String tags: [String!]! size: Size = SMALL inner: Filter n: Int }
input OneOf @join__type(graph: A) @oneOf { a: Int b: String }
enum Size @join__type(graph: A) { BIG @join__enumValue(graph: A) SMALL @join__enumValue(graph: A) HIDDEN @join__enumValue(graph: A) @inaccessible }
directive @inaccessible on ENUM_VALUE
scalar JSON @join__type(graph: A) @specifiedBy(url: "https://json.org")
`

func load(t testing.TB) *supergraph.Supergraph {
	t.Helper()
	sg, err := supergraph.Load(graph)
	if err != nil {
		t.Fatal(err)
	}
	return sg
}

func prepare(t testing.TB, query string) *operation.Prepared {
	t.Helper()
	p, errs := operation.Prepare(load(t), query, "", operation.Limits{})
	if len(errs) > 0 {
		t.Fatalf("%s: %v", query, errs)
	}
	return p
}

// dump writes an operation as text: key:name<types>{...}.
func dump(sg *supergraph.Supergraph, set *operation.SelectionSet) string {
	var b strings.Builder
	for i, f := range set.Fields {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(f.Key)
		if f.Key != f.Name {
			b.WriteString(":" + f.Name)
		}
		if !set.Parent.Possible.SubsetOf(f.On) {
			var names []string
			for o := range f.On.All {
				names = append(names, sg.Objects[o].Name)
			}
			b.WriteString("<" + strings.Join(names, ",") + ">")
		}
		if f.Selection != nil {
			b.WriteString("{" + dump(sg, f.Selection) + "}")
		}
	}
	return b.String()
}

func TestNormalise(t *testing.T) {
	for _, c := range []struct{ query, want string }{
		{`{dog{id name id}}`, `dog{id name}`},
		{`{dog{...F name} dog{barks}} fragment F on Dog{a:id name}`, `dog{a:id name barks}`},
		{`{pet(id:1){...on Dog{name barks} id ...on Cat{name lives}}}`, `pet{name<Dog> barks<Dog> id name<Cat> lives<Cat>}`},
		{`{pet(id:1){name ...on Dog{name barks}}}`, `pet{name<Dog> name<Cat> barks<Dog>}`},
		{`{pet(id:1){...on Node{id ...on Dog{barks}}}}`, `pet{id barks<Dog>}`},
		{`{node{self{id} ...on Dog{self{name}}}}`, `node{self<Dog>{id name<Dog>} self<Cat,Rock>{id}}`},
		{`{dog{id @skip(if:true) name @include(if:true) ...on Dog@include(if:false){barks}}}`, `dog{name}`},
		{`{__typename dog{__typename}}`, `__typename dog{__typename}`},
	} {
		t.Run(c.query, func(t *testing.T) {
			p := prepare(t, c.query)
			if got := dump(p.Supergraph, p.Operation(operation.ConditionSet{}).Root); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestNormaliseManyFields has enough fields for the index, among them some that are split by type.
func TestNormaliseManyFields(t *testing.T) {
	var query, want strings.Builder
	query.WriteString("{pet(id:1){")
	for i := range 60 {
		fmt.Fprintf(&query, "a%d:name ", i)
		fmt.Fprintf(&want, "a%d:name ", i)
	}
	query.WriteString("x:self{id} ...on Dog{x:self{name} a59:name} ...on Cat{a3:name} x:self{s:self{id}}}}")
	want.WriteString("x:self<Dog>{id name<Dog> s:self{id}} x:self<Cat>{id s:self{id}}")
	p := prepare(t, query.String())
	got := dump(p.Supergraph, p.Operation(operation.ConditionSet{}).Root)
	got = strings.ReplaceAll(strings.ReplaceAll(got, "<Dog> a3:", " a3:"), "pet{", "")
	// Fields that one type has twice are split by type without a difference in what is asked.
	for _, k := range []string{"a3", "a59"} {
		for _, typ := range []string{"Dog", "Cat"} {
			got = strings.ReplaceAll(got, k+":name<"+typ+"> ", k+":name ")
		}
		got = strings.ReplaceAll(got, k+":name "+k+":name ", k+":name ")
	}
	if got = strings.TrimSuffix(got, "}"); got != want.String() {
		t.Errorf("got  %s\nwant %s", got, want.String())
	}
}

func TestConditions(t *testing.T) {
	p := prepare(t, `query($a:Boolean!,$b:Boolean=true){dog{id@include(if:$a) name@skip(if:$b) barks ...@skip(if:$a){old}}}`)
	conds := p.Conditions()
	if len(conds) != 3 || conds[0].Variable != 0 || conds[1].Variable != 1 || conds[2].Label != "percent(20)" {
		t.Fatalf("conditions %+v", conds)
	}
	for vars, want := range map[string]string{
		`{"a":true}`:            `dog{id barks}`,
		`{"a":false,"b":false}`: `dog{name barks old}`,
		`{"a":true,"b":false}`:  `dog{id name barks}`,
	} {
		v, errs := p.CoerceVariables([]byte(vars))
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		op := p.Operation(p.ConditionSet(&v, nil))
		if got := dump(p.Supergraph, op.Root); got != want {
			t.Errorf("%s: got %s, want %s", vars, got, want)
		}
	}
	on := p.Operation(p.ConditionSet(nil, func(l string) bool { return l == "percent(20)" }))
	if len(on.Labels) != 1 {
		t.Errorf("labels %v", on.Labels)
	}
	if pc, ok := operation.PercentLabel("percent(20)"); !ok || pc != 20 {
		t.Errorf("percent %v %v", pc, ok)
	}
	for _, bad := range []string{"percent(101)", "percent(-1)", "percent(x)", "beta", "percent(1"} {
		if _, ok := operation.PercentLabel(bad); ok {
			t.Errorf("%s taken for a percentage", bad)
		}
	}
}

func TestConditionSetBeyondAWord(t *testing.T) {
	var s operation.ConditionSet
	for _, i := range []int{3, 63, 64, 75, 130, 255, 256, 300} {
		s = s.With(i)
	}
	for i := range 400 {
		want := i == 3 || i == 63 || i == 64 || i == 75 || i == 130 || i == 255 || i == 256 || i == 300
		if s.Has(i) != want {
			t.Errorf("Has(%d) = %v", i, s.Has(i))
		}
	}
	if s == (operation.ConditionSet{}).With(3) {
		t.Error("different sets are equal")
	}
}

func TestDefer(t *testing.T) {
	p := prepare(t, `query($d:Boolean){dog{id ...@defer(if:$d,label:"late"){name self{id ...on Dog@defer{barks}} id}}}`)
	v, _ := p.CoerceVariables([]byte(`{}`))
	if op := p.Operation(p.ConditionSet(&v, nil)); len(op.Defers) > 0 {
		t.Errorf("a client that takes its answer as a whole gets %+v later", op.Defers)
	}
	op := p.Operation(p.Incremental(p.ConditionSet(&v, nil), &v))
	if len(op.Defers) != 2 || op.Defers[0].Label != "late" || op.Defers[1].Parent != op.Defers[0] || op.Defers[0].Owner.Name != "dog" {
		t.Fatalf("defers %+v", op.Defers)
	}
	for _, f := range op.Fields {
		want := map[string]int{"dog": 0, "name": 1, "self": 1, "barks": 1}
		if n, ok := want[f.Name]; ok && len(f.DeferredParts()) != n {
			t.Errorf("%s has %d defers", f.Name, len(f.DeferredParts()))
		}
		if f.Name == "id" && f.Owner.Name == "dog" && f.DeferredParts() != nil {
			t.Error("a field asked for at once is deferred")
		}
	}
	v, _ = p.CoerceVariables([]byte(`{"d":false}`))
	if op := p.Operation(p.Incremental(p.ConditionSet(&v, nil), &v)); len(op.Defers) != 1 {
		t.Errorf("@defer(if: false) deferred: %+v", op.Defers)
	}
	if on, _ := p.CoerceVariables([]byte(`{"d":true}`)); p.ConditionSet(&v, nil) != p.ConditionSet(&on, nil) {
		t.Error("what only @defer asks for makes another plan for a client that takes its answer as a whole")
	}
	// Null says nothing, in the document as in a variable.
	null := prepare(t, `query($d:Boolean){dog{id ...@defer(if:null){name} self{...@defer(if:$d){id}}}}`)
	v, _ = null.CoerceVariables([]byte(`{"d":null}`))
	if op := null.Operation(null.Incremental(null.ConditionSet(&v, nil), &v)); len(op.Defers) != 2 {
		t.Errorf("@defer(if: null) deferred: %+v", op.Defers)
	}
	both := prepare(t, `query($d:Boolean!){dog{id ...@defer(if:$d){name} self@include(if:$d){id}}}`)
	on, _ := both.CoerceVariables([]byte(`{"d":true}`))
	if op := both.Operation(both.ConditionSet(&on, nil)); len(op.Defers) > 0 || len(op.Fields) != 5 {
		t.Errorf("a variable of @defer and @include: %d fields, defers %+v", len(op.Fields), op.Defers)
	}
}

func TestPrepareErrors(t *testing.T) {
	sg := load(t)
	bomb := "{dog{...F0}}"
	for i := range 40 {
		bomb += fmt.Sprintf(" fragment F%d on Dog{a%d:self{...F%d} b%d:self{...F%d}}", i, i, i+1, i, i+1)
	}
	bomb += " fragment F40 on Dog{id}"
	for _, c := range []struct {
		query, name, want, code string
		limits                  operation.Limits
	}{
		{query: `{dog{id}`, want: "Expected Name", code: "GRAPHQL_PARSE_FAILED"},
		{query: `{dog{nope}}`, want: "Cannot query field", code: "GRAPHQL_VALIDATION_FAILED"},
		{query: `query A{dog{id}} query B{dog{id}}`, want: "several operations (A, B)", code: "OPERATION_RESOLUTION_FAILURE"},
		{query: `query A{dog{id}}`, name: "C", want: `named "C"`, code: "OPERATION_RESOLUTION_FAILURE"},
		{query: `fragment F on Dog{id}`, want: "never used", code: "GRAPHQL_VALIDATION_FAILED"},
		{query: ``, want: "Unexpected <EOF>", code: "GRAPHQL_PARSE_FAILED"},
		{query: bomb, want: "nested 42 fields deep", code: "MAX_DEPTH_LIMIT", limits: operation.Limits{Depth: 20}},
		{query: bomb, want: "selects ", code: "MAX_FIELDS_LIMIT"},
		{query: `{dog{id name}}`, want: "more than 3 tokens", code: "MAX_TOKENS_LIMIT", limits: operation.Limits{Tokens: 3}},
		{query: `{a:dog{b:id}}`, want: "has 2 aliases", code: "MAX_ALIASES_LIMIT", limits: operation.Limits{Aliases: 1}},
		{query: `{dog{id@skip(if:true)@include(if:true)}}`, want: "has 2 directives", code: "MAX_DIRECTIVES_LIMIT", limits: operation.Limits{Directives: 1}},
		{query: `{dog{id} ...F} fragment F on Query{a:dog{id} b:dog{id}}`, want: "has 3 root fields", code: "MAX_ROOT_FIELDS_LIMIT", limits: operation.Limits{RootFields: 2}},
		{query: `{__schema{types{fields{type{name}}}}}`, want: "asks for the schema 5 fields deep", code: "MAX_INTROSPECTION_DEPTH_LIMIT",
			limits: operation.Limits{IntrospectionDepth: 4}},
		{query: `{dog{...A}} fragment A on Dog{...B} fragment B on Dog{...A}`, want: "Cannot spread fragment", code: "GRAPHQL_VALIDATION_FAILED"},
		{query: `subscription{x}`, want: "subscription", code: "GRAPHQL_VALIDATION_FAILED"},
		{query: `{pet(id:1){id name ...on Dog{name:id}}}`, want: "conflict", code: "GRAPHQL_VALIDATION_FAILED"},
	} {
		t.Run(c.want, func(t *testing.T) {
			_, errs := operation.Prepare(sg, c.query, c.name, c.limits)
			if len(errs) == 0 {
				t.Fatal("accepted")
			}
			if !strings.Contains(errs.Error(), c.want) || errs[0].Extensions["code"] != c.code {
				t.Errorf("got %v (%v), want %q (%s)", errs, errs[0].Extensions, c.want, c.code)
			}
		})
	}
}

// Limits that only warn let pass what is within the defaults, and nothing more.
func TestLimitsThatOnlyWarn(t *testing.T) {
	limits := operation.Limits{Tokens: 3, Depth: 1, Fields: 1, Aliases: -1, Warn: true}
	p, errs := operation.Prepare(load(t), `{dog{id name}}`, "", limits)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if got := strings.Join(p.Exceeded, " "); got != "MAX_TOKENS_LIMIT MAX_DEPTH_LIMIT MAX_FIELDS_LIMIT" {
		t.Error(got)
	}
	deep := "{dog" + strings.Repeat("{self", 101) + "{id}" + strings.Repeat("}", 102)
	if _, errs := operation.Prepare(load(t), deep, "", limits); len(errs) == 0 || errs[0].Extensions["code"] != "MAX_DEPTH_LIMIT" {
		t.Errorf("beyond the default: %v", errs)
	}
	limits.Warn = false
	if _, errs := operation.Prepare(load(t), `{dog{id}}`, "", limits); len(errs) == 0 {
		t.Error("it passes although the limits refuse")
	}
}

func TestMergedIntrospection(t *testing.T) {
	p := prepare(t, `query($n:String!){__schema{queryType{name}} __schema{mutationType{name}} __type(name:$n){kind name description fields(includeDeprecated:true){name isDeprecated deprecationReason}} no:__type(name:"Nope"){name}}`)
	v, errs := p.CoerceVariables([]byte(`{"n":"Dog"}`))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	op := p.Operation(operation.ConditionSet{})
	var out []byte
	for _, f := range op.Root.Fields {
		out = p.Introspect(append(out, ' '), f, &v, nil)
	}
	want := ` {"queryType":{"name":"Query"},"mutationType":{"name":"Mutation"}} {"kind":"OBJECT","name":"Dog","description":"A dog.","fields":[` +
		`{"name":"id","isDeprecated":false,"deprecationReason":null},{"name":"name","isDeprecated":false,"deprecationReason":null},` +
		`{"name":"self","isDeprecated":false,"deprecationReason":null},{"name":"barks","isDeprecated":false,"deprecationReason":null},` +
		`{"name":"old","isDeprecated":true,"deprecationReason":"too old"}]} null`
	if string(out) != want {
		t.Errorf("got  %s\nwant %s", out, want)
	}
}
