package floor

import (
	"encoding/json"
	"fmt"

	"github.com/weft-graphql/weft/bench/definition"
	"github.com/weft-graphql/weft/bench/stub"
)

// call is one request to one subgraph.
type call struct {
	subgraph string
	body     []byte
}

// plan is what a router does for a workload: waves of calls, each wave waiting for the one before, then the response.
type plan struct {
	waves    [][]call
	response []byte
}

// representation is what a subgraph needs to know about an entity to resolve it.
type representation struct {
	TypeName string `json:"__typename"`
	ID       string `json:"id,omitempty"`
	UPC      string `json:"upc,omitempty"`
	Price    *int   `json:"price,omitempty"`
	Weight   *int   `json:"weight,omitempty"`
}

// The subgraph operations of the plan for "same" and "distinct", as a router sends them.
const (
	usersQuery       = `query($n:Int){users(n:$n){__typename id username name(n:$n)}}`
	topProductsQuery = `query($n:Int){topProducts(n:$n){__typename upc name(n:$n) price weight}}`

	userReviewsQuery = `query($representations:[_Any!]!,$n:Int){_entities(representations:$representations){...on User{` +
		`reviews(n:$n){id body product{__typename upc reviews(n:$n){id body author{__typename id username reviews(n:$n){id body product{__typename upc}}}}}}}}}`
	productReviewsQuery = `query($representations:[_Any!]!,$n:Int){_entities(representations:$representations){...on Product{` +
		`reviews(n:$n){id body author{__typename id username reviews(n:$n){id body product{__typename upc}}}}}}}`
	stockQuery    = `query($representations:[_Any!]!,$n:Int){_entities(representations:$representations){...on Product{inStock(n:$n) shippingEstimate}}}`
	productsQuery = `query($representations:[_Any!]!,$n:Int){_entities(representations:$representations){...on Product{name(n:$n) price weight}}}`
	namesQuery    = `query($representations:[_Any!]!,$n:Int){_entities(representations:$representations){...on User{name(n:$n)}}}`

	// The root calls of "cached", which stay distinct while all entities come from the cache; the first is also "small".
	cachedUsersQuery    = `query($n:Int){users(n:$n){__typename id username}}`
	cachedProductsQuery = `query($n:Int){topProducts(n:$n){__typename upc}}`
)

// plans returns the plan of every workload over the data repeated scale times.
func plans(scale int) (map[string]plan, error) {
	reference, err := stub.NewReference(scale)
	if err != nil {
		return nil, err
	}
	full, err := fullPlan(reference)
	if err != nil {
		return nil, err
	}
	users, err := body(cachedUsersQuery, nil)
	if err != nil {
		return nil, err
	}
	products, err := body(cachedProductsQuery, nil)
	if err != nil {
		return nil, err
	}
	waves := map[string][][]call{
		"same":     full,
		"distinct": full,
		"literal":  full,
		"unique":   full,
		"small":    {{{"accounts", users}}},
		"cached":   {{{"accounts", users}, {"products", products}}},
	}
	all := map[string]plan{}
	for _, name := range definition.WorkloadNames() {
		w, err := definition.FindWorkload(name)
		if err != nil {
			return nil, err
		}
		if waves[name] == nil {
			return nil, fmt.Errorf("no calls are known for workload %q", name)
		}
		all[name] = plan{waves: waves[name], response: reference.Answer(w.Body)}
	}
	return all, nil
}

// reached is what the representations of the full plan are made of: the entities in the order a router meets them.
type reached struct {
	Users []struct {
		ID      string
		Reviews []struct {
			Product struct {
				UPC           string
				Price, Weight int
			}
		}
	}
	TopProducts []struct {
		UPC           string
		Price, Weight int
		Reviews       []struct{ Author struct{ ID string } }
	}
}

// fullPlan is the eight calls in four waves: both roots; reviews of the users, reviews and stock of the products;
// the products and authors found in reviews, each once; the stock of those products.
func fullPlan(reference *stub.Reference) ([][]call, error) {
	answer := reference.Answer(
		[]byte(
			`{"query":"{ users { id reviews { product { upc price weight } } } topProducts { upc price weight reviews { author { id } } } }"}`,
		),
	)
	var response struct{ Data *reached }
	if err := json.Unmarshal(answer, &response); err != nil || response.Data == nil {
		return nil, fmt.Errorf("the reference does not know the entities to ask for: %w: %.200s", err, answer)
	}
	var users, top, topStock, products, productStock, authors []representation
	seen := map[string]bool{}
	for _, u := range response.Data.Users {
		users = append(users, representation{TypeName: "User", ID: u.ID})
		for _, r := range u.Reviews {
			if p := r.Product; !seen["Product "+p.UPC] {
				seen["Product "+p.UPC] = true
				products = append(products, representation{TypeName: "Product", UPC: p.UPC})
				productStock = append(
					productStock,
					representation{TypeName: "Product", UPC: p.UPC, Price: &p.Price, Weight: &p.Weight},
				)
			}
		}
	}
	for _, p := range response.Data.TopProducts {
		top = append(top, representation{TypeName: "Product", UPC: p.UPC})
		topStock = append(topStock, representation{TypeName: "Product", UPC: p.UPC, Price: &p.Price, Weight: &p.Weight})
		for _, r := range p.Reviews {
			if id := r.Author.ID; !seen["User "+id] {
				seen["User "+id] = true
				authors = append(authors, representation{TypeName: "User", ID: id})
			}
		}
	}
	shape := [][]struct {
		subgraph, query string
		representations []representation
	}{
		{{"accounts", usersQuery, nil}, {"products", topProductsQuery, nil}},
		{{"reviews", userReviewsQuery, users}, {"reviews", productReviewsQuery, top}, {"inventory", stockQuery, topStock}},
		{{"products", productsQuery, products}, {"accounts", namesQuery, authors}},
		{{"inventory", stockQuery, productStock}},
	}
	waves := make([][]call, len(shape))
	for i, wave := range shape {
		for _, c := range wave {
			b, err := body(c.query, c.representations)
			if err != nil {
				return nil, err
			}
			waves[i] = append(waves[i], call{c.subgraph, b})
		}
	}
	return waves, nil
}

// body is a POST body with the argument n of the definition and, for entity calls, the representations.
func body(query string, representations []representation) ([]byte, error) {
	type variables struct {
		N               json.Number      `json:"n"`
		Representations []representation `json:"representations,omitempty"`
	}
	return json.Marshal(struct {
		Query     string    `json:"query"`
		Variables variables `json:"variables"`
	}{query, variables{definition.DistinctNumber, representations}})
}
