package seed

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"sort"
	"sync"
	"time"
)

// Order is something that a person of the sample shop has bought and received.
type Order struct {
	ID, BuyerID       string
	Lines             []OrderLine
	Placed, Delivered time.Time
}

// OrderLine is pieces of one product in an order.
type OrderLine struct {
	ProductID, Name string
	// Price is that of one piece, in cents.
	Price, Quantity int
}

// maxMore is how many products a buyer may take along with the one that is reviewed later.
const maxMore = 3

// Orders returns what was bought, oldest first: o1, o2 and so on. Whoever reviews a product and is known to have bought
// it has done so here, and has often taken along what is popular.
var Orders = sync.OnceValue(func() []Order {
	dice := rand.New(rand.NewPCG(37, 41))
	products := Products()
	// The places of the products on a line that is as long as all their popularity together.
	ends, end := make([]int, len(products)), 0
	for i, p := range products {
		end += p.popularity
		ends[i] = end
	}
	var orders []Order
	for _, r := range Reviews() {
		if !r.Verified {
			continue
		}
		order := newOrder(r, &products[productIndex(r.ProductID)], 1+dice.IntN(2), dice)
		for range dice.IntN(maxMore + 1) {
			more := &products[sort.SearchInts(ends, 1+dice.IntN(end))]
			if !order.has(more.ID) {
				order.Lines = append(order.Lines, OrderLine{more.ID, more.Name, more.Price, 1 + dice.IntN(3)})
			}
		}
		orders = append(orders, order)
	}
	sort.SliceStable(orders, func(i, j int) bool { return orders[i].Placed.Before(orders[j].Placed) })
	for i := range orders {
		orders[i].ID = fmt.Sprintf("o%d", i+1)
	}
	return orders
})

// newOrder is one of what the review is about, which arrived in time for the review.
func newOrder(r Review, p *Product, quantity int, dice *rand.Rand) Order {
	delivered := r.Created.Add(-time.Duration(24+dice.IntN(20*24)) * time.Hour)
	return Order{
		BuyerID: r.AuthorID, Delivered: delivered, Placed: delivered.Add(-time.Duration(48+dice.IntN(72)) * time.Hour),
		Lines: []OrderLine{{p.ID, p.Name, p.Price, quantity}},
	}
}

func (o *Order) has(product string) bool {
	for _, line := range o.Lines {
		if line.ProductID == product {
			return true
		}
	}
	return false
}

// productIndex is the inverse of ProductID.
func productIndex(id string) int {
	var n int
	if _, err := fmt.Sscanf(id, "p%d", &n); err != nil { // ids are made by ProductID
		panic(err)
	}
	return n - 1
}

// MoreOrders returns what was bought in a shop of that size beside what was bought in the sample shop: one order for
// each review whose author is known to have bought what it is about.
func MoreOrders(size int) iter.Seq[Order] {
	return func(yield func(Order) bool) {
		first := Products()
		n := len(Orders())
		for r := range MoreReviews(size) {
			if !r.Verified {
				continue
			}
			at := productIndex(r.ProductID)
			var product Product
			if at < len(first) {
				product = first[at]
			} else {
				product = furtherProduct(at)
			}
			n++
			order := newOrder(r, &product, 1, rand.New(rand.NewPCG(37, uint64(n))))
			order.ID = fmt.Sprintf("o%d", n)
			if !yield(order) {
				return
			}
		}
	}
}

// Sold counts the pieces of each product in the orders.
func Sold(orders iter.Seq[Order]) map[string]int {
	sold := map[string]int{}
	for order := range orders {
		for _, line := range order.Lines {
			sold[line.ProductID] += line.Quantity
		}
	}
	return sold
}
