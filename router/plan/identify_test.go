package plan_test

import (
	"slices"
	"testing"

	"github.com/weft-graphql/weft/router/plan/plantest"
)

// A planner for a cache asks mutations for the keys of what they answer with: of the client's own selection, by keys of
// the subgraph, as few as tell all subgraphs which entity it is.
func TestMutationsAreAskedForKeys(t *testing.T) {
	world, err := plantest.NewWorld(`[{"@":"Query"}]`)
	if err != nil {
		t.Fatal(err)
	}
	f, err := plantest.New(map[string]string{
		"a": plantest.Link + `type Query{x:Int} type Mutation{
				user:User named:[Named] found:[Found] org:Org value:Value query:Query}
			interface Named{name:String}
			type User implements Named@key(fields:"id")@key(fields:"email")@key(fields:"phone")@key(fields:"org{slug}"){
				id:ID! email:String! phone:String! name:String org:Org}
			type Team implements Named@key(fields:"code"){code:ID! name:String lead:User}
			type Plain implements Named{name:String}
			union Found=User|Plain
			type Org@key(fields:"slug"){slug:ID! owner:User}
			type Value{user:User n:Int}`,
		"b": plantest.Link + `type User@key(fields:"id"){id:ID! age:Int}`,
		"c": plantest.Link + `type User@key(fields:"email"){email:String! score:Int}`,
		"d": plantest.Link + `type Org@key(fields:"slug"){slug:ID! size:Int}`,
	}, world, nil)
	if err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string][]string{
		// b knows users by id, c by email; nobody else by phone or by org.
		`mutation{user{name}}`:               {`mutation{user{name id email}}`},
		`mutation{user{email n:name}}`:       {`mutation{user{email n:name id}}`},
		`mutation{user{id:name}}`:            {`mutation{user{id:name _weft1_id:id email}}`},
		`mutation{org{owner{name}}}`:         {`mutation{org{owner{name id email}slug}}`},
		`mutation{value{n user{name}}}`:      {`mutation{value{n user{name id email}}}`},
		`mutation{value{n}}`:                 {`mutation{value{n}}`},
		`mutation{named{name}}`:              {`mutation{named{__typename name...on Team{code}...on User{id email}}}`},
		`mutation{found{...on Plain{name}}}`: {`mutation{found{__typename...on Plain{name}...on User{id email}}}`},
		// What the client did not select is not looked at: the org is only there for a key.
		`mutation{user{name score}}`: {`mutation{user{name email id}}`, `query($r:[_Any!]!){_entities(representations:$r){...on User{score}}}`},
		`mutation{org{size}}`:        {`mutation{org{slug}}`, `query($r:[_Any!]!){_entities(representations:$r){...on Org{size}}}`},
		`mutation{query{x}}`:         {`mutation{query{x}}`},
		`{x}`:                        {`{x}`},
	} {
		op, _, err := f.Prepare(query, ``, nil)
		if err != nil {
			t.Fatal(query, err)
		}
		p, err := f.Planner.Identifying().Plan(op)
		if err != nil {
			t.Fatal(query, err)
		}
		var got []string
		for _, r := range p.Requests {
			got = append(got, r.Document)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s\n got %q\nwant %q", query, got, want)
		}
		if plain, err := f.Planner.Plan(op); err != nil || len(plain.Requests) != len(p.Requests) || plain.Stats != p.Stats {
			t.Errorf("%s: other requests than without keys: %+v, %v", query, plain.Stats, err)
		}
	}
}
