package graph

import (
	"github.com/weft-graphql/weft/subgraphs/inventory"
	"github.com/weft-graphql/weft/subgraphs/inventory/graph/model"
)

// dimensions are those that the router sent along; nil when one of them is not known.
func dimensions(d *model.DimensionsRepresentation) *inventory.Dimensions {
	if d == nil || d.Width == nil || d.Height == nil || d.Depth == nil {
		return nil
	}
	return &inventory.Dimensions{Width: *d.Width, Height: *d.Height, Depth: *d.Depth}
}
