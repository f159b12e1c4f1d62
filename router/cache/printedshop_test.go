package cache_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weft-graphql/weft/router/compose"
)

// A graph of three subgraphs whose data have versions: users -> reviews -> products -> reviews -> users.

const (
	federationLink = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.12",
  import: ["@key", "@external", "@requires", "@cacheTag"])
`
	usersSDL = federationLink + `
type Query { users: [User!]! user(id: ID!): User }
type User @key(fields: "id") @cacheTag(format: "user-{$key.id}") { id: ID! name(upper: Boolean = false): String! nick: String home: Query! }`
	reviewsSDL = federationLink + `
type Query { latest(first: Int = 3): [Review!]! }
type Review @key(fields: "id") @cacheTag(format: "review-{$key.id}") { id: ID! body(max: Int): String author: User! product: Product }
type User @key(fields: "id") { id: ID! nick: String @external reviews(first: Int): [Review!]! }
type Product @key(fields: "upc") {
  upc: ID! price: String @external vendor: User @external reviews: [Review!]!
  worth: String @requires(fields: "price")
  note: String @requires(fields: "vendor { nick }")
}`
	productsSDL = federationLink + `
type Query { product(upc: ID!): Product }
type Product @key(fields: "upc") @cacheTag(format: "product-{$key.upc}") {
  upc: ID! title(lang: String): String! price: String vendor: User
}
type User @key(fields: "id", resolvable: false) { id: ID! }`
)

// thing is an entity by its type and number.
type thing struct {
	typ string
	id  int
}

// How many entities of each type there are.
const (
	users, reviews, products = 5, 12, 6
)

// Relations do not change, but for the product of a review: there is none at every third version.
func authorOf(review int) int    { return review % users }
func productOf(review int) int   { return review % products }
func vendorOf(product int) int   { return (product + 1) % users }
func withoutProduct(v int) bool  { return v%3 == 2 }
func numbers(n int) (list []int) { return numbersWhere(n, func(int) bool { return true }) }
func numbersWhere(n int, which func(int) bool) (list []int) {
	for i := range n {
		if which(i) {
			list = append(list, i)
		}
	}
	return list
}

// leafText is what a leaf says at a version of its entity.
func leafText(t thing, field string, args map[string]any, version int) string {
	text := fmt.Sprintf("%s.%d.%s.v%d", t.typ, t.id, field, version)
	if args["upper"] == true {
		text = strings.ToUpper(text)
	}
	for _, name := range []string{"max", "lang"} {
		if v, ok := args[name]; ok && v != nil {
			text += fmt.Sprintf(".%v", v)
		}
	}
	return text
}

// versionIn finds the version in a text.
func versionIn(text string) (int, error) {
	at := strings.LastIndex(strings.ToLower(text), ".v")
	if at < 0 {
		return 0, fmt.Errorf("no version in %q", text)
	}
	digits, _, _ := strings.Cut(text[at+2:], ".")
	return strconv.Atoi(digits)
}

// versionedShop is the data.
type versionedShop struct {
	mu       sync.Mutex
	versions map[thing]int
	// asked counts the requests to subgraphs.
	asked atomic.Int64
}

func (s *versionedShop) version(t thing) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.versions[t]
}

func (s *versionedShop) write(t thing) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.versions[t]++
	return s.versions[t]
}

// entityOf is an object of a subgraph: a thing, and the representation it was asked by.
type entityOf struct {
	thing
	representation map[string]any
}

// resolve returns a field's value: nil, a text, an entityOf, or a list of these.
func (s *versionedShop) resolve(o entityOf, field string, args map[string]any) any {
	one := func(typ string, id int) any { return entityOf{thing: thing{typ, id}} }
	many := func(typ string, ids []int) any {
		if n, ok := args["first"].(float64); ok {
			ids = ids[:min(int(n), len(ids))]
		}
		list := make([]any, len(ids))
		for i, id := range ids {
			list[i] = one(typ, id)
		}
		return list
	}
	number := func(name string) int {
		n, err := strconv.Atoi(fmt.Sprint(args[name]))
		if err != nil {
			return 0
		}
		return n
	}
	switch o.typ + "." + field {
	case "Query.users":
		return many("User", numbers(users))
	case "Query.user":
		return one("User", number("id"))
	case "Query.latest":
		return many("Review", numbers(reviews))
	case "Query.product":
		return one("Product", number("upc"))
	case "User.home":
		return one("Query", 0)
	case "User.id", "Review.id", "Product.upc":
		return strconv.Itoa(o.id)
	case "User.reviews":
		return many("Review", numbersWhere(reviews, func(r int) bool { return authorOf(r) == o.id }))
	case "Product.reviews":
		return many("Review", numbersWhere(reviews, func(r int) bool { return productOf(r) == o.id }))
	case "Review.author":
		return one("User", authorOf(o.id))
	case "Review.product":
		if withoutProduct(s.version(o.thing)) {
			return nil
		}
		return one("Product", productOf(o.id))
	case "Product.vendor":
		return one("User", vendorOf(o.id))
	case "Product.worth":
		return fmt.Sprint("worth of ", o.representation["price"])
	case "Product.note":
		vendor, _ := o.representation["vendor"].(map[string]any)
		return fmt.Sprint("note by ", vendor["nick"])
	}
	return leafText(o.thing, field, args, s.version(o.thing))
}

// ServeHTTP answers as any of the subgraphs: the router asks each for what it knows only.
func (s *versionedShop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asked.Add(1)
	body, err := io.ReadAll(r.Body)
	var req struct {
		Query     string
		Variables map[string]any
	}
	if err == nil {
		err = json.Unmarshal(body, &req)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: req.Query})
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	for _, v := range doc.Operations[0].VariableDefinitions {
		if _, given := req.Variables[v.Variable]; !given && v.DefaultValue != nil {
			if value, err := v.DefaultValue.Value(nil); err == nil {
				req.Variables[v.Variable] = value
			}
		}
	}
	data := s.selection(entityOf{thing: thing{typ: "Query"}}, doc.Operations[0].SelectionSet, req.Variables)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "max-age=3600")
	_ = json.NewEncoder(w).Encode(map[string]any{"data": data}) // who asked has gone; there is nobody to tell
}

func (s *versionedShop) selection(o entityOf, set ast.SelectionSet, vars map[string]any) map[string]any {
	out := map[string]any{}
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.InlineFragment:
			if sel.TypeCondition == "" || sel.TypeCondition == o.typ {
				for k, v := range s.selection(o, sel.SelectionSet, vars) {
					out[k] = v
				}
			}
		case *ast.Field:
			out[sel.Alias] = s.field(o, sel, vars)
		}
	}
	return out
}

func (s *versionedShop) field(o entityOf, f *ast.Field, vars map[string]any) any {
	if f.Name == "__typename" {
		return o.typ
	}
	args := argumentValues(f, vars)
	if f.Name != "_entities" {
		return s.complete(s.resolve(o, f.Name, args), f, vars)
	}
	reps, _ := args["representations"].([]any)
	list := make([]any, len(reps))
	for i := range reps {
		rep, _ := reps[i].(map[string]any)
		typ, _ := rep["__typename"].(string)
		key := rep["id"]
		if typ == "Product" {
			key = rep["upc"]
		}
		id, err := strconv.Atoi(fmt.Sprint(key))
		if err == nil {
			list[i] = entityOf{thing{typ, id}, rep}
		}
	}
	return s.complete(list, f, vars)
}

func (s *versionedShop) complete(v any, f *ast.Field, vars map[string]any) any {
	switch v := v.(type) {
	case entityOf:
		return s.selection(v, f.SelectionSet, vars)
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = s.complete(v[i], f, vars)
		}
		return list
	}
	return v
}

// argumentValues are the arguments of a field; numbers are float64 as in JSON.
func argumentValues(f *ast.Field, vars map[string]any) map[string]any {
	args := map[string]any{}
	for _, a := range f.Arguments {
		if a.Value.Kind == ast.Variable {
			if v, given := vars[a.Value.Raw]; given {
				args[a.Name] = v
			}
			continue
		}
		v, err := a.Value.Value(vars)
		if n, ok := v.(int64); ok {
			v = float64(n)
		}
		if err == nil {
			args[a.Name] = v
		}
	}
	return args
}

func versionedGraph() (sources []compose.Subgraph) {
	for name, sdl := range map[string]string{"users": usersSDL, "reviews": reviewsSDL, "products": productsSDL} {
		sources = append(sources, compose.Subgraph{Name: name, SDL: sdl, URL: "http://" + name + ".invalid/"})
	}
	return sources
}
