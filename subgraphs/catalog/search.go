package catalog

import (
	"context"
	"strconv"
	"strings"
	"sync"

	"github.com/weft-graphql/weft/subgraphs/kit/fault"
	"github.com/weft-graphql/weft/subgraphs/kit/fulltext"
	"github.com/weft-graphql/weft/subgraphs/kit/page"
)

// SearchKind is a kind of thing a search can find.
type SearchKind string

// The kinds there are.
const (
	KindProduct  SearchKind = "PRODUCT"
	KindCategory SearchKind = "CATEGORY"
	KindBrand    SearchKind = "BRAND"
)

// maxWords bounds the words of a search.
const maxWords = 8

// maxQuery bounds the length of a search in characters.
const maxQuery = 100

// SearchQuery describes a part of a list of hits.
type SearchQuery struct {
	// Words are those of what was typed (fulltext.Words); Text has one space between them.
	Text  string
	Words []string
	Kinds []SearchKind
	// Page is the page, of which one hit more is looked for.
	Page page.Ask[Hit]
}

// Hit is what a search found, before it is read. Hits are ordered by Rank, Name, Kind and ID.
type Hit struct {
	Kind SearchKind
	ID   string
	// Name is in the form of fulltext.Normalize.
	Name string
	// Rank is smaller for better hits: 0 the name is the text, 1 it begins with it, 2 it contains every word, 3 the
	// description is needed for that.
	Rank int
}

// SearchConnection is one page of search results. It is read once, and not at all for those who only want to count.
type SearchConnection struct {
	read  func() (*searchPage, error)
	total func(context.Context) (int, error)
}

// searchPage is what a page has.
type searchPage struct {
	nodes []SearchResult
	edges []*SearchEdge
	info  page.Info
}

// Nodes are the results of the page.
func (l *SearchConnection) Nodes() ([]SearchResult, error) {
	read, err := l.read()
	if err != nil {
		return nil, err
	}
	return read.nodes, nil
}

// Edges are the results of the page with their places.
func (l *SearchConnection) Edges() ([]*SearchEdge, error) {
	read, err := l.read()
	if err != nil {
		return nil, err
	}
	return read.edges, nil
}

// PageInfo tells where the page ends, and what is beyond.
func (l *SearchConnection) PageInfo() (page.Info, error) {
	read, err := l.read()
	if err != nil {
		return page.Info{}, err
	}
	return read.info, nil
}

// TotalCount counts the results of all pages, when asked for.
func (l *SearchConnection) TotalCount(ctx context.Context) (int, error) { return l.total(ctx) }

// SearchEdge is a search result at a place in a list.
type SearchEdge struct {
	Cursor string
	Node   SearchResult
}

// Search returns a page of what contains every word of the text.
func (c *Core) Search(
	ctx context.Context, text string, args page.Args, kinds []SearchKind,
) (*SearchConnection, error) {
	query, err := newSearch(text, args, kinds)
	if err != nil {
		return nil, err
	}
	list := &SearchConnection{
		read:  sync.OnceValues(func() (*searchPage, error) { return c.searchPage(ctx, query) }),
		total: func(ctx context.Context) (int, error) { return c.store.CountHits(ctx, query) },
	}
	if len(query.Words) == 0 { // neither letters nor digits
		list.read = func() (*searchPage, error) { return &searchPage{nodes: []SearchResult{}, edges: []*SearchEdge{}}, nil }
		list.total = func(context.Context) (int, error) { return 0, nil }
	}
	return list, nil
}

// searchPage reads a page.
func (c *Core) searchPage(ctx context.Context, query SearchQuery) (*searchPage, error) {
	found, err := c.store.Search(ctx, query)
	if err != nil {
		return nil, err
	}
	hits, more := page.Cut(query.Page, found)
	results, err := c.readHits(ctx, hits)
	if err != nil {
		return nil, err
	}
	read := &searchPage{nodes: []SearchResult{}, edges: []*SearchEdge{}}
	var cursors []string
	for _, hit := range hits {
		node, ok := results[hitKey{hit.Kind, hit.ID}]
		if !ok { // gone since it was found
			continue
		}
		cursor := page.Cursor(strconv.Itoa(hit.Rank), hit.Name, string(hit.Kind), hit.ID)
		cursors = append(cursors, cursor)
		read.nodes = append(read.nodes, node)
		read.edges = append(read.edges, &SearchEdge{Cursor: cursor, Node: node})
	}
	read.info = query.Page.Info(cursors, more)
	return read, nil
}

func newSearch(text string, args page.Args, kinds []SearchKind) (SearchQuery, error) {
	var check fault.Checker
	n := len(strings.Fields(text))
	check.Require(n >= 1 && n <= maxWords, "query", "query must have 1 to %d words, not %d", maxWords, n)
	check.Require(len([]rune(text)) <= maxQuery, "query", "query must have at most %d characters", maxQuery)
	ask, err := page.Read(args, UsualSearch, maxSearch, 4, hitPosition)
	if err := check.Err(); err != nil {
		return SearchQuery{}, err
	}
	if err != nil {
		return SearchQuery{}, err
	}
	if len(kinds) == 0 {
		kinds = []SearchKind{KindProduct, KindCategory, KindBrand}
	}
	words := fulltext.Words(text)
	return SearchQuery{Text: strings.Join(words, " "), Words: words, Kinds: kinds, Page: ask}, nil
}

func hitPosition(parts []string, argument string) (*Hit, error) {
	rank, err := strconv.Atoi(parts[0])
	if err != nil {
		return nil, fault.At(fault.BadUserInput, argument, "%s is not a cursor of a search", argument)
	}
	return &Hit{Rank: rank, Name: parts[1], Kind: SearchKind(parts[2]), ID: parts[3]}, nil
}

type hitKey struct {
	kind SearchKind
	id   string
}

// readHits reads what was found: one query for each kind.
func (c *Core) readHits(ctx context.Context, hits []Hit) (map[hitKey]SearchResult, error) {
	ids := map[SearchKind][]string{}
	for _, hit := range hits {
		ids[hit.Kind] = append(ids[hit.Kind], hit.ID)
	}
	results := make(map[hitKey]SearchResult, len(hits))
	products, err := c.store.ProductsByUPC(ctx, ids[KindProduct])
	if err != nil {
		return nil, err
	}
	for _, product := range products {
		results[hitKey{KindProduct, product.Upc}] = product
	}
	categories, err := c.categoryMap(ctx, ids[KindCategory])
	if err != nil {
		return nil, err
	}
	for id, category := range categories {
		results[hitKey{KindCategory, id}] = category
	}
	brands, err := c.brandMap(ctx, ids[KindBrand])
	if err != nil {
		return nil, err
	}
	for id, brand := range brands {
		results[hitKey{KindBrand, id}] = brand
	}
	return results, nil
}
