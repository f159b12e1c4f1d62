// Package deploy has what Weft is deployed with. Its tests hold these files against the tools that will read them.
package deploy
