package fedtest

import (
	"math/rand/v2"
	"testing"
)

// TestGraphsThatOnceFailed runs the seeds that have found mistakes, with what was wrong.
func TestGraphsThatOnceFailed(t *testing.T) {
	for seed, why := range map[uint64]string{
		19:     "introspection below a field of the type Query",
		30:     "fields of two interface objects for objects whose type is not known yet",
		229:    "a shared field of a union of which one subgraph knows fewer members",
		478:    "a field of an interface object selected for all types and for one",
		565:    "a field of an interface object under a type condition",
		580:    "inputs with other nullability in each implementation",
		5338:   "an input that is only passed through",
		5454:   "an interface that is an object in one subgraph and an interface in another",
		7436:   "a field selected on an interface that the object only implements elsewhere",
		8479:   "an input that two requests to one subgraph have parts of",
		302297: "objects from two sources that are entered for each type by the key of another one",
	} {
		r, err := newRig(generate(seed, traits{}), nil)
		if err != nil {
			t.Errorf("graph %d (%s): %v", seed, why, err)
			continue
		}
		r.world.nulls = []uint64{0, 5, 25}[seed%3]
		rnd := rand.New(rand.NewPCG(seed, 3))
		for range 30 {
			op := r.operation(rnd, false)
			if op == nil {
				continue
			}
			if err := r.try(op); err != nil {
				t.Errorf("graph %d (%s): %v\n%s", seed, why, err, op.text)
				break
			}
		}
		r.close()
	}
}

// TestTwinsAreLinkedTheShortWay runs a graph in which two subgraphs answer a shared value that a third one has a part
// of, too: an input that one of the two brings must be found without waiting for the third.
func TestTwinsAreLinkedTheShortWay(t *testing.T) {
	const seed = 5168
	r, err := newRig(generate(seed, traits{uniform: true}), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	op := &randomOperation{text: "query { self6 { list1Entity29 { computed15 } allEntity2 { __typename } i11 } }"}
	if err := r.try(op); err != nil {
		t.Error(err)
	}
}

// TestErrorsThatOnceStoodWrong runs the seeds whose errors stood where the client did not ask, or nowhere.
func TestErrorsThatOnceStoodWrong(t *testing.T) {
	c := campaign{of: plainGraphs, check: (*rig).try, with: traits{uniform: true}}
	for seed, why := range map[uint64]string{
		1083:  "null for an object whose type is not known, with the same field on several types",
		1343:  "a type that only a twin of the object knows",
		1447:  "an object that is only asked for on another type",
		1948:  "an error below an object that the client does not see",
		2205:  "a type that only a twin in a list knows",
		70416: "an interface object that is of another type than the fragment",
	} {
		r, err := newRig(generate(seed, c.with), nil)
		if err != nil {
			t.Errorf("graph %d (%s): %v", seed, why, err)
			continue
		}
		r.setFailures(seed)
		c.operations(t, attempt{check: c.check, rig: func(g *graph) (*rig, error) {
			r, err := newRig(g, nil)
			if err == nil {
				r.setFailures(seed)
			}
			return r, err
		}}, r, seed)
		r.close()
	}
}

// TestPartitionedGraphsThatOnceFailed runs the seeds of partitioned graphs that have found mistakes, with what was
// wrong.
func TestPartitionedGraphsThatOnceFailed(t *testing.T) {
	c := campaign{of: partitionedGraphs, check: (*rig).try, with: traits{uniform: true}}
	for seed, why := range map[uint64]string{
		101323: "a requirement that is known where a twin of a twin of the object stands",
	} {
		for try := range partitionedGraphs.tries {
			r, err := newRig(generatePartitioned(seed, try, c.with), nil)
			if err != nil {
				continue
			}
			t.Logf("graph %d: %s", seed, why)
			r.setFailures(seed)
			c.operations(t, attempt{check: c.check, rig: func(g *graph) (*rig, error) {
				r, err := newRig(g, nil)
				if err == nil {
					r.setFailures(seed)
				}
				return r, err
			}}, r, seed)
			r.close()
			break
		}
	}
}
