package catalog

import (
	"context"
	"time"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit/dataloader"
	"github.com/weft-graphql/weft/subgraphs/kit/page"
)

// Store keeps the catalog.
type Store interface {
	// ProductsByUPC and ProductsBySKU return those that exist, in any order.
	ProductsByUPC(ctx context.Context, upcs []string) ([]*Product, error)
	ProductsBySKU(ctx context.Context, skus []string) ([]*Product, error)
	// Products returns the list that the query describes.
	Products(ctx context.Context, query ProductQuery) ([]*Product, error)
	// CountProducts counts the products that pass the filter.
	CountProducts(ctx context.Context, filter *ProductFilter) (int, error)
	// TopOfCategories and TopOfBrands return the best-selling products of each, at most first, best first.
	TopOfCategories(ctx context.Context, ids []string, first int) (map[string][]*Product, error)
	TopOfBrands(ctx context.Context, ids []string, first int) (map[string][]*Product, error)
	// CountByCategory counts the products of each category.
	CountByCategory(ctx context.Context, ids []string) (map[string]int, error)
	// Categories and Brands return those that exist, by name; all of them when ids is nil.
	Categories(ctx context.Context, ids []string) ([]*Category, error)
	Brands(ctx context.Context, ids []string) ([]*Brand, error)
	// Search returns the hits that the query describes, best first.
	Search(ctx context.Context, query SearchQuery) ([]Hit, error)
	// CountHits counts all hits of the query, on all pages.
	CountHits(ctx context.Context, query SearchQuery) (int, error)
	// PageOfCategories and PageOfBrands return, of each, the products of a page and the next.
	PageOfCategories(ctx context.Context, ids []string, query ProductQuery) (map[string][]*Product, error)
	PageOfBrands(ctx context.Context, ids []string, query ProductQuery) (map[string][]*Product, error)
	// Attributes and OtherPrices return the details of products, and Families the products on sale of families, cheapest
	// first.
	Attributes(ctx context.Context, upcs []string) (map[string][]*Attribute, error)
	OtherPrices(ctx context.Context, upcs []string) (map[string][]*Money, error)
	Families(ctx context.Context, families []string) (map[string][]*Product, error)
	// CountBy counts the products of the filter's categories and brands, most first, CountByPrice those of each range of
	// PriceBounds, and CountByAttribute those of every value of every attribute, by name and most first. Of a name, limit
	// values are returned. The filter has nothing else (ProductFilter.ShelvesOnly).
	CountBy(ctx context.Context, by GroupBy, filter *ProductFilter, limit int) ([]Count, error)
	CountByPrice(ctx context.Context, filter *ProductFilter) ([]int, error)
	CountByAttribute(ctx context.Context, filter *ProductFilter, limit int) ([]AttributeCount, error)
	// Samples returns some of the products that pass each of the filters, or all.
	Samples(ctx context.Context, filters []*ProductFilter) ([]Sample, error)
	// CreateProduct writes a product, its details and the events about it together. An SKU that another product has, and
	// a family that is full, are Conflict faults. variantOf names another product of the family; it may be empty.
	CreateProduct(ctx context.Context, product *Product, details Details, variantOf string) error
	// ChangeProduct lets change alter the product, and writes it, the details that are given and the events about it
	// together. Two changes at once come one after the other. It returns nil when there is no such product.
	ChangeProduct(ctx context.Context, upc string, details Details, change func(*Product) error) (*Product, error)
	// SetArchived takes a product off sale, or on sale again when at is nil, and writes the events about it together; it
	// changes nothing when that was done before. It returns nil when there is no such product.
	SetArchived(ctx context.Context, upc string, at *time.Time, expectedVersion *int) (*Product, error)
	// SaveCategory and SaveBrand write them and the events about them together, and tell their versions.
	SaveCategory(ctx context.Context, category *Category, expectedVersion *int) error
	SaveBrand(ctx context.Context, brand *Brand, expectedVersion *int) error
	// RemoveCategory and RemoveBrand remove them. One that is not there is a NotFound fault, and one that has products a
	// Conflict.
	RemoveCategory(ctx context.Context, id string) error
	RemoveBrand(ctx context.Context, id string) error
	// PutSale counts what an order has sold, in the place of what was counted of it before.
	PutSale(ctx context.Context, from wire.EntityChanged, sale Sale) error
}

// Core is what can be done with the catalog.
type Core struct{ store Store }

// New makes a core on the store.
func New(store Store) *Core { return &Core{store} }

// The largest lists that can be asked for.
const (
	maxPage     = 100
	maxFeatured = 20
	maxSearch   = 50
)

// ProductRef names a product by one of its keys.
type ProductRef struct{ UPC, SKU string }

// ProductsByRef returns a product or nil for every reference, in order. It makes one query for each kind of key.
func (c *Core) ProductsByRef(ctx context.Context, refs []ProductRef) ([]*Product, error) {
	var upcs, skus []string
	for _, ref := range refs {
		if ref.UPC != "" {
			upcs = append(upcs, ref.UPC)
		} else {
			skus = append(skus, ref.SKU)
		}
	}
	byUPC, err := c.store.ProductsByUPC(ctx, upcs)
	if err != nil {
		return nil, err
	}
	bySKU, err := c.store.ProductsBySKU(ctx, skus)
	if err != nil {
		return nil, err
	}
	found := make(map[ProductRef]*Product, len(refs))
	for _, product := range append(byUPC, bySKU...) {
		found[ProductRef{UPC: product.Upc}] = product
		found[ProductRef{SKU: product.Sku}] = product
	}
	products := make([]*Product, len(refs))
	for i, ref := range refs {
		if ref.UPC != "" {
			ref.SKU = ""
		}
		products[i] = found[ref]
	}
	return products, nil
}

// Product returns the product, or nil when there is none.
func (c *Core) Product(ctx context.Context, upc string) (*Product, error) {
	return dataloader.Load(ctx, loadProduct{}, upc, func(ctx context.Context, upcs []string) (map[string]*Product, error) {
		products, err := c.store.ProductsByUPC(ctx, upcs)
		return dataloader.ByKey(products, func(p *Product) string { return p.Upc }), err
	})
}

// TopProducts returns the best-selling products.
func (c *Core) TopProducts(ctx context.Context, first int) ([]*Product, error) {
	if err := page.CheckFirst(first, maxPage); err != nil {
		return nil, err
	}
	ask := page.Ask[ProductPosition]{Count: first}
	found, err := c.store.Products(ctx, ProductQuery{Sort: BestSelling, Page: ask})
	products, _ := page.Cut(ask, found)
	return products, err
}

// Categories returns all categories by name.
func (c *Core) Categories(ctx context.Context) ([]*Category, error) {
	return c.store.Categories(ctx, nil)
}

// CategoriesByID returns a category or nil for every id, in order.
func (c *Core) CategoriesByID(ctx context.Context, ids []string) ([]*Category, error) {
	found, err := c.categoryMap(ctx, ids)
	return dataloader.InOrder(ids, found), err
}

// Category returns the category, or nil when there is none.
func (c *Core) Category(ctx context.Context, id string) (*Category, error) {
	return dataloader.Load(ctx, loadCategory{}, id, c.categoryMap)
}

// Brands returns all brands by name.
func (c *Core) Brands(ctx context.Context) ([]*Brand, error) { return c.store.Brands(ctx, nil) }

// BrandsByID returns a brand or nil for every id, in order.
func (c *Core) BrandsByID(ctx context.Context, ids []string) ([]*Brand, error) {
	found, err := c.brandMap(ctx, ids)
	return dataloader.InOrder(ids, found), err
}

// Brand returns the brand, or nil when there is none.
func (c *Core) Brand(ctx context.Context, id string) (*Brand, error) {
	return dataloader.Load(ctx, loadBrand{}, id, c.brandMap)
}

// Featured returns products, categories and brands by turns.
func (c *Core) Featured(ctx context.Context, first int) ([]Item, error) {
	if err := page.CheckFirst(first, maxFeatured); err != nil {
		return nil, err
	}
	products, err := c.TopProducts(ctx, first)
	if err != nil {
		return nil, err
	}
	categories, err := c.Categories(ctx)
	if err != nil {
		return nil, err
	}
	brands, err := c.Brands(ctx)
	if err != nil {
		return nil, err
	}
	items := make([]Item, 0, 3*first)
	for i := 0; i < first; i++ {
		if i < len(products) {
			items = append(items, products[i])
		}
		if i < len(categories) {
			items = append(items, categories[i])
		}
		if i < len(brands) {
			items = append(items, brands[i])
		}
	}
	return items[:min(first, len(items))], nil
}

// The names of the loaders.
type (
	loadProduct            struct{}
	loadCategory           struct{}
	loadBrand              struct{}
	loadCount              struct{}
	loadProductsOfCategory struct{ first int }
	loadProductsOfBrand    struct{ first int }
)

// CategoryOf returns the product's category.
func (c *Core) CategoryOf(ctx context.Context, product *Product) (*Category, error) {
	return c.Category(ctx, product.CategoryID)
}

// BrandOf returns the product's brand.
func (c *Core) BrandOf(ctx context.Context, product *Product) (*Brand, error) {
	return c.Brand(ctx, product.BrandID)
}

// Related returns other products of the product's category, best-selling first.
func (c *Core) Related(ctx context.Context, product *Product, first int) ([]*Product, error) {
	if err := page.CheckFirst(first, maxFeatured); err != nil {
		return nil, err
	}
	top, err := c.topOfCategory(ctx, product.CategoryID, first+1)
	others := make([]*Product, 0, first)
	for _, other := range top {
		if other.Upc != product.Upc && len(others) < first {
			others = append(others, other)
		}
	}
	return others, err
}

// CountOf counts the products of the category.
func (c *Core) CountOf(ctx context.Context, category *Category) (int, error) {
	return dataloader.Load(ctx, loadCount{}, category.ID, c.store.CountByCategory)
}

// ProductsOfCategory returns the category's best-selling products.
func (c *Core) ProductsOfCategory(ctx context.Context, category *Category, first int) ([]*Product, error) {
	if err := page.CheckFirst(first, maxPage); err != nil {
		return nil, err
	}
	return c.topOfCategory(ctx, category.ID, first)
}

func (c *Core) topOfCategory(ctx context.Context, id string, first int) ([]*Product, error) {
	return dataloader.Load(ctx, loadProductsOfCategory{first}, id,
		func(ctx context.Context, ids []string) (map[string][]*Product, error) {
			return c.store.TopOfCategories(ctx, ids, first)
		})
}

// ProductsOfBrand returns the brand's best-selling products.
func (c *Core) ProductsOfBrand(ctx context.Context, brand *Brand, first int) ([]*Product, error) {
	if err := page.CheckFirst(first, maxPage); err != nil {
		return nil, err
	}
	return dataloader.Load(ctx, loadProductsOfBrand{first}, brand.ID,
		func(ctx context.Context, ids []string) (map[string][]*Product, error) {
			return c.store.TopOfBrands(ctx, ids, first)
		})
}

func (c *Core) categoryMap(ctx context.Context, ids []string) (map[string]*Category, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	categories, err := c.store.Categories(ctx, ids)
	return dataloader.ByKey(categories, func(c *Category) string { return c.ID }), err
}

func (c *Core) brandMap(ctx context.Context, ids []string) (map[string]*Brand, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	brands, err := c.store.Brands(ctx, ids)
	return dataloader.ByKey(brands, func(b *Brand) string { return b.ID }), err
}
