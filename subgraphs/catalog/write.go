package catalog

import (
	"context"
	"crypto/rand"
	"regexp"
	"strings"
	"time"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
	"github.com/weft-graphql/weft/subgraphs/kit/fulltext"
)

// Merchant is the role that may change the catalog.
const Merchant = "merchant"

// CreateProductInput is a product to put on sale.
type CreateProductInput struct {
	Sku, Name, Description string
	// Price is in cents, Weight in grams.
	Price, Weight int
	Currency      Currency
	// Dimensions are nil when they are not known.
	Dimensions          *DimensionsInput
	CategoryID, BrandID string
}

// DimensionsInput are outer measures in millimetres.
type DimensionsInput struct{ Width, Height, Depth int }

// UpdateProductInput holds new values for a product; nil leaves a value as it is.
type UpdateProductInput struct {
	Upc               string
	Name, Description *string
	// Price is in cents, Weight in grams.
	Price, Weight *int
}

const (
	maxPrice  = 10_000_000
	maxWeight = 1_000_000
	// maxMeasure is in millimetres.
	maxMeasure = 100_000
)

var skuPattern = regexp.MustCompile(`^[A-Z0-9][A-Z0-9-]{1,22}[A-Z0-9]$`)

// CreateProduct puts a new product on sale.
func (c *Core) CreateProduct(ctx context.Context, caller wire.Identity, input CreateProductInput) (*Product, error) {
	if err := allowed(caller); err != nil {
		return nil, err
	}
	if err := c.checkNew(ctx, input); err != nil {
		return nil, err
	}
	upc := newUPC()
	product := &Product{
		Upc: upc, Sku: input.Sku, Name: strings.TrimSpace(input.Name), Description: strings.TrimSpace(input.Description),
		Slug: slug(input.Name, upc), Price: input.Price, Currency: input.Currency, Weight: input.Weight,
		Dimensions: (*Dimensions)(input.Dimensions), CategoryID: input.CategoryID, BrandID: input.BrandID,
		CreatedAt: time.Now().UTC().Truncate(time.Second),
	}
	// A category and a brand change, too: they count and list their products.
	err := c.store.CreateProduct(ctx, product, append(ListsChanged(product), Changed(product, wire.Created))...)
	if err != nil {
		return nil, err
	}
	return product, nil
}

// UpdateProduct changes a product.
func (c *Core) UpdateProduct(ctx context.Context, caller wire.Identity, input UpdateProductInput) (*Product, error) {
	if err := allowed(caller); err != nil {
		return nil, err
	}
	if err := input.check(); err != nil {
		return nil, err
	}
	product, err := c.store.UpdateProduct(ctx, input.Upc, input.apply, func(product *Product) wire.EntityChanged {
		return Changed(product, wire.Updated)
	})
	switch {
	case err != nil:
		return nil, err
	case product == nil:
		return nil, fault.At(fault.NotFound, "input.upc", "there is no product %q", input.Upc)
	}
	return product, nil
}

// ArchiveProduct takes a product off sale.
func (c *Core) ArchiveProduct(ctx context.Context, caller wire.Identity, upc string) (*Product, error) {
	if err := allowed(caller); err != nil {
		return nil, err
	}
	product, err := c.store.ArchiveProduct(ctx, upc, time.Now().UTC().Truncate(time.Second))
	if err == nil && product == nil {
		return nil, fault.At(fault.NotFound, "upc", "there is no product %q", upc)
	}
	return product, err
}

func allowed(caller wire.Identity) error {
	switch {
	case caller.Anonymous():
		return fault.New(fault.Unauthenticated, "sign in to change the catalog")
	case !caller.HasRole(Merchant):
		return fault.New(fault.Forbidden, "only merchants may change the catalog")
	}
	return nil
}

func (c *Core) checkNew(ctx context.Context, input CreateProductInput) error {
	var check fault.Checker
	check.Require(skuPattern.MatchString(input.Sku), "input.sku",
		"sku must be 3 to 24 capital letters, digits and hyphens, and begin and end with a letter or digit")
	check.Length(input.Name, 1, 120, "input.name")
	check.Length(input.Description, 0, 2000, "input.description")
	check.Between(input.Price, 1, maxPrice, "input.price")
	check.Between(input.Weight, 1, maxWeight, "input.weight")
	if size := input.Dimensions; size != nil {
		check.Between(size.Width, 1, maxMeasure, "input.dimensions.width")
		check.Between(size.Height, 1, maxMeasure, "input.dimensions.height")
		check.Between(size.Depth, 1, maxMeasure, "input.dimensions.depth")
	}
	category, err := c.Category(ctx, input.CategoryID)
	if err != nil {
		return err
	}
	check.Require(category != nil, "input.categoryId", "there is no category %q", input.CategoryID)
	brand, err := c.Brand(ctx, input.BrandID)
	if err != nil {
		return err
	}
	check.Require(brand != nil, "input.brandId", "there is no brand %q", input.BrandID)
	return check.Err()
}

func (in UpdateProductInput) check() error {
	var check fault.Checker
	check.Require(in.Name != nil || in.Description != nil || in.Price != nil || in.Weight != nil, "input",
		"give at least one new value")
	if in.Name != nil {
		check.Length(*in.Name, 1, 120, "input.name")
	}
	if in.Description != nil {
		check.Length(*in.Description, 0, 2000, "input.description")
	}
	if in.Price != nil {
		check.Between(*in.Price, 1, maxPrice, "input.price")
	}
	if in.Weight != nil {
		check.Between(*in.Weight, 1, maxWeight, "input.weight")
	}
	return check.Err()
}

func (in UpdateProductInput) apply(product *Product) {
	if in.Name != nil {
		product.Name = strings.TrimSpace(*in.Name)
	}
	if in.Description != nil {
		product.Description = strings.TrimSpace(*in.Description)
	}
	if in.Price != nil {
		product.Price = *in.Price
	}
	if in.Weight != nil {
		product.Weight = *in.Weight
	}
}

// Changed is the news that a product is new or changed. It carries what is needed to sell it.
func Changed(product *Product, change wire.Change) wire.EntityChanged {
	return wire.EntityChanged{
		Type: "Product", Key: map[string]any{"upc": product.Upc}, Subgraph: "catalog", Change: change,
		Data: map[string]any{
			"name": product.Name, "minor": product.Price, "currency": product.Currency, "archived": product.ArchivedAt != nil,
		},
	}
}

// ListsChanged is the news that the lists and counts changed that a product is or was in.
func ListsChanged(product *Product) []wire.EntityChanged {
	return []wire.EntityChanged{
		{Type: "Category", Key: map[string]any{"id": product.CategoryID}, Subgraph: "catalog", Change: wire.Updated},
		{Type: "Brand", Key: map[string]any{"id": product.BrandID}, Subgraph: "catalog", Change: wire.Updated},
	}
}

// newUPC makes a product code that nobody else makes: 130 random bits.
func newUPC() string { return "p" + strings.ToLower(rand.Text()) }

// slug makes the last part of the address of a product's page: its name, as far as that has letters, and its code.
func slug(name, upc string) string {
	if words := fulltext.Slug(name); words != "" {
		return words + "-" + upc
	}
	return upc
}
