package exec

import "github.com/weft-graphql/weft/router/jsontext"

// printExtensions appends the extensions entry: what the request brought, and the subgraphs' extensions under their
// names if the engine passes them on.
func (x *execution) printExtensions(out []byte) []byte {
	start := len(out)
	out = append(out, `,"extensions":{`...)
	empty := len(out)
	out = append(out, x.request.Extensions...)
	if x.program.engine.config.Extensions {
		named := false
		for i := range x.fetches {
			f := &x.fetches[i]
			if !x.isComplete(i) || len(f.extensions) == 0 {
				continue
			}
			if len(out) > empty {
				out = append(out, ',')
			}
			if !named {
				out = append(out, `"subgraphs":[`...)
				named = true
			}
			out = jsontext.AppendQuoted(append(out, `{"name":`...), x.program.requests[i].plan.Subgraph.Name)
			out = append(append(out, `,"extensions":`...), f.extensions...)
			out = append(out, '}')
		}
		if named {
			out = append(out, ']')
		}
	}
	if len(out) == empty {
		return out[:start]
	}
	return append(out, '}')
}
