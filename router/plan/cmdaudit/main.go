package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/plan/plantest"
	"github.com/weft-graphql/weft/router/supergraph"
)

func main() {
	base := "/tmp/weft/audit/suites"
	only := ""
	if len(os.Args) > 1 { only = os.Args[1] }
	dirs, _ := os.ReadDir(base)
	pass, total := 0, 0
	for _, d := range dirs {
		if only != "" && !strings.HasPrefix(only, d.Name()) { continue }
		sdl, err := os.ReadFile(filepath.Join(base, d.Name(), "supergraph.graphql"))
		if err != nil { continue }
		urls := map[string]string{}
		var subs []struct{ Name, URL string }
		b, _ := os.ReadFile(filepath.Join(base, d.Name(), "subgraphs.json"))
		json.Unmarshal(b, &subs)
		for _, s := range subs { urls[s.Name] = s.URL }
		var tests []struct {
			Query    string
			Expected struct{ Data any; Errors any }
		}
		b, _ = os.ReadFile(filepath.Join(base, d.Name(), "tests.json"))
		json.Unmarshal(b, &tests)
		sg, err := supergraph.Load(string(sdl))
		if err != nil { fmt.Println("LOAD", d.Name(), err); total += len(tests); continue }
		pl := plan.New(sg)
		for i, t := range tests {
			id := fmt.Sprintf("%s#%d", d.Name(), i)
			if strings.Contains(only, "#") && id != only { continue }
			total++
			fail := func(why string, args ...any) {
				fmt.Printf("FAIL %s: %s\n", id, fmt.Sprintf(why, args...))
			}
			raw, _ := json.Marshal(t.Expected)
			var exp map[string]json.RawMessage
			json.Unmarshal(raw, &exp)
			p, errs := operation.Prepare(sg, t.Query, "", operation.Limits{})
			if len(errs) > 0 {
				if t.Expected.Errors != nil && t.Expected.Data == nil { pass++ } else { fail("prepare %v", errs) }
				continue
			}
			v, _ := p.CoerceVariables(nil)
			op := p.Operation(p.ConditionSet(&v, nil))
			pp, err := pl.Plan(op)
			if err != nil {
				if t.Expected.Errors != nil && t.Expected.Data == nil { pass++; fmt.Println("note", id, err) } else { fail("plan %v", err) }
				continue
			}
			if only != "" {
				for _, r := range pp.Requests { fmt.Println("  ", r.ID, r.Subgraph.Name, r.After, r.Document) }
			}
			ans, err := plantest.Execute(pp, &v, func(name string, req *plantest.Request) (*plantest.Response, error) {
				body, _ := json.Marshal(req)
				resp, err := http.Post(urls[name], "application/json", bytes.NewReader(body))
				if err != nil { return nil, err }
				defer resp.Body.Close()
				raw, _ := io.ReadAll(resp.Body)
				if only != "" { fmt.Println("    ->", name, string(body)); fmt.Println("    <-", string(raw)) }
				var out plantest.Response
				if err := json.Unmarshal(raw, &out); err != nil { return nil, fmt.Errorf("%s: %s", err, raw) }
				return &out, nil
			})
			if err != nil { fail("execute %v", err); continue }
			var got any
			json.Unmarshal([]byte(ans.Data), &got)
			wantErr := t.Expected.Errors != nil
			if t.Expected.Errors == false { wantErr = false }
			if !reflect.DeepEqual(got, t.Expected.Data) || wantErr != (len(ans.Errors) > 0) {
				w, _ := json.Marshal(t.Expected.Data)
				fail("got %s want %s errors %v want %v", ans.Data, w, ans.Errors, wantErr)
				continue
			}
			pass++
		}
	}
	fmt.Println(pass, "of", total)
}
