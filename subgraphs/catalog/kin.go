package catalog

import (
	"context"

	"github.com/weft-graphql/weft/subgraphs/kit/load"
)

// relate notes that the products were read together.
func relate(products []*Product) []*Product {
	categories := make([]string, len(products))
	brands := make([]string, len(products))
	for i, product := range products {
		categories[i], brands[i] = product.CategoryID, product.BrandID
	}
	kin := &productKin{load.Of(categories), load.Of(brands)}
	for _, product := range products {
		product.kin = kin
	}
	return products
}

// relateAll notes that the products of all lists were read together.
func relateAll(lists map[string][]*Product, err error) (map[string][]*Product, error) {
	var all []*Product
	for _, list := range lists {
		all = append(all, list...)
	}
	relate(all)
	return lists, err
}

func relateCategories(categories []*Category) []*Category {
	ids := make([]string, len(categories))
	for i, category := range categories {
		ids[i] = category.ID
	}
	kin := load.Of(ids)
	for _, category := range categories {
		category.kin = kin
	}
	return categories
}

func relateBrands(brands []*Brand) []*Brand {
	ids := make([]string, len(brands))
	for i, brand := range brands {
		ids[i] = brand.ID
	}
	kin := load.Of(ids)
	for _, brand := range brands {
		brand.kin = kin
	}
	return brands
}

func (c *Core) categoryMap(ctx context.Context, ids []string) (map[string]*Category, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	categories, err := c.store.Categories(ctx, ids)
	if err != nil {
		return nil, err
	}
	return load.ByKey(relateCategories(categories), func(c *Category) string { return c.ID }), nil
}

func (c *Core) brandMap(ctx context.Context, ids []string) (map[string]*Brand, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	brands, err := c.store.Brands(ctx, ids)
	if err != nil {
		return nil, err
	}
	return load.ByKey(relateBrands(brands), func(b *Brand) string { return b.ID }), nil
}
