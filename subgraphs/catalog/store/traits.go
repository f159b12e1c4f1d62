package store

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/bits"
	"strconv"
	"strings"
	"unicode"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/subgraphs/catalog"
	"github.com/weft-graphql/weft/subgraphs/kit/fulltext"
)

// Traits are terms that say of a product, for an index, all that filters can ask for beside words: the category, the
// brand, the beginnings of the price, the attributes, and the samples that the product is in. What a product is like
// can be read from them again, so that counting reads nothing else.
const (
	categoryTrait  = "c"
	brandTrait     = "b"
	priceTrait     = "p"
	attributeTrait = "a"
	sampleTrait    = "s"
)

// Prices are written with eight digits: the dearest product costs 10,000,000 cents. Terms have the first two of them,
// the first three and so on, so that a range of prices is a few terms.
const (
	priceDigits = 8
	priceShort  = 2
	maxPrice    = 10_999_999
)

// maxSample is the smallest of the samples: one product in 4^12.
const maxSample = 12

// trait is a term, from which the value can be read again. Terms have room for all characters but those of the last
// plane of Unicode, which mean nothing (private use).
func trait(kind, value string) string {
	value = strings.Map(func(r rune) rune {
		if r > 0xfffff {
			return unicode.ReplacementChar
		}
		return r
	}, value)
	return kind + fulltext.Terms([]string{value})[0]
}

// attributeTerm has a character between name and value that no name has.
func attributeTerm(name, value string) string { return trait(attributeTrait, name+"\x00"+value) }

func sampleTerm(n int) string { return sampleTrait + strconv.Itoa(n) }

// traitsOf are the terms of a product.
func traitsOf(upc, category, brand string, price int, attributes []*catalog.Attribute) string {
	terms := []string{trait(categoryTrait, category), trait(brandTrait, brand)}
	digits := priceTerm(price)
	for n := priceShort; n <= priceDigits; n++ {
		terms = append(terms, priceTrait+digits[:n])
	}
	for _, a := range attributes {
		terms = append(terms, attributeTerm(a.Name, a.Value))
	}
	for n := range sampleOf(upc) + 1 {
		terms = append(terms, sampleTerm(n))
	}
	return strings.Join(terms, " ")
}

func priceTerm(price int) string {
	return fmt.Sprintf("%0*d", priceDigits, min(max(price, 0), maxPrice))
}

// sampleOf is the smallest sample that the product is in: one product in four is in the first sample, a quarter of
// these in the second and so on. Which, depends on its code alone.
func sampleOf(upc string) int {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(upc)) // never fails
	// FNV leaves neighbours alike; multiplying and folding spreads them (the finalizer of MurmurHash3).
	h := hash.Sum64()
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return min(bits.TrailingZeros64(h^h>>33)/2, maxSample)
}

// readTraits is what the terms say of a product.
func readTraits(traits string) catalog.Traits {
	var read catalog.Traits
	for term := range strings.FieldsSeq(traits) {
		kind := term[:1]
		if kind == priceTrait {
			if len(term) == len(priceTrait)+priceDigits {
				read.Price, _ = strconv.Atoi(term[1:]) // digits, as they were written
			}
			continue
		}
		value, _ := fulltext.Word(term[1:])
		switch kind {
		case categoryTrait:
			read.CategoryID = value
		case brandTrait:
			read.BrandID = value
		case attributeTrait:
			name, value, _ := strings.Cut(value, "\x00")
			read.Attributes = append(read.Attributes, catalog.Attribute{Name: name, Value: value})
		}
	}
	return read
}

// wanted are the traits of products that pass the filter; ok is false when none can pass. The filter's words are not
// among them.
func wanted(f *catalog.ProductFilter) (has fulltext.Has, ok bool) {
	has.Column = "traits"
	if f == nil {
		return has, true
	}
	add := func(kind string, values ...string) {
		group := make([]string, len(values))
		for i, value := range values {
			group[i] = trait(kind, value)
		}
		has.Groups = append(has.Groups, group)
	}
	if f.CategoryID != nil {
		add(categoryTrait, *f.CategoryID)
	}
	if f.BrandID != nil {
		add(brandTrait, *f.BrandID)
	}
	if len(f.CategoryIds) > 0 {
		add(categoryTrait, f.CategoryIds...)
	}
	if len(f.BrandIds) > 0 {
		add(brandTrait, f.BrandIds...)
	}
	for _, a := range f.Attributes {
		group := make([]string, len(a.Values))
		for i, value := range a.Values {
			group[i] = attributeTerm(a.Name, value)
		}
		has.Groups = append(has.Groups, group)
	}
	if f.MinPrice == nil && f.MaxPrice == nil {
		return has, true
	}
	from, to := 0, maxPrice
	if f.MinPrice != nil {
		from = max(from, *f.MinPrice)
	}
	if f.MaxPrice != nil {
		to = min(to, *f.MaxPrice)
	}
	if from > to {
		return has, false
	}
	// An index looks for each term, so that the shorter list is better: of these prices, or of all others.
	these, others := priceTerms(from, to), append(priceTerms(0, from-1), priceTerms(to+1, maxPrice)...)
	if len(these) <= len(others) {
		has.Groups = append(has.Groups, these)
	} else {
		has.Not = others
	}
	return has, true
}

// priceTerms are the fewest terms of which every price of the range has one, and no other price: at most 128.
func priceTerms(from, to int) []string {
	var terms []string
	for from <= to {
		// The longest run of prices that begins here and has a term: 1, 10, 100 and so on.
		run, n := 1, priceDigits
		for n > priceShort && from%(run*10) == 0 && from+run*10-1 <= to {
			run, n = run*10, n-1
		}
		terms = append(terms, priceTrait+priceTerm(from)[:n])
		from += run
	}
	return terms
}

// attributesOf are what a product is like, as it is written.
func attributesOf(ctx context.Context, tx bun.Tx, upc string) ([]*catalog.Attribute, error) {
	found, err := (&Store{db: tx}).Attributes(ctx, []string{upc})
	return found[upc], err
}
