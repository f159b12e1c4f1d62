package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules"
	"github.com/weft-graphql/weft/router/standalone"
)

type configCommand struct {
	Schema   configSchemaCommand   `cmd:"" help:"Print the JSON Schema of the configuration file, for editors."`
	Example  configExampleCommand  `cmd:"" help:"Print a configuration file with every setting and its default."`
	Validate configValidateCommand `cmd:"" help:"Check a configuration file."`
	Diff     configDiffCommand     `cmd:"" help:"List the settings that differ between two configuration files."`
	Check    configCheckCommand    `cmd:"" help:"Tell what in a configuration file is unsafe for the public, and why."`
}

type configSchemaCommand struct{}

// Run prints the JSON Schema.
func (configSchemaCommand) Run() error {
	text, err := config.Schema(modules.Sections(modules.List()))
	if err != nil {
		return err
	}
	fmt.Println(string(text))
	return nil
}

type configExampleCommand struct{}

// Run prints the example.
func (configExampleCommand) Run() error {
	fmt.Print(config.Example(modules.Sections(modules.List())))
	return nil
}

type configValidateCommand struct {
	File string `arg:"" help:"The configuration file." type:"existingfile"`
}

// Run checks the file.
func (c configValidateCommand) Run() error {
	if _, err := loadConfig(c.File, nil); err != nil {
		return err
	}
	fmt.Printf("%s is fine\n", c.File)
	return nil
}

type configDiffCommand struct {
	From string `arg:"" help:"A configuration file, such as the one in use." type:"existingfile"`
	To   string `arg:"" help:"Another one." type:"existingfile"`
}

// Run prints the differences, and fails when there are some, as diff does.
func (c configDiffCommand) Run() error {
	from, err := loadConfig(c.From, nil)
	if err != nil {
		return err
	}
	to, err := loadConfig(c.To, nil)
	if err != nil {
		return err
	}
	found := config.Diff(from, to)
	if len(found) == 0 {
		fmt.Println("no setting differs")
		return nil
	}
	absent := func(value string) string {
		if value == "" {
			return "(none)"
		}
		return value
	}
	for _, d := range found {
		fmt.Printf("%s: %s -> %s\n", d.Key, absent(d.From), absent(d.To))
	}
	if fixed := standalone.NeedRestart(from, to); len(fixed) > 0 {
		fmt.Printf("A running router takes over all but %s, which need a restart.\n", strings.Join(fixed, ", "))
	}
	return exitError(1)
}

type configCheckCommand struct {
	File string `arg:"" help:"The configuration file." type:"existingfile"`
}

// Run checks the file, and fails when something in it is unsafe.
func (c configCheckCommand) Run() error {
	loaded, err := loadConfig(c.File, nil)
	if err != nil {
		return err
	}
	found := loaded.Unsafe()
	if len(found) == 0 {
		fmt.Printf("%s is fit for the public\n", c.File)
		return nil
	}
	for _, problem := range found {
		fmt.Println(problem.Error())
	}
	return exitError(1)
}

// loadConfig reads a configuration and prints what is wrong with it, one problem per line.
func loadConfig(file string, override func(*config.Config)) (*config.Config, error) {
	return explained(standalone.LoadConfig(standalone.ConfigSource(file, modules.List(), override), os.Stderr))
}

// explained is a configuration about whose mistakes everything has been said.
func explained(c *config.Config, err error) (*config.Config, error) {
	if errors.Is(err, standalone.ErrConfiguration) {
		return nil, exitError(1)
	}
	return c, err
}
