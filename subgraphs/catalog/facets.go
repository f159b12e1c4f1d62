package catalog

import (
	"context"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/subgraphs/kit/fault"
	"github.com/weft-graphql/weft/subgraphs/kit/fulltext"
)

// AttributeFilter says what products must be like in one respect: one of the values.
type AttributeFilter struct {
	Name   string
	Values []string
}

// Bounds of a filter.
const maxChoices, maxRespects = 20, 5

// check notes what is wrong with the filter, which may be nil, and finds the words of its text.
func (f *ProductFilter) check() error {
	if f == nil {
		return nil
	}
	var check fault.Checker
	for field, choices := range map[string][]string{"filter.categoryIds": f.CategoryIds, "filter.brandIds": f.BrandIds} {
		if choices != nil {
			check.Require(
				len(choices) >= 1 && len(choices) <= maxChoices,
				field,
				"give 1 to %d ids, not %d",
				maxChoices,
				len(choices),
			)
		}
	}
	check.Require(
		len(f.Attributes) <= maxRespects,
		"filter.attributes",
		"give at most %d attributes, not %d",
		maxRespects,
		len(f.Attributes),
	)
	for _, a := range f.Attributes {
		n := len(a.Values)
		check.Require(
			n >= 1 && n <= maxChoices,
			"filter.attributes",
			"give 1 to %d values of %q, not %d",
			maxChoices,
			a.Name,
			n,
		)
	}
	if f.Query != nil {
		n := len(strings.Fields(*f.Query))
		check.Require(n >= 1 && n <= maxWords, "filter.query", "query must have 1 to %d words, not %d", maxWords, n)
		check.Require(len([]rune(*f.Query)) <= maxQuery, "filter.query", "query must have at most %d characters", maxQuery)
	}
	return check.Err()
}

// Words are the words of the text that products must have; none when that does not matter. nothing says that there is a
// text, but no word in it, which finds nothing.
func (f *ProductFilter) Words() (words []string, nothing bool) {
	if f == nil || f.Query == nil {
		return nil, false
	}
	words = fulltext.Words(*f.Query)
	return words, len(words) == 0
}

// without is the filter without a part of it.
func (f *ProductFilter) without(part func(*ProductFilter)) *ProductFilter {
	if f == nil {
		return nil
	}
	other := *f
	part(&other)
	return &other
}

// ProductFacets says how many products of a list there are of each kind.
type ProductFacets struct {
	core   *Core
	filter *ProductFilter
}

// The facets.
type (
	// CategoryFacet is how many products stand in a category.
	CategoryFacet struct {
		Category *Category
		Count    int
	}
	// BrandFacet is how many products a brand has.
	BrandFacet struct {
		Brand *Brand
		Count int
	}
	// PriceFacet is how many products have a price in a range, in cents. To is nil when it has no end.
	PriceFacet struct {
		From  int
		To    *int
		Count int
	}
	// AttributeFacet is how many products are like what in one respect.
	AttributeFacet struct {
		Name   string
		Values []*AttributeValueFacet
	}
	// AttributeValueFacet is how many products have a value of an attribute.
	AttributeValueFacet struct {
		Value string
		Count int
	}
)

// maxFacet bounds the values of a facet.
const maxFacet = 50

// Facets counts the products of the list.
func (l *ProductConnection) Facets() *ProductFacets { return l.facets }

// Categories counts them by category.
func (f *ProductFacets) Categories(ctx context.Context) ([]*CategoryFacet, error) {
	filter := f.filter.without(func(f *ProductFilter) { f.CategoryID, f.CategoryIds = nil, nil })
	counts, err := f.core.store.CountBy(ctx, ByCategory, filter, maxFacet)
	if err != nil {
		return nil, err
	}
	found, err := f.core.categoryMap(ctx, keys(counts))
	facets := make([]*CategoryFacet, 0, len(counts))
	for _, count := range counts {
		if category := found[count.Key]; category != nil {
			facets = append(facets, &CategoryFacet{category, count.N})
		}
	}
	return facets, err
}

// Brands counts them by brand.
func (f *ProductFacets) Brands(ctx context.Context) ([]*BrandFacet, error) {
	filter := f.filter.without(func(f *ProductFilter) { f.BrandID, f.BrandIds = nil, nil })
	counts, err := f.core.store.CountBy(ctx, ByBrand, filter, maxFacet)
	if err != nil {
		return nil, err
	}
	found, err := f.core.brandMap(ctx, keys(counts))
	facets := make([]*BrandFacet, 0, len(counts))
	for _, count := range counts {
		if brand := found[count.Key]; brand != nil {
			facets = append(facets, &BrandFacet{brand, count.N})
		}
	}
	return facets, err
}

// Count is how many products have a key.
type Count struct {
	Key string
	N   int
}

func keys(counts []Count) []string {
	keys := make([]string, len(counts))
	for i, count := range counts {
		keys[i] = count.Key
	}
	return keys
}

// GroupBy is what products are counted by.
type GroupBy string

// What they can be counted by.
const (
	ByCategory GroupBy = "category"
	ByBrand    GroupBy = "brand"
)

// PriceBounds are where ranges of prices begin, in cents.
var PriceBounds = []int{0, 2500, 5000, 10_000, 25_000, 50_000, 100_000}

// Prices counts them by price.
func (f *ProductFacets) Prices(ctx context.Context) ([]*PriceFacet, error) {
	filter := f.filter.without(func(f *ProductFilter) { f.MinPrice, f.MaxPrice = nil, nil })
	counts, err := f.core.store.CountByPrice(ctx, filter)
	var facets []*PriceFacet
	for i, n := range counts {
		facet := &PriceFacet{From: PriceBounds[i], Count: n}
		if i+1 < len(PriceBounds) {
			to := PriceBounds[i+1] - 1
			facet.To = &to
		}
		facets = append(facets, facet)
	}
	return facets, err
}

// Attributes counts them by attribute. An attribute that the filter has is counted without its own part.
func (f *ProductFacets) Attributes(ctx context.Context) ([]*AttributeFacet, error) {
	facets, err := f.core.store.CountByAttribute(ctx, f.filter, "", maxFacet)
	if err != nil || f.filter == nil {
		return facets, err
	}
	for i, chosen := range f.filter.Attributes {
		filter := f.filter.without(func(f *ProductFilter) {
			f.Attributes = slices.Delete(slices.Clone(f.Attributes), i, i+1)
		})
		own, err := f.core.store.CountByAttribute(ctx, filter, chosen.Name, maxFacet)
		if err != nil {
			return nil, err
		}
		facets = slices.DeleteFunc(facets, func(f *AttributeFacet) bool { return f.Name == chosen.Name })
		facets = append(facets, own...)
	}
	slices.SortFunc(facets, func(a, b *AttributeFacet) int { return strings.Compare(a.Name, b.Name) })
	return facets, nil
}
