package subgraphs

//go:generate go run github.com/weft-graphql/weft/subgraphs/kit/generate
