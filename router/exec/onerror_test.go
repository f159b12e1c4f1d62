package exec_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/upstream"
)

// TestWhatIsLostWithAnEntityIsExplained has a subgraph that makes entities null because of an error below, and one null
// without any. With onError: NULL what else was asked of the former has an error of its own.
func TestWhatIsLostWithAnEntityIsExplained(t *testing.T) {
	const lost = `The subgraph "inventory" answered with null, because of an error at another field.`
	for behavior, want := range map[exec.OnError]map[string]string{
		exec.Propagate: {`["topProducts",0,"inStock"]`: "boom", `["topProducts",2,"inStock"]`: "bang"},
		exec.Null: {
			`["topProducts",0,"inStock"]`: "boom", `["topProducts",0,"shippingEstimate"]`: lost,
			`["topProducts",2,"inStock"]`: "bang", `["topProducts",2,"shippingEstimate"]`: lost,
		},
	} {
		var resp exec.Response
		compileBench(t, `{ topProducts { upc inStock shippingEstimate } }`, map[string]upstream.Subgraph{
			"products": babbling(`{"data":{"topProducts":[{"__typename":"Product","upc":"1","price":1,"weight":1},` +
				`{"__typename":"Product","upc":"2","price":1,"weight":1},{"__typename":"Product","upc":"3","price":1,"weight":1}]}}`),
			"inventory": babbling(`{"data":{"_entities":[null,null,null]},"errors":[{"message":"boom","path":["_entities",0,"inStock"]},` +
				`{"message":"bang","path":["_entities",2,"inStock"]},{"message":"bang","path":["_entities",2,"inStock"]}]}`),
		}, exec.Config{}).Execute(t.Context(), &exec.Request{OnError: behavior}, &resp)
		var answer struct {
			Errors []struct {
				Message string
				Path    json.RawMessage
			}
		}
		if err := json.Unmarshal(resp.Body, &answer); err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, e := range answer.Errors {
			got[string(e.Path)] += e.Message
		}
		if fmt.Sprint(got) != fmt.Sprint(want) || resp.Errors != len(want) {
			t.Errorf("%d: got %d: %v\nwant %v", behavior, resp.Errors, got, want)
		}
	}
}
