package main

import (
	_ "embed" // the scripts
	"fmt"
)

// The scripts know nothing of weft's commands: they ask weft __complete, so that they fit every version.
var (
	//go:embed completion/weft.bash
	bashScript string
	//go:embed completion/weft.zsh
	zshScript string
	//go:embed completion/weft.fish
	fishScript string
)

type completionCommand struct {
	Shell string `arg:"" help:"bash, zsh or fish." enum:"bash,zsh,fish"`
}

// Help says where the scripts go.
func (completionCommand) Help() string {
	return `
Load it in every new shell, with weft on the PATH:

    bash  echo 'source <(weft completion bash)' >> ~/.bashrc
    zsh   echo 'source <(weft completion zsh)' >> ~/.zshrc
    fish  weft completion fish > ~/.config/fish/completions/weft.fish
`
}

// Run prints the script.
func (c completionCommand) Run() error {
	script := map[string]string{"bash": bashScript, "zsh": zshScript, "fish": fishScript}[c.Shell]
	_, err := fmt.Print(script)
	return err
}
