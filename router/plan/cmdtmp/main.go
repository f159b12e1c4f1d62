package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
)

func main() {
	sdl, _ := os.ReadFile(os.Args[1])
	sg, err := supergraph.Load(string(sdl))
	if err != nil { fmt.Println("LOAD", err); os.Exit(1) }
	pl := plan.New(sg)
	for _, q := range os.Args[2:] {
		vars := []byte(nil)
		if len(q) > 5 && q[len(q)-5:] == ".json" {
			b, _ := os.ReadFile(q)
			var body struct{ Query string; Variables json.RawMessage }
			json.Unmarshal(b, &body)
			q = body.Query
			vars = body.Variables
		}
		p, errs := operation.Prepare(sg, q, "", operation.Limits{})
		if len(errs) > 0 { fmt.Println("PREPARE", errs); continue }
		v, _ := p.CoerceVariables(vars)
		op := p.Operation(p.ConditionSet(&v, nil))
		t := time.Now()
		pp, err := pl.Plan(op)
		if err != nil { fmt.Println("PLAN", err); continue }
		fmt.Println(time.Since(t), pp.Stats)
		for _, r := range pp.Requests {
			fmt.Println(r.ID, r.Subgraph.Name, "after", r.After, r.Document)
			for _, c := range r.Calls {
				for _, t := range c.Targets { fmt.Print("   at ", t.Path) }
				for _, in := range c.Input { fmt.Print("   rep ", in.TypeName); for _, f := range in.Fields { fmt.Print(" ", f.Name, "(", len(f.From), ")") } }
				fmt.Println()
			}
		}
	}
}
