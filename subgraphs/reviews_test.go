package subgraphs_test

import (
	"math"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/kit/kittest"
)

func TestReadReviews(t *testing.T) {
	onBoth(t, "reviews", func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		var got struct {
			Review *struct {
				ID         string
				Body, Text string
				Author     struct{ ID, Username string }
				Product    struct{ Upc string }
			}
			None          *struct{ ID string }
			RecentReviews []struct {
				ID        string
				CreatedAt string
			}
		}
		kittest.MustAsk(t, s.Handler(), nil, `{ review(id: "r1") { id body text author { id username } product { upc } }
			none: review(id: "r0") { id } recentReviews(first: 3) { id createdAt } }`, nil, &got)
		if r := got.Review; r == nil || r.Body == "" || r.Body != r.Text || r.Author.Username == "" || r.Product.Upc == "" {
			t.Errorf("a review is %+v", got.Review)
		}
		if got.None != nil || len(got.RecentReviews) != 3 || got.RecentReviews[0].ID != "r1500" || got.RecentReviews[0].CreatedAt < got.RecentReviews[2].CreatedAt {
			t.Errorf("recent reviews are %+v", got.RecentReviews)
		}
	})
}

func TestReviewsOfProducts(t *testing.T) {
	onBoth(t, "reviews", func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		var got struct {
			Entities []*struct {
				Upc           string
				ReviewCount   int
				AverageRating *float64
				All, Best     []struct {
					Rating    int
					CreatedAt string
				}
			} `json:"_entities"`
		}
		kittest.MustAsk(t, s.Handler(), nil, entities+`{ ... on Product { upc reviewCount averageRating
			all: reviews(first: 100) { rating createdAt } best: reviews(first: 2, minRating: 4) { rating } } } }`,
			representations(301, "Product", map[string]any{"upc": "p%d"}), &got)
		if got.Entities[300] != nil {
			t.Errorf("product p301, which is not there, is %+v", got.Entities[300])
		}
		for _, p := range got.Entities[:300] {
			sum := 0
			for i, r := range p.All {
				sum += r.Rating
				if i > 0 && r.CreatedAt > p.All[i-1].CreatedAt {
					t.Errorf("the reviews of %s are out of order", p.Upc)
				}
			}
			if p.ReviewCount != len(p.All) || (p.AverageRating == nil) != (len(p.All) == 0) {
				t.Fatalf("%s has reviewCount %d, averageRating %v and %d reviews", p.Upc, p.ReviewCount, p.AverageRating, len(p.All))
			}
			if p.AverageRating != nil && math.Abs(*p.AverageRating-float64(sum)/float64(len(p.All))) > 1e-9 {
				t.Errorf("%s has the average %v of %v", p.Upc, *p.AverageRating, p.All)
			}
			for _, r := range p.Best {
				if r.Rating < 4 {
					t.Errorf("%s: a best review has %d stars", p.Upc, r.Rating)
				}
			}
		}
	})
}

func TestAddReview(t *testing.T) {
	const add = `mutation($in: AddReviewInput!) { addReview(input: $in) { id rating title verified author { id username reviewCount }
		product { upc reviewCount averageRating reviews(first: 1) { title } } } }`
	onBoth(t, "reviews", func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		upc := notReviewedBy(t, s, "u1")
		input := map[string]any{"upc": upc, "rating": 4, "title": " Fine ", "body": "It does what it should."}
		if got := kittest.Ask(t, s.Handler(), nil, add, map[string]any{"in": input}).Fields(); got != "UNAUTHENTICATED" {
			t.Errorf("nobody reviews: %q", got)
		}
		var before, after struct {
			Entities []struct{ ReviewCount int } `json:"_entities"`
		}
		product := map[string]any{"r": []map[string]any{{"__typename": "Product", "upc": upc}}}
		kittest.MustAsk(t, s.Handler(), nil, entities+`{ ... on Product { reviewCount } } }`, product, &before)
		var got struct {
			AddReview struct {
				Title   string
				Author  struct{ ID, Username string }
				Product struct{ Reviews []struct{ Title string } }
			}
		}
		kittest.MustAsk(t, s.Handler(), ada, add, map[string]any{"in": input}, &got)
		if r := got.AddReview; r.Title != "Fine" || r.Author.Username != "ada.novak" || r.Product.Reviews[0].Title != "Fine" {
			t.Errorf("added %+v", r)
		}
		kittest.MustAsk(t, s.Handler(), nil, entities+`{ ... on Product { reviewCount } } }`, product, &after)
		if after.Entities[0].ReviewCount != before.Entities[0].ReviewCount+1 {
			t.Errorf("reviewCount went from %d to %d", before.Entities[0].ReviewCount, after.Entities[0].ReviewCount)
		}
		if got := kittest.Ask(t, s.Handler(), ada, add, map[string]any{"in": input}).Fields(); got != "CONFLICT input.upc" {
			t.Errorf("a second review: %q", got)
		}
		wrong := map[string]any{"upc": "none", "rating": 6, "title": "", "body": strings.Repeat("x", 4001)}
		answer := kittest.Ask(t, s.Handler(), ada, add, map[string]any{"in": wrong})
		want := "BAD_USER_INPUT input.body, BAD_USER_INPUT input.rating, BAD_USER_INPUT input.title, BAD_USER_INPUT input.upc"
		if sorted(answer.Fields()) != want {
			t.Errorf("everything wrong: %q", answer.Fields())
		}
		for _, e := range answer.Errors {
			if len(e.Path) != 1 || e.Path[0] != "addReview" {
				t.Errorf("the path of %q is %v", e.Message, e.Path)
			}
		}
	})
}

// notReviewedBy finds a product that the person has not reviewed.
func notReviewedBy(t *testing.T, s subgraphs.Service, id string) string {
	t.Helper()
	var got struct {
		Entities []struct {
			Reviews []struct{ Product struct{ Upc string } }
		} `json:"_entities"`
	}
	kittest.MustAsk(t, s.Handler(), nil, entities+`{ ... on User { reviews(first: 100) { product { upc } } } } }`,
		map[string]any{"r": []map[string]any{{"__typename": "User", "id": id}}}, &got)
	reviewed := map[string]bool{}
	for _, r := range got.Entities[0].Reviews {
		reviewed[r.Product.Upc] = true
	}
	for _, upc := range []string{"p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9", "p10", "p11", "p12", "p13", "p14", "p15"} {
		if !reviewed[upc] {
			return upc
		}
	}
	t.Fatalf("%s reviewed everything", id)
	return ""
}
