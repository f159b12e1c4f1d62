package operation_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/operation"
)

// TestForms has documents that have the same form as another, and those that have not.
func TestForms(t *testing.T) {
	sg := load(t)
	scan := func(query string) string {
		var f operation.Form
		if !f.Scan(sg, []byte(query), nil) {
			return ""
		}
		return string(f.Text)
	}
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{`{pet(id:1){name}}`, "{ pet ( id : 22 ), # ü\n { name } }\r\n", true},
		{`{pet(id:"a"){name}}`, `{pet(id:"b c"){name}}`, true},
		{`{pet(id:"a"){name}}`, `{pet(id:1){name}}`, false},
		{`{pet(id:"a"){name}}`, `{pet(id:"\u0061"){name}}`, false},
		{`{pet(id:"a"){name}}`, `{pet(id:"ä"){name}}`, false},
		{`{pet(id:"a"){name}}`, `{pet(id:"""a"""){name}}`, false},
		{`{pet(id:1){name}}`, `{pet(id:99999999999){name}}`, false},
		{`{pet(id:1){name}}`, `{pet(id:-0){name}}`, false},
		{`{pet(id:1){name}}`, `{a:pet(id:1){name}}`, false},
		{`{a:pet(id:1){name} b:pet(id:1){id}}`, `{a:pet(id:2){name} b:pet(id:2){id}}`, true},
		{`{a:pet(id:1){name} b:pet(id:1){id}}`, `{a:pet(id:2){name} b:pet(id:3){id}}`, false},
		{`query A{pet(id:1){name}}`, `query B{pet(id:1){name}}`, false},
		{`query($x:ID!=1){pet(id:$x){name}}`, `query($x:ID!=2){pet(id:$x){name}}`, false},
		{`{pet(id:1,filter:{n:1}){name}}`, `{pet(id:1,filter:{n:2}){name}}`, false},
		{`{list(ids:[1]){name}}`, `{list(ids:[2]){name}}`, false},
		{`{list(ids:1){name}}`, `{list(ids:2){name}}`, false},
		{`{list(any:1){name}}`, `{list(any:2){name}}`, false},
		{`{list(matrix:["" "b"]){name}}`, `{list(matrix:["""b"""]){name}}`, false},
		{`{list(f:1.5){name}}`, `{list(f:2.25e3){name}}`, true},
		{`{list(f:1.5){name}}`, `{list(f:1){name}}`, false},
		{`{list(f:1){name}}`, `{list(f:1e999){name}}`, false},
		{`{list(b:true){name}}`, `{list(b:false){name}}`, false},
		{`{list(e:BIG){name}}`, `{list(e:SMALL){name}}`, false},
		{`{dog@skip(if:true){id}}`, `{dog@skip(if:false){id}}`, false},
		{`{dog{...A}}fragment A on Dog{id}`, `{dog{...A}} fragment A on Dog{,id}`, true},
		{`{dog{...on Cat{lives(of:1)}}}`, `{dog{... on Cat{lives(of:2)}}}`, true},
		{`mutation{add(name:"a"){id}}`, `mutation{add(name:"b"){id}}`, true},
	} {
		a, b := scan(c.a), scan(c.b)
		if a == "" || b == "" || (a == b) != c.same {
			t.Errorf("%s and %s: the same form is %v, want %v\n%q\n%q", c.a, c.b, a == b, c.same, a, b)
		}
	}
	for _, query := range []string{
		`{__schema{types{name}}}`, `{__type(name:"A"){name}}`, `{nope}`, `{dog{id}`, `{pet(id:01){name}}`,
		`{pet(id:1a){name}}`,
		`{pet(id:1.){name}}`, `{pet(id:"a){name}}`, "{pet(id:\"\x01\"){name}}", `{pet(nope:1){name}}`, `{dog{id}}type A`,
		`{dog..{id}}`,
		"", "#", `subscription{a}`, "{" + strings.Repeat("node{self{", 200) + "id" + strings.Repeat("}}", 200) + "}",
		"{dog{id}}\x00",
	} {
		if text := scan(query); text != "" {
			t.Errorf("%.100q has the form %q", query, text)
		}
	}
}

// TestLiteralsBecomeVariables prepares a document for its form, and gives it the literals of another.
func TestLiteralsBecomeVariables(t *testing.T) {
	sg := load(t)
	const query = "# ü\nquery($weft_value1:Int!){ list(ids:[$weft_value1], f: 2){name} " +
		"a:pet(id:\"ü\"){id} b:pet(id:7){id} c:pet(id:7){id}}"
	var form operation.Form
	if !form.Scan(sg, []byte(query), nil) || form.Literals.Len() != 2 {
		t.Fatalf("%d literals", form.Literals.Len())
	}
	p, errs := operation.PrepareForm(sg, query, "", operation.Limits{}, &form)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	var got []string
	for _, f := range p.Operation(operation.ConditionSet{}).Fields {
		for _, a := range f.Args {
			got = append(got, a.Value.String())
		}
	}
	if want := `[[$weft_value1] $weft_value1_ "ü" $weft_value2 $weft_value2]`; fmt.Sprint(got) != want {
		t.Errorf("%v, want %s", got, want)
	}
	values := func(literals *operation.Literals) string {
		v, errs := p.Coerce([]byte(`{"weft_value1":5,"weft_value2":6}`), literals)
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		return fmt.Sprintf("%s %s %s", v.Raw(0), v.Raw(1), v.Raw(2))
	}
	if own := values(nil); own != "5 2 7" {
		t.Errorf("its own values are %s", own)
	}
	if !form.Scan(sg, []byte(strings.NewReplacer("7", "88", " 2", "3").Replace(query)), nil) {
		t.Fatal("no form")
	}
	if others := values(&form.Literals); others != "5 3 88" {
		t.Errorf("the values of the other document are %s", others)
	}
}

// pieces are what documents of TestFormsAreValidTogether are made of: all of them at random places.
var pieces = strings.Split("{ } ( ) : , ! $ @ [ ] ... query fragment on Dog Pet Query pet dog list id name a b A $x ID Int "+
	"if skip "+
	`self 1 2 -0 1.5 1.50 99999999999 "a" "b" "" "\u0061" """a""" true null BIG f ids e of lives Cat node # 7`, " ")

// TestFormsAreValidTogether changes documents a little, which breaks most of them. All documents with one form must be
// valid, or none.
func TestFormsAreValidTogether(t *testing.T) {
	sg := load(t)
	documents := []string{
		"query A ( $x : ID ! ) { a : pet ( id : 1 ) { id name } a : pet ( id : 1 ) { id } b : pet ( id : $x ) { name } }",
		`{ list ( f : 1.5 ids : [ 1 2 ] e : BIG ) { id ... on Cat { lives ( of : 7 ) } } pet ( id : "a" ) { name } }`,
		`query { dog { ... A } node { self { id } } } fragment A on Dog { id @skip ( if : true ) name }`,
	}
	verdicts, sharing := map[string]bool{}, 0
	first := map[string]string{}
	rnd := rand.New(rand.NewPCG(1, 2))
	var form operation.Form
	for range 60_000 {
		tokens := strings.Split(documents[rnd.IntN(len(documents))], " ")
		for range 1 + rnd.IntN(2) {
			at, piece := rnd.IntN(len(tokens)), pieces[rnd.IntN(len(pieces))]
			switch rnd.IntN(6) {
			case 0:
				tokens = append(tokens[:at], tokens[at+1:]...)
			case 1:
				tokens[at] += piece
			default:
				tokens[at] = piece
			}
		}
		query := strings.Join(tokens, []string{" ", "\n", ",,"}[rnd.IntN(3)])
		if !form.Scan(sg, []byte(query), nil) {
			continue
		}
		_, errs := operation.Prepare(sg, query, "", operation.Limits{})
		valid, known := verdicts[string(form.Text)]
		switch {
		case !known:
			verdicts[string(form.Text)], first[string(form.Text)] = len(errs) == 0, query
		case valid != (len(errs) == 0):
			t.Fatalf("of two documents with one form only one is valid: %v\n%s\n%s", errs, first[string(form.Text)], query)
		default:
			sharing++
		}
	}
	if sharing < 1000 {
		t.Errorf("only %d documents share a form", sharing)
	}
}

func BenchmarkScan(b *testing.B) {
	sg := load(b)
	query := []byte(`query($x:ID!){ a:pet(id:1){id name self{id}} ` + `list(f:1.5){id name ...on Cat{lives(of:7) self{id}}} b:pet(id:$x){name} }`)
	var form operation.Form
	b.ReportAllocs()
	b.SetBytes(int64(len(query)))
	for b.Loop() {
		if !form.Scan(sg, query, nil) {
			b.Fatal("no form")
		}
	}
}
