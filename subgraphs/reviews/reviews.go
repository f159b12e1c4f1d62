// Package reviews owns what people say about products.
package reviews

import "time"

// Review is what a person says about a product.
type Review struct {
	ID string
	// Rating is 1 (poor) to 5 (excellent).
	Rating int
	Title  string
	Body   string
	// Verified says that the author has bought the product, and that it has arrived.
	Verified  bool
	CreatedAt time.Time
	// EditedAt is when the author changed it last; nil when that never happened.
	EditedAt *time.Time
	// Hidden says that an operator has hidden it, and Because why.
	Hidden  bool
	Because string
	// Version counts its changes.
	Version  int
	AuthorID string
	// New are the pictures of one that is to be written.
	New []*ReviewPicture
	// Username is the author's public name, as accounts told it last.
	Username string
	Upc      string
}

// IsEntity says that the graph can refer to a review by key.
func (*Review) IsEntity() {}

// Text is the body, under the name it had in the first version of the schema.
func (r *Review) Text() string { return r.Body }

// HiddenBecause is why it is hidden; nil when it is not.
func (r *Review) HiddenBecause() *string {
	if !r.Hidden {
		return nil
	}
	return &r.Because
}

// Author is who wrote the review.
func (r *Review) Author() *User { return &User{ID: r.AuthorID, Username: r.Username} }

// Product is what the review is about.
func (r *Review) Product() *Product { return &Product{Upc: r.Upc} }

// User is a person, as the author of reviews.
type User struct {
	ID       string
	Username string
}

// IsEntity says that the graph can refer to a person by key.
func (*User) IsEntity() {}

// Product is something that can be bought, as the subject of reviews.
type Product struct{ Upc string }

// IsEntity says that the graph can refer to a product by key.
func (*Product) IsEntity() {}

// ID is the product's id in the whole graph: its code.
func (p *Product) ID() string { return p.Upc }

// Score is what the ratings of a product come to.
type Score struct {
	Count, Sum int
	// Stars counts the ratings of each number of stars, from one on.
	Stars [5]int
}

// RatingCount is how many reviews give a number of stars.
type RatingCount struct{ Stars, Count int }

// Histogram counts the ratings of each number of stars, most stars first.
func (s Score) Histogram() []*RatingCount {
	counts := make([]*RatingCount, 0, len(s.Stars))
	for stars := len(s.Stars); stars > 0; stars-- {
		counts = append(counts, &RatingCount{stars, s.Stars[stars-1]})
	}
	return counts
}

// Average is the mean rating; nil when there is none.
func (s Score) Average() *float64 {
	if s.Count == 0 {
		return nil
	}
	mean := float64(s.Sum) / float64(s.Count)
	return &mean
}
