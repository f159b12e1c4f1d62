package store

import (
	"context"
	"encoding/json"
	"iter"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/events"
	"github.com/weft-graphql/weft/subgraphs/orders"
	"github.com/weft-graphql/weft/subgraphs/seed"
)

// Seed fills a new database with the products of the sample shop, and with what its people have bought: everything has
// arrived.
func Seed(ctx context.Context, tx bun.Tx) error {
	var rows []productRow
	for _, p := range seed.Products() {
		rows = append(rows, seedRow(p))
	}
	if err := kit.InsertAll(ctx, tx, rows); err != nil {
		return err
	}
	people := map[string]seed.Person{}
	for _, p := range seed.People() {
		people[p.ID] = p
	}
	if err := seedOrders(ctx, tx, slices.Values(seed.Orders()), people); err != nil {
		return err
	}
	return events.SetPosition(ctx, tx, "catalog", seed.ProductCount) // these are the catalog's first events
}

// Grow makes the sample shop that many times as large.
func Grow(ctx context.Context, tx bun.Tx, size int) error {
	if err := kit.InsertEach(ctx, tx, seed.MoreProducts(size), seedRow); err != nil {
		return err
	}
	people := map[string]seed.Person{}
	for p := range seed.MorePeople(size) {
		people[p.ID] = p
	}
	if err := seedOrders(ctx, tx, seed.MoreOrders(size), people); err != nil {
		return err
	}
	return events.SetPosition(ctx, tx, "catalog", int64(size*seed.ProductCount))
}

func seedRow(p seed.Product) productRow {
	return productRow{UPC: p.ID, Name: p.Name, Minor: int64(p.Price), Currency: "EUR"}
}

// ordersAtOnce is how many orders of the sample shop are written together.
const ordersAtOnce = 500

// seedOrders writes orders that have arrived, and the news of them.
func seedOrders(ctx context.Context, tx bun.Tx, all iter.Seq[seed.Order], people map[string]seed.Person) error {
	batch := make([]seed.Order, 0, ordersAtOnce)
	for order := range all {
		if batch = append(batch, order); len(batch) == ordersAtOnce {
			if err := seedBatch(ctx, tx, batch, people); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	return seedBatch(ctx, tx, batch, people)
}

func seedBatch(ctx context.Context, tx bun.Tx, batch []seed.Order, people map[string]seed.Person) error {
	var rows []orderRow
	var lines []lineRow
	var history []historyRow
	var sagas []*sagaRow
	var news []wire.EntityChanged
	for _, o := range batch {
		buyer := people[o.BuyerID]
		address := orders.PostalAddress{
			Name: buyer.Name, Street: "Main Street 1", PostalCode: "10000", City: buyer.City, Country: buyer.Country,
		}
		shipTo, err := json.Marshal(address)
		if err != nil {
			return err
		}
		order := &orders.Order{ID: o.ID, BuyerID: o.BuyerID, State: orders.Delivered}
		row := orderRow{
			ID: o.ID, Buyer: o.BuyerID, State: string(orders.Delivered), Currency: "EUR", ShipTo: string(shipTo), Method: "card",
			Paid: string(orders.PaymentCaptured), Key: "sample-" + o.ID, PlacedAt: o.Placed, UpdatedAt: o.Delivered,
		}
		for i, l := range o.Lines {
			row.Minor += int64(l.Price * l.Quantity)
			lines = append(lines, lineRow{
				OrderID: o.ID, Position: i, UPC: l.ProductID, Name: l.Name, Quantity: l.Quantity, Minor: int64(l.Price),
			})
			order.Lines = append(order.Lines, &orders.OrderLine{Upc: l.ProductID, Quantity: l.Quantity})
		}
		rows = append(rows, row)
		at := o.Placed
		for i, state := range []orders.OrderState{
			orders.Placed, orders.Reserved, orders.Authorised, orders.Confirmed, orders.Shipped, orders.Delivered,
		} {
			switch state {
			case orders.Shipped:
				at = o.Placed.Add(24 * time.Hour)
			case orders.Delivered:
				at = o.Delivered
			default:
				at = at.Add(time.Duration(i) * time.Second)
			}
			history = append(history, historyRow{OrderID: o.ID, Position: i, State: string(state), At: at})
		}
		saga := &orders.Saga{
			OrderID:   o.ID,
			Step:      orders.StepDone,
			ReserveBy: o.Placed,
			Deadline:  o.Placed,
			Charged:   true,
			Held:      true,
		}
		sagas = append(sagas, rowOfSaga(saga))
		news = append(news, orders.News(order, saga, wire.Updated))
	}
	if err := kit.InsertAll(ctx, tx, rows); err != nil {
		return err
	}
	if err := kit.InsertAll(ctx, tx, lines); err != nil {
		return err
	}
	if err := kit.InsertAll(ctx, tx, history); err != nil {
		return err
	}
	if err := kit.InsertAll(ctx, tx, sagas); err != nil {
		return err
	}
	return events.Preset(ctx, tx, news)
}
