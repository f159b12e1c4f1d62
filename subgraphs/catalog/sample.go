package catalog

import (
	"cmp"
	"maps"
	"slices"
)

// Traits are what products are counted by.
type Traits struct {
	CategoryID, BrandID string
	Price               int
	Attributes          []Attribute
}

// Sample is some of the products of a list, each of which stands for so many; for one when they are all.
type Sample struct {
	Products []Traits
	Each     int
}

// AttributeCount is how many products have a value of an attribute.
type AttributeCount struct {
	Name, Value string
	N           int
}

// count counts what of says of each product, most first, up to limit.
func (s Sample) count(of func(Traits) string, limit int) []Count {
	counts := map[string]int{}
	for _, product := range s.Products {
		counts[of(product)] += s.Each
	}
	sorted := make([]Count, 0, len(counts))
	for key, n := range counts {
		sorted = append(sorted, Count{key, n})
	}
	slices.SortFunc(sorted, func(a, b Count) int { return cmp.Or(b.N-a.N, cmp.Compare(a.Key, b.Key)) })
	return sorted[:min(limit, len(sorted))]
}

// countPrices counts those of each range of PriceBounds.
func (s Sample) countPrices() []int {
	counts := make([]int, len(PriceBounds))
	for _, product := range s.Products {
		at, exactly := slices.BinarySearch(PriceBounds, product.Price)
		if !exactly {
			at--
		}
		counts[max(at, 0)] += s.Each
	}
	return counts
}

// countAttributes counts those of every value of the attribute, or of all when name is empty: by name, most first, up
// to limit of each.
func (s Sample) countAttributes(name string, limit int) []AttributeCount {
	counts := map[Attribute]int{}
	for _, product := range s.Products {
		for _, a := range product.Attributes {
			if name == "" || a.Name == name {
				counts[a] += s.Each
			}
		}
	}
	values := slices.SortedFunc(maps.Keys(counts), func(a, b Attribute) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), counts[b]-counts[a], cmp.Compare(a.Value, b.Value))
	})
	var sorted []AttributeCount
	of, last := 0, ""
	for _, a := range values {
		if a.Name != last {
			of, last = 0, a.Name
		}
		if of++; of <= limit && len(sorted) < MaxFacetValues {
			sorted = append(sorted, AttributeCount{a.Name, a.Value, counts[a]})
		}
	}
	return sorted
}
