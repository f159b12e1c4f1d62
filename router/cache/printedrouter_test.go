package cache_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weft-graphql/weft/router/cache"
	"github.com/weft-graphql/weft/router/config"
)

// formsRig is a router over a versioned shop, and what was invalidated.
type formsRig struct {
	*served
	shop *versionedShop
	// acked are the versions at the last acknowledged invalidation of each entity.
	mu    sync.Mutex
	acked map[thing]int
}

const formsKey = "forms of the shop"

func newFormsRig(t testing.TB, change func(*config.Cache)) *formsRig {
	t.Helper()
	shop := &versionedShop{versions: map[thing]int{}}
	handlers := map[string]http.Handler{"users": shop, "reviews": shop, "products": shop}
	s := serveWith(t, composed(t, versionedGraph()), handlers, func(c *config.Config) {
		c.Cache.Invalidation.SharedKey = formsKey
		// The machine may be busy: no answer is given up, so that every error is a mistake.
		c.Limits.RequestTimeout, c.Upstream.All.Timeout = 10*time.Minute, 10*time.Minute
		if change != nil {
			change(&c.Cache)
		}
	})
	return &formsRig{served: s, shop: shop, acked: map[thing]int{}}
}

// pooled are the operations of the property test; variables are made by name.
var pooled = []string{
	`{ users { name reviews { body product { title } } } }`,
	`{ users { id reviews { author { name nick } product { title reviews { body author { name } } } } } }`,
	`query($id: ID!, $n: Int) { user(id: $id) { name reviews(first: $n) { body product { title price } } } }`,
	`query($id: ID!, $max: Int) { user(id: $id) { reviews { product { reviews { body(max: $max) author { nick } } } } } }`,
	`query($n: Int) { latest(first: $n) { body author { name } product { title worth } } }`,
	`query($lang: String) { latest { product { title(lang: $lang) vendor { name reviews(first: 2) { body } } } } }`,
	`query($up: Boolean!) { latest(first: 6) { author { name(upper: $up) shout: name(upper: true) } } }`,
	`query($upc: ID!) { product(upc: $upc) { title note reviews { body author { name } } } }`,
	`query($upc: ID!) { product(upc: $upc) { ...P vendor { ...U reviews { product { ...P } } } } }
	fragment P on Product { t: title w: worth } fragment U on User { name other: nick }`,
	`{ latest(first: 12) { product { note worth } } }`,
	`{ users { reviews(first: 1) { author { reviews { product { note } } } } } }`,
	`query($with: Boolean!) { users { name reviews { body @include(if: $with) product @skip(if: $with) { title } } } }`,
	`query($a: Int, $b: Int) { users { few: reviews(first: $a) { body } more: reviews(first: $b) { product { title } } } }`,
	`{ users { reviews { product { vendor { reviews { product { vendor { name } } } } } } } }`,
	`query($n: Int, $lang: String) { latest(first: $n) { id author { id nick } product { upc title(lang: $lang) vendor { id } } } }`,
	`query($upc: ID!, $lang: String) { product(upc: $upc) { key: upc title(lang: $lang) price vendor { id name } } }`,
	`query($up: Boolean!) { users { id nick name(upper: $up) reviews { id body } } }`,
	`query($id: ID!) { user(id: $id) { id name: nick reviews { product { upc reviews { id author { id } } } } } }`,
	`query($id: ID!) { one: user(id: $id) { reviews { body } } two: user(id: "2") { reviews { author { name } } } latest { id } }`,
}

// variablesFor makes variables: few values, so that operations are repeated.
func variablesFor(rnd *rand.Rand, query string) map[string]any {
	vars := map[string]any{}
	for name, values := range map[string][]any{
		"id": {"0", "1"}, "upc": {"0", "3"}, "n": {2, 5, nil}, "max": {1, 2}, "lang": {"en", "fr"}, "up": {true, false},
		"with": {true, false}, "a": {1, 2}, "b": {2, nil},
	} {
		if strings.Contains(query, "$"+name+":") {
			if v := values[rnd.IntN(len(values))]; v != nil {
				vars[name] = v
			}
		}
	}
	return vars
}

// post sends an operation and returns its data.
func (r *formsRig) post(query string, vars map[string]any) (map[string]any, error) {
	text, err := json.Marshal(map[string]any{"query": query, "variables": vars})
	if err != nil {
		return nil, err
	}
	req := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(text))
	req.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	r.r.ServeHTTP(rec, req)
	var answer struct {
		Data   map[string]any
		Errors []any
	}
	if err := json.Unmarshal(rec.Body.Bytes(), &answer); err != nil {
		return nil, err
	}
	if len(answer.Errors) > 0 {
		return nil, fmt.Errorf("errors: %v", answer.Errors)
	}
	return answer.Data, nil
}

// news tells the router of changes, and what it has acknowledged.
func (r *formsRig) news(i cache.Invalidation, covers func(thing) bool) {
	r.t.Helper()
	r.shop.mu.Lock()
	before := map[thing]int{}
	for t, v := range r.shop.versions {
		if covers(t) {
			before[t] = v
		}
	}
	r.shop.mu.Unlock()
	body, err := json.Marshal([]cache.Invalidation{i})
	if err != nil {
		r.t.Fatal(err)
	}
	req := httptest.NewRequest(http.MethodPost, "/invalidation", bytes.NewReader(body))
	req.Header.Set("Authorization", formsKey)
	rec := httptest.NewRecorder()
	r.admin.ServeHTTP(rec, req)
	if rec.Code != http.StatusAccepted {
		r.t.Errorf("%s: %d %s", body, rec.Code, rec.Body)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for t, v := range before {
		r.acked[t] = max(r.acked[t], v)
	}
}

// tell invalidates one entity.
func (r *formsRig) tell(typ, key string, id int) {
	r.t.Helper()
	t := thing{typ, id}
	r.news(cache.Invalidation{Kind: "entity", Type: typ, Key: json.RawMessage(fmt.Sprintf(`{%q:"%d"}`, key, id))},
		func(o thing) bool { return o == t })
}

// change writes to an entity; mostly it is invalidated then, in one of the ways there are.
func (r *formsRig) change(rnd *rand.Rand) {
	kinds := []struct {
		typ, key, subgraph string
		count              int
	}{{"User", "id", "users", users}, {"Review", "id", "reviews", reviews}, {"Product", "upc", "products", products}}
	k := kinds[rnd.IntN(len(kinds))]
	t := thing{k.typ, rnd.IntN(k.count)}
	r.shop.write(t)
	same := func(o thing) bool { return o == t }
	all := func(o thing) bool { return o.typ == t.typ }
	switch rnd.IntN(12) {
	case 0, 1, 2:
		// Nobody tells the router.
	case 3:
		r.news(cache.Invalidation{Kind: "type", Type: k.typ}, all)
	case 4:
		r.news(cache.Invalidation{Kind: "subgraph", Subgraph: k.subgraph}, all)
	case 5, 6:
		r.news(cache.Invalidation{Kind: "cache_tag", Tag: strings.ToLower(k.typ) + "-" + strconv.Itoa(t.id)}, same)
	default:
		r.tell(k.typ, k.key, t.id)
	}
}

// versionsOf are copies of what was acknowledged, or of what there is.
func (r *formsRig) versionsOf(mu *sync.Mutex, versions map[thing]int) map[thing]int {
	mu.Lock()
	defer mu.Unlock()
	out := make(map[thing]int, len(versions))
	for t, v := range versions {
		out[t] = v
	}
	return out
}

// query asks an operation, and compares the answer with what it may be: nothing older than what was acknowledged
// before.
func (r *formsRig) query(query string, vars map[string]any) error {
	since := r.versionsOf(&r.mu, r.acked)
	data, err := r.post(query, vars)
	if err == nil {
		doc, problem := parser.ParseQuery(&ast.Source{Input: query})
		if problem != nil {
			return problem
		}
		c := answerChecker{since: since, now: r.versionsOf(&r.shop.mu, r.shop.versions), vars: map[string]any{}, shop: r.shop}
		for name, v := range vars {
			if n, ok := v.(int); ok {
				v = float64(n)
			}
			c.vars[name] = v
		}
		c.fragments = doc.Fragments
		err = c.object(thing{typ: "Query"}, doc.Operations[0].SelectionSet, data)
	}
	if err != nil {
		return fmt.Errorf("%w\n%s %v\nanswered %v", err, query, vars, data)
	}
	return nil
}

// answerChecker compares an answer with the model.
type answerChecker struct {
	since, now map[thing]int
	vars       map[string]any
	fragments  ast.FragmentDefinitionList
	shop       *versionedShop
}

func (c *answerChecker) included(d ast.DirectiveList) bool {
	for _, one := range d {
		if v, _ := one.Arguments.ForName("if").Value.Value(c.vars); (v == true) == (one.Name == "skip") {
			return false
		}
	}
	return true
}

func (c *answerChecker) object(t thing, set ast.SelectionSet, got map[string]any) error {
	for _, sel := range set {
		var err error
		switch sel := sel.(type) {
		case *ast.FragmentSpread:
			err = c.object(t, c.fragments.ForName(sel.Name).SelectionSet, got)
		case *ast.Field:
			value, there := got[sel.Alias]
			if there != c.included(sel.Directives) {
				err = fmt.Errorf("%v.%s: there: %v", t, sel.Alias, there)
			} else if there {
				err = c.field(t, sel, value)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *answerChecker) field(t thing, f *ast.Field, got any) error {
	args := argumentValues(f, c.vars)
	switch {
	case f.Name == "worth":
		return c.leaf(thing{"Product", t.id}, "price", nil, strings.TrimPrefix(fmt.Sprint(got), "worth of "))
	case f.Name == "note":
		return c.leaf(thing{"User", vendorOf(t.id)}, "nick", nil, strings.TrimPrefix(fmt.Sprint(got), "note by "))
	case f.Name == "id" || f.Name == "upc":
		if got != strconv.Itoa(t.id) {
			return fmt.Errorf("%v: %s is %v", t, f.Name, got)
		}
		return nil
	case t.typ == "Review" && f.Name == "product" && got == nil:
		for v := c.since[t]; v <= c.now[t]; v++ {
			if withoutProduct(v) {
				return nil
			}
		}
		return fmt.Errorf("%v has no product, but versions %d to %d do", t, c.since[t], c.now[t])
	case f.SelectionSet == nil:
		return c.leaf(t, f.Name, args, fmt.Sprint(got))
	}
	want := c.shop.resolve(entityOf{thing: t}, f.Name, args)
	if t.typ == "Review" && f.Name == "product" {
		ok := false
		for v := c.since[t]; v <= c.now[t]; v++ {
			ok = ok || !withoutProduct(v)
		}
		if !ok {
			return fmt.Errorf("%v has a product, but not at versions %d to %d", t, c.since[t], c.now[t])
		}
		want = entityOf{thing: thing{"Product", productOf(t.id)}}
	}
	list, ok := want.([]any)
	if !ok {
		object, fits := got.(map[string]any)
		if !fits {
			return fmt.Errorf("%v.%s is %v", t, f.Name, got)
		}
		return c.object(want.(entityOf).thing, f.SelectionSet, object)
	}
	elements, _ := got.([]any)
	if len(elements) != len(list) {
		return fmt.Errorf("%v.%s has %d elements, want %d", t, f.Name, len(elements), len(list))
	}
	for i := range list {
		object, fits := elements[i].(map[string]any)
		if !fits {
			return fmt.Errorf("%v.%s[%d] is %v", t, f.Name, i, elements[i])
		}
		if err := c.object(list[i].(entityOf).thing, f.SelectionSet, object); err != nil {
			return err
		}
	}
	return nil
}

// leaf checks a text: its version is between what was acknowledged and what there is.
func (c *answerChecker) leaf(t thing, field string, args map[string]any, got string) error {
	v, err := versionIn(got)
	switch {
	case err != nil:
		return err
	case v < c.since[t]:
		return fmt.Errorf("%v.%s shows version %d; %d was invalidated", t, field, v, c.since[t])
	case v > c.now[t]:
		return fmt.Errorf("%v.%s shows version %d of %d", t, field, v, c.now[t])
	case got != leafText(t, field, args, v):
		return fmt.Errorf("%v.%s is %q, want %q", t, field, got, leafText(t, field, args, v))
	}
	return nil
}

// steps makes a run of random steps, and returns how many queries it made, and how many were answered with forms.
func (r *formsRig) steps(rnd *rand.Rand, n int) (queries, withForms int, err error) {
	for range n {
		switch at := rnd.IntN(100); {
		case at < 10:
			r.change(rnd)
		case at < 11 && rnd.IntN(4) == 0:
			r.news(cache.Invalidation{Kind: "all"}, func(thing) bool { return true })
		default:
			q := pooled[rnd.IntN(len(pooled))]
			vars := variablesFor(rnd, q)
			for range 1 + rnd.IntN(6) {
				before := r.stats().Printed
				if err := r.query(q, vars); err != nil {
					return queries, withForms, err
				}
				queries++
				if r.stats().Printed > before {
					withForms++
				}
			}
		}
	}
	return queries, withForms, nil
}

func TestFormsNeverShowWhatWasInvalidated(t *testing.T) {
	for seed := range uint64(3) {
		r := newFormsRig(t, nil)
		queries, withForms, err := r.steps(rand.New(rand.NewPCG(seed, 1)), 1200)
		if err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
		t.Logf("%d of %d queries were answered with printed forms", withForms, queries)
		if 3*withForms < queries {
			t.Errorf("only %d of %d queries were answered with printed forms", withForms, queries)
		}
	}
}

func TestFormsWhileOthersReadAndWrite(t *testing.T) {
	r := newFormsRig(t, nil)
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			rnd := rand.New(rand.NewPCG(11, uint64(worker)))
			if _, _, err := r.steps(rnd, 250); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if st := r.stats(); st.Printed < 200 {
		t.Errorf("%d printed forms were used: the test shows nothing", st.Printed)
	}
}
