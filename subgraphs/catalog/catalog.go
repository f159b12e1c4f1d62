// Package catalog owns what the shop sells: products, the categories they stand in and the brands that make them.
package catalog

import "time"

// Product is something that can be bought.
type Product struct {
	Upc         string
	Sku         string
	Name        string
	Description string
	Slug        string
	// Price is in cents of Currency.
	Price    int
	Currency Currency
	// Weight is in grams, packed.
	Weight int
	// Dimensions are nil when they are not known.
	Dimensions *Dimensions
	CategoryID string
	BrandID    string
	// Sold is how many pieces were ever sold; it orders best-selling lists.
	Sold      int
	CreatedAt time.Time
	// Family is the product that the variants of this one began with; empty when it has none.
	Family string
	// Version counts its changes.
	Version int
	// ArchivedAt is when it was taken off sale; nil while it is on sale.
	ArchivedAt *time.Time
}

// IsEntity says that the graph can refer to a product by key.
func (*Product) IsEntity() {}

// IsItem says that a product is presented on a page of its own.
func (*Product) IsItem() {}

// IsSearchResult says that a search can find a product.
func (*Product) IsSearchResult() {}

// ID is the product's id in the whole graph: its code.
func (p *Product) ID() string { return p.Upc }

// IsNode says that a product has an id in the whole graph.
func (*Product) IsNode() {}

// Title is the name under which it was known in the first version of the schema.
func (p *Product) Title() string { return p.Name }

// ImageURL is where a picture of the product is.
func (p *Product) ImageURL() string { return "https://images.example.com/products/" + p.Slug + ".jpg" }

// Dimensions are outer measures in millimetres.
type Dimensions struct {
	Width, Height, Depth int
}

// Currency is a currency the shop sells in.
type Currency string

// Euro is the currency new products are priced in.
const Euro Currency = "EUR"

// Category is a shelf of the shop. Its id is also its slug.
type Category struct {
	ID          string
	Name        string
	Description string
	// Version counts its changes.
	Version int
}

// IsEntity says that the graph can refer to a category by key.
func (*Category) IsEntity() {}

// IsItem says that a category is presented on a page of its own.
func (*Category) IsItem() {}

// IsSearchResult says that a search can find a category.
func (*Category) IsSearchResult() {}

// IsNode says that a category has an id in the whole graph.
func (*Category) IsNode() {}

// Slug is the last part of the address of its page.
func (c *Category) Slug() string { return c.ID }

// Brand makes products. Its id is also its slug.
type Brand struct {
	ID          string
	Name        string
	Description string
	Country     string
	// Version counts its changes.
	Version int
}

// IsEntity says that the graph can refer to a brand by key.
func (*Brand) IsEntity() {}

// IsItem says that a brand is presented on a page of its own.
func (*Brand) IsItem() {}

// IsSearchResult says that a search can find a brand.
func (*Brand) IsSearchResult() {}

// IsNode says that a brand has an id in the whole graph.
func (*Brand) IsNode() {}

// Slug is the last part of the address of its page.
func (b *Brand) Slug() string { return b.ID }

// Item is something with a name and a page of its own: a product, category or brand.
type Item interface{ IsItem() }

// SearchResult is what a search can find: a product, category or brand.
type SearchResult interface{ IsSearchResult() }
