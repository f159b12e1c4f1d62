package catalog

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/weft-graphql/weft/subgraphs/kit/dataloader"
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

// ShelvesOnly reports whether the filter is about categories and brands only: what these leave is counted already.
func (f *ProductFilter) ShelvesOnly() bool {
	return f == nil || f.MinPrice == nil && f.MaxPrice == nil && f.Query == nil && len(f.Attributes) == 0
}

// ProductFacets says how many products of a list there are of each kind.
type ProductFacets struct {
	core   *Core
	filter *ProductFilter
}

// The facets. Estimated ones were counted in a sample.
type (
	// CategoryFacet is how many products stand in a category.
	CategoryFacet struct {
		Category  *Category
		Count     int
		Estimated bool
	}
	// BrandFacet is how many products a brand has.
	BrandFacet struct {
		Brand     *Brand
		Count     int
		Estimated bool
	}
	// PriceFacet is how many products have a price in a range, in cents. To is nil when it has no end.
	PriceFacet struct {
		From      int
		To        *int
		Count     int
		Estimated bool
	}
	// AttributeFacet is how many products are like what in one respect.
	AttributeFacet struct {
		Name   string
		Values []*AttributeValueFacet
	}
	// AttributeValueFacet is how many products have a value of an attribute.
	AttributeValueFacet struct {
		Value     string
		Count     int
		Estimated bool
	}
)

// maxFacet bounds the values of a facet, and MaxFacetValues those of all attributes together.
const maxFacet, MaxFacetValues = 50, 500

// Facets counts the products of the list.
func (l *ProductConnection) Facets() *ProductFacets { return l.facets }

// loadSample is the name of a loader: the list whose products are counted.
type loadSample struct{ facets *ProductFacets }

// omission is the key of that loader: which part of the filter is left out. Facets whose part the filter does not have
// leave out nothing, and so share a sample. An attribute is named by its place in the filter, from 1 on.
type omission struct {
	part      string
	attribute int
}

// filterWithout is the filter of the list without a part.
func (f *ProductFacets) filterWithout(o omission) *ProductFilter {
	if o == (omission{}) {
		return f.filter
	}
	filter := *f.filter
	switch o.part {
	case "category":
		filter.CategoryID, filter.CategoryIds = nil, nil
	case "brand":
		filter.BrandID, filter.BrandIds = nil, nil
	case "price":
		filter.MinPrice, filter.MaxPrice = nil, nil
	default:
		filter.Attributes = slices.Delete(slices.Clone(filter.Attributes), o.attribute-1, o.attribute)
	}
	return &filter
}

// omit names the part, if the filter has it.
func (f *ProductFacets) omit(part string, has func(*ProductFilter) bool) omission {
	if f.filter == nil || !has(f.filter) {
		return omission{}
	}
	return omission{part: part}
}

// sample is the sample of the list with its filter, of which a part is left out. Those of all facets are read together.
func (f *ProductFacets) sample(ctx context.Context, without omission) (Sample, error) {
	return dataloader.Load(ctx, loadSample{f}, without,
		func(ctx context.Context, omissions []omission) (map[omission]Sample, error) {
			filters := make([]*ProductFilter, len(omissions))
			for i, o := range omissions {
				filters[i] = f.filterWithout(o)
			}
			found, err := f.core.store.Samples(ctx, filters)
			if err != nil {
				return nil, err
			}
			samples := make(map[omission]Sample, len(omissions))
			for i, o := range omissions {
				samples[o] = found[i]
			}
			return samples, nil
		})
}

// Categories counts them by category.
func (f *ProductFacets) Categories(ctx context.Context) ([]*CategoryFacet, error) {
	counts, estimated, err := f.countBy(ctx, ByCategory, f.omit("category", func(f *ProductFilter) bool {
		return f.CategoryID != nil || f.CategoryIds != nil
	}))
	if err != nil {
		return nil, err
	}
	found, err := f.core.categoryMap(ctx, keys(counts))
	facets := make([]*CategoryFacet, 0, len(counts))
	for _, count := range counts {
		if category := found[count.Key]; category != nil {
			facets = append(facets, &CategoryFacet{category, count.N, estimated})
		}
	}
	return facets, err
}

// Brands counts them by brand.
func (f *ProductFacets) Brands(ctx context.Context) ([]*BrandFacet, error) {
	counts, estimated, err := f.countBy(ctx, ByBrand, f.omit("brand", func(f *ProductFilter) bool {
		return f.BrandID != nil || f.BrandIds != nil
	}))
	if err != nil {
		return nil, err
	}
	found, err := f.core.brandMap(ctx, keys(counts))
	facets := make([]*BrandFacet, 0, len(counts))
	for _, count := range counts {
		if brand := found[count.Key]; brand != nil {
			facets = append(facets, &BrandFacet{brand, count.N, estimated})
		}
	}
	return facets, err
}

func (f *ProductFacets) countBy(
	ctx context.Context, by GroupBy, without omission,
) (counts []Count, estimated bool, err error) {
	if filter := f.filterWithout(without); filter.ShelvesOnly() {
		counts, err = f.core.store.CountBy(ctx, by, filter, maxFacet)
		return counts, false, err
	}
	sample, err := f.sample(ctx, without)
	of := func(t Traits) string { return t.CategoryID }
	if by == ByBrand {
		of = func(t Traits) string { return t.BrandID }
	}
	return sample.count(of, maxFacet), sample.Each > 1, err
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
	without := f.omit("price", func(f *ProductFilter) bool { return f.MinPrice != nil || f.MaxPrice != nil })
	var counts []int
	estimated := false
	if filter := f.filterWithout(without); filter.ShelvesOnly() {
		var err error
		if counts, err = f.core.store.CountByPrice(ctx, filter); err != nil {
			return nil, err
		}
	} else {
		sample, err := f.sample(ctx, without)
		if err != nil {
			return nil, err
		}
		counts, estimated = sample.countPrices(), sample.Each > 1
	}
	var facets []*PriceFacet
	for i, n := range counts {
		facet := &PriceFacet{From: PriceBounds[i], Count: n, Estimated: estimated}
		if i+1 < len(PriceBounds) {
			to := PriceBounds[i+1] - 1
			facet.To = &to
		}
		facets = append(facets, facet)
	}
	return facets, nil
}

// Attributes counts them by attribute. An attribute that the filter has is counted without its own part.
func (f *ProductFacets) Attributes(ctx context.Context) ([]*AttributeFacet, error) {
	if f.filter.ShelvesOnly() {
		counts, err := f.core.store.CountByAttribute(ctx, f.filter, maxFacet)
		return attributeFacets(counts, false), err
	}
	// They are asked for at the same time, and so read together.
	chosen := f.filter.Attributes
	own := make([][]*AttributeFacet, len(chosen))
	errs := make([]error, len(chosen)+1)
	var waiting sync.WaitGroup
	for i := range chosen {
		waiting.Go(func() { own[i], errs[i] = f.attributeWithout(ctx, omission{"attribute", i + 1}, chosen[i].Name) })
	}
	facets, err := f.attributeWithout(ctx, omission{}, "")
	waiting.Wait()
	errs[len(chosen)] = err
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	for i := range chosen {
		facets = slices.DeleteFunc(facets, func(f *AttributeFacet) bool { return f.Name == chosen[i].Name })
		facets = append(facets, own[i]...)
	}
	slices.SortFunc(facets, func(a, b *AttributeFacet) int { return strings.Compare(a.Name, b.Name) })
	return facets, nil
}

// attributeWithout counts the values of an attribute, or of all when name is empty, without a part of the filter.
func (f *ProductFacets) attributeWithout(
	ctx context.Context, without omission, name string,
) ([]*AttributeFacet, error) {
	if filter := f.filterWithout(without); filter.ShelvesOnly() {
		counts, err := f.core.store.CountByAttribute(ctx, filter, maxFacet)
		counts = slices.DeleteFunc(counts, func(c AttributeCount) bool { return c.Name != name })
		return attributeFacets(counts, false), err
	}
	sample, err := f.sample(ctx, without)
	return attributeFacets(sample.countAttributes(name, maxFacet), sample.Each > 1), err
}

// attributeFacets are the facets of counts that are in the order of their names.
func attributeFacets(counts []AttributeCount, estimated bool) []*AttributeFacet {
	facets := []*AttributeFacet{}
	for _, count := range counts {
		if n := len(facets); n == 0 || facets[n-1].Name != count.Name {
			facets = append(facets, &AttributeFacet{Name: count.Name})
		}
		last := facets[len(facets)-1]
		last.Values = append(last.Values, &AttributeValueFacet{count.Value, count.N, estimated})
	}
	return facets
}
