package subgraphs_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/kit/kittest"
	"github.com/weft-graphql/weft/subgraphs/seed"
)

type reviewAnswer struct {
	Review *struct {
		ID, Title, EditedAt, HiddenBecause string
		Rating, Version                    int
		Verified, Hidden                   bool
	}
	DeletedID  *string
	UserErrors userErrors
}

// mutateReview does something with a review.
func mutateReview(t *testing.T, s subgraphs.Service, caller *wire.Identity, mutation string) reviewAnswer {
	t.Helper()
	var got struct{ It reviewAnswer }
	kittest.MustAsk(t, s.Handler(), caller, `mutation { it: `+mutation+
		` { review { id title rating version verified hidden hiddenBecause editedAt } userErrors { field code message } } }`,
		nil, &got)
	return got.It
}

func review(upc string) string {
	return fmt.Sprintf(`writeReview(input: {upc: %q, rating: 5, title: "Fine", body: "As it should be."})`, upc)
}

// newTo finds products that the person has neither reviewed nor bought in the sample data.
func newTo(person string, n int) (upcs []string) {
	known := map[string]bool{}
	for _, r := range seed.Reviews() {
		known[r.ProductID] = known[r.ProductID] || r.AuthorID == person
	}
	for _, o := range seed.Orders() {
		for _, line := range o.Lines {
			known[line.ProductID] = known[line.ProductID] || o.BuyerID == person
		}
	}
	for i := 0; len(upcs) < n; i++ {
		if upc := seed.ProductID(i); !known[upc] {
			upcs = append(upcs, upc)
		}
	}
	return upcs
}

// sold is how many pieces of a product were sold.
func sold(t *testing.T, s subgraphs.Service, upc string) int {
	t.Helper()
	var got struct{ Product struct{ Sold int } }
	kittest.MustAsk(t, s.Handler(), nil, `query($u: ID!) { product(upc: $u) { sold } }`, map[string]any{"u": upc}, &got)
	return got.Product.Sold
}

// TestReviewsAreVerifiedByWhatHasArrived writes one review before the product has arrived, one after that, and one of
// something that was never bought. Best-selling lists follow the same orders.
func TestReviewsAreVerifiedByWhatHasArrived(t *testing.T) {
	onBothBuses(t, func(t *testing.T, s *shop) {
		orders, reviews, catalog := s.services["orders"], s.services["reviews"], s.services["catalog"]
		upcs := newTo("u1", 3)
		before := map[string]int{}
		for _, upc := range upcs {
			before[upc] = sold(t, catalog, upc)
			kittest.MustAsk(t, s.services["inventory"].Handler(), merchant,
				`mutation { setStock(input: {upc: "`+upc+`", warehouseId: "ber1", quantity: 50}) { quantity } }`, nil, nil)
		}
		early := mutateReview(t, reviews, ada, review(upcs[0])).Review
		never := mutateReview(t, reviews, ada, review(upcs[2])).Review
		if early.Verified || never.Verified {
			t.Error("a review is verified of something that was not bought")
		}
		mutateCart(t, orders, ada, `addToCart(input: {upc: "`+upcs[0]+`", quantity: 3})`)
		id := buy(t, orders, ada, upcs[1], "key-verified", "card", "2")
		awaitOrder(t, orders, id, "CONFIRMED")
		eventually(t, "what was sold", func() bool {
			return sold(t, catalog, upcs[0]) == before[upcs[0]]+3 && sold(t, catalog, upcs[1]) == before[upcs[1]]+2
		})
		mutateOrder(t, orders, operator, `shipOrder(input: {id: "`+id+`"})`)
		mutateOrder(t, orders, operator, `deliverOrder(input: {id: "`+id+`"})`)
		verified := func(id string) bool {
			var got struct{ Review struct{ Verified bool } }
			kittest.MustAsk(t, reviews.Handler(), nil, `query($id: ID!) { review(id: $id) { verified } }`, map[string]any{"id": id}, &got)
			return got.Review.Verified
		}
		eventually(t, "the verified review", func() bool { return verified(early.ID) })
		s.awaitNews(t, `reviews updated Review {"id":"`+early.ID+`"}`)
		if !mutateReview(t, reviews, ada, review(upcs[1])).Review.Verified {
			t.Error("a review is not verified although its product has arrived")
		}
		if verified(never.ID) {
			t.Error("a review is verified of something that was never bought")
		}
		// Written anew, it is still verified.
		mutateReview(t, reviews, ada, `editReview(input: {id: "`+early.ID+`", rating: 1})`)
		kittest.MustAsk(t, reviews.Handler(), ada, `mutation { deleteReview(input: {id: "`+early.ID+`"}) { deletedId } }`, nil, nil)
		if !mutateReview(t, reviews, ada, review(upcs[0])).Review.Verified {
			t.Error("the second review is not verified")
		}

		cancelled := buy(t, orders, ada, upcs[2], "key-called-off", "card", "4")
		awaitOrder(t, orders, cancelled, "CONFIRMED")
		eventually(t, "the last sale", func() bool { return sold(t, catalog, upcs[2]) == before[upcs[2]]+4 })
		mutateOrder(t, orders, ada, `cancelOrder(input: {id: "`+cancelled+`"})`)
		eventually(t, "the end of the last sale", func() bool { return sold(t, catalog, upcs[2]) == before[upcs[2]] })
		if got := sold(t, catalog, upcs[0]); got != before[upcs[0]]+3 {
			t.Errorf("after its delivery %d pieces were sold, want %d", got-before[upcs[0]], 3)
		}
	})
}

// TestSampleReviewsAreVerifiedByOrders compares what the sample shop says of its reviews and sales with its orders.
func TestSampleReviewsAreVerifiedByOrders(t *testing.T) {
	bought, pieces := map[string]bool{}, map[string]int{}
	for _, o := range seed.Orders() {
		for _, line := range o.Lines {
			bought[o.BuyerID+line.ProductID] = true
			pieces[line.ProductID] += line.Quantity
		}
	}
	onBoth(t, "reviews", func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		var got struct {
			Entities []struct {
				Upc     string
				Reviews []struct {
					ID       string
					Verified bool
					Author   struct{ ID string }
				}
			} `json:"_entities"`
		}
		kittest.MustAsk(t, s.Handler(), nil, entities+`{ ... on Product { upc reviews(first: 100) { id verified author { id } } } } }`,
			representations(seed.ProductCount, "Product", map[string]any{"upc": "p%d"}), &got)
		count := 0
		for _, p := range got.Entities {
			for _, r := range p.Reviews {
				if r.Verified != bought[r.Author.ID+p.Upc] {
					t.Errorf("review %s of %s by %s is verified: %t", r.ID, p.Upc, r.Author.ID, r.Verified)
				}
				if r.Verified {
					count++
				}
			}
		}
		if count < 1000 {
			t.Errorf("%d reviews are verified", count)
		}
	})
	s, _ := open(t, "catalog", sqliteConfig(t))
	for i := range seed.ProductCount {
		if upc := seed.ProductID(i); sold(t, s, upc) != pieces[upc] {
			t.Errorf("%d pieces of %s were sold; the orders have %d", sold(t, s, upc), upc, pieces[upc])
		}
	}
}

// TestReviewsCanBeChanged edits, hides, shows and removes a review, and looks each time at what it counts for.
func TestReviewsCanBeChanged(t *testing.T) {
	onBoth(t, "reviews", func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		upc := newTo("u1", 1)[0]
		type score struct {
			ReviewCount     int
			AverageRating   *float64
			RatingHistogram []struct{ Stars, Count int }
			OwnReview       *struct{ Hidden bool }
			Reviews         []struct{ ID string }
		}
		look := func(caller *wire.Identity) score {
			var got struct {
				Entities []score `json:"_entities"`
			}
			kittest.MustAsk(t, s.Handler(), caller, entities+`{ ... on Product { reviewCount averageRating
				ratingHistogram { stars count } ownReview { hidden } reviews(first: 100) { id } } } }`,
				map[string]any{"r": []map[string]any{{"__typename": "Product", "upc": upc}}}, &got)
			one, sum, n := got.Entities[0], 0, 0
			for _, bar := range one.RatingHistogram {
				sum, n = sum+bar.Stars*bar.Count, n+bar.Count
			}
			if len(one.RatingHistogram) != 5 || one.RatingHistogram[0].Stars != 5 || n != one.ReviewCount || n != len(one.Reviews) ||
				n > 0 && float64(sum)/float64(n) != *one.AverageRating {
				t.Errorf("the histogram is %+v, there are %d reviews", one.RatingHistogram, one.ReviewCount)
			}
			return one
		}
		before := look(nil)
		made := mutateReview(t, s, ada, review(upc)).Review
		five := look(nil).RatingHistogram[0].Count
		edit := func(caller *wire.Identity, fields string) reviewAnswer {
			return mutateReview(t, s, caller, `editReview(input: {id: "`+made.ID+`", `+fields+`})`)
		}
		edited := edit(ada, `rating: 2, title: "Not fine", expectedVersion: 1`).Review
		if edited == nil || edited.Rating != 2 || edited.Title != "Not fine" || edited.Version != 2 || edited.EditedAt == "" {
			t.Errorf("edited: %+v", edited)
		}
		if now := look(nil); now.RatingHistogram[0].Count != five-1 || now.RatingHistogram[3].Count != before.RatingHistogram[3].Count+1 {
			t.Errorf("after the change: %+v", now)
		}
		for fields, want := range map[string]string{
			`rating: 3, expectedVersion: 1`: "CONFLICT input.expectedVersion",
			`rating: 9, title: ""`:          "BAD_USER_INPUT input.rating, BAD_USER_INPUT input.title",
			`expectedVersion: 2`:            "BAD_USER_INPUT input",
		} {
			if got := edit(ada, fields); got.UserErrors.String() != want || got.Review != nil {
				t.Errorf("%s: %q, want %q", fields, got.UserErrors, want)
			}
		}
		for want, ask := range map[string]struct {
			caller   *wire.Identity
			mutation string
		}{
			"UNAUTHENTICATED": {nil, `editReview(input: {id: "` + made.ID + `", rating: 1}) { userErrors { code } }`},
			"FORBIDDEN":       {merchant, `editReview(input: {id: "` + made.ID + `", rating: 1}) { userErrors { code } }`},
			"FORBIDDEN ":      {ada, `moderateReview(input: {id: "` + made.ID + `", hidden: true, reason: "x"}) { userErrors { code } }`},
			"FORBIDDEN  ":     {merchant, `deleteReview(input: {id: "` + made.ID + `"}) { userErrors { code } }`},
		} {
			if got := kittest.Ask(t, s.Handler(), ask.caller, "mutation { "+ask.mutation+" }", nil).Fields(); got != strings.TrimSpace(want) {
				t.Errorf("%s: %q", ask.mutation, got)
			}
		}
		if got := kittest.Ask(t, s.Handler(), ada, `{ reviews(hidden: true) { totalCount } }`, nil).Fields(); got != "FORBIDDEN" {
			t.Errorf("a customer sees hidden reviews: %q", got)
		}
		hide := `moderateReview(input: {id: "` + made.ID + `", hidden: %t, reason: "Off topic."})`
		for range 2 { // the second time changes nothing but the version
			hidden := mutateReview(t, s, operator, fmt.Sprintf(hide, true)).Review
			if !hidden.Hidden || hidden.HiddenBecause != "Off topic." {
				t.Errorf("hidden: %+v", hidden)
			}
			if now := look(nil); now.ReviewCount != before.ReviewCount || now.OwnReview != nil {
				t.Errorf("everybody sees %+v", now)
			}
			if now := look(ada); now.OwnReview == nil || !now.OwnReview.Hidden {
				t.Errorf("its author sees %+v", now.OwnReview)
			}
		}
		var list struct {
			Review  *struct{ ID string }
			Reviews struct {
				TotalCount int
				Nodes      []struct{ ID string }
			}
		}
		answer := kittest.MustAsk(t, s.Handler(), operator, `{ review(id: "`+made.ID+`") { id } reviews(hidden: true) { totalCount nodes { id } } }`,
			nil, &list)
		if list.Review != nil || list.Reviews.TotalCount != 1 || list.Reviews.Nodes[0].ID != made.ID {
			t.Errorf("hidden reviews: %+v", list)
		}
		if got := answer.Header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("hidden reviews may be kept: %q", got)
		}
		mutateReview(t, s, operator, fmt.Sprintf(hide, false))
		if now := look(nil); now.ReviewCount != before.ReviewCount+1 {
			t.Errorf("shown again: %+v", now)
		}
		var gone struct {
			DeleteReview struct {
				DeletedID string
				Product   struct{ ReviewCount int }
			}
		}
		remove := `mutation { deleteReview(input: {id: "` + made.ID + `"}) { deletedId product { reviewCount } userErrors { code } } }`
		kittest.MustAsk(t, s.Handler(), ada, remove, nil, &gone)
		if gone.DeleteReview.DeletedID != made.ID || gone.DeleteReview.Product.ReviewCount != before.ReviewCount {
			t.Errorf("removed: %+v", gone)
		}
		if got := edit(ada, "rating: 1"); got.UserErrors.String() != "NOT_FOUND input.id" {
			t.Errorf("changed after it was removed: %q", got.UserErrors)
		}
		if now := look(ada); now.OwnReview != nil {
			t.Errorf("after it was removed: %+v", now)
		}
	})
}
