// Command weft-router is the router alone: what production runs. It has no sample services, composer command or
// embedded servers; weft has everything.
package main

import "github.com/weft-graphql/weft/router/standalone"

func main() { standalone.Main() }
