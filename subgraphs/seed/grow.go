package seed

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"
	"time"
)

// A shop of size n has n times as many products and people as the sample shop, which is the beginning of every larger
// one, and ten reviews of every further product. The functions below return what a larger shop has beside the sample
// shop.

// reviewsOfEach and reviewsOfFirst are how many further reviews a further product has, and the very first product.
const (
	reviewsOfEach  = 10
	reviewsOfFirst = 1000
)

// MoreProducts returns the products that a shop of that size has beside those of the sample shop.
func MoreProducts(size int) iter.Seq[Product] {
	return func(yield func(Product) bool) {
		for i := ProductCount; i < size*ProductCount; i++ {
			if !yield(furtherProduct(i)) {
				return
			}
		}
	}
}

func furtherProduct(i int) Product {
	dice := rand.New(rand.NewPCG(13, uint64(i)))
	category, brand := categories[i%len(categories)], brands[dice.IntN(len(brands))]
	noun := category.nouns[dice.IntN(len(category.nouns))]
	name := fmt.Sprintf("%s %s %s %d", lines[dice.IntN(len(lines))], manners[dice.IntN(len(manners))], noun, i+1)
	share := dice.Float64() * dice.Float64()
	price := category.cheapest + int(share*float64(category.dearest-category.cheapest))
	product := Product{
		ID: ProductID(i), Name: name, Slug: strings.ToLower(strings.ReplaceAll(name, " ", "-")),
		CategoryID: category.ID, BrandID: brand.ID,
		SKU:         fmt.Sprintf("%s-%s-%07d", strings.ToUpper(category.ID[:3]), strings.ToUpper(brand.ID[:3]), i+1),
		Description: fmt.Sprintf("%s by %s. %s", article(name), brand.Name, praises[dice.IntN(len(praises))]),
		Price:       price/100*100 + 99, Weight: category.lightest + int(share*float64(category.heaviest-category.lightest)),
		Width: 80 + dice.IntN(1800), Height: 60 + dice.IntN(1900), Depth: 60 + dice.IntN(900),
		popularity: dice.IntN(100) * dice.IntN(100),
		Created:    Epoch.Add(-time.Duration(dice.IntN(900*24*3600)) * time.Second),
	}
	product.fromName(i)
	return product
}

// MorePeople returns the people that a shop of that size has beside those of the sample shop.
func MorePeople(size int) iter.Seq[Person] {
	return func(yield func(Person) bool) {
		for i := PersonCount; i < size*PersonCount; i++ {
			if !yield(furtherPerson(i)) {
				return
			}
		}
	}
}

func furtherPerson(i int) Person {
	dice := rand.New(rand.NewPCG(7, uint64(i)))
	given, family := givenNames[dice.IntN(len(givenNames))], familyNames[dice.IntN(len(familyNames))]
	username := fmt.Sprintf("%s.%s.%d", strings.ToLower(given), strings.ToLower(family), i+1)
	place := cities[dice.IntN(len(cities))]
	return Person{
		ID: PersonID(i), Name: given + " " + family, Username: username, Email: username + "@example.com",
		Bio: bios[dice.IntN(len(bios))], City: place.city, Country: place.country, Tier: "BRONZE",
		Joined: Epoch.Add(time.Duration(i-PersonCount) * time.Second),
	}
}

// MoreStocks returns what lies where of the products that a shop of that size has beside those of the sample shop.
func MoreStocks(size int) iter.Seq[Stock] {
	return func(yield func(Stock) bool) {
		for i := ProductCount; i < size*ProductCount; i++ {
			dice := rand.New(rand.NewPCG(19, uint64(i)))
			soldOut := dice.IntN(200) == 0
			for _, place := range dice.Perm(len(warehouses))[:2+dice.IntN(3)] {
				stock := Stock{
					ProductID: ProductID(i), WarehouseID: warehouses[place].ID, Quantity: dice.IntN(120),
					Updated: Epoch.Add(-time.Duration(dice.IntN(40*24)) * time.Hour),
				}
				if soldOut {
					stock.Quantity = 0
				}
				if !yield(stock) {
					return
				}
			}
		}
	}
}

// MoreReviews returns what people say in a shop of that size beside what is said in the sample shop. Only people that
// the sample shop does not have say it, so that nobody reviews a product twice.
func MoreReviews(size int) iter.Seq[Review] {
	return func(yield func(Review) bool) {
		authors, n := (size-1)*PersonCount, reviewCount
		say := func(product, count int) bool {
			for j := range min(count, authors) {
				n++
				if !yield(furtherReview(n, product, PersonCount+(product*7+j)%authors)) {
					return false
				}
			}
			return true
		}
		if authors > 0 && !say(0, reviewsOfFirst) {
			return
		}
		for i := ProductCount; i < size*ProductCount; i++ {
			if !say(i, reviewsOfEach) {
				return
			}
		}
	}
}

func furtherReview(n, product, author int) Review {
	dice := rand.New(rand.NewPCG(29, uint64(n)))
	rating := max(1+dice.IntN(5), 1+dice.IntN(5))
	words := opinions[rating-1]
	return Review{
		ID: fmt.Sprintf("r%d", n), ProductID: ProductID(product), AuthorID: PersonID(author), Rating: rating,
		Title: pick(dice, words.titles), Body: pick(dice, words.openings) + " " + pick(dice, words.middles),
		Verified: dice.IntN(6) > 0, Created: Epoch.Add(time.Duration(n) * time.Second),
	}
}
