package validation_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/syntax"
	"github.com/weft-graphql/weft/router/validation"
)

const sdl = `
directive @once(x: Int!) on FIELD | QUERY | VARIABLE_DEFINITION
directive @many repeatable on FIELD
type Query {
  dog: Dog pet(id: ID!, n: Int! = 1): Pet node: Node any: Any alone: Alone
  list(ids: [Int!], in: In, one: One, e: Size, f: Float, s: String, b: Boolean, any: Custom): [Pet!]!
}
type Mutation { add(n: Int!): Int }
type Subscription { tick: Int tock(n: Int): Dog }
interface Node { id: ID! self: Node }
interface Pet implements Node { id: ID! self: Pet name: String! }
interface Lonely { x: Int }
type Dog implements Pet & Node { id: ID! self: Dog name: String! barks: Boolean legs: Int }
type Cat implements Pet & Node {
  id: ID! self: Cat name: String!
  lives(of: Int = 9, s: String, in: In): Int
  legs: String
}
type Rock implements Node { id: ID! self: Node }
type Alone { lonely: Lonely }
union Any = Dog | Rock
input In { a: Int! = 1, b: [In!], c: String!, d: One }
input One @oneOf { a: Int b: String }
enum Size { BIG SMALL }
scalar Custom
`

// cases are documents behind the rules they break; those that break none are the first.
const cases = `
| {dog{id}}
| {pet(id:1){...on Dog{barks}...F}} fragment F on Node{id}
| query A{dog{id}} query B{dog{id}}
| query($a:Int=1){pet(id:1,n:$a){id}}
| {list(f:1 s:"""a""" e:BIG b:true){id}}
| query($v:Int){list(any:{a:[$v]}){id}}
| {alone{lonely{...on Lonely{x}}}}
| {list(in:{c:"" b:{c:""}} ids:1){id}}
| {list(one:{a:1}){id}}
| query($v:String!){list(one:{b:$v}){id}}
| {pet(id:99999999999999999999){id}}
| {list(f:123456789012345678901234567890){id}}
| {dog @many @many{id}}
| {any{__typename ...on Dog{id}}}
| {pet(id:1){...on Dog{x:legs}...on Cat{y:legs}}}
| {pet(id:1){...on Cat{lives(in:{c:"a" a:1})}...on Cat{lives(in:{a:1 c:"a"})}}}
| {pet(id:1){...on Dog{x:__typename}...on Cat{x:lives}}}
| subscription{tick}
| subscription{...F} fragment F on Subscription{tick}
| subscription{tock{id@skip(if:true)}}
| {__schema{types{fields{type{ofType{name}}}}}}
| query($a:Int!@once(x:1)){pet(id:1,n:$a){id}}
| "d" query Q("d" $a:ID!){pet(id:$a){id}}
| {dog{...@defer{id} ...@defer(label:"a"){name} ...F@defer(label:"b")}} fragment F on Dog{self{...@defer{id}}}
| subscription{tock{...@defer(if:false){id}}}
| subscription($v:Boolean!){tock{...F}} fragment F on Dog{...@defer(if:$v){id}}
DeferStreamDirectiveLabel | {dog{...@defer(label:"a"){id} ...@defer(label:"a"){name}}}
DeferStreamDirectiveLabel | query($l:String){dog{...@defer(label:$l){id}}}
DeferStreamDirectiveOnRootField | mutation{...@defer{add(n:1)}}
DeferStreamDirectiveOnRootField | mutation{...F@defer} fragment F on Mutation{add(n:1)}
DeferStreamDirectiveOnValidOperations | subscription{tock{...F}} fragment F on Dog{...@defer{id}}
ExecutableDefinitions | {dog{id}} type T{a:Int}
ExecutableDefinitions | {dog{id}} extend schema @a
LoneAnonymousOperation | {dog{id}} query A{dog{id}}
UniqueOperationNames | query A{dog{id}} query A{dog{id}}
SingleFieldSubscriptions | subscription{tick tock{id}}
SingleFieldSubscriptions | subscription{a:tick b:tick}
SingleFieldSubscriptions | subscription{...F} fragment F on Subscription{tick tock{id}}
SingleFieldSubscriptions | subscription{__typename}
SingleFieldSubscriptions | subscription($v:Boolean!){tick@include(if:$v)}
SingleFieldSubscriptions | subscription{tick@skip(if:false)}
SingleFieldSubscriptions | subscription{tick tock@skip(if:true){id}}
SingleFieldSubscriptions | subscription{...@include(if:true){tick}}
SingleFieldSubscriptions | subscription{...F@include(if:true)} fragment F on Subscription{tick}
SingleFieldSubscriptions | subscription{...F} fragment F on Subscription{tick@include(if:true)}
KnownTypeNames | {dog{...on Nope{id}}}
KnownTypeNames | query($v:Nope){list(any:{a:$v}){id}}
FragmentsOnCompositeTypes | {dog{...on Int{id}}}
FragmentsOnCompositeTypes | {dog{...F}} fragment F on In{id}
VariablesAreInputTypes | query($v:Dog){list(any:{a:$v}){id}}
ScalarLeafs | {dog}
ScalarLeafs | {dog{id{x}}}
ScalarLeafs | {dog{__typename{x}}}
FieldsOnCorrectType | {dog{nope}}
FieldsOnCorrectType | {any{id}}
FieldsOnCorrectType | {dog{__schema{description}}}
UniqueFragmentNames | {dog{...F}} fragment F on Dog{id} fragment F on Dog{id}
KnownFragmentNames | {dog{...F}}
NoUnusedFragments | {dog{id}} fragment F on Dog{id}
NoUnusedFragments | {dog{id}} fragment F on Dog{self{id}}
PossibleFragmentSpreads | {dog{...on Cat{id}}}
PossibleFragmentSpreads | {dog{...F}} fragment F on Rock{id}
PossibleFragmentSpreads | {any{...on Cat{id}}}
PossibleFragmentSpreads | {node{...on Lonely{x}}}
NoFragmentCycles | {dog{...F}} fragment F on Dog{self{...F}}
NoFragmentCycles | {dog{...F}} fragment F on Dog{...G} fragment G on Dog{...F}
UniqueVariableNames | query($a:ID!,$a:ID!){pet(id:$a){id}}
NoUndefinedVariables | {pet(id:$a){id}}
NoUndefinedVariables | {...F} fragment F on Query{list(any:[{a:$b}]){id}}
NoUnusedVariables | query($a:Int){dog{id}}
NoUnusedVariables | query A($a:ID!){...F} query B($a:ID!,$b:Int){...F} fragment F on Query{pet(id:$a){id}}
KnownDirectives | {dog@nope{id}}
KnownDirectives | mutation@once(x:1){add(n:1)}
KnownDirectives | {dog{id@deprecated}}
KnownDirectives | {list@stream{id}}
UniqueDirectivesPerLocation | {dog@once(x:1)@once(x:1){id}}
UniqueDirectivesPerLocation | {dog@skip(if:true)@skip(if:true){id}}
KnownArgumentNames | {dog(x:1){id}}
KnownArgumentNames | {dog@many(x:1){id}}
KnownArgumentNames | {__typename(x:1)}
UniqueArgumentNames | {pet(id:1,id:1){id}}
UniqueArgumentNames | {dog@once(x:1,x:1){id}}
ProvidedRequiredArguments | {pet{id}}
ProvidedRequiredArguments | {dog@once{id}}
UniqueInputFieldNames | {list(any:{a:1,a:1}){id}}
UniqueInputFieldNames | {list(in:{c:"",c:""}){id}}
MaxIntrospectionDepth | {__schema{types{fields{type{fields{type{fields{name}}}}}}}}
MaxIntrospectionDepth | {__type(name:"A"){...F}} fragment F on __Type{interfaces{possibleTypes{inputFields{name}}}}
OverlappingFieldsCanBeMerged | {dog{x:id x:name}}
OverlappingFieldsCanBeMerged | {pet(id:1){id} pet(id:2){id}}
OverlappingFieldsCanBeMerged | {pet(id:1){...on Dog{x:legs}...on Cat{x:legs}}}
OverlappingFieldsCanBeMerged | {pet(id:1){...on Cat{lives(s:"a")}...on Cat{lives(s:"""a""")}}}
OverlappingFieldsCanBeMerged | {node{self{x:id}...on Dog{self{x:barks}}}}
VariablesInAllowedPosition | query($a:ID){pet(id:$a){id}}
VariablesInAllowedPosition | query($a:[Int]){list(ids:$a){id}}
VariablesInAllowedPosition | query($a:Int){list(ids:$a){id}}
VariablesInAllowedPosition | query($v:String){list(one:{b:$v}){id}}
VariablesInAllowedPosition | query($v:String=""){list(one:{b:$v}){id}}
VariablesInAllowedPosition | query($a:String){list(e:$a){id}}
VariablesInAllowedPosition | query($a:ID=null){pet(id:$a){id}}
ValuesOfCorrectType | {list(ids:["1"]){id}}
ValuesOfCorrectType | {list(ids:[2147483648]){id}}
ValuesOfCorrectType | {list(ids:[-2147483649]){id}}
ValuesOfCorrectType | {list(ids:[1.0]){id}}
ValuesOfCorrectType | {list(ids:[null]){id}}
ValuesOfCorrectType | {list(f:1e400){id}}
ValuesOfCorrectType | {list(f:"1"){id}}
ValuesOfCorrectType | {list(s:1){id}}
ValuesOfCorrectType | {list(s:A){id}}
ValuesOfCorrectType | {list(b:1){id}}
ValuesOfCorrectType | {pet(id:1.0){id}}
ValuesOfCorrectType | {pet(id:A){id}}
ValuesOfCorrectType | {pet(id:null){id}}
ValuesOfCorrectType | {list(e:HUGE){id}}
ValuesOfCorrectType | {list(e:"BIG"){id}}
ValuesOfCorrectType | {list(e:1){id}}
ValuesOfCorrectType | {list(s:["a"]){id}}
ValuesOfCorrectType | {list(s:{}){id}}
ValuesOfCorrectType | {list(in:1){id}}
ValuesOfCorrectType | {list(in:[]){id}}
ValuesOfCorrectType | {list(in:{}){id}}
ValuesOfCorrectType | {list(in:{c:"" x:1}){id}}
ValuesOfCorrectType | {list(in:{c:"" a:null}){id}}
ValuesOfCorrectType | {list(in:{c:"" b:[{}]}){id}}
ValuesOfCorrectType | {list(one:{}){id}}
ValuesOfCorrectType | {list(one:{a:1 b:""}){id}}
ValuesOfCorrectType | {list(one:{a:null}){id}}
ValuesOfCorrectType | query($a:Int!="x"){pet(id:1,n:$a){id}}
ValuesOfCorrectType | {dog@once(x:true){id}}
`

func TestRules(t *testing.T) {
	schema, err := gqlparser.LoadSchema(&ast.Source{Input: sdl})
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(strings.TrimPrefix(cases, "\n")) {
		rule, text, _ := strings.Cut(line, "|")
		rule = strings.TrimSpace(rule)
		doc, err := syntax.ParseExecutable(&ast.Source{Input: text}, 0)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		var broken []string
		result := validation.Document(schema, doc)
		for _, e := range result.Errors {
			broken = append(broken, e.Rule)
		}
		slices.Sort(broken)
		if got := strings.Join(slices.Compact(broken), " "); got != rule || result.TooComplex != nil || result.More > 0 {
			t.Errorf("%s: breaks %q, want %q (%v)", text, got, rule, result.Errors)
		}
	}
}

// TestSuggestions has misspelt names.
func TestSuggestions(t *testing.T) {
	schema, err := gqlparser.LoadSchema(&ast.Source{Input: sdl})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"{dgo{id}}":                    `Did you mean "dog"?`,
		"{node{barks}}":                `Did you mean to use an inline fragment on "Dog"?`,
		"{dog{...on Dogg{id}}}":        `Did you mean "Dog"?`,
		"{pet(id:1 idd:2){id}}":        `Did you mean "id"?`,
		"{list(e:BIGG){id}}":           `Did you mean "BIG"?`,
		"{list(in:{c:\"\" cc:1}){id}}": `Did you mean "c"`,
		"{dog}":                        `Did you mean "dog { ... }"?`,
	} {
		doc, err := syntax.ParseExecutable(&ast.Source{Input: text}, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := validation.Document(schema, doc).Errors.Error(); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}
