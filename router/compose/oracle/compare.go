package oracle

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/weft-graphql/weft/router/compose"
)

// Comparison says how our answer to a case relates to the reference's.
type Comparison struct {
	Verdict bool // both compose or both refuse
	First   bool // the same error code first; true when both compose
	Hints   bool // the same set of hint codes
	API     bool // equal API schemas
	Join    bool // equal sets of directive applications in the supergraph
	Detail  []string
}

// Equal tells whether nothing that must agree differs. Hints are for people and may differ.
func (c *Comparison) Equal() bool { return c.Verdict && c.First && c.API && c.Join }

// Crashed is the code cached for inputs on which the reference fails with an exception of its own instead of an
// error: all it says is that such an input does not compose there.
const Crashed = "THROWN"

// Uncoded is cached for errors that the reference gives without a code.
const Uncoded = "NONE"

// Compose runs our composer on a case.
func Compose(c *Case) (*compose.Result, []*compose.Error) {
	subgraphs := make([]compose.Subgraph, len(c.Subgraphs))
	for i, s := range c.Subgraphs {
		subgraphs[i] = compose.Subgraph{Name: s.Name, URL: "http://" + s.Name, SDL: s.SDL}
	}
	return compose.Compose(subgraphs, compose.Options{})
}

// Compare holds our answer to a case against the cached one.
func Compare(v *Verdict, result *compose.Result, errs []*compose.Error) *Comparison {
	c := &Comparison{Verdict: v.OK() == (len(errs) == 0), First: true, Hints: true, API: true, Join: true}
	if !c.Verdict {
		c.First = false
		c.Detail = append(c.Detail, fmt.Sprintf("the reference says %s, we say %s", said(v.Errors), said(codes(errs))))
		for _, e := range errs {
			c.Detail = append(c.Detail, "ours: "+e.Error())
		}
		return c
	}
	if len(errs) > 0 {
		if c.First = v.Errors[0] == string(errs[0].Code) || v.Errors[0] == Crashed || v.Errors[0] == Uncoded; !c.First {
			c.Detail = append(c.Detail, fmt.Sprintf("the reference says %s, we say %s", said(v.Errors), said(codes(errs))))
			for _, e := range errs {
				c.Detail = append(c.Detail, "ours: "+e.Error())
			}
		}
		return c
	}
	c.API = c.lines("API schema", v.API, result.APISDL, APILines)
	c.Join = c.lines("supergraph", v.Join, result.SupergraphSDL, SupergraphLines)
	var hints []string
	for _, h := range result.Hints {
		hints = append(hints, string(h.Code))
	}
	sort.Strings(hints)
	if c.Hints = slices.Equal(slices.Compact(hints), slices.Compact(slices.Clone(v.Hints))); !c.Hints {
		c.Detail = append(c.Detail, fmt.Sprintf("hints: the reference gives %v, we give %v", v.Hints, hints))
	}
	return c
}

func (c *Comparison) lines(what string, want []string, sdl string, read func(string) ([]string, error)) bool {
	got, err := read(sdl)
	if err != nil {
		c.Detail = append(c.Detail, fmt.Sprintf("our %s cannot be read: %v", what, err))
		return false
	}
	same := true
	for _, line := range want {
		if !slices.Contains(got, line) {
			same = false
			c.Detail = append(c.Detail, what+" lacks: "+line)
		}
	}
	for _, line := range got {
		if !slices.Contains(want, line) {
			same = false
			c.Detail = append(c.Detail, what+" has too much: "+line)
		}
	}
	return same
}

func codes(errs []*compose.Error) []string {
	out := make([]string, len(errs))
	for i, e := range errs {
		out[i] = string(e.Code)
	}
	return out
}

func said(codes []string) string {
	if len(codes) == 0 {
		return "ok"
	}
	return strings.Join(codes, " ")
}
