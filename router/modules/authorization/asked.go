package authorization

import (
	"context"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/router/caller"
	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/server"
	"github.com/weft-graphql/weft/router/supergraph"
)

// asked is what a document asks of callers, by numbers: what a caller has is looked up once, and compared with each
// requirement in bits.
type asked struct {
	// scopes and policies have a number for each that is named; requirements are those of operation.Prepared.Access, in
	// its order.
	scopes, policies map[string]uint
	requirements     []requirement
	// names are the policies, sorted.
	names []string
}

// requirement is a requirement of access, with numbers for names.
type requirement struct {
	kind         supergraph.AccessKind
	alternatives [][]uint
}

// CompileDocument implements module.DocumentCompiler.
func (a *Authorization) CompileDocument(p *operation.Prepared) (any, gqlerror.List) {
	access := p.Access()
	if len(access) == 0 {
		return nil, nil
	}
	out := &asked{scopes: map[string]uint{}, policies: map[string]uint{}, requirements: make([]requirement, len(access))}
	for i, c := range access {
		numbers := out.scopes
		if c.Access.Kind == supergraph.Policy {
			numbers = out.policies
		}
		r := requirement{kind: c.Access.Kind, alternatives: make([][]uint, len(c.Access.Alternatives))}
		for j, all := range c.Access.Alternatives {
			for _, name := range all {
				number, known := numbers[name]
				if !known {
					number = uint(len(numbers))
					numbers[name] = number
				}
				r.alternatives[j] = append(r.alternatives[j], number)
			}
		}
		out.requirements[i] = r
	}
	for name := range out.policies {
		out.names = append(out.names, name)
	}
	slices.Sort(out.names)
	return out, nil
}

// Admit implements module.Admitter: it has the policies decided that the document asks for, all at once.
func (a *Authorization) Admit(ctx context.Context, op *module.Operation) *server.Refusal {
	if asks, ok := op.Compiled(a.slot).(*asked); ok && len(asks.names) > 0 {
		*op.Slot(a.slot) = a.remembered.fulfilled(ctx, op.Values.Caller(), asks.names)
	}
	return nil
}

// Fulfilled implements module.Authorizer.
func (a *Authorization) Fulfilled(op *module.Operation, set operation.ConditionSet) operation.ConditionSet {
	asks, ok := op.Compiled(a.slot).(*asked)
	if !ok {
		return set
	}
	fulfilled, _ := (*op.Slot(a.slot)).([]string)
	return asks.by(op.Values.Caller(), a.ScopeClaims, fulfilled, op.Prepared.FirstAccess(), set)
}

// by adds the conditions to a set that a caller fulfils. The first requirement's condition has the index first.
func (d *asked) by(
	who *caller.Caller,
	claims, policies []string,
	first int,
	set operation.ConditionSet,
) operation.ConditionSet {
	var hasScopes, hasPolicies [4]uint64
	scopes, allowed := room(hasScopes[:], len(d.scopes)), room(hasPolicies[:], len(d.policies))
	d.haveScopes(scopes, who, claims)
	for _, name := range policies {
		have(allowed, d.policies, name)
	}
	for i := range d.requirements {
		r := &d.requirements[i]
		var on bool
		switch r.kind {
		case supergraph.Authenticated:
			on = !who.Anonymous()
		case supergraph.RequiresScopes:
			on = one(r.alternatives, scopes)
		default:
			on = one(r.alternatives, allowed)
		}
		if on {
			set.Add(first + i)
		}
	}
	return set
}

// room is room for so many bits.
func room(bits []uint64, count int) []uint64 {
	if count > 64*len(bits) {
		return make([]uint64, (count+63)/64)
	}
	return bits
}

// one tells whether everything of one alternative is there.
func one(alternatives [][]uint, has []uint64) bool {
next:
	for _, all := range alternatives {
		for _, number := range all {
			if has[number/64]&(1<<(number%64)) == 0 {
				continue next
			}
		}
		return true
	}
	return false
}

// haveScopes notes the scopes in the claims. Only claims count: anybody can say anything of themselves.
func (d *asked) haveScopes(bits []uint64, who *caller.Caller, claims []string) {
	if len(d.scopes) == 0 {
		return
	}
	for _, name := range claims {
		switch claim := who.Claims[name].(type) {
		case string:
			for word := range strings.FieldsSeq(claim) {
				have(bits, d.scopes, word)
			}
		case []any:
			for _, each := range claim {
				if word, ok := each.(string); ok {
					have(bits, d.scopes, word)
				}
			}
		case []string:
			for _, word := range claim {
				have(bits, d.scopes, word)
			}
		}
	}
}

func have(bits []uint64, numbers map[string]uint, name string) {
	if number, known := numbers[name]; known {
		bits[number/64] |= 1 << (number % 64)
	}
}
