package catalog

import (
	"context"
	"crypto/rand"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
	"github.com/weft-graphql/weft/subgraphs/kit/fulltext"
)

// Merchant is the role that may change the catalog.
const Merchant = "merchant"

// CreateProductInput is a product to put on sale, as the first version of the schema had it.
type CreateProductInput struct {
	Sku, Name, Description string
	// Price is in cents, Weight in grams.
	Price, Weight int
	Currency      Currency
	// Dimensions are nil when they are not known.
	Dimensions          *DimensionsInput
	CategoryID, BrandID string
}

// AddProductInput is a product to put on sale.
type AddProductInput struct {
	Sku, Name, Description string
	Price                  *MoneyInput
	OtherPrices            []*MoneyInput
	// Weight is in grams.
	Weight int
	// Dimensions are nil when they are not known.
	Dimensions          *DimensionsInput
	CategoryID, BrandID string
	Attributes          []*AttributeInput
	// VariantOf is the code of a product that this is a variant of; nil when it is not.
	VariantOf *string
}

// MoneyInput is an amount of money.
type MoneyInput struct {
	Minor    int64
	Currency Currency
}

// AttributeInput is what a product is like in one respect.
type AttributeInput struct{ Name, Value string }

// DimensionsInput are outer measures in millimetres.
type DimensionsInput struct{ Width, Height, Depth int }

// UpdateProductInput holds new values for a product, as the first version of the schema had them; nil leaves a value as
// it is.
type UpdateProductInput struct {
	Upc               string
	Name, Description *string
	// Price is in cents, Weight in grams.
	Price, Weight *int
}

// ChangeProductInput holds new values for a product; nil leaves a value as it is.
type ChangeProductInput struct {
	Upc                 string
	ExpectedVersion     *int
	Name, Description   *string
	Price               *MoneyInput
	OtherPrices         []*MoneyInput
	Weight              *int
	Dimensions          *DimensionsInput
	CategoryID, BrandID *string
	Attributes          []*AttributeInput

	// cents is a new price in the currency there is.
	cents *int
}

// SetProductArchivedInput says whether a product is off sale.
type SetProductArchivedInput struct {
	Upc             string
	Archived        bool
	ExpectedVersion *int
}

// Details are what is kept of a product beside the product; nil leaves what there is.
type Details struct {
	Attributes  []*Attribute
	OtherPrices []*Money
}

const (
	maxPrice  = 10_000_000
	maxWeight = 1_000_000
	// maxMeasure is in millimetres.
	maxMeasure = 100_000
	// maxAttributes bounds what a product is like.
	maxAttributes = 20
	// MaxVariants bounds the products of a family.
	MaxVariants = 50
)

var skuPattern = regexp.MustCompile(`^[A-Z0-9][A-Z0-9-]{1,22}[A-Z0-9]$`)

// CreateProduct puts a new product on sale.
func (c *Core) CreateProduct(ctx context.Context, caller wire.Identity, input CreateProductInput) (*Product, error) {
	return c.AddProduct(ctx, caller, AddProductInput{
		Sku: input.Sku, Name: input.Name, Description: input.Description,
		Price: &MoneyInput{int64(input.Price), input.Currency}, Weight: input.Weight, Dimensions: input.Dimensions,
		CategoryID: input.CategoryID, BrandID: input.BrandID,
	})
}

// AddProduct puts a new product on sale.
func (c *Core) AddProduct(ctx context.Context, caller wire.Identity, input AddProductInput) (*Product, error) {
	if err := allowed(caller); err != nil {
		return nil, err
	}
	if err := c.checkNew(ctx, input); err != nil {
		return nil, err
	}
	upc := newUPC()
	product := &Product{
		Upc: upc, Sku: input.Sku, Name: strings.TrimSpace(input.Name), Description: strings.TrimSpace(input.Description),
		Slug: slug(input.Name, upc), Price: int(input.Price.Minor), Currency: input.Price.Currency, Weight: input.Weight,
		Dimensions: (*Dimensions)(input.Dimensions), CategoryID: input.CategoryID, BrandID: input.BrandID,
		CreatedAt: time.Now().UTC().Truncate(time.Second), Version: 1,
	}
	variantOf := ""
	if input.VariantOf != nil {
		variantOf = *input.VariantOf
	}
	details := Details{Attributes: attributesOf(input.Attributes), OtherPrices: pricesOf(input.OtherPrices)}
	// A category and a brand change, too: they count and list their products.
	err := c.store.CreateProduct(ctx, product, details, variantOf)
	if err != nil {
		return nil, err
	}
	return product, nil
}

// UpdateProduct changes a product.
func (c *Core) UpdateProduct(ctx context.Context, caller wire.Identity, input UpdateProductInput) (*Product, error) {
	return c.ChangeProduct(ctx, caller, ChangeProductInput{
		Upc: input.Upc, Name: input.Name, Description: input.Description, Weight: input.Weight, cents: input.Price,
	})
}

// ChangeProduct changes a product.
func (c *Core) ChangeProduct(ctx context.Context, caller wire.Identity, input ChangeProductInput) (*Product, error) {
	if err := allowed(caller); err != nil {
		return nil, err
	}
	if err := c.checkChange(ctx, input); err != nil {
		return nil, err
	}
	var details Details
	if input.Attributes != nil {
		details.Attributes = attributesOf(input.Attributes)
	}
	if input.OtherPrices != nil {
		details.OtherPrices = pricesOf(input.OtherPrices)
	}
	return known("input.upc", input.Upc)(c.store.ChangeProduct(ctx, input.Upc, details, func(product *Product) error {
		if err := fault.Outdated("product", input.ExpectedVersion, product.Version); err != nil {
			return err
		}
		input.apply(product)
		return nil
	}))
}

// ArchiveProduct takes a product off sale.
func (c *Core) ArchiveProduct(ctx context.Context, caller wire.Identity, upc string) (*Product, error) {
	return c.setArchived(ctx, caller, SetProductArchivedInput{Upc: upc, Archived: true}, "upc")
}

// SetProductArchived takes a product off sale, or puts it on sale again.
func (c *Core) SetProductArchived(
	ctx context.Context,
	caller wire.Identity,
	input SetProductArchivedInput,
) (*Product, error) {
	return c.setArchived(ctx, caller, input, "input.upc")
}

func (c *Core) setArchived(
	ctx context.Context, caller wire.Identity, input SetProductArchivedInput, field string,
) (*Product, error) {
	if err := allowed(caller); err != nil {
		return nil, err
	}
	var at *time.Time
	if input.Archived {
		now := time.Now().UTC().Truncate(time.Second)
		at = &now
	}
	return known(field, input.Upc)(c.store.SetArchived(ctx, input.Upc, at, input.ExpectedVersion))
}

// known makes a fault of a product that is not there.
func known(field, upc string) func(*Product, error) (*Product, error) {
	return func(product *Product, err error) (*Product, error) {
		if err == nil && product == nil {
			err = fault.At(fault.NotFound, field, "there is no product %q", upc)
		}
		return product, err
	}
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

func (c *Core) checkNew(ctx context.Context, input AddProductInput) error {
	var check fault.Checker
	check.Require(skuPattern.MatchString(input.Sku), "input.sku",
		"sku must be 3 to 24 capital letters, digits and hyphens, and begin and end with a letter or digit")
	check.Length(input.Name, 1, 120, "input.name")
	check.Length(input.Description, 0, 2000, "input.description")
	checkPrices(&check, input.Price, input.OtherPrices)
	check.Between(input.Weight, 1, maxWeight, "input.weight")
	checkDimensions(&check, input.Dimensions)
	checkAttributes(&check, input.Attributes)
	if err := c.checkShelves(ctx, &check, &input.CategoryID, &input.BrandID); err != nil {
		return err
	}
	if input.VariantOf != nil {
		other, err := c.Product(ctx, *input.VariantOf)
		if err != nil {
			return err
		}
		check.Require(other != nil, "input.variantOf", "there is no product %q", *input.VariantOf)
	}
	return check.Err()
}

// checkPrices notes what is wrong with prices. price may be nil.
func checkPrices(check *fault.Checker, price *MoneyInput, others []*MoneyInput) {
	told := map[Currency]bool{}
	if price != nil {
		checkPrice(check, price.Minor, "input.price")
		told[price.Currency] = true
	}
	for i, other := range others {
		field := fmt.Sprintf("input.otherPrices.%d", i)
		checkPrice(check, other.Minor, field)
		check.Require(!told[other.Currency], field, "there are two prices in %s", other.Currency)
		told[other.Currency] = true
	}
}

func checkPrice(check *fault.Checker, minor int64, field string) {
	check.Require(minor >= 1 && minor <= maxPrice, field, "price must be between 1 and %d, not %d", maxPrice, minor)
}

func checkDimensions(check *fault.Checker, size *DimensionsInput) {
	if size == nil {
		return
	}
	check.Between(size.Width, 1, maxMeasure, "input.dimensions.width")
	check.Between(size.Height, 1, maxMeasure, "input.dimensions.height")
	check.Between(size.Depth, 1, maxMeasure, "input.dimensions.depth")
}

func checkAttributes(check *fault.Checker, attributes []*AttributeInput) {
	check.Require(len(attributes) <= maxAttributes, "input.attributes", "a product has at most %d attributes, not %d",
		maxAttributes, len(attributes))
	told := map[string]bool{}
	for i, a := range attributes {
		field := fmt.Sprintf("input.attributes.%d", i)
		check.Length(a.Name, 1, 40, field+".name")
		check.Length(a.Value, 1, 80, field+".value")
		check.Require(
			!told[strings.TrimSpace(a.Name)],
			field+".name",
			"there are two attributes %q",
			strings.TrimSpace(a.Name),
		)
		told[strings.TrimSpace(a.Name)] = true
	}
}

// checkShelves notes that a category or brand is not there; nil ones do not matter.
func (c *Core) checkShelves(ctx context.Context, check *fault.Checker, categoryID, brandID *string) error {
	if categoryID != nil {
		category, err := c.Category(ctx, *categoryID)
		if err != nil {
			return err
		}
		check.Require(category != nil, "input.categoryId", "there is no category %q", *categoryID)
	}
	if brandID != nil {
		brand, err := c.Brand(ctx, *brandID)
		if err != nil {
			return err
		}
		check.Require(brand != nil, "input.brandId", "there is no brand %q", *brandID)
	}
	return nil
}

func attributesOf(inputs []*AttributeInput) []*Attribute {
	attributes := make([]*Attribute, len(inputs))
	for i, a := range inputs {
		attributes[i] = &Attribute{strings.TrimSpace(a.Name), strings.TrimSpace(a.Value)}
	}
	return attributes
}

func pricesOf(inputs []*MoneyInput) []*Money {
	prices := make([]*Money, len(inputs))
	for i, p := range inputs {
		prices[i] = &Money{p.Minor, p.Currency}
	}
	return prices
}

func (c *Core) checkChange(ctx context.Context, in ChangeProductInput) error {
	var check fault.Checker
	some := in.Name != nil || in.Description != nil || in.Price != nil || in.Weight != nil || in.OtherPrices != nil ||
		in.Dimensions != nil || in.CategoryID != nil || in.BrandID != nil || in.Attributes != nil || in.cents != nil
	check.Require(some, "input", "give at least one new value")
	if in.Name != nil {
		check.Length(*in.Name, 1, 120, "input.name")
	}
	if in.Description != nil {
		check.Length(*in.Description, 0, 2000, "input.description")
	}
	if in.cents != nil {
		checkPrice(&check, int64(*in.cents), "input.price")
	}
	checkPrices(&check, in.Price, in.OtherPrices)
	if in.Weight != nil {
		check.Between(*in.Weight, 1, maxWeight, "input.weight")
	}
	checkDimensions(&check, in.Dimensions)
	checkAttributes(&check, in.Attributes)
	if err := c.checkShelves(ctx, &check, in.CategoryID, in.BrandID); err != nil {
		return err
	}
	return check.Err()
}

func (in ChangeProductInput) apply(product *Product) {
	if in.Name != nil {
		product.Name = strings.TrimSpace(*in.Name)
	}
	if in.Description != nil {
		product.Description = strings.TrimSpace(*in.Description)
	}
	if in.cents != nil {
		product.Price = *in.cents
	}
	if in.Price != nil {
		product.Price, product.Currency = int(in.Price.Minor), in.Price.Currency
	}
	if in.Weight != nil {
		product.Weight = *in.Weight
	}
	if in.Dimensions != nil {
		product.Dimensions = (*Dimensions)(in.Dimensions)
	}
	if in.CategoryID != nil {
		product.CategoryID = *in.CategoryID
	}
	if in.BrandID != nil {
		product.BrandID = *in.BrandID
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
		ShelfChanged("Category", product.CategoryID, wire.Updated), ShelfChanged("Brand", product.BrandID, wire.Updated),
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
