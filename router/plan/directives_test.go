package plan_test

import (
	"slices"
	"testing"

	"github.com/weft-graphql/weft/router/plan/plantest"
)

// Directives that all subgraphs define reach whoever is asked for what they stand on.
func TestDirectivesReachSubgraphs(t *testing.T) {
	const directives = `
		directive @low(n:Int e:E) on FIELD
		directive @rep(n:Int) repeatable on FIELD
		directive @frag(n:Int) on INLINE_FRAGMENT | FRAGMENT_SPREAD | FRAGMENT_DEFINITION
		directive @all(x:String) on QUERY | MUTATION
		directive @mut on MUTATION
		directive @var on VARIABLE_DEFINITION
		enum E{X Y} scalar JSON `
	world, err := plantest.NewWorld(`[{"@":"Query","u":"@u","i":"@u"},{"@":"Mutation","save":"@u"},
		{"@":"u","__typename":"U","id":"1","name":"n","age":"7","full":"f","v":{"__typename":"V","x":"x","y":"y"},"w":{"__typename":"V","x":"wx","y":"wy"},"find":"d"}]`)
	if err != nil {
		t.Fatal(err)
	}
	f, err := plantest.New(map[string]string{
		"a": plantest.Link + directives + `input In{n:Int} type Query{u(in:In):U i:I} type Mutation{save:U} interface I{id:ID! name:String v:V}
			type U implements I@key(fields:"id"){id:ID! name:String v:V} type V@shareable{x:String y:String}`,
		"b": plantest.Link + directives + `type U@key(fields:"id"){id:ID! age:String w:V name:String@external full:String@requires(fields:"name") find(j:JSON):String} type V@shareable{x:String y:String}`,
	}, world, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		query, variables string
		want             []string
	}{
		{`{u{name@low(n:1) age@low}}`, ``, []string{
			`{u{name@low(n:1)id}}`, `query($r:[_Any!]!){_entities(representations:$r){...on U{age@low}}}`}},
		{`query($n:Int){u@low{age@rep(n:$n)@rep(n:2)}}`, `{"n":3}`, []string{
			`{u@low{id}}`, `query($r:[_Any!]!$n:Int){_entities(representations:$r){...on U{age@rep(n:$n)@rep(n:2)}}}`}},
		{`{u{name@low(n:1) name@low(n:2) name}}`, ``, []string{`{u{name@low(n:1)name@low(n:2)name}}`}},
		{`{u{v@low{x} v{y}}}`, ``, []string{`{u{v@low{x y}v{x}}}`}},
		{`{u{a:name@low name b:name}}`, ``, []string{`{u{a:name@low name}}`}},
		{`{u{name@low full id@low age}}`, ``, []string{
			`{u{name@low id _weft1_name:name _weft2_id:id@low}}`, `query($r:[_Any!]!){_entities(representations:$r){...on U{full age}}}`}},
		{`query@all(x:"y"){u{age}}`, ``, []string{
			`query@all(x:"y"){u{id}}`, `query($r:[_Any!]!)@all(x:"y"){_entities(representations:$r){...on U{age}}}`}},
		{`mutation@all@mut{save{age}}`, ``, []string{
			`mutation@all@mut{save{id}}`, `query($r:[_Any!]!)@all{_entities(representations:$r){...on U{age}}}`}},
		{`query($x:String="d"@var)@all(x:$x){u{age}}`, ``, []string{
			`query($x:String="d"@var)@all(x:$x){u{id}}`, `query($r:[_Any!]!$x:String="d"@var)@all(x:$x){_entities(representations:$r){...on U{age}}}`}},
		{`{u{...@frag(n:1){name age} ...F@frag(n:2)}} fragment F on U@frag(n:3){name@low w{x}}`, ``, []string{
			`{u{id...@frag(n:1){name}...@frag(n:2){...@frag(n:3){name@low}}}}`,
			`query($r:[_Any!]!){_entities(representations:$r){...on U{...@frag(n:1){age}...@frag(n:2){...@frag(n:3){w{x}}}}}}`}},
		{`{i{...on U@frag{id v@low{y}} v{x}}}`, ``, []string{`{i{v{y}...@frag{id v@low{y x}}}}`}},
		{`{...@frag{u{name}}}`, ``, []string{`{...@frag{u{name}}}`}},
		{`query($n:Int@var){u{find(j:{n:$n})}}`, `{"n":1}`, []string{
			`{u{id}}`, `query($r:[_Any!]!$weft_literal1:JSON!@var){_entities(representations:$r){...on U{find(j:$weft_literal1)}}}`}},
		{`query($s:Boolean!){u{name@low@skip(if:$s) id}}`, `{"s":true}`, []string{`{u{id}}`}},
	} {
		op, vars, err := f.Prepare(c.query, c.variables, nil)
		if err != nil {
			t.Fatalf("%s: %v", c.query, err)
		}
		want := f.World.Answer(f.Supergraph, op, vars)
		p, got, err := f.Run(op, vars)
		if err != nil {
			t.Errorf("%s: %v", c.query, err)
			continue
		}
		if got.Data != want.Data || len(got.Errors) > 0 {
			t.Errorf("%s: got %s %v, want %s", c.query, got.Data, got.Errors, want.Data)
		}
		var documents []string
		for _, r := range p.Requests {
			documents = append(documents, r.Document)
		}
		if !slices.Equal(documents, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", c.query, documents, c.want)
		}
	}
}
