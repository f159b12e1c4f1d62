package catalog

import (
	"context"
	"regexp"
	"strings"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

// SaveCategoryInput is a category to add or to change.
type SaveCategoryInput struct {
	ID, Name, Description string
	ExpectedVersion       *int
}

// SaveBrandInput is a brand to add or to change.
type SaveBrandInput struct {
	ID, Name, Description, Country string
	ExpectedVersion                *int
}

// RemoveCategoryInput names a category to be removed.
type RemoveCategoryInput struct{ ID string }

// RemoveBrandInput names a brand to be removed.
type RemoveBrandInput struct{ ID string }

// shelfPattern keeps ids of categories and brands apart from those of everything else: see foreign.
var shelfPattern = regexp.MustCompile(`^[a-z]{4}[a-z0-9-]{0,36}$`)

var countryPattern = regexp.MustCompile(`^[A-Z]{2}$`)

// checkShelf notes what is wrong with a category or brand, of which the other one must not have the id.
func (c *Core) checkShelf(ctx context.Context, check *fault.Checker, id, name, description string) error {
	check.Require(shelfPattern.MatchString(id), "input.id",
		"id must be 4 to 40 small letters, digits and hyphens, beginning with four letters")
	for _, kind := range foreign {
		check.Require(!kind.form.MatchString(id), "input.id", "id %q looks like that of something else; take another one", id)
	}
	check.Length(name, 1, 80, "input.name")
	check.Length(description, 0, 500, "input.description")
	product, err := c.Product(ctx, id)
	check.Require(product == nil, "input.id", "there is a product with the code %q", id)
	return err
}

// SaveCategory adds a category, or changes one.
func (c *Core) SaveCategory(ctx context.Context, caller wire.Identity, input SaveCategoryInput) (*Category, error) {
	if err := allowed(caller); err != nil {
		return nil, err
	}
	var check fault.Checker
	if err := c.checkShelf(ctx, &check, input.ID, input.Name, input.Description); err != nil {
		return nil, err
	}
	brand, err := c.Brand(ctx, input.ID)
	if err != nil {
		return nil, err
	}
	check.Require(brand == nil, "input.id", "there is a brand with the id %q", input.ID)
	if err := check.Err(); err != nil {
		return nil, err
	}
	category := &Category{
		ID:          input.ID,
		Name:        strings.TrimSpace(input.Name),
		Description: strings.TrimSpace(input.Description),
	}
	return category, c.store.SaveCategory(ctx, category, input.ExpectedVersion)
}

// SaveBrand adds a brand, or changes one.
func (c *Core) SaveBrand(ctx context.Context, caller wire.Identity, input SaveBrandInput) (*Brand, error) {
	if err := allowed(caller); err != nil {
		return nil, err
	}
	var check fault.Checker
	if err := c.checkShelf(ctx, &check, input.ID, input.Name, input.Description); err != nil {
		return nil, err
	}
	category, err := c.Category(ctx, input.ID)
	if err != nil {
		return nil, err
	}
	check.Require(category == nil, "input.id", "there is a category with the id %q", input.ID)
	check.Require(
		countryPattern.MatchString(input.Country),
		"input.country",
		"country must be two capital letters, like DE",
	)
	if err := check.Err(); err != nil {
		return nil, err
	}
	brand := &Brand{
		ID: input.ID, Name: strings.TrimSpace(input.Name), Description: strings.TrimSpace(input.Description), Country: input.Country,
	}
	return brand, c.store.SaveBrand(ctx, brand, input.ExpectedVersion)
}

// RemoveCategory removes a category that no product has.
func (c *Core) RemoveCategory(ctx context.Context, caller wire.Identity, input RemoveCategoryInput) error {
	if err := allowed(caller); err != nil {
		return err
	}
	return c.store.RemoveCategory(ctx, input.ID)
}

// RemoveBrand removes a brand that no product has.
func (c *Core) RemoveBrand(ctx context.Context, caller wire.Identity, input RemoveBrandInput) error {
	if err := allowed(caller); err != nil {
		return err
	}
	return c.store.RemoveBrand(ctx, input.ID)
}

// ShelfChanged is the news of a category or brand (typeName).
func ShelfChanged(typeName, id string, change wire.Change) wire.EntityChanged {
	return wire.EntityChanged{Type: typeName, Key: map[string]any{"id": id}, Subgraph: "catalog", Change: change}
}
