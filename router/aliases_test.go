package router_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/growthtest"
)

// TestManyAliases asks for the same under many names, each of which leads to entities of another subgraph. The
// documents are new each time: what is measured is mostly what it takes to prepare them.
func TestManyAliases(t *testing.T) {
	f := newFixture(t, func(c *config.Config) { c.Limits.Aliases, c.Limits.RootFields = -1, -1 })
	count := 0
	growthtest.Linear(t, func(size int) func() {
		n := size / 500
		var query, answer strings.Builder
		for i := range n {
			fmt.Fprintf(&query, "a%[1]d:person(id:%[1]d){name age}", i)
			fmt.Fprintf(&answer, `"a%[1]d":{"id":"%[1]d","name":"Ada"},`, i)
		}
		return func() {
			count++
			f.names.answers = map[string]string{"a0:person": `{"data":{` + strings.TrimSuffix(answer.String(), ",") + "}}"}
			f.ages.answers = map[string]string{"_entities": `{"data":{"_entities":[` + strings.TrimSuffix(strings.Repeat(`{"age":36},`, n), ",") + "]}}"}
			status, body := f.ask(t, fmt.Sprintf("query Q%d{%s}", count, query.String()))
			if status != http.StatusOK || strings.Count(body, `"age":36`) != n {
				t.Errorf("status %d: %.300s", status, body)
			}
		}
	})
}
