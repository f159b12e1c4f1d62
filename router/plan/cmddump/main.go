package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/plan/plantest"
)

func main() {
	os.MkdirAll(os.Args[1], 0o755)
	for i, c := range plantest.Corpus() {
		var in []compose.Subgraph
		for n, s := range c.Subgraphs { in = append(in, compose.Subgraph{Name: n, SDL: s, URL: "http://" + n}) }
		r, errs := compose.Compose(in, compose.Options{})
		if len(errs) > 0 { panic(errs[0]) }
		os.WriteFile(fmt.Sprintf("%s/%02d.graphql", os.Args[1], i), []byte(r.SupergraphSDL), 0o644)
		b, _ := json.Marshal(map[string]string{"name": c.Name, "query": c.Query})
		os.WriteFile(fmt.Sprintf("%s/%02d.json", os.Args[1], i), b, 0o644)
	}
}
