package exec_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/upstream"
)

// toldError is an error as clients get it.
type toldError struct {
	Message    string
	Path       []any
	Extensions map[string]any
}

// told runs a query over the benchmark's graph and reads the answer.
func told(t *testing.T, query string, subgraphs map[string]upstream.Subgraph) (data any, errors []toldError) {
	t.Helper()
	body := executeBench(t, query, subgraphs)
	var answer struct {
		Data   any
		Errors []toldError
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return answer.Data, answer.Errors
}

// stands tells whether a path leads to something in the data: a value, or a position below null.
func stands(data any, path []any) bool {
	for _, step := range path {
		switch at := data.(type) {
		case nil:
			return true
		case map[string]any:
			key, _ := step.(string)
			below, ok := at[key]
			if !ok {
				return false
			}
			data = below
		case []any:
			index, ok := step.(float64)
			if !ok || int(index) >= len(at) {
				return false
			}
			data = at[int(index)]
		default:
			return false
		}
	}
	return true
}

// oneProduct and twoProducts answer { topProducts { ... } }.
const (
	oneProduct  = babbling(`{"data":{"topProducts":[{"__typename":"Product","upc":"1"}]}}`)
	twoProducts = babbling(`{"data":{"topProducts":[{"__typename":"Product","upc":"1"},{"__typename":"Product","upc":"1"},{"__typename":"Product","upc":"2"}]}}`)
)

// TestErrorsStandAtTheNearestPlace has paths of every odd form.
func TestErrorsStandAtTheNearestPlace(t *testing.T) {
	const (
		entities  = `{"_entities":[{"reviews":[{"id":"1","body":null}]},{"reviews":[]}]}`
		query     = `{ topProducts { reviews { id body } } }`
		users     = `{"users":[{"id":"x","name":"X"},{"id":"y","name":null}],"me":{"name":"m"}}`
		rootQuery = `{ users { id name } me { name } }`
	)
	for _, test := range []struct{ query, data, path, want string }{
		// Of an entity that was not asked for, also because two of the three are the same.
		{query, entities, `["_entities",2]`, `["topProducts"]`},
		{query, entities, `["_entities",2,"reviews"]`, `["topProducts"]`},
		{query, entities, `["_entities",99999999999999999999,"reviews"]`, `["topProducts"]`},
		{query, entities, `["_entities",-1,"reviews"]`, `["topProducts"]`},
		{query, entities, `["_entities",0.5,"reviews"]`, `["topProducts"]`},
		{query, entities, `["_entities","first"]`, `["topProducts"]`},
		{query, entities, `["_entities",null,"reviews"]`, `["topProducts"]`},
		{query, entities, `["_entities",[0],"reviews"]`, `["topProducts"]`},
		{query, entities, `["_entities"]`, `["topProducts"]`},
		{query, `{"_entities":[{"reviews":[]},null]}`, `["_entities",1]`, `["topProducts",2,"reviews"]`},
		{query, `{"_entities":[{"reviews":[]},null]}`, `["_entities",7]`, `["topProducts",2,"reviews"]`},
		// Of an entity that is there.
		{query, entities, `["_entities",1]`, `["topProducts",2]`},
		{query, entities, `["_entities",1,"reviews"]`, `["topProducts",2,"reviews"]`},
		{query, entities, `["_entities","1","reviews"]`, `["topProducts",2,"reviews"]`},
		{query, entities, `["_entities",1e0,"reviews"]`, `["topProducts",2,"reviews"]`},
		{query, entities, `["_entities",1,"reviews",0]`, `["topProducts",2,"reviews"]`},
		{query, entities, `["_entities",1,"reviews",0,"body"]`, `["topProducts",2,"reviews"]`},
		{query, entities, `["_entities",1,"reviews","body"]`, `["topProducts",2,"reviews"]`},
		{query, entities, `["_entities",1,"nothing"]`, `["topProducts",2]`},
		{query, entities, `["_entities",1,""]`, `["topProducts",2]`},
		{query, entities, `["_entities",1,0]`, `["topProducts",2]`},
		{query, `{"_entities":[{"reviews":null},{"reviews":[{"id":"1","body":"b"}]}]}`, `["_entities",1,"reviews","0","body","deeper",3]`, `["topProducts",2,"reviews",0,"body"]`},
		{query, `{"_entities":[{"reviews":[]},{"reviews":null}]}`, `["_entities",1,"reviews",5,"id"]`, `["topProducts",2,"reviews",5,"id"]`},
		// Of no call.
		{query, entities, `[]`, `null`},
		{query, entities, `null`, `null`},
		{query, entities, `"_entities.0.reviews"`, `null`},
		{query, entities, `{"0":"_entities"}`, `null`},
		{query, entities, `7`, `null`},
		{query, entities, `[["_entities",0]]`, `null`},
		{query, entities, `[0,"_entities"]`, `null`},
		{query, entities, `["reviews"]`, `null`},
		// Of a root field.
		{rootQuery, users, `["users",1,"name"]`, `["users",1,"name"]`},
		{rootQuery, users, `["users","1","name"]`, `["users",1,"name"]`},
		{rootQuery, users, `["users",9,"name"]`, `["users"]`},
		{rootQuery, users, `["users",1.5,"name"]`, `["users"]`},
		{rootQuery, users, `["users","name"]`, `["users"]`},
		{rootQuery, users, `["users",0,"zzz"]`, `["users",0]`},
		{rootQuery, users, `["me",0,"name"]`, `["me"]`},
		{rootQuery, users, `["me","name",0]`, `["me","name"]`},
		{rootQuery, users, `["query","me"]`, `null`},
		{rootQuery, `{"users":null,"me":null}`, `["users",2,"id"]`, `["users",2,"id"]`},
		{rootQuery, `{"users":null,"me":null}`, `["me","name","x"]`, `["me","name"]`},
	} {
		answer := babbling(`{"data":` + test.data + `,"errors":[{"message":"HELP","path":` + test.path + `}]}`)
		_, errors := told(t, test.query, map[string]upstream.Subgraph{"products": twoProducts, "reviews": answer, "accounts": answer})
		if len(errors) != 1 || errors[0].Message != "HELP" {
			t.Errorf("%s next to %s\n gives %v", test.path, test.data, errors)
			continue
		}
		if got, _ := json.Marshal(errors[0].Path); string(got) != test.want {
			t.Errorf("%s next to %s\n stands at %s, expected %s", test.path, test.data, got, test.want)
		}
	}
}

// TestErrorsOfEveryFormAreTold has errors that are not as the specification says.
func TestErrorsOfEveryFormAreTold(t *testing.T) {
	const data = `{"_entities":[{"inStock":true}]}`
	const (
		silent = `The subgraph "inventory" reported an error without a message.`
		odd    = `The subgraph "inventory" reported an error without a message: `
	)
	for _, test := range []struct{ errors, messages, code string }{
		{`["boom"]`, `boom`, ``},
		{`"boom"`, `boom`, ``},
		{`{"message":"boom"}`, `boom`, ``},
		{`{}`, silent, ``},
		{`7`, odd + `7.`, ``},
		{`false`, odd + `false.`, ``},
		{`[7]`, odd + `7.`, ``},
		{`[null]`, silent, ``},
		{`[{}]`, silent, ``},
		{`[[]]`, odd + `[].`, ``},
		{`[{"message":7,"extensions":{"code":"C"}}]`, odd + `7.`, `C`},
		{`[{"message":null,"extensions":{"code":"C"}}]`, silent, `C`},
		{`[{"message":{"text":"boom"}}]`, odd + `{"text":"boom"}.`, ``},
		{`[{"message":"boom","extensions":7}]`, `boom`, ``},
		{`[{"message":"boom","extensions":{"code":7}}]`, `boom`, ``},
		{`[{"message":"boom","path":7,"extensions":{"code":"C"}}]`, `boom`, `C`},
		{`[{"message":"boom"},{"message":"boom"},{"message":"bang","path":["_entities",7]},{"message":"bang","path":["_entities",8]}]`, `boom boom bang`, ``},
		{`[{"message":"boom","locations":"everywhere"}]`, `boom`, ``},
		{`[]`, ``, ``},
		{`null`, ``, ``},
	} {
		_, errors := told(t, `{ topProducts { inStock } }`, map[string]upstream.Subgraph{
			"products": oneProduct, "inventory": babbling(`{"data":` + data + `,"errors":` + test.errors + `}`),
		})
		messages := make([]string, len(errors))
		for i, e := range errors {
			messages[i] = e.Message
			code := test.code
			if code == "" {
				code = "DOWNSTREAM_SERVICE_ERROR"
			}
			if e.Extensions["code"] != code {
				t.Errorf("%s\n has the code %v", test.errors, e.Extensions["code"])
			}
		}
		slices.Sort(messages)
		want := strings.Split(test.messages, " ")
		if slices.Sort(want); strings.Join(messages, " ") != strings.Join(want, " ") && strings.Join(messages, " ") != test.messages {
			t.Errorf("%s\n gives %v, expected %s", test.errors, messages, test.messages)
		}
	}
}

// TestErrorsNextToDataOfNoUse: an answer that makes no sense can say itself why.
func TestErrorsNextToDataOfNoUse(t *testing.T) {
	for _, answer := range []string{
		`{"errors":[{"message":"HELP"}],"data":7}`,
		`{"data":7,"errors":[{"message":"HELP"}]}`,
		`{"data":null,"errors":[{"message":"HELP"}]}`,
		`{"errors":[{"message":"HELP"}]}`,
		`{"errors":[{"message":"HELP"}],"data":{"_entities":nonsense}}`,
		`{"errors":[{"message":"HELP"}],"data":{"_entities":[{"inStock":true,"inStock":true}]}}`,
		`{"data":{"_entities":"x"},"errors":[{"message":"HELP"}]}`,
		`{"data":{"_entities":[]},"errors":[{"message":"HELP","path":["_entities",0,"inStock"]}]}`,
		`{"data":{"_entities":[null,null]},"errors":[{"message":"HELP","path":["_entities",1]}]}`,
		`{"data":{"_entities":null},"errors":[{"message":"HELP","path":["_entities",7]}]}`,
	} {
		data, errors := told(t, `{ topProducts { inStock } }`, map[string]upstream.Subgraph{"products": oneProduct, "inventory": babbling(answer)})
		found := false
		for _, e := range errors {
			found = found || e.Message == "HELP" && stands(data, e.Path)
		}
		if !found {
			t.Errorf("%s\n gives %v", answer, errors)
		}
	}
}

// TestNoErrorEverVanishes answers with random errors next to random data. Each error has a word of its own, which
// must be in the answer, at a position that is there.
func TestNoErrorEverVanishes(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	pick := func(of ...string) string { return of[rnd.IntN(len(of))] }
	datas := []string{
		`null`, `{}`, `7`, `{"_entities":null}`, `{"_entities":[]}`, `{"_entities":[null,null]}`, `{"_entities":[{"reviews":[]},{"reviews":[{"id":"1","product":null}]}]}`,
		`{"_entities":[{"reviews":[{"id":"1","product":{"upc":"9"}}]},"x"]}`, `{"_entities":[{"reviews":7},{}]}`, `{"_entities":[{"reviews":[null,{"id":null,"product":{}}]},null]}`,
	}
	for range 1200 {
		var errors []string
		n := 1 + rnd.IntN(4)
		for i := range n {
			steps := []string{pick(`"_entities"`, `"_entities"`, `"_entities"`, `"reviews"`, `""`, `0`), pick(`0`, `1`, `2`, `7`, `"0"`, `"x"`, `-1`, `0.5`, `null`, `[]`)}
			for range rnd.IntN(4) {
				steps = append(steps, pick(`"reviews"`, `"reviews"`, `0`, `1`, `"product"`, `"upc"`, `"id"`, `"name"`, `"0"`, `{}`))
			}
			path := "[" + strings.Join(steps[:rnd.IntN(len(steps)+1)], ",") + "]"
			word := fmt.Sprintf("word%d.", i)
			errors = append(errors, pick(
				`{"message":"`+word+`","path":`+path+`}`, `{"message":"`+word+`","path":`+path+`}`, `{"path":`+path+`,"message":["`+word+`"]}`, `"`+word+`"`, `{"message":"`+word+`"}`,
				`{"message":"`+word+`","path":"x","extensions":7}`))
		}
		data := datas[rnd.IntN(len(datas))]
		answer := `{"data":` + data + `,"errors":[` + strings.Join(errors, ",") + `]}`
		query := pick(`{ topProducts { reviews { id product { upc } } } }`, `{ topProducts { upc b: reviews { product { upc name } } c: reviews { id } } }`)
		got, list := told(t, query, map[string]upstream.Subgraph{"products": twoProducts, "reviews": babbling(answer)})
		for i := range n {
			if !slices.ContainsFunc(list, func(e toldError) bool { return strings.Contains(e.Message, fmt.Sprintf("word%d.", i)) }) {
				t.Fatalf("%s\n for %s\n gives %v", answer, query, list)
			}
		}
		for _, e := range list {
			if !stands(got, e.Path) {
				t.Fatalf("%s\n for %s\n gives %v\n at %v, which is not there: %v", answer, query, e.Message, e.Path, got)
			}
		}
	}
}

// TestAnErrorIsOnlyAboutItsField: when a subgraph has no data because of an error at one field, the error is not
// repeated at others.
func TestAnErrorIsOnlyAboutItsField(t *testing.T) {
	_, errors := told(t, `{ me { name } users { id } user(id: 1) { name } }`, map[string]upstream.Subgraph{
		"accounts": babbling(`{"data":null,"errors":[{"message":"one","path":["users",3,"id"]},{"message":"two","path":["me"]}]}`),
	})
	without := `The subgraph "accounts" answered without data, because of an error at another field.`
	got := map[string]string{}
	for _, e := range errors {
		path, _ := json.Marshal(e.Path)
		got[string(path)] += e.Message
	}
	want := map[string]string{`["users",3,"id"]`: "one", `["me"]`: "two", `["user"]`: without}
	if fmt.Sprint(got) != fmt.Sprint(want) || len(errors) != 3 {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

// TestErrorsBeyondTheMostAreCounted: those that are not listed are known to operators.
func TestErrorsBeyondTheMostAreCounted(t *testing.T) {
	answer := babbling(`{"data":{"me":null},"errors":[` + strings.Repeat(`,{"message":"m"}`, 50)[1:] + `]}`)
	p := compileBench(t, `{me{name}}`, map[string]upstream.Subgraph{"accounts": answer}, exec.Config{Errors: exec.ErrorPolicy{Max: 10}})
	var resp exec.Response
	p.Execute(t.Context(), &exec.Request{}, &resp)
	if resp.Errors != 50 {
		t.Errorf("%d errors are counted", resp.Errors)
	}
}

// TestAnErrorBelowExplainsNotTheRest has a call that makes no sense and reports an error at one of very many fields
// that are null because of it. What is told of the others stands at their list, where that error is below it.
func TestAnErrorBelowExplainsNotTheRest(t *testing.T) {
	const count = 200
	var products []string
	for i := range count {
		products = append(products, fmt.Sprintf(`{"__typename":"Product","upc":"%d"}`, i))
	}
	data, errors := told(t, `{ topProducts { upc inStock } }`, map[string]upstream.Subgraph{
		"products": babbling(`{"data":{"topProducts":[` + strings.Join(products, ",") + `]}}`),
		"inventory": babbling(`{"data":{"_entities":[` + strings.Repeat("null,", count) + `null]},` +
			`"errors":[{"message":"boom","path":["_entities",3,"inStock"]}]}`),
	})
	var paths []string
	for _, e := range errors {
		if !stands(data, e.Path) {
			t.Errorf("%v leads nowhere", e.Path)
		}
		paths = append(paths, fmt.Sprint(e.Path, " ", e.Message[:4]))
	}
	slices.Sort(paths)
	if want := []string{"[topProducts 3 inStock] boom", "[topProducts] A pa"}; !slices.Equal(paths, want) {
		t.Errorf("errors: %q, want %q", paths, want)
	}
}
