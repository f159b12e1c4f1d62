package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/weft-graphql/weft/subgraphs/seed"
)

// checkPerson finds the name of the person that requests come from. It warns when that is nobody the sample data knows:
// everything can be read, but what is done in that person's name fails or belongs to nobody.
func (d *devProcess) checkPerson(ctx context.Context) {
	accounts := d.services["accounts"]
	if accounts == nil {
		return
	}
	body, err := json.Marshal(map[string]any{
		"query": "query($id: ID!) { user(id: $id) { name } }", "variables": map[string]string{"id": d.command.As},
	})
	if err != nil { // maps of texts always have a JSON form
		panic(err)
	}
	req := httptest.NewRequestWithContext(ctx, http.MethodPost, "/graphql", bytes.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder()
	d.identity.direct(accounts).ServeHTTP(recorder, req)
	var answer struct {
		Data struct{ User *struct{ Name string } }
	}
	if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil {
		return
	}
	if answer.Data.User != nil {
		d.person = answer.Data.User.Name
		return
	}
	d.logger.Warn("--as names nobody: what is done in this person's name will fail", "as", d.command.As,
		"people", fmt.Sprintf("u1 to u%d", len(seed.People())))
}
