package insights

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-graphql/weft/subgraphs/kit/dataloader"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
	"github.com/weft-graphql/weft/subgraphs/kit/page"
)

const (
	// MostCompanions bounds how many products are compared with one, those that are most often with it.
	MostCompanions = 200
	// LeastTogether is in how many orders two products have to be together: once may be chance.
	LeastTogether = 2
	// UsualPage is how many products a page has when nothing is said, maxPage how many it has at most.
	UsualPage, maxPage = 5, 50
)

// Companion is a product that is in orders with another.
type Companion struct {
	Upc string
	// Together is how many orders have both, and Own and Other how many have each.
	Together, Own, Other int
}

// Score is how close the two are (the cosine of their orders).
func (c Companion) Score() float64 {
	if c.Own <= 0 || c.Other <= 0 {
		return 0
	}
	return float64(c.Together) / math.Sqrt(float64(c.Own)*float64(c.Other))
}

// closer orders companions: the closest first, and those that are as close by their codes.
func closer(a, b Companion) int {
	switch x, y := a.Score(), b.Score(); {
	case x > y:
		return -1
	case x < y:
		return 1
	}
	return strings.Compare(a.Upc, b.Upc)
}

// AlsoBoughtConnection is one page of products that are bought along with another.
type AlsoBoughtConnection struct {
	Nodes      []*Product
	Edges      []*AlsoBoughtEdge
	PageInfo   page.Info
	TotalCount int
}

// AlsoBoughtEdge is a product at a place in a list.
type AlsoBoughtEdge struct {
	Cursor string
	Node   *Product
	Orders int
	Score  float64
}

// loadCompanions is the name of the loader.
type loadCompanions struct{}

// place is one in the list of companions.
type place struct {
	score float64
	upc   string
}

func (p place) before(c Companion) bool {
	score := c.Score()
	return score < p.score || score == p.score && c.Upc > p.upc
}

// AlsoBought returns a page of what is bought along with the product.
func (c *Core) AlsoBought(ctx context.Context, product *Product, args page.Args) (*AlsoBoughtConnection, error) {
	ask, err := page.Read(args, UsualPage, maxPage, 2, placeOf)
	if err != nil {
		return nil, err
	}
	all, err := dataloader.Load(ctx, loadCompanions{}, product.Upc, c.store.Companions)
	if err != nil {
		return nil, err
	}
	all = slices.Clone(all)
	slices.SortFunc(all, closer)
	found := slices.DeleteFunc(slices.Clone(all), func(c Companion) bool {
		return ask.After != nil && !ask.After.before(c) ||
			ask.Before != nil && (ask.Before.before(c) || c.Upc == ask.Before.upc)
	})
	if len(found) > ask.Limit() {
		if ask.Backward {
			found = found[len(found)-ask.Limit():]
		} else {
			found = found[:ask.Limit()]
		}
	}
	nodes, more := page.Cut(ask, found)
	list := &AlsoBoughtConnection{TotalCount: len(all)}
	cursors := make([]string, len(nodes))
	for i, companion := range nodes {
		node := &Product{companion.Upc}
		cursors[i] = page.Cursor(strconv.FormatFloat(companion.Score(), 'g', -1, 64), companion.Upc)
		list.Nodes = append(list.Nodes, node)
		list.Edges = append(list.Edges, &AlsoBoughtEdge{cursors[i], node, companion.Together, companion.Score()})
	}
	list.PageInfo = ask.Info(cursors, more)
	return list, nil
}

func placeOf(parts []string, argument string) (*place, error) {
	score, err := strconv.ParseFloat(parts[0], 64)
	if err != nil {
		return nil, fault.At(fault.BadUserInput, argument, "%s is not a cursor of this list", argument)
	}
	return &place{score, parts[1]}, nil
}
