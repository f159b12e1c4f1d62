// Package genqlient is the code that genqlient makes of a few operations, for a test that asks a router with it.
package genqlient

//go:generate go tool genqlient genqlient.yaml
