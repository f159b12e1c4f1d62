package subgraphs_test

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/kittest"
	"github.com/weft-graphql/weft/subgraphs/seed"
)

// shopSize is how many times as large as the sample shop the shop of the scale tests is; `make scale-services` makes it
// 667: 200,100 products and 2,001,000 further reviews.
var shopSize = flag.Int("shop", 10, "size of the shop in scale tests")

// facetFields are all facets of a list.
const facetFields = `facets { categories { category { name } count estimated } brands { brand { name } count estimated }
	prices { from count estimated } attributes { name values { value count estimated } } }`

// hot are the operations that a shop is asked all the time.
var hot = []struct{ service, name, query string }{
	{"catalog", "products", `{ products(first: 20) { nodes { name price } } }`},
	{"catalog", "category by price", `{ products(first: 20, sort: PRICE_ASC, filter: {categoryId: "chairs"}) { nodes { name price } } }`},
	{"catalog", "category with variants and facets", `{ products(first: 20, filter: {categoryId: "chairs"}) {
		nodes { name unitPrice { minor } attributes { value } variants { sku } }
		facets { brands { count } prices { count } attributes { values { count } } } } }`},
	{"catalog", "prices, with facets", `{ products(first: 20, filter: {minPrice: 10000, maxPrice: 24999}) {
		nodes { name } ` + facetFields + ` } }`},
	{"catalog", "few prices, with facets", `{ products(first: 20, filter: {minPrice: 123456, maxPrice: 123999}) {
		nodes { name } ` + facetFields + ` } }`},
	{"catalog", "prices in a category, with facets", `{ products(first: 20, filter: {categoryId: "chairs", minPrice: 10000}) {
		nodes { name } ` + facetFields + ` } }`},
	{"catalog", "common word, with facets", `{ products(first: 20, filter: {query: "oak"}) {
		nodes { name } ` + facetFields + ` } }`},
	{"catalog", "word of descriptions, with facets", `{ products(first: 20, sort: PRICE_ASC, filter: {query: "wine"}) {
		nodes { name } ` + facetFields + ` } }`},
	{"catalog", "rare words, with facets", `{ products(first: 20, filter: {query: "arlo velvet hammock 2"}) {
		nodes { name } ` + facetFields + ` } }`},
	{"catalog", "attribute, with facets", `{ products(first: 20, filter: {attributes: [
		{name: "Material", values: ["Oak", "Pine"]}]}) { nodes { name } ` + facetFields + ` } }`},
	{"catalog", "attributes in a category, with facets", `{ products(first: 20, filter: {categoryId: "chairs", attributes: [
		{name: "Material", values: ["Oak"]}, {name: "Colour", values: ["Red", "Blue"]}]}) { nodes { name } ` + facetFields + ` } }`},
	{"catalog", "all of it, with facets", `{ products(first: 20, filter: {categoryId: "chairs", query: "wine", minPrice: 10000,
		attributes: [{name: "Material", values: ["Oak"]}]}) { nodes { name } ` + facetFields + ` } }`},
	{"catalog", "count, brand, word and prices, with facets", `{ products(first: 20, filter: {brandId: "oxbow", query: "chair",
		minPrice: 10000}) { totalCount nodes { name } ` + facetFields + ` } }`},
	{"catalog", "count of prices", `{ products(first: 20, filter: {minPrice: 10000, maxPrice: 24999}) { totalCount } }`},
	{"catalog", "count of a word", `{ products(first: 20, filter: {query: "wine"}) { totalCount } }`},
	{"catalog", "count of a search", `{ search(query: "wine") { totalCount } }`},
	{"catalog", "count of a search, 11,000 products", `{ search(query: "oak") { totalCount } }`},
	{"catalog", "words in a category", `{ products(first: 20, filter: {categoryId: "chairs", query: "velvet arm"}) { nodes { name } } }`},
	{"catalog", "brand, newest", `{ products(first: 20, sort: NEWEST, filter: {brandId: "oxbow"}) { nodes { name } } }`},
	{"catalog", "categories with count and top three", `{ categories { name productCount products(first: 3) { name } } }`},
	{"catalog", "brands with top three", `{ brands { name products(first: 3) { name } } }`},
	{"catalog", "search, common word", `{ search(query: "oak") { nodes { ... on Product { name } } } }`},
	{"catalog", "search, rare words", `{ search(query: "arlo velvet hammock 2") { nodes { ... on Product { name } } } }`},
	{"catalog", "search, description", `{ search(query: "wine") { nodes { ... on Product { name } } } }`},
	{"catalog", "product with related", `{ product(upc: "p77") { name category { name } brand { name } related(first: 4) { name } } }`},
	{"inventory", "warehouses with stock", `{ warehouses { name stock(first: 20) { nodes { quantity product { totalStock } } } } }`},
	{"inventory", "lowStock", `{ lowStock(first: 20) { nodes { upc totalStock stock { quantity warehouse { name } } } } }`},
	{"inventory", "last of a warehouse's stock", `{ warehouse(id: "ber1") { stock(last: 20) { nodes { quantity } } } }`},
	{"inventory", "last of lowStock", `{ lowStock(last: 20) { nodes { upc } } }`},
	{"reviews", "recentReviews", `{ recentReviews(first: 20) { title author { username reviewCount } product { averageRating } } }`},
	{"reviews", "reviews of products", `query($r: [_Any!]!) { _entities(representations: $r) { ... on Product { averageRating
		reviews(first: 5) { title author { username } } } } }`},
	{"reviews", "reviews of a product beyond the 100th", `{ review(id: "r1501") { product { ratingHistogram { count }
		reviewsConnection(first: 10, after: "WyJORVdFU1QiLCI1IiwiMjAyNi0wMy0wMVQxMjo0MDowMFoiLCJyMjAwMCJd") { nodes { title } } } } }`},
	{"reviews", "worst reviews of a product", `{ review(id: "r1501") { product { reviewsConnection(first: 10, sort: LOWEST) {
		nodes { title author { username } } } } } }`},
	{"reviews", "reviews of one rating", `{ review(id: "r1501") { product { reviewsConnection(last: 10, filter: {rating: 2}) {
		totalCount nodes { title } } } } }`},
	{"reviews", "best reviews of a product", `{ review(id: "r1") { product { reviews(first: 10, minRating: 5) { title } } } }`},
}

// statements notes the texts of the queries of requests.
type statements struct {
	mu   sync.Mutex
	text []string
}

func (s *statements) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context { return ctx }

func (s *statements) AfterQuery(_ context.Context, event *bun.QueryEvent) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = append(s.text, event.Query)
}

func (s *statements) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.text
	s.text = nil
	return taken
}

// large are tables that must not be read from end to end.
var large = regexp.MustCompile(`Seq Scan on (products|stock|reviews|people|search_entries)\b`)

// TestHotQueriesUseIndices fills PostgreSQL with a large shop and looks at the plans of everything that hot operations
// ask. It logs how long they take; `make scale-services` is for reading that.
func TestHotQueriesUseIndices(t *testing.T) {
	t.Parallel()
	services := map[string]subgraphs.Service{}
	noted := map[string]*statements{}
	plans := map[string]*sql.DB{}
	for _, name := range []string{"catalog", "inventory", "reviews"} {
		address := sampleDatabase(t, name)
		config := kit.Config{DatabaseURL: address}
		if err := subgraphs.Seed(context.Background(), name, *shopSize, config); err != nil {
			t.Fatal(err)
		}
		noted[name] = &statements{}
		config.QueryHooks = []bun.QueryHook{noted[name]}
		services[name], _ = open(t, name, config)
		address += "&search_path=" + name + "&default_query_exec_mode=simple_protocol&max_parallel_workers_per_gather=0"
		if *shopSize < 100 { // reading a small table is quicker than an index, which only has to be there then
			address += "&enable_seqscan=off"
		}
		db, err := sql.Open("pgx", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		plans[name] = db
	}
	rounds := 200
	if *shopSize < 100 {
		rounds = 10 // nobody reads how long that takes
	}
	t.Logf("%d products; p50 and p99 of %d requests after each other", *shopSize*seed.ProductCount, rounds)
	for _, h := range hot {
		variables := representations(20, "Product", map[string]any{"upc": "p%d"})
		ask := func() { kittest.MustAsk(t, services[h.service].Handler(), nil, h.query, variables, nil) }
		noted[h.service].take()
		ask()
		asked := noted[h.service].take()
		for _, query := range asked {
			if *shopSize >= 100 && strings.Contains(query, ") AS few") {
				continue // a few of very many hits are found soonest by reading the table, which ends with them
			}
			if plan := explain(t, plans[h.service], query); large.MatchString(plan) {
				t.Errorf("%s: %s\n%s", h.name, query, plan)
			}
		}
		took := make([]time.Duration, rounds)
		for i := range took {
			began := time.Now()
			ask()
			took[i] = time.Since(began)
		}
		slices.Sort(took)
		t.Logf("| `%s` | %s | %d | %.1f ms | %.1f ms |", h.service, h.name, len(asked),
			float64(took[rounds/2].Microseconds())/1000, float64(took[rounds-rounds/100-1].Microseconds())/1000)
	}
}

func explain(t *testing.T, db *sql.DB, query string) string {
	t.Helper()
	rows, err := db.Query("EXPLAIN " + query)
	if err != nil {
		t.Fatalf("explain %s: %v", query, err)
	}
	defer rows.Close()
	var plan strings.Builder
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&plan, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return plan.String()
}
