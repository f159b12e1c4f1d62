// Package seed is the shop that new databases are filled with: the same people, products and reviews on every
// machine, so that documentation and tests can name them. Each service takes its own part.
package seed

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// Epoch is the moment at which the sample shop stands still.
var Epoch = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)

// The size of the sample shop.
const (
	PersonCount  = 200
	ProductCount = 300
)

// Person is one customer of the sample shop.
type Person struct {
	ID, Name, Username, Email, Bio, City, Country, Tier string
	Joined                                              time.Time
}

var givenNames = []string{
	"Ada", "Amara", "Anton", "Beatriz", "Bram", "Carmen", "Chidi", "Clara", "Daan", "Dalia", "Elias", "Emi", "Esther",
	"Farid", "Freya", "Gustav", "Hana", "Hugo", "Ines", "Ivo", "Jana", "Jonas", "Kaya", "Kenji", "Lars", "Leila",
	"Luca", "Maeve", "Marek", "Mira", "Nadia", "Nils", "Nora", "Olga", "Omar", "Paula", "Petra", "Rafael", "Rosa",
	"Sami", "Selma", "Sofia", "Tariq", "Thea", "Tomas", "Uma", "Vera", "Viktor", "Yara", "Zoe",
}

var familyNames = []string{
	"Novak", "Lindqvist", "Okafor", "Moreau", "Tanaka", "Silva", "Weber", "Rossi", "Haddad", "Kowalska", "Jansen",
	"Murphy", "Petrov", "Nguyen", "Fischer", "Costa", "Larsen", "Demir", "Horvat", "Keller", "Marin", "Nagy",
	"Oliveira", "Quist", "Ramos", "Santos", "Toth", "Ueda", "Vogel", "Yilmaz",
}

var cities = []struct{ city, country string }{
	{"Berlin", "DE"}, {"Lisbon", "PT"}, {"Utrecht", "NL"}, {"Lyon", "FR"}, {"Porto", "PT"}, {"Gdansk", "PL"},
	{"Malmo", "SE"}, {"Bologna", "IT"}, {"Brno", "CZ"}, {"Ghent", "BE"}, {"Cork", "IE"}, {"Seville", "ES"},
	{"Portland", "US"}, {"Osaka", "JP"}, {"Lagos", "NG"}, {"Hanoi", "VN"},
}

var bios = []string{
	"Lives with too many chairs and one cat.", "Repairs old lamps at the weekend.", "Moved house four times in five years.",
	"Measures twice, buys once.", "Cooks for eight, owns six plates.", "Looking for the desk that fits under the stairs.",
	"Paints every wall in the colour of the season.", "Reads reviews before breakfast.", "",
}

// People returns everybody, in the order they joined: u1, u2 and so on.
func People() []Person {
	dice := rand.New(rand.NewPCG(7, 11))
	people := make([]Person, PersonCount)
	taken := map[string]bool{}
	for i := range people {
		given := givenNames[dice.IntN(len(givenNames))]
		family := familyNames[dice.IntN(len(familyNames))]
		if i == 0 { // whom the documentation calls by name
			given, family = "Ada", "Novak"
		}
		username := strings.ToLower(given + "." + family)
		for n := 2; taken[username]; n++ {
			username = fmt.Sprintf("%s.%s%d", strings.ToLower(given), strings.ToLower(family), n)
		}
		taken[username] = true
		place := cities[dice.IntN(len(cities))]
		tier := "BRONZE"
		switch roll := dice.IntN(10); {
		case roll == 0:
			tier = "GOLD"
		case roll < 4:
			tier = "SILVER"
		}
		people[i] = Person{
			ID: PersonID(i), Name: given + " " + family, Username: username,
			Email: username + "@example.com", Bio: bios[dice.IntN(len(bios))],
			City: place.city, Country: place.country, Tier: tier,
			Joined: Epoch.Add(-time.Duration(PersonCount-i)*73*time.Hour + time.Duration(dice.IntN(3600))*time.Second),
		}
	}
	return people
}

// PersonID is the id of the i-th person, counted from nought.
func PersonID(i int) string { return fmt.Sprintf("u%d", i+1) }

// ProductID is the product code of the i-th product, counted from nought.
func ProductID(i int) string { return fmt.Sprintf("p%d", i+1) }
