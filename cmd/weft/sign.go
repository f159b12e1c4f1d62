package main

import (
	"fmt"
	"os"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/source"
)

type signCommand struct {
	Supergraph string `arg:"" help:"The supergraph; its signature is written beside it, as FILE.sig." type:"existingfile" placeholder:"FILE"`
	Key        string `required:"" help:"File of the Ed25519 private key, in PEM." type:"existingfile" placeholder:"FILE"`
}

// Run signs a supergraph, so that routers can tell who made it.
func (c signCommand) Run() error {
	sdl, err := config.ReadFile(c.Supergraph)
	if err != nil {
		return err
	}
	return signFile(c.Supergraph, sdl, c.Key)
}

// signFile writes the signature of a supergraph beside it.
func signFile(path string, sdl []byte, keyFile string) error {
	key, err := config.ReadFile(keyFile)
	if err != nil {
		return err
	}
	signature, err := source.Sign(sdl, key)
	if err != nil {
		return fmt.Errorf("%s: %w", shortPath(keyFile), err)
	}
	if err := writeFile(path+".sig", signature); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "wrote the signature to %s.sig\n", shortPath(path))
	return nil
}
