package stub

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/weft-graphql/weft/bench/definition"
)

// MaxScale bounds how often the data can be repeated. Identifiers stay well under seven digits, which matters because
// longer runs of digits in a request do not count (see requestKey).
const MaxScale = 1000

// graph is all data of all subgraphs, repeated scale times. Copies do not refer to each other: every user, product
// and review of copy c links to records of copy c, so that the answer to one operation grows in proportion.
type graph struct {
	scale    int
	users    []*user
	products []*product
	reviews  []*review

	userByID     map[string]*user
	productByUPC map[string]*product
	reviewByID   map[string]*review
}

// record is one entity's stored data. field returns the value of a field: nil, string, int, bool, a record or a
// []record; unknown names give nil, because requests are validated against a schema before they get here.
type record interface {
	typeName() string
	field(name string) any
}

type user struct {
	id, name, username string
	birthday           int
	reviews            []record
}

type product struct {
	upc, name     string
	price, weight int
	inStock       bool
	reviews       []record
}

type review struct {
	id, body string
	author   *user
	product  *product
}

func (u *user) typeName() string    { return "User" }
func (p *product) typeName() string { return "Product" }
func (r *review) typeName() string  { return "Review" }

func (u *user) field(name string) any {
	switch name {
	case "id":
		return u.id
	case "name":
		return u.name
	case "username":
		return u.username
	case "birthday":
		return u.birthday
	case "reviews":
		return u.reviews
	}
	return nil
}

func (p *product) field(name string) any {
	switch name {
	case "upc":
		return p.upc
	case "name":
		return p.name
	case "price":
		return p.price
	case "weight":
		return p.weight
	case "inStock":
		return p.inStock
	case "reviews":
		return p.reviews
	}
	return nil
}

func (r *review) field(name string) any {
	switch name {
	case "id":
		return r.id
	case "body":
		return r.body
	case "author":
		return r.author
	case "product":
		return r.product
	}
	return nil
}

// defaultFirst is what topProducts returns of every copy when the client does not say (the schema's default value).
const defaultFirst = 5

// topProducts returns the first products of every copy, copy by copy.
func (g *graph) topProducts(first int) []record {
	perCopy := len(g.products) / g.scale
	first = min(max(first, 0), perCopy)
	top := make([]record, 0, first*g.scale)
	for c := range g.scale {
		for _, p := range g.products[c*perCopy : c*perCopy+first] {
			top = append(top, p)
		}
	}
	return top
}

// entity finds the record that a representation's type and key point at, or nil when there is none.
func (g *graph) entity(typeName, key string) (record, error) {
	switch typeName {
	case "User":
		if u := g.userByID[key]; u != nil {
			return u, nil
		}
	case "Product":
		if p := g.productByUPC[key]; p != nil {
			return p, nil
		}
	case "Review":
		if r := g.reviewByID[key]; r != nil {
			return r, nil
		}
	default:
		return nil, fmt.Errorf("unknown entity type %q", typeName)
	}
	return nil, nil
}

// keyField names the key of each entity type; every type of this graph has exactly one, in all subgraphs.
var keyField = map[string]string{"User": "id", "Product": "upc", "Review": "id"}

// storedData mirrors data.json.
type storedData struct {
	Users []struct {
		ID, Name, Username string
		Birthday           int
		Reviews            []string
	}
	Products []struct {
		UPC, Name     string
		Price, Weight int
		InStock       bool
		Reviews       []string
	}
	Reviews []struct {
		ID, Body, Author, Product string
	}
}

// loadGraph reads the definition's data and repeats it scale times.
func loadGraph(scale int) (*graph, error) {
	if scale < 1 || scale > MaxScale {
		return nil, fmt.Errorf("scale is %d: it must be between 1 and %d", scale, MaxScale)
	}
	var stored storedData
	if err := json.Unmarshal(definition.Data(), &stored); err != nil {
		return nil, fmt.Errorf("reading data.json: %w", err)
	}
	g := &graph{
		scale:        scale,
		userByID:     map[string]*user{},
		productByUPC: map[string]*product{},
		reviewByID:   map[string]*review{},
	}
	for c := range scale {
		if err := g.addCopy(&stored, c); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// addCopy appends copy c of the stored data. Keys are numbers; copy c's are moved up by c times the number of records.
func (g *graph) addCopy(stored *storedData, c int) error {
	userID, err := shiftedKeys(c, len(stored.Users))
	if err != nil {
		return err
	}
	upc, err := shiftedKeys(c, len(stored.Products))
	if err != nil {
		return err
	}
	reviewID, err := shiftedKeys(c, len(stored.Reviews))
	if err != nil {
		return err
	}
	for _, s := range stored.Users {
		u := &user{id: userID(s.ID), name: s.Name, username: s.Username, birthday: s.Birthday}
		g.users = append(g.users, u)
		g.userByID[u.id] = u
	}
	for _, s := range stored.Products {
		p := &product{upc: upc(s.UPC), name: s.Name, price: s.Price, weight: s.Weight, inStock: s.InStock}
		g.products = append(g.products, p)
		g.productByUPC[p.upc] = p
	}
	for _, s := range stored.Reviews {
		r := &review{
			id:      reviewID(s.ID),
			body:    s.Body,
			author:  g.userByID[userID(s.Author)],
			product: g.productByUPC[upc(s.Product)],
		}
		if r.author == nil || r.product == nil {
			return fmt.Errorf("data.json: review %q refers to a missing author %q or product %q", s.ID, s.Author, s.Product)
		}
		g.reviews = append(g.reviews, r)
		g.reviewByID[r.id] = r
	}
	for _, s := range stored.Users {
		if g.userByID[userID(s.ID)].reviews, err = g.reviewsOf(s.Reviews, reviewID); err != nil {
			return err
		}
	}
	for _, s := range stored.Products {
		if g.productByUPC[upc(s.UPC)].reviews, err = g.reviewsOf(s.Reviews, reviewID); err != nil {
			return err
		}
	}
	return nil
}

func (g *graph) reviewsOf(ids []string, shifted func(string) string) ([]record, error) {
	reviews := make([]record, len(ids))
	for i, id := range ids {
		r := g.reviewByID[shifted(id)]
		if r == nil {
			return nil, fmt.Errorf("data.json: no review %q", id)
		}
		reviews[i] = r
	}
	return reviews, nil
}

// shiftedKeys returns the renaming of keys for copy c of a kind of record of which there are count in one copy.
// Keys that are not numbers between 1 and count would collide between copies; they map to "", which no record has.
func shiftedKeys(c, count int) (func(key string) string, error) {
	if count == 0 {
		return nil, fmt.Errorf("data.json: a kind of record is empty")
	}
	return func(key string) string {
		n, err := strconv.Atoi(key)
		if err != nil || n < 1 || n > count {
			return ""
		}
		return strconv.Itoa(n + c*count)
	}, nil
}
