package catalog

import (
	"context"

	"github.com/weft-graphql/weft/subgraphs/kit/dataloader"
)

// Money is an amount of money.
type Money struct {
	// Minor is the amount in the currency's smallest unit.
	Minor    int64
	Currency Currency
}

// Attribute is what a product is like in one respect.
type Attribute struct{ Name, Value string }

// UnitPrice is what one piece costs.
func (p *Product) UnitPrice() *Money { return &Money{int64(p.Price), p.Currency} }

// Variant is a product as one of several that differ in some attributes only.
type Variant struct{ product *Product }

// IsEntity says that the graph can refer to a variant by key.
func (*Variant) IsEntity() {}

// Sku is the merchant's own unique code.
func (v *Variant) Sku() string { return v.product.Sku }

// UnitPrice is what one piece costs.
func (v *Variant) UnitPrice() *Money { return v.product.UnitPrice() }

// Product is what is bought.
func (v *Variant) Product() *Product { return v.product }

// The names of the loaders.
type (
	loadAttributes struct{}
	loadPrices     struct{}
	loadVariants   struct{}
)

// AttributesOf returns what the product is like, in the merchant's order.
func (c *Core) AttributesOf(ctx context.Context, product *Product) ([]*Attribute, error) {
	return dataloader.Load(ctx, loadAttributes{}, product.Upc, c.store.Attributes)
}

// PricesOf returns what the product costs in all currencies, its main one first.
func (c *Core) PricesOf(ctx context.Context, product *Product) ([]*Money, error) {
	others, err := dataloader.Load(ctx, loadPrices{}, product.Upc, c.store.OtherPrices)
	return append([]*Money{product.UnitPrice()}, others...), err
}

// VariantsOf returns all variants that are on sale of what the product is one of, cheapest first.
func (c *Core) VariantsOf(ctx context.Context, product *Product) ([]*Variant, error) {
	if product.Family == "" {
		if product.ArchivedAt != nil {
			return []*Variant{}, nil
		}
		return []*Variant{{product}}, nil
	}
	products, err := dataloader.Load(ctx, loadVariants{}, product.Family, c.store.Families)
	variants := make([]*Variant, len(products))
	for i, one := range products {
		variants[i] = &Variant{one}
	}
	return variants, err
}

// VariantsBySKU returns a variant or nil for every code, in order.
func (c *Core) VariantsBySKU(ctx context.Context, skus []string) ([]*Variant, error) {
	refs := make([]ProductRef, len(skus))
	for i, sku := range skus {
		refs[i].SKU = sku
	}
	products, err := c.ProductsByRef(ctx, refs)
	variants := make([]*Variant, len(products))
	for i, product := range products {
		if product != nil {
			variants[i] = &Variant{product}
		}
	}
	return variants, err
}
