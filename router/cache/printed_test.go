package cache

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/cache/policy"
	"github.com/weft-graphql/weft/router/cache/redistest"
	"github.com/weft-graphql/weft/router/cache/storage"
	"github.com/weft-graphql/weft/router/exec"
)

// printing is a cache with a product's reviews, whose author's name comes from another subgraph.
type printing struct {
	t     *testing.T
	c     *Cache
	clock *wallClock
	// reviews is a value with a subtree, the author an entity below it.
	reviews, author *ask
	subtree         *exec.Subtree
	// whole is the representation of the product.
	whole string
	visit *Visit
	vars  variableValues
}

const (
	theReviews = `[{"id":"r1","author":{"id":"u1"}}]`
	theForm    = `[{"author":{"name":"Ada"}}]`
	ada        = `{"__typename":"User","id":"u1"}`
)

// authorChanged is news of the name only: what the reviews say of their author stays.
var authorChanged = Invalidation{Kind: "entity", Type: "User", Key: []byte(`{"id":"u1"}`), Subgraph: "accounts"}

var formIDs uint64 = 1 << 40

func newPrinting(t *testing.T, cfg Config) *printing { return newPrintingOf(t, cfg, said{}, said{}) }

// said is what an answer says beside its data.
type said struct {
	header     map[string]string
	extensions string
}

func newPrintingOf(t *testing.T, cfg Config, reviews, author said) *printing {
	p := &printing{t: t, clock: &wallClock{}, whole: product(1)}
	cfg.Now = p.clock.now
	c, g := openCache(t, loadShop(t), cfg)
	p.c, p.visit = c, c.Visit(VisitOptions{})
	p.reviews = newAsk(t, g, "reviews", "Product", "upc", "", "{ reviews { id author { id } } }")
	p.author = newAsk(t, g, "accounts", "User", "id", "", "{ name }")
	p.subtree = p.newSubtree()
	p.store(p.reviews, product(1), `{"reviews":`+theReviews+`}`, reviews)
	p.store(p.author, ada, `{"name":"Ada"}`, author)
	return p
}

func (p *printing) newSubtree(variables ...int) *exec.Subtree {
	formIDs++
	return &exec.Subtree{ID: formIDs, Variables: variables}
}

// store fetches an entity and remembers it.
func (p *printing) store(a *ask, rep, entity string, with said) {
	p.t.Helper()
	a.must(p.t, p.c, []string{rep}, func([]string) subgraphAnswer {
		return subgraphAnswer{entities: []string{entity}, header: with.header, extensions: with.extensions}
	})
}

// look looks up an entity whose first field is a subtree, if one is given.
func (p *printing) look(a *ask, rep string, s *exec.Subtree) *exec.CacheFetch {
	f := a.fetch(p.visit, p.vars, []string{rep})
	if s != nil {
		f.Entities[0].Subtrees = []exec.CacheSubtree{{Subtree: s}}
	}
	a.cache.Lookup(context.Background(), f)
	a.cache.Finish(context.Background(), f, &exec.CacheOutcome{Nothing: true})
	return f
}

// request looks the reviews up, and the author if it takes one; when it is wanted, the form is kept. It tells whether
// it was answered with the form, and whether the form was wanted.
func (p *printing) request() (printed, wanted bool) {
	p.t.Helper()
	f := p.look(p.reviews, p.whole, p.subtree)
	e := &f.Entities[0]
	s := &e.Subtrees[0]
	if e.Status != exec.CacheHit {
		return false, false
	}
	if s.Printed {
		same(p.t, "the form", string(e.Values[0]), theForm)
		return true, false
	}
	below := p.look(p.author, ada, nil)
	if s.Handle == nil {
		return false, false
	}
	p.keep(s, theForm, below)
	return false, true
}

func (p *printing) keep(s *exec.CacheSubtree, text string, below ...*exec.CacheFetch) {
	var used []exec.UsedEntity
	for _, f := range below {
		used = append(used, exec.UsedEntity{Cache: p.author.cache.(exec.SubtreeCache), Entity: &f.Entities[0]})
	}
	p.reviews.cache.(exec.SubtreeCache).Keep(s, p.vars, []byte(text), used)
}

// make makes the form.
func (p *printing) make() {
	p.t.Helper()
	p.request()
	p.request()
	if !p.used() {
		p.t.Fatal("the form is not used")
	}
}

// used tells whether the form is used.
func (p *printing) used() bool { printed, _ := p.request(); return printed }

func TestFormsAreMadeWhenAskedForAgain(t *testing.T) {
	p := newPrinting(t, Config{})
	for i, want := range [][2]bool{{false, false}, {false, true}, {true, false}, {true, false}} {
		printed, wanted := p.request()
		same(t, fmt.Sprint("request ", i), [2]bool{printed, wanted}, want)
	}
	same(t, "count", p.c.Stats().Printed, 2)
}

func TestAFormEndsWithTheFirstOfItsValues(t *testing.T) {
	p := newPrintingOf(t, Config{}, said{}, said{header: map[string]string{"Cache-Control": "max-age=10"}})
	p.make()
	p.clock.advance(9 * time.Second)
	same(t, "before the name ends", p.used(), true)
	p.clock.advance(2 * time.Second)
	same(t, "after", p.used(), false)
	same(t, "the reviews go on", p.look(p.reviews, product(1), nil).Entities[0].Status, exec.CacheHit)
}

// What came from Redis is asked for anew when the time of the cache in process is over: so is what forms are made of.
func TestAFormEndsWhenAPartMustBeReadAnew(t *testing.T) {
	server := redistest.Start(t)
	cfg := Config{L1: L1Config{TTL: 10 * time.Second}}
	cfg.Redis.Addresses = []string{server.Addr}
	p := newPrinting(t, cfg)
	p.clock.advance(6 * time.Second)
	// The reviews of another product come later.
	p.whole = product(2)
	p.store(p.reviews, p.whole, `{"reviews":`+theReviews+`}`, said{})
	p.make()
	p.clock.advance(5 * time.Second)
	f := p.look(p.reviews, p.whole, nil)
	_, local := f.Entities[0].State.(*storage.Record)
	same(t, "the reviews are still answered in process", local, true)
	same(t, "the author must be read from Redis", p.used(), false)
}

func TestFormsFollowInvalidations(t *testing.T) {
	for name, what := range map[string]Invalidation{
		"the entity":       authorChanged,
		"the type":         {Kind: "type", Type: "User", Subgraph: "accounts"},
		"the subgraph":     {Kind: "subgraph", Subgraph: "accounts"},
		"the tag":          {Kind: "cache_tag", Tag: "staff", Subgraph: "accounts"},
		"everything":       {Kind: "all"},
		"the whole itself": {Kind: "entity", Type: "Product", Key: []byte(`{"upc":"1"}`)},
		"one of the list":  {Kind: "entity", Type: "Review", Key: []byte(`{"id":"r1"}`)},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPrintingOf(t, Config{}, said{}, said{extensions: `{"apolloEntityCacheTags":[["staff"]]}`})
			p.make()
			if _, err := p.c.Invalidate(context.Background(), what); err != nil {
				t.Fatal(err)
			}
			same(t, "used", p.used(), false)
		})
	}
	p := newPrinting(t, Config{})
	p.make()
	for _, other := range []Invalidation{
		{Kind: "entity", Type: "User", Key: []byte(`{"id":"u2"}`)}, {Kind: "subgraph", Subgraph: "products"},
		{Kind: "cache_tag", Tag: "staff", Subgraph: "accounts"},
	} {
		if _, err := p.c.Invalidate(context.Background(), other); err != nil {
			t.Fatal(err)
		}
		same(t, "used after something else was invalidated", p.used(), true)
	}
}

// What was invalidated between a lookup and the end of the execution must not become part of a form.
func TestFormsOfWhatIsInvalidMeanwhileAreNotKept(t *testing.T) {
	p := newPrinting(t, Config{})
	p.request()
	f, below := p.look(p.reviews, product(1), p.subtree), p.look(p.author, ada, nil)
	if _, err := p.c.Invalidate(context.Background(), authorChanged); err != nil {
		t.Fatal(err)
	}
	p.keep(&f.Entities[0].Subtrees[0], theForm, below)
	same(t, "used", p.used(), false)
}

func TestFormsAreForTheirVariables(t *testing.T) {
	p := newPrinting(t, Config{})
	p.subtree = p.newSubtree(0, 2)
	p.vars = variableValues{"1", "1", ""}
	p.make()
	for _, other := range []variableValues{{"2", "1", ""}, {"1", "1", "3"}, {"", "1", ""}, {"1", "1", "null"}} {
		p.vars = other
		same(t, fmt.Sprint("used for ", other), p.used(), false)
	}
	p.vars = variableValues{"1", "7", ""}
	same(t, "used for another value of another variable", p.used(), true)
	p.vars = variableValues{"2", "1", ""}
	p.make()
	p.vars = variableValues{"1", "1", ""}
	same(t, "several forms of one value", p.used(), true)
}

func TestOtherOperationsHaveOtherForms(t *testing.T) {
	p := newPrinting(t, Config{})
	p.make()
	p.subtree = p.newSubtree()
	same(t, "used", p.used(), false)
}

func TestRequestsThatMustNotStoreMakeNoForms(t *testing.T) {
	for control, made := range map[string]bool{"no-store": false, "no-cache": false, "": true} {
		p := newPrinting(t, Config{RequestNoCache: true})
		p.visit = p.c.Visit(VisitOptions{CacheControl: control})
		for range 4 {
			p.request()
		}
		p.visit = p.c.Visit(VisitOptions{})
		same(t, "made with "+control, p.used(), made)
	}
}

func TestFormsAreForEverybody(t *testing.T) {
	_, g := openCache(t, loadShop(t), Config{Subgraphs: map[string]policy.Subgraph{
		"accounts": {Private: true}, "products": {Vary: []string{"Accept-Language"}},
	}})
	for subgraph, want := range map[string]bool{"accounts": false, "products": false, "reviews": true} {
		typ, key := "Product", "upc"
		if subgraph == "accounts" {
			typ, key = "User", "id"
		}
		a := newAsk(t, g, subgraph, typ, key, "", "{ "+key+" }")
		same(t, subgraph, a.cache.(exec.SubtreeCache).Shareable(), want)
	}
}

// Who has a form must be told the same about how long the answer may be kept as who has none.
func TestFormsTellTheAgeOfWhatTheyAreMadeOf(t *testing.T) {
	p := newPrintingOf(t, Config{}, said{header: map[string]string{"Cache-Control": "max-age=50"}},
		said{header: map[string]string{"Cache-Control": "max-age=40", "Age": "7"}})
	p.request()
	p.request()
	p.clock.advance(5 * time.Second)
	p.visit = p.c.Visit(VisitOptions{})
	p.look(p.reviews, product(1), nil)
	p.look(p.author, ada, nil)
	want, wantAge := p.visit.CacheControl(false)
	p.visit = p.c.Visit(VisitOptions{})
	same(t, "used", p.used(), true)
	got, age := p.visit.CacheControl(false)
	same(t, "Cache-Control and Age", []any{got, age}, []any{want, wantAge})
	same(t, "Age", age, 12)
}

func TestEntitiesOfFormsAreHits(t *testing.T) {
	p := newPrinting(t, Config{})
	p.make()
	count := func() (hits, local uint64) {
		for _, s := range p.c.Stats().Types {
			if s.Type == "User" && s.Subgraph == "accounts" {
				hits, local = s.Hits, s.Local
			}
		}
		return hits, local
	}
	hits, local := count()
	same(t, "used", p.used(), true)
	h, l := count()
	same(t, "hits of the author", []uint64{h - hits, l - local}, []uint64{1, 1})
}

// A form can be part of another: what that is made of counts for both.
func TestFormsInForms(t *testing.T) {
	p := newPrinting(t, Config{})
	p.make()
	inner := p.subtree
	brand := newAsk(t, p.reviews.graph, "products", "Product", "upc", "", "{ brand { id } }")
	p.store(brand, product(1), `{"brand":{"id":"b"}}`, said{})
	outer := p.newSubtree()
	over := func() *exec.CacheEntity { return &p.look(brand, product(1), outer).Entities[0] }
	over()
	e := over()
	below := p.look(p.reviews, product(1), inner)
	same(t, "the part is a form", below.Entities[0].Subtrees[0].Printed, true)
	brand.cache.(exec.SubtreeCache).Keep(&e.Subtrees[0], nil, []byte(`{"all":1}`), []exec.UsedEntity{
		{Cache: p.reviews.cache.(exec.SubtreeCache), Entity: &below.Entities[0]},
	})
	same(t, "used", over().Subtrees[0].Printed, true)
	counted := map[string]uint64{}
	for _, s := range p.c.Stats().Types {
		counted[s.Subgraph+s.Type] = s.Hits
	}
	over()
	for _, s := range p.c.Stats().Types {
		counted[s.Subgraph+s.Type] = s.Hits - counted[s.Subgraph+s.Type]
	}
	same(t, "hits", []uint64{counted["productsProduct"], counted["reviewsProduct"], counted["accountsUser"]}, []uint64{1, 1, 1})
	if _, err := p.c.Invalidate(context.Background(), authorChanged); err != nil {
		t.Fatal(err)
	}
	same(t, "used after the author changed", over().Subtrees[0].Printed, false)
}

// Where no form is worth keeping, none is wanted for a while.
func TestFormsThatAreRefused(t *testing.T) {
	p := newPrinting(t, Config{})
	parts := make([]*exec.CacheFetch, maxParts+1)
	for i := range parts {
		parts[i] = p.look(p.author, ada, nil)
	}
	for name, refuse := range map[string]func(*exec.CacheSubtree){
		"by the executor":     func(s *exec.CacheSubtree) { p.reviews.cache.(exec.SubtreeCache).Keep(s, nil, nil, nil) },
		"with too many parts": func(s *exec.CacheSubtree) { p.keep(s, theForm, parts...) },
	} {
		p.subtree = p.newSubtree()
		p.request()
		f := p.look(p.reviews, product(1), p.subtree)
		refuse(&f.Entities[0].Subtrees[0])
		for range 3 {
			printed, wanted := p.request()
			same(t, name, [2]bool{printed, wanted}, [2]bool{})
		}
		p.clock.advance(refusedFor * time.Millisecond)
		p.request()
		p.make()
	}
}

// An entity that was not answered in process cannot be part of a form: nobody holds what it depends on.
func TestFormsAreMadeOfWhatIsInProcess(t *testing.T) {
	p := newPrinting(t, Config{})
	p.request()
	f := p.look(p.reviews, product(1), p.subtree)
	p.keep(&f.Entities[0].Subtrees[0], theForm, p.look(p.author, `{"__typename":"User","id":"u2"}`, nil))
	_, wanted := p.request()
	same(t, "still wanted", wanted, true)
}
