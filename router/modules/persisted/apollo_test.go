package persisted_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/weft-graphql/weft/router/modules/moduletest"
)

// npm is where make test installs what tests ask of Node.
const npm = "../../../.weft/npm"

// Apollo Client, as it is.
func TestApolloClient(t *testing.T) {
	modules, err := filepath.Abs(npm)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "manifest.json")
	write(t, file, manifest("ada-1", "query Ada { person(id: 1) { name __typename } }"))
	r := moduletest.New(t, fmt.Sprintf("persisted: {automatic: {enabled: true}, documents: {manifests: [%q]}}\n", file), nil)
	server := httptest.NewServer(r.Router)
	defer server.Close()
	out, err := exec.Command("node", "testdata/apollo.mjs", modules, server.URL+"/graphql", file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v (make packages installs what this needs)\n%s", err, out)
	}
	type run struct{ Names, Seen []string }
	var got map[string]run
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want := map[string]run{
		"post":     {[]string{"Ada", "Ada"}, []string{"POST id", "POST document", "POST id"}},
		"get":      {[]string{"Ada", "Ada"}, []string{"GET id", "POST document", "GET id"}},
		"manifest": {[]string{"Ada"}, []string{"POST id"}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}
