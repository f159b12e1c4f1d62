package store

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/subgraphs/catalog"
)

func TestTraitsSayWhatAProductIsLike(t *testing.T) {
	attributes := []*catalog.Attribute{{Name: "Material", Value: "Öl & _Oak_"}, {Name: "木", Value: "a b"}}
	want := catalog.Traits{
		CategoryID: "chairs", BrandID: "casa-nova", Price: 10_000_000,
		Attributes: []catalog.Attribute{*attributes[0], *attributes[1]},
	}
	if got := readTraits(traitsOf("p1", "chairs", "casa-nova", 10_000_000, attributes)); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// TestPricesOfARangeHaveATerm tries random ranges and the prices at their ends.
func TestPricesOfARangeHaveATerm(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		from := dice.IntN(10_000_001) / (1 + dice.IntN(5000))
		to := min(maxPrice, from+dice.IntN(10_000_001)/(1+dice.IntN(5000)))
		terms := priceTerms(from, to)
		for _, price := range []int{0, from - 1, from, from + 1, (from + to) / 2, to - 1, to, to + 1, 10_000_000} {
			if price < 0 || price > 10_000_000 {
				continue
			}
			has := 0
			for term := range strings.FieldsSeq(traitsOf("p1", "c", "b", price, nil)) {
				if slices.Contains(terms, term) {
					has++
				}
			}
			if inside := price >= from && price <= to; (has == 1) != inside || has > 1 {
				t.Fatalf("%d to %d: %d has %d of %v", from, to, price, has, terms)
			}
		}
	}
}

// TestSamplesAreQuarters counts how many products are in each sample.
func TestSamplesAreQuarters(t *testing.T) {
	const products = 200_000
	in := map[int]int{}
	for i := range products {
		in[sampleOf(fmt.Sprintf("p%d", i+1))]++
	}
	larger := products
	for n := 1; n <= 5; n++ {
		larger -= in[n-1]
		if want := products >> (2 * n); larger < want*4/5 || larger > want*6/5 {
			t.Errorf("sample %d has %d products, want about %d", n, larger, want)
		}
	}
}
