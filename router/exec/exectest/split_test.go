package exectest

import (
	"testing"

	"github.com/weft-graphql/weft/router/plan/plantest"
)

// splits are graphs in which one value comes from several calls, with operations whose answers must equal those of one
// graph over all data.
var splits = []struct {
	name, world string
	subgraphs   map[string]string
	queries     []string
}{
	{
		name: "two calls split a value below two places",
		subgraphs: map[string]string{
			"a": `type Query{x:E y:E list:[E]} type E@key(fields:"id"){id:ID!}`,
			"b": `type E@key(fields:"id"){id:ID! v:V@shareable vs:[V]@shareable} type V@shareable{p:String}`,
			"c": `type E@key(fields:"id"){id:ID! v:V@shareable vs:[V]@shareable} type V@shareable{q:String}`,
		},
		world: `[{"@":"Query","x":"@1","y":"@2","list":["@1","@2"]},
			{"@":"1","__typename":"E","id":"1","v":"@v","vs":["@v"]},{"@":"2","__typename":"E","id":"2","v":"@w","vs":["@w","@v"]},
			{"@":"v","__typename":"V","p":"p1","q":"q1"},{"@":"w","__typename":"V","p":"p2","q":"q2"}]`,
		queries: []string{`{x{v{p q}} y{v{p q}}}`, `{x{vs{p q}} y{vs{p q}} list{vs{q p}}}`},
	},
	{
		name: "a required value is selected for all types and more of it for one",
		subgraphs: map[string]string{
			"a": `type Query{e:E f:E} type E@key(fields:"id"){id:ID! n:N@external sum:String@requires(fields:"n{m{x} ...on A{m{y}}}")}
				interface N{m:M} type A implements N@shareable{m:M} type B implements N@shareable{m:M} type M@shareable{x:String y:String}`,
			"b": `type E@key(fields:"id"){id:ID! n:N} interface N{m:M} type A implements N@shareable{m:M} type B implements N@shareable{m:M} type M@shareable{x:String y:String}`,
		},
		world: `[{"@":"Query","e":"@e","f":"@f"},{"@":"e","__typename":"E","id":"1","n":"@a","sum":"s"},{"@":"f","__typename":"E","id":"2","n":"@b","sum":"s"},
			{"@":"a","__typename":"A","m":"@m"},{"@":"b","__typename":"B","m":"@m"},{"@":"m","__typename":"M","x":"x","y":"y"}]`,
		queries: []string{`{e{sum} f{sum}}`},
	},
	{
		name: "an input of which another call knows more",
		subgraphs: map[string]string{
			"a": `type Query{e:E@shareable@provides(fields:"n{y}")}
				type E@key(fields:"id"){id:ID! n:N@external sum:String!@requires(fields:"n{x}")} type N@key(fields:"id"){id:ID! x:String@shareable y:String@external}`,
			"b": `type Query{e:E@shareable} type E@key(fields:"id"){id:ID! n:N@shareable z:String} type N@key(fields:"id"){id:ID!}`,
			"c": `type N@key(fields:"id"){id:ID! y:String@shareable}`,
		},
		world: `[{"@":"Query","e":"@e"},{"@":"e","__typename":"E","id":"1","n":"@n","z":"z","sum":"s"},
			{"@":"n","__typename":"N","id":"2","x":"x","y":"y"}]`,
		queries: []string{`{e{z sum}}`, `{e{sum}}`, `{e{z n{y} sum}}`},
	},
	{
		name: "a required interface object whose type nobody asks for",
		subgraphs: map[string]string{
			"a": `type Query{e:E} type E@key(fields:"id"){id:ID! f:Face@external sum:String@requires(fields:"f{more}")}
				type Face@key(fields:"id")@interfaceObject{id:ID! more:String}`,
			"b": `type E@key(fields:"id"){id:ID! f:Face} type Face@key(fields:"id")@interfaceObject{id:ID!}`,
			"c": `interface Face@key(fields:"id"){id:ID!} type X implements Face@key(fields:"id"){id:ID! x:X} type Y implements Face@key(fields:"id"){id:ID! y:String}`,
		},
		world:   `[{"@":"Query","e":"@e"},{"@":"e","__typename":"E","id":"1","f":"@x","sum":"s"},{"@":"x","__typename":"X","id":"2","more":"m"}]`,
		queries: []string{`{e{sum}}`, `{e{f{more __typename} sum}}`},
	},
}

func TestSplitValuesAgreeWithOneGraph(t *testing.T) {
	for _, s := range splits {
		world, err := plantest.NewWorld(s.world)
		if err != nil {
			t.Fatal(err)
		}
		sdls := map[string]string{}
		for name, sdl := range s.subgraphs {
			sdls[name] = plantest.Link + sdl
		}
		f, err := plantest.New(sdls, world, nil)
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		served := servedFixture{Fixture: f}
		for _, query := range s.queries {
			got, want, p, err := answerTo(&served, query)
			if err != nil {
				t.Fatalf("%s: %s: %v", s.name, query, err)
			}
			if string(got.Data) != want || len(got.Errors) > 0 {
				t.Errorf("%s: %s%s\n got %s %v\nwant %s", s.name, query, documents(p), got.Data, got.Errors, want)
			}
		}
	}
}
