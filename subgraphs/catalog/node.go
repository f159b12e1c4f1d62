package catalog

import (
	"context"
	"regexp"
)

// Node is an object with an id that is unique in the whole graph: a product, category or brand, or one of another
// service, of which the catalog knows the id only.
//
// Specification: https://relay.dev/graphql/objectidentification.htm
type Node interface{ IsNode() }

// User, Review, Warehouse, Order and Anomaly are objects of other services.
type (
	User      struct{ ID string }
	Review    struct{ ID string }
	Warehouse struct{ ID string }
	Order     struct{ ID string }
	Anomaly   struct{ ID string }
)

// IsEntity and IsNode say that the graph can refer to them by their ids.
func (*User) IsEntity()      {}
func (*User) IsNode()        {}
func (*Review) IsEntity()    {}
func (*Review) IsNode()      {}
func (*Warehouse) IsEntity() {}
func (*Warehouse) IsNode()   {}
func (*Order) IsEntity()     {}
func (*Order) IsNode()       {}
func (*Anomaly) IsEntity()   {}
func (*Anomaly) IsNode()     {}

// foreign tells by the form of an id which service's object it can be. None of the catalog's own have these forms but
// codes of products, which the catalog finds before it looks here.
var foreign = []struct {
	form *regexp.Regexp
	node func(id string) Node
}{
	{regexp.MustCompile(`^u([0-9]+|[a-z2-7]{26})$`), func(id string) Node { return &User{id} }},
	{regexp.MustCompile(`^r([0-9]+|[a-z2-7]{26})$`), func(id string) Node { return &Review{id} }},
	{regexp.MustCompile(`^o([0-9]+|[a-z2-7]{26})$`), func(id string) Node { return &Order{id} }},
	{regexp.MustCompile(`^a[a-z2-7]{26}$`), func(id string) Node { return &Anomaly{id} }},
	{regexp.MustCompile(`^[a-z]{3}[0-9]+$`), func(id string) Node { return &Warehouse{id} }},
}

// Node returns the object with the id, or nil when there is none. Of objects of other services only they know whether
// they exist.
func (c *Core) Node(ctx context.Context, id string) (Node, error) {
	product, err := c.Product(ctx, id)
	if err != nil || product != nil {
		return orNil(product), err
	}
	category, err := c.Category(ctx, id)
	if err != nil || category != nil {
		return orNil(category), err
	}
	brand, err := c.Brand(ctx, id)
	if err != nil || brand != nil {
		return orNil(brand), err
	}
	for _, kind := range foreign {
		if kind.form.MatchString(id) {
			return kind.node(id), nil
		}
	}
	return nil, nil
}

// orNil is the object as a Node, which is nil when there is none.
func orNil[T any, P interface {
	*T
	Node
}](object P) Node {
	if object == nil {
		return nil
	}
	return object
}
