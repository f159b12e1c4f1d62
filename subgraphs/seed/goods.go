package seed

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// Category is one shelf of the sample shop.
type Category struct {
	ID, Name, Description string

	// What its products are made from: nouns, and the ranges of price (cents) and weight (grams).
	nouns              []string
	cheapest, dearest  int
	lightest, heaviest int
}

// Brand is one maker of the sample shop.
type Brand struct{ ID, Name, Description, Country string }

// Product is one product of the sample shop.
type Product struct {
	ID, SKU, Name, Slug, Description, CategoryID, BrandID string
	Price, Weight, Width, Height, Depth                   int
	Created                                               time.Time

	// Material, Colour and Collection are what it is like, and Family the first product of its collection that differs
	// from it in these only; empty when there is no other.
	Material, Colour, Collection, Family string

	// popularity is how often it is taken along with something else, compared with other products.
	popularity int
}

var categories = []Category{
	{"beds", "Beds", "Somewhere good to sleep, from daybeds to four-posters.",
		[]string{"Bed", "Daybed", "Bunk Bed", "Headboard"}, 18900, 189000, 18000, 74000},
	{"chairs", "Chairs", "For sitting at a table, by a window or in the way.",
		[]string{"Chair", "Stool", "Armchair", "Rocker", "Bench"}, 4900, 64900, 2400, 16500},
	{"decor", "Decoration", "Things that do nothing but please.",
		[]string{"Vase", "Mirror", "Picture Frame", "Candle Holder", "Wall Clock"}, 900, 18900, 250, 6200},
	{"desks", "Desks", "For work, homework and piles of paper.",
		[]string{"Desk", "Standing Desk", "Secretary", "Drafting Table"}, 14900, 119000, 14000, 52000},
	{"kitchen", "Kitchenware", "What a cook reaches for every day.",
		[]string{"Teapot", "Skillet", "Chopping Board", "Mixing Bowl", "Storage Jar", "Kettle"}, 700, 14900, 180, 4100},
	{"lamps", "Lamps", "Light where it is wanted and nowhere else.",
		[]string{"Table Lamp", "Floor Lamp", "Pendant Lamp", "Reading Lamp"}, 2900, 44900, 700, 7800},
	{"outdoor", "Outdoor", "For balconies, gardens and the step before the door.",
		[]string{"Garden Chair", "Planter", "Parasol", "Hammock", "Fire Bowl"}, 2400, 79900, 900, 31000},
	{"rugs", "Rugs", "Something warm under bare feet.",
		[]string{"Rug", "Runner", "Doormat", "Sheepskin"}, 1900, 89900, 800, 19000},
	{"shelves", "Shelves", "For books, and for what stands in front of the books.",
		[]string{"Bookcase", "Wall Shelf", "Ladder Shelf", "Cabinet"}, 2900, 99900, 1800, 48000},
	{"sofas", "Sofas", "Big enough for everybody and the dog.",
		[]string{"Sofa", "Loveseat", "Corner Sofa", "Sofa Bed", "Footstool"}, 12900, 289000, 6500, 98000},
	{"storage", "Storage", "A place for everything.",
		[]string{"Basket", "Chest", "Coat Rack", "Shoe Rack", "Box"}, 900, 34900, 350, 21000},
	{"tables", "Tables", "To eat at, talk over and do puzzles on.",
		[]string{"Dining Table", "Coffee Table", "Side Table", "Folding Table"}, 5900, 159000, 4200, 61000},
}

var brands = []Brand{
	{"aldergrove", "Aldergrove", "Plain furniture of local wood, made to be repaired.", "CA"},
	{"bellwether", "Bellwether", "Soft things that keep their shape.", "GB"},
	{"casa-nova", "Casa Nova", "Italian lines at honest prices.", "IT"},
	{"dunlin", "Dunlin", "Small furniture for small rooms.", "NL"},
	{"eisvogel", "Eisvogel", "Lamps and metalwork from the Ruhr.", "DE"},
	{"fjellheim", "Fjellheim", "Wool, birch and long winters.", "NO"},
	{"granja", "Granja", "Cork, clay and basketry from the south.", "PT"},
	{"hinoki", "Hinoki", "Joinery without a single screw.", "JP"},
	{"ironbark", "Ironbark", "Outdoor furniture that forgets the weather.", "AU"},
	{"juniper-row", "Juniper Row", "Nursery colours for grown-ups.", "US"},
	{"kontor", "Kontor", "Desks and shelves for people who work at home.", "DE"},
	{"lumiere", "Lumiere", "Light as a material.", "FR"},
	{"marlow", "Marlow", "Kitchen things that outlive their kitchens.", "GB"},
	{"nordlys", "Nordlys", "Quiet design from far up.", "SE"},
	{"oxbow", "Oxbow", "Solid timber, visible grain.", "US"},
	{"petit-bois", "Petit Bois", "A family workshop in the Jura.", "FR"},
}

var manners = []string{
	"Oak", "Walnut", "Birch", "Ash", "Linen", "Wool", "Rattan", "Steel", "Brass", "Ceramic", "Cane", "Velvet", "Bamboo",
	"Copper", "Marble", "Felt", "Pine", "Leather",
}

var lines = []string{
	"Arlo", "Brook", "Calla", "Drift", "Ember", "Fern", "Grove", "Haven", "Isle", "Juno", "Kite", "Loom", "Moss", "Nest",
	"Orla", "Pebble", "Quill", "Reed", "Sol", "Tide",
}

var colours = []string{"Black", "Blue", "Green", "Grey", "Natural", "Red", "White", "Yellow"}

// fromName notes what a product is like, which its name says.
func (p *Product) fromName(i int) {
	words := strings.Fields(p.Name)
	p.Collection, p.Material, p.Colour = words[0], words[1], colours[(i*7+len(p.Name))%len(colours)]
}

var praises = []string{
	"Made to last and easy to mend.", "Packs flat and stands up in ten minutes.", "Looks better every year it is used.",
	"Every piece differs a little in grain and colour.", "Wipes clean with a damp cloth.",
	"Tested with children, cats and red wine.", "Ships with felt pads and spare screws.",
	"The quiet one in a loud room.",
}

// Categories returns the shelves, by id.
func Categories() []Category { return categories }

// Brands returns the makers, by id.
func Brands() []Brand { return brands }

// Products returns everything on sale: p1, p2 and so on.
func Products() []Product {
	dice := rand.New(rand.NewPCG(13, 17))
	products := make([]Product, ProductCount)
	taken := map[string]bool{}
	families := map[string]*Product{}
	for i := range products {
		category := categories[i%len(categories)]
		brand := brands[dice.IntN(len(brands))]
		noun := category.nouns[dice.IntN(len(category.nouns))]
		name := newName(dice, noun, taken)
		// The same thing of one collection is of one brand, in whatever material.
		family := strings.Fields(name)[0] + " " + noun
		if first := families[family]; first != nil {
			brand = brandOf(first.BrandID)
		}
		// Squaring the dice makes cheap and light things more common than dear and heavy ones.
		share := dice.Float64() * dice.Float64()
		price := category.cheapest + int(share*float64(category.dearest-category.cheapest))
		weight := category.lightest + int(share*float64(category.heaviest-category.lightest))
		products[i] = Product{
			ID: ProductID(i), Name: name, Slug: strings.ToLower(strings.ReplaceAll(name, " ", "-")), CategoryID: category.ID, BrandID: brand.ID,
			SKU:         fmt.Sprintf("%s-%s-%04d", strings.ToUpper(category.ID[:3]), strings.ToUpper(brand.ID[:3]), i+1),
			Description: fmt.Sprintf("%s by %s. %s", article(name), brand.Name, praises[dice.IntN(len(praises))]),
			Price:       price/100*100 + 99, Weight: weight,
			Width: 80 + dice.IntN(1800), Height: 60 + dice.IntN(1900), Depth: 60 + dice.IntN(900),
			popularity: dice.IntN(100) * dice.IntN(100),
			Created:    Epoch.Add(-time.Duration(dice.IntN(900*24)) * time.Hour),
		}
		products[i].fromName(i)
		if first := families[family]; first != nil {
			first.Family, products[i].Family = first.ID, first.ID
		} else {
			families[family] = &products[i]
		}
	}
	return products
}

func brandOf(id string) Brand {
	for _, brand := range brands {
		if brand.ID == id {
			return brand
		}
	}
	return Brand{}
}

// newName finds a name that is not taken yet.
func newName(dice *rand.Rand, noun string, taken map[string]bool) string {
	for {
		line := lines[dice.IntN(len(lines))]
		manner := manners[dice.IntN(len(manners))]
		if name := line + " " + manner + " " + noun; !taken[name] {
			taken[name] = true
			return name
		}
	}
}

// article puts "A" or "An" before a name, which then begins a sentence.
func article(name string) string {
	if strings.ContainsRune("AEIO", rune(name[0])) {
		return "An " + name
	}
	return "A " + name
}
