package operation_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/operation"
)

const variablesQuery = `query($id:ID!,$filter:Filter,$ids:[Int!],$matrix:[[String]],$e:Size=SMALL,$any:JSON,$f:Float,$b:Boolean,$one:OneOf){
  pet(id:$id,filter:$filter){id} list(ids:$ids,matrix:$matrix,e:$e,any:$any,f:$f,b:$b,one:$one){id}}`

func TestCoerceVariables(t *testing.T) {
	p := prepare(t, variablesQuery)
	for _, c := range []struct{ in, want string }{
		{`{"id":"x"}`, `id="x" e="SMALL"`},
		{` { "id" : 7 , "unknown":[1] } `, `id="7" e="SMALL"`},
		{`{"id":"x","e":null,"ids":3}`, `id="x" ids=[3] e=null`},
		{`{"id":"x","ids":[1, 2.0, -3],"e":"BIG"}`, `id="x" ids=[1,2,-3] e="BIG"`},
		{`{"id":"x","matrix":[["a"],"b",null]}`, `id="x" matrix=[["a"],["b"],null] e="SMALL"`},
		{`{"id":"x","any":{ "a": [1, {"b":null}] }}`, `id="x" e="SMALL" any={"a":[1,{"b":null}]}`},
		{`{"id":"x","f":1e3,"b":false}`, `id="x" e="SMALL" f=1e3 b=false`},
		{`{"id":"x","filter":{"n":1,"tags":"t","name":"é\u0041"}}`, `id="x" filter={"name":"é\u0041","tags":["t"],"n":1} e="SMALL"`},
		{`{"id":"x","filter":{"tags":[],"inner":{"size":"BIG","tags":[ "a" ]}}}`, `id="x" filter={"tags":[],"inner":{"tags":["a"],"size":"BIG"}} e="SMALL"`},
		{`{"id":"x","one":{"a":1}}`, `id="x" e="SMALL" one={"a":1}`},
		{`{"id":"a","id":"b"}`, `id="b" e="SMALL"`},
	} {
		v, errs := p.CoerceVariables([]byte(c.in))
		if len(errs) > 0 {
			t.Errorf("%s: %v", c.in, errs)
			continue
		}
		var got []string
		for i, def := range p.Variables {
			if v.Present(i) {
				got = append(got, def.Name+"="+string(v.Raw(i)))
			}
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s\n got  %s\n want %s", c.in, s, c.want)
		}
	}
}

func TestCoerceVariablesErrors(t *testing.T) {
	p := prepare(t, variablesQuery)
	for _, c := range []struct{ in, want string }{
		{``, `"$id" of required type "ID!" was not provided`},
		{`null`, `was not provided`},
		{`[]`, `must be a JSON object`},
		{`{"id":`, `not valid JSON`},
		{`{"id":"x"}}`, `not valid JSON`},
		{`{"id":null}`, `Variable "$id" of non-null type "ID!" must not be null.`},
		{`{"id":"x","ids":[1,null]}`, `got invalid value null at "ids[1]"; Expected non-nullable type "Int!" not to be null.`},
		{`{"id":"x","filter":{"tags":[null]}}`, `got invalid value null at "filter.tags[0]"; Expected non-nullable type "String!" not to be null.`},
		{`{"id":1.5}`, `ID cannot represent value: 1.5`},
		{`{"id":"x","ids":[1,null]}`, `at "ids[1]"`},
		{`{"id":"x","ids":["1"]}`, `Int cannot represent non-integer value: "1"`},
		{`{"id":"x","ids":[3000000000]}`, `non 32-bit signed integer`},
		{`{"id":"x","ids":[1.5]}`, `non-integer value: 1.5`},
		{`{"id":"x","f":"1"}`, `Float cannot represent`},
		{`{"id":"x","f":[1]}`, `Float cannot represent`},
		{`{"id":"x","b":1}`, `Boolean cannot represent`},
		{`{"id":"x","e":"HUGE"}`, `Value "HUGE" does not exist in "Size" enum`},
		{`{"id":"x","e":"HIDDEN"}`, `does not exist`},
		{`{"id":"x","e":1}`, `cannot represent non-string value`},
		{`{"id":"x","filter":{}}`, `Field "tags" of required type "[String!]!" was not provided`},
		{`{"id":"x","filter":{"tags":[],"inner":{"tags":[],"\u0078":1}}}`, `got invalid value {"tags":[],"\u0078":1} at "filter.inner"; Field "x" is not defined by type "Filter"`},
		{`{"id":"x","filter":{"tags":[1]}}`, `at "filter.tags[0]"`},
		{`{"id":"x","filter":"y"}`, `to be an object`},
		{`{"id":"x","one":{}}`, `Exactly one key`},
		{`{"id":"x","one":{"a":1,"b":"c"}}`, `Exactly one key`},
		{`{"id":"x","one":{"a":null}}`, `got invalid value null at "one.a"; Field "a" must be non-null.`},
		{`{"id":"x","f":{"a":[1]}}`, `got invalid value {"a":[1]}; Float cannot represent non numeric value: {"a":[1]}`},
		{"{\"id\":\"a\nb\"}", `not valid JSON`},
		{`{"id":"\x"}`, `not valid JSON`},
		{`{"id":01}`, `not valid JSON`},
	} {
		_, errs := p.CoerceVariables([]byte(c.in))
		if len(errs) == 0 || !strings.Contains(errs.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.in, errs, c.want)
		}
	}
}

func TestNoVariablesCostNothing(t *testing.T) {
	p := prepare(t, `{dog{id}}`)
	empty := []byte(`{}`)
	if n := testing.AllocsPerRun(100, func() {
		if _, errs := p.CoerceVariables(empty); len(errs) > 0 {
			t.Fatal(errs)
		}
	}); n > 0 {
		t.Errorf("%v allocations without variables", n)
	}
}

// FuzzCoerceVariables checks that whatever is accepted is JSON, and is accepted again.
func FuzzCoerceVariables(f *testing.F) {
	p := prepare(f, variablesQuery)
	for _, s := range []string{`{"id":1}`, `{"id":"x","filter":{"tags":["a"],"inner":null}}`, `{"id":"\u00e9","any":[1,{"a":1e9}]}`, `{"id":"x","ids":[2.0]}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		v, errs := p.CoerceVariables([]byte(in))
		if len(errs) > 0 {
			return
		}
		if !json.Valid([]byte(in)) {
			t.Fatalf("accepted invalid JSON %q", in)
		}
		var b strings.Builder
		b.WriteByte('{')
		for i, def := range p.Variables {
			if !v.Present(i) {
				continue
			}
			if !json.Valid(v.Raw(i)) {
				t.Fatalf("%q: $%s became %s", in, def.Name, v.Raw(i))
			}
			if b.Len() > 1 {
				b.WriteByte(',')
			}
			b.WriteString(`"` + def.Name + `":` + string(v.Raw(i)))
		}
		b.WriteByte('}')
		again, errs := p.CoerceVariables([]byte(b.String()))
		if len(errs) > 0 {
			t.Fatalf("%q became %q, which is refused: %v", in, b.String(), errs)
		}
		for i := range p.Variables {
			if string(again.Raw(i)) != string(v.Raw(i)) {
				t.Fatalf("%q is not canonical: %s, then %s", in, v.Raw(i), again.Raw(i))
			}
		}
	})
}

// FuzzPrepare checks that no document makes preparing panic.
func FuzzPrepare(f *testing.F) {
	sg := load(f)
	for _, s := range []string{`{dog{id}}`, variablesQuery, `{pet(id:1){...on Dog{name}...F}} fragment F on Node{id}`, `{__schema{types{name}}}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, query string) {
		p, errs := operation.Prepare(sg, query, "", operation.Limits{Fields: 500, Tokens: 2000})
		if len(errs) > 0 {
			return
		}
		p.Operation(operation.ConditionSet{})
	})
}

func TestVariableErrorsPointAtTheDeclaration(t *testing.T) {
	p := prepare(t, "query($id: ID!,\n  $ids: [Int!]) { pet(id: $id) { id } list(ids: $ids) { id } }")
	_, errs := p.CoerceVariables([]byte(`{"ids": ["x"]}`))
	if len(errs) != 2 {
		t.Fatalf("%v", errs)
	}
	for i, want := range []string{"1:7", "2:3"} {
		if l := errs[i].Locations; len(l) != 1 || fmt.Sprintf("%d:%d", l[0].Line, l[0].Column) != want {
			t.Errorf("%s is located at %v, not at %s", errs[i].Message, l, want)
		}
	}
}
