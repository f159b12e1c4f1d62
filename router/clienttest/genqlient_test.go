package clienttest

import (
	"net/http"
	"strings"
	"testing"

	"github.com/Khan/genqlient/graphql"

	"github.com/weft-graphql/weft/router/clienttest/genqlient"
)

// TestGenqlient asks with the code that genqlient generated.
func TestGenqlient(t *testing.T) {
	url, r := serve(t, "")
	client := graphql.NewClient(url, http.DefaultClient)
	read, err := genqlient.Ada(t.Context(), client, "1")
	if err != nil {
		t.Fatal(err)
	}
	if read.Person.Name != "Ada" || read.Person.Age != 36 {
		t.Errorf("read %+v", read.Person)
	}
	renamed, err := genqlient.Rename(t.Context(), client, "1", "Bea")
	if err != nil {
		t.Fatal(err)
	}
	if renamed.Rename != (genqlient.RenameRenamePerson{Id: "1", Name: "Bea"}) {
		t.Errorf("renamed %+v", renamed.Rename)
	}
	byGET := graphql.NewClientUsingGet(url, http.DefaultClient)
	if read, err = genqlient.Ada(t.Context(), byGET, "1"); err != nil || read.Person.Age != 36 {
		t.Errorf("by GET: %+v, %v", read, err)
	}
	r.Subgraphs["people"].Answer("{person(", `{"data":{"person":null},"errors":[{"message":"gone"}]}`)
	if _, err = genqlient.Ada(t.Context(), client, "1"); err == nil || !strings.Contains(err.Error(), "gone") {
		t.Errorf("an error: %v", err)
	}
}
