package seed

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// reviewCount is how many reviews the sample shop has.
const reviewCount = 1500

// Review is what one person says about one product of the sample shop.
type Review struct {
	ID, ProductID, AuthorID, Title, Body string
	Rating                               int
	Verified                             bool
	Created                              time.Time
}

// opinion is how people talk about something of one rating.
type opinion struct{ titles, openings, middles, endings []string }

var opinions = [5]opinion{
	{
		titles: []string{"Sent it back", "Not what the picture shows", "Fell apart", "Save your money"},
		openings: []string{
			"Arrived with a crack along one side.",
			"The colour is nothing like the picture.",
			"One screw was missing and another did not fit.",
			"It wobbles, whatever I do.",
		},
		middles: []string{
			"Customer service was kind but could not help.",
			"After a week the finish came off.",
			"My cat is not impressed either.",
		},
		endings: []string{"I would not buy it again.", "Back it goes.", "Avoid."},
	},
	{
		titles: []string{"Hoped for more", "Looks better than it is", "Meh", "Only for a while"},
		openings: []string{
			"From afar it looks good.",
			"Putting it together took a whole evening.",
			"It is smaller than I thought.",
		},
		middles: []string{
			"The edges could be smoother.",
			"The smell took two weeks to go.",
			"The felt pads fell off at once.",
		},
		endings: []string{"It will do until I find something else.", "At half the price I would not complain.", "A pity."},
	},
	{
		titles: []string{"It is all right", "Does what it should", "Fair for the price", "Good, not great"},
		openings: []string{
			"Nothing to complain about, nothing to rave about.",
			"Sturdy enough for every day.",
			"Came two days late, but whole.",
		},
		middles: []string{
			"The instructions are better than most.",
			"It fits under the window, which is what I needed.",
			"The finish shows fingerprints.",
		},
		endings: []string{"I will keep it.", "Three honest stars.", "For the guest room it is fine."},
	},
	{
		titles: []string{"Very pleased", "Nearly perfect", "Would buy again", "Well made"},
		openings: []string{
			"Solid, quiet and well proportioned.",
			"Everybody who visits asks where it is from.",
			"Even nicer than in the pictures.",
		},
		middles: []string{
			"One scratch on the back, where nobody looks.",
			"It took half an hour to put together.",
			"The material feels expensive.",
		},
		endings: []string{"Warmly recommended.", "Only the packaging could be less.", "We already ordered a second one."},
	},
	{
		titles: []string{"Love it", "Exactly right", "Best thing in the room", "Worth every cent", "Perfect"},
		openings: []string{
			"I have looked for this for years.",
			"It makes the whole room.",
			"You can feel that somebody cared about this.",
			"Delivered early, packed with care.",
		},
		middles: []string{
			"The joints are flawless.",
			"My daughter has claimed it already.",
			"It survived a move, two children and a dog.",
			"The light in the evening is wonderful.",
		},
		endings: []string{
			"Buy it.",
			"I could not be happier.",
			"Five stars, and I never give five stars.",
			"The next one is for my sister.",
		},
	},
}

// Reviews returns what everybody said, oldest first: r1, r2 and so on. Nobody reviews a product twice.
func Reviews() []Review {
	dice := rand.New(rand.NewPCG(29, 31))
	reviews := make([]Review, 0, reviewCount)
	said := map[[2]int]bool{}
	for len(reviews) < reviewCount {
		product, person := dice.IntN(ProductCount), dice.IntN(PersonCount)
		if said[[2]int{product, person}] {
			continue
		}
		said[[2]int{product, person}] = true
		// Most people are content: the better of two dice.
		rating := max(1+dice.IntN(5), 1+dice.IntN(5))
		words := opinions[rating-1]
		n := len(reviews)
		reviews = append(reviews, Review{
			ID: fmt.Sprintf("r%d", n+1), ProductID: ProductID(product), AuthorID: PersonID(person), Rating: rating,
			Title: pick(dice, words.titles),
			Body:  pick(dice, words.openings) + " " + pick(dice, words.middles) + " " + pick(dice, words.endings),
			// Five in six are known to have bought what they talk about.
			Verified: dice.IntN(6) > 0,
			Created:  Epoch.Add(-time.Duration(reviewCount-n) * 7 * time.Hour).Add(time.Duration(dice.IntN(3600)) * time.Second),
		})
	}
	return reviews
}

func pick(dice *rand.Rand, from []string) string { return from[dice.IntN(len(from))] }
