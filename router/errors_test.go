package router_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/config"
)

// TestErrorsOfOneEntityExplainAll has a subgraph that reports an error of one entity and answers nothing at all, as
// servers do whose lists may not have null in them.
func TestErrorsOfOneEntityExplainAll(t *testing.T) {
	for _, answer := range []string{
		`{"errors":[{"message":"no age","path":["_entities",0,"age"]}]}`,
		`{"data":null,"errors":[{"message":"no age","path":["_entities",1]}]}`,
		`{"data":{"_entities":null},"errors":[{"message":"no age","path":["_entities",0,"age"]}]}`,
	} {
		f := newFixture(t, nil)
		f.names.answers = map[string]string{"person": `{"data":{"a":{"id":"1"},"b":{"id":"2"}}}`}
		f.ages.answers = map[string]string{"_entities": answer}
		_, body := f.ask(t, "{a:person(id:1){age} b:person(id:2){age}}")
		var got struct{ Errors []struct{ Path []any } }
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Fatal(err)
		}
		var paths []string
		for _, e := range got.Errors {
			paths = append(paths, fmt.Sprint(e.Path))
		}
		slices.Sort(paths)
		if !slices.Equal(slices.Compact(paths), []string{"[a age]", "[b age]"}) || len(got.Errors) != 2 {
			t.Errorf("%s:\n%s", answer, body)
		}
	}
}

// TestNumbersThatAreNoFloats has numbers that JSON can spell and no client can hold.
func TestNumbersThatAreNoFloats(t *testing.T) {
	result, errs := compose.Compose([]compose.Subgraph{{Name: "n", URL: "http://n.invalid/", SDL: link + "type Query { f: Float }"}}, compose.Options{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	var answer string
	cfg := config.Default()
	r, err := router.New(&cfg, router.Options{
		Supergraph: result.SupergraphSDL, Logger: slog.New(slog.DiscardHandler),
		Handlers: map[string]http.Handler{"n": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"data":{"f":`+answer+`}}`)
		})},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	f := &fixture{router: r}
	for number, fits := range map[string]bool{
		"1e308": true, "-1.7E+308": true, "0.1": true, "12345.678": true, "1e-999": true, "1": true, strings.Repeat("9", 300): true,
		"1e309": false, "-1e309": false, "1e999": false, strings.Repeat("9", 100_000): false,
	} {
		answer = number
		want := `{"data":{"f":null},"errors":[`
		if fits {
			want = `{"data":{"f":` + number + `}}`
		}
		if _, body := f.ask(t, "{f}"); !strings.HasPrefix(body, want) || len(body) > 1000 {
			t.Errorf("%.20s: %.300s (%d bytes)", number, body, len(body))
		}
	}
}
