package main

import (
	"fmt"
	"runtime"

	"github.com/weft-graphql/weft/router/standalone"
)

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run() error {
	fmt.Println(versionText())
	return nil
}

func versionText() string {
	return fmt.Sprintf("weft %s (%s %s/%s)", standalone.Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
