package inventory_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/weft-graphql/weft/subgraphs/inventory"
)

// TestReservationsAddUp has many orders wish for pieces in any order, again and again, and compares the stock after
// every wish with what the reservations say.
func TestReservationsAddUp(t *testing.T) {
	for seed := range uint64(200) {
		dice := rand.New(rand.NewPCG(seed, 3))
		places, begun := somePlaces(dice)
		reservations := map[string]*inventory.Reservation{}
		now := time.Unix(0, 0)
		for range 100 {
			now = now.Add(time.Second)
			id := fmt.Sprint("o", dice.IntN(8))
			was := reservations[id]
			var next *inventory.Reservation
			if was != nil && dice.IntN(5) == 0 {
				next = was.Expire(places, now)
			} else {
				states := []inventory.ReservationState{inventory.Held, inventory.Committed, inventory.Released}
				next = inventory.Wish{
					OrderID: id, State: states[dice.IntN(3)], Until: now.Add(time.Duration(dice.IntN(50)) * time.Second),
					Pieces: map[string]int{"a": 1 + dice.IntN(6), "b": 1 + dice.IntN(6)},
				}.Fulfil(was, places, now)
			}
			if next != nil {
				reservations[id] = next
			}
			compare(t, places, begun, reservations)
		}
	}
}

func somePlaces(dice *rand.Rand) (places []*inventory.Place, begun map[string]int) {
	begun = map[string]int{}
	for _, upc := range []string{"a", "b"} {
		for _, warehouse := range []string{"w1", "w2", "w3"} {
			place := &inventory.Place{Upc: upc, WarehouseID: warehouse, Quantity: dice.IntN(12)}
			places = append(places, place)
			begun[upc+warehouse] = place.Quantity
		}
	}
	return places, begun
}

func compare(t *testing.T, places []*inventory.Place, begun map[string]int, all map[string]*inventory.Reservation) {
	t.Helper()
	held, taken := map[string]int{}, map[string]int{}
	for _, r := range all {
		for _, line := range r.Lines {
			switch r.State {
			case inventory.Held:
				held[line.Upc+line.WarehouseID] += line.Quantity
			case inventory.Committed:
				taken[line.Upc+line.WarehouseID] += line.Quantity
			}
		}
	}
	for _, p := range places {
		at := p.Upc + p.WarehouseID
		if p.Reserved != held[at] || p.Quantity != begun[at]-taken[at] || p.Reserved > p.Quantity {
			t.Fatalf("%s has %d pieces, %d of them set aside; there were %d, %d are held and %d taken",
				at, p.Quantity, p.Reserved, begun[at], held[at], taken[at])
		}
	}
}

func TestPiecesComeFromOneWarehouseIfPossible(t *testing.T) {
	places := []*inventory.Place{
		{Upc: "a", WarehouseID: "w1", Quantity: 3}, {Upc: "a", WarehouseID: "w2", Quantity: 5, Reserved: 1},
	}
	wish := func(id string, pieces int) *inventory.Reservation {
		wish := inventory.Wish{OrderID: id, State: inventory.Held, Pieces: map[string]int{"a": pieces}}
		return wish.Fulfil(nil, places, time.Now())
	}
	if r := wish("o1", 4); r.State != inventory.Held || len(r.Lines) != 1 || r.Lines[0].WarehouseID != "w2" {
		t.Errorf("four pieces: %+v", r)
	}
	if r := wish("o2", 4); r.State != inventory.Refused || r.Reason() == nil || places[0].Reserved != 0 {
		t.Errorf("four pieces of three: %+v", r)
	}
	if r := wish("o3", 3); r.State != inventory.Held || r.Lines[0].WarehouseID != "w1" {
		t.Errorf("the last three pieces: %+v", r)
	}
}
