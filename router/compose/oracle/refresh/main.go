// Command refresh asks the reference composer about every case of the corpus and rewrites the cached verdicts.
//
//	go run ./router/compose/oracle/refresh -modules DIR
//
// DIR is a folder with node_modules holding @apollo/composition and graphql; `make compose-oracle` prepares one.
// With -show NAME it prints the named case (its subgraphs as the composer sees them) and the reference's full answer,
// messages included, and writes nothing.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/weft-graphql/weft/router/compose/oracle"
)

func main() {
	modules := flag.String("modules", "", "folder whose node_modules holds the reference")
	root := flag.String("root", "router/compose/oracle", "folder of the corpus")
	show := flag.String("show", "", "print one case and the reference's answer instead of writing verdicts")
	flag.Parse()
	if err := run(*modules, *root, *show); err != nil {
		fmt.Fprintln(os.Stderr, "refresh:", err)
		os.Exit(1)
	}
}

func run(modules, root, show string) error {
	cases, err := oracle.Cases()
	if err != nil {
		return err
	}
	var asked []*oracle.Case
	for _, c := range cases {
		if (show == "" && c.Declared == "") || c.ID() == show {
			asked = append(asked, c)
		}
	}
	answers, err := oracle.Ask(modules, filepath.Join(root, "reference.cjs"), asked, nil)
	if err != nil {
		return err
	}
	if show != "" {
		return display(asked, answers)
	}
	return write(filepath.Join(root, "testdata", "verdicts"), asked, answers)
}

func display(cases []*oracle.Case, answers map[string]*oracle.Answer) error {
	if len(cases) == 0 {
		return fmt.Errorf("no such case")
	}
	for _, c := range cases {
		for _, s := range c.Subgraphs {
			fmt.Printf("-- %s --\n%s\n", s.Name, s.SDL)
		}
		a := answers[c.ID()]
		for _, p := range a.Errors {
			fmt.Printf("error %s: %s\n", p.Code, p.Message)
		}
		for _, p := range a.Hints {
			fmt.Printf("hint %s: %s\n", p.Code, p.Message)
		}
		fmt.Printf("-- supergraph --\n%s\n-- api --\n%s\n", a.Supergraph, a.API)
	}
	return nil
}

func write(dir string, cases []*oracle.Case, answers map[string]*oracle.Answer) error {
	groups := map[string]*bytes.Buffer{}
	for _, c := range cases {
		a := answers[c.ID()]
		if a == nil {
			return fmt.Errorf("%s: the reference gave no answer", c.ID())
		}
		v, err := a.Verdict(c)
		if err != nil {
			return fmt.Errorf("%s: %w", c.ID(), err)
		}
		if groups[c.Group] == nil {
			groups[c.Group] = &bytes.Buffer{}
		}
		v.Write(groups[c.Group], c.Name)
	}
	old, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil {
		return err
	}
	for _, name := range old {
		if groups[strings.TrimSuffix(filepath.Base(name), ".txt")] == nil {
			if err := os.Remove(name); err != nil {
				return err
			}
		}
	}
	for group, text := range groups {
		if err := os.WriteFile(filepath.Join(dir, group+".txt"), text.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return nil
}
