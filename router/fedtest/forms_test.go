package fedtest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/supergraph"
)

// literalOrSpace finds what documents of one form may differ in, among other things: strings that are longer than they
// look stay as they are.
var literalOrSpace = regexp.MustCompile(`"""(?s:.*?)"""|"(?:\\.|[^"\\])*"|` +
	`[$@A-Za-z_][A-Za-z0-9_]*|-?[0-9]+(?:\.[0-9]+)?|[ \n]`)

// another writes a document with the same tokens, but for other literals and other white space. Equal literals stay
// equal.
func another(document string, rnd *rand.Rand) string {
	instead := map[string]string{}
	return literalOrSpace.ReplaceAllStringFunc(document, func(token string) string {
		switch {
		case token == " " || token == "\n":
			return []string{" ", "\n", " ,, ", " # ü \"\n\t", "\r\n"}[rnd.IntN(5)]
		case strings.HasPrefix(token, `"""`) || strings.Contains(token, `\`):
			return token
		case token[0] == '"' && instead[token] == "":
			instead[token] = fmt.Sprintf("%q", strings.Repeat("w", rnd.IntN(4))+fmt.Sprint(len(instead)))
		case (token[0] == '-' || token[0] >= '0' && token[0] <= '9') && instead[token] == "":
			instead[token] = fmt.Sprint(rnd.IntN(50)*100 + len(instead))
		}
		if other := instead[token]; other != "" {
			return other
		}
		return token
	})
}

// TestDocumentsOfOneFormAreAnsweredAsAlone asks one router for documents of one form, of which all but the first share
// what was prepared for it, and others for each alone. The answers are the same, byte by byte: data, errors, their
// places and their order.
func TestDocumentsOfOneFormAreAnsweredAsAlone(t *testing.T) {
	var shared, failed atomic.Int64
	alone := map[*rig]*rig{}
	rigs := make(chan map[*rig]*rig, 1)
	rigs <- alone
	plain := func(c *config.Config) {
		c.Dedupe.SubgraphRequests, c.GraphQL.StreamAbove = false, 0
		// Of two errors at one place, the one that comes first is told.
		c.Upstream.MaxConcurrentFetches = 1
	}
	campaign{
		with: traits{uniform: true}, queries: true, setUp: (*rig).setFailures,
		rig: func(g *graph) (*rig, error) {
			r, err := newRig(g, plain)
			if err != nil {
				return nil, err
			}
			other, err := newRig(g, plain)
			all := <-rigs
			all[r] = other
			rigs <- all
			return r, err
		},
		check: func(r *rig, op *randomOperation) error {
			all := <-rigs
			other := all[r]
			rigs <- all
			other.world.nulls, other.world.failures = r.world.nulls, r.world.failures
			rnd := rand.New(rand.NewPCG(r.graph.seed, uint64(len(op.text))))
			second := *op
			second.text = another(op.text, rnd)
			// The first router has prepared op when it is asked for second, the other one second when it is asked for
			// op.
			first, err := answers(r, op, &second)
			if err != nil {
				return err
			}
			last, err := answers(other, &second, op)
			if err != nil {
				return err
			}
			for i, a := range first {
				if b := last[1-i]; a != b {
					return fmt.Errorf("the answers to %s differ:\n%s\n%s", []string{op.text, second.text}[i], a, b)
				}
			}
			if strings.Contains(first[1], `"locations"`) {
				failed.Add(1)
			}
			if sameForm(r, op.text, second.text) {
				shared.Add(1)
			}
			return nil
		},
	}.run(t)
	for _, other := range alone {
		other.close()
	}
	t.Logf("%d pairs share a form, %d have errors", shared.Load(), failed.Load())
	if shared.Load() < 100 || failed.Load() < 100 {
		t.Error("too few pairs share anything")
	}
}

// answers asks for operations one after the other.
func answers(r *rig, ops ...*randomOperation) (out []string, err error) {
	for _, op := range ops {
		r.begin()
		_, body, err := r.ask(op)
		if body == nil {
			return nil, err
		}
		r.complaints.take() // other literals than those that the stubs expect are theirs to complain about
		out = append(out, string(bytes.TrimSpace(body)))
	}
	return out, nil
}

func sameForm(r *rig, a, b string) bool {
	sg, err := supergraph.Load(r.supergraph)
	if err != nil {
		return false
	}
	var x, y operation.Form
	return x.Scan(sg, []byte(a), nil) && y.Scan(sg, []byte(b), nil) && bytes.Equal(x.Text, y.Text)
}
