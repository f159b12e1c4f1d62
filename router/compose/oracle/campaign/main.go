// Command campaign composes hostile small inputs and compares with what the reference composer says about them, by
// kind:
//
//	go run ./router/compose/oracle/campaign -modules DIR [-n 200] [-seed 1] [-kind links] [-show 3]
//
// DIR is a folder with node_modules holding @apollo/composition and graphql; `make compose-campaign` prepares one.
// Every supergraph of ours is read by the reference's own reader, too, and operations over it are planned by our
// planner. With -show it prints so many differing inputs of each kind, each different in another way.
package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"github.com/weft-graphql/weft/router/compose/oracle"
	"github.com/weft-graphql/weft/router/compose/oracle/hostile"
	"github.com/weft-graphql/weft/router/plan/plantest"
)

func main() {
	modules := flag.String("modules", "", "folder whose node_modules holds the reference")
	root := flag.String("root", "router/compose/oracle", "folder of the corpus")
	n := flag.Int("n", 200, "inputs of each kind")
	seed := flag.Uint64("seed", 1, "where random inputs begin")
	only := flag.String("kind", "", "the one kind to ask about")
	show := flag.Int("show", 0, "differing inputs of each kind to print")
	flag.Parse()
	if err := run(*modules, *root, *n, *seed, *only, *show); err != nil {
		fmt.Fprintln(os.Stderr, "campaign:", err)
		os.Exit(1)
	}
}

// walks is how many random operations are planned over each supergraph, besides those that cover its fields.
const walks = 20

// figures count how often both agree.
type figures struct {
	inputs, crashes              int // of the reference, which are not compared
	verdicts, first              int
	composed, api, join, readers int
	composedByUs                 int
	ownUnread                    int // which the reference does not read of its own either
	planned                      int
}

func (f *figures) add(o figures) {
	f.inputs += o.inputs
	f.crashes += o.crashes
	f.verdicts += o.verdicts
	f.first += o.first
	f.composed += o.composed
	f.api += o.api
	f.join += o.join
	f.readers += o.readers
	f.composedByUs += o.composedByUs
	f.ownUnread += o.ownUnread
	f.planned += o.planned
}

func share(part, of int) string {
	if of == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f", 100*float64(part)/float64(of))
}

func (f *figures) row(kind string) string {
	judged := f.inputs - f.crashes
	return fmt.Sprintf("| %s | %d | %d | %s | %s | %d | %s | %s | %d of %d | %d |",
		kind, f.inputs, f.crashes, share(f.verdicts, judged), share(f.first, judged),
		f.composed, share(f.api, f.composed), share(f.join, f.composed), f.composedByUs-f.readers-f.ownUnread, f.composedByUs,
		f.composedByUs-f.planned)
}

func run(modules, root string, n int, seed uint64, only string, show int) error {
	all, err := hostile.Kinds()
	if err != nil {
		return err
	}
	fmt.Println("| kind | inputs | reference crashes | verdict % | first code % | composed by both | API % | join % " +
		"| unreadable | unplanned |")
	fmt.Println("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
	var total figures
	var shown []string
	for _, k := range all {
		if only != "" && k.Name != only {
			continue
		}
		f, details, err := ask(k, modules, filepath.Join(root, "reference.cjs"), n, seed, show)
		if err != nil {
			return fmt.Errorf("%s: %w", k.Name, err)
		}
		fmt.Println(f.row(k.Name))
		total.add(f)
		shown = append(shown, details...)
	}
	fmt.Println(total.row("all"))
	for _, s := range shown {
		fmt.Println(s)
	}
	return nil
}

func ask(k hostile.Kind, modules, script string, n int, seed uint64, show int) (figures, []string, error) {
	var cases []*oracle.Case
	for i := range uint64(n) {
		cases = append(cases, k.Case(seed+i))
	}
	ours := map[string]string{}
	for _, c := range cases {
		if result, errs := oracle.Compose(c); len(errs) == 0 {
			ours[c.ID()] = result.SupergraphSDL
		}
	}
	answers, err := oracle.Ask(modules, script, cases, ours)
	if err != nil {
		return figures{}, nil, err
	}
	var f figures
	var details []string
	ways := map[string]bool{}
	for _, c := range cases {
		a := answers[c.ID()]
		if a == nil {
			return f, nil, fmt.Errorf("the reference gave no answer to %s", c.ID())
		}
		differs, err := f.judge(c, a)
		if err != nil {
			return f, nil, fmt.Errorf("%s: %w", c.ID(), err)
		}
		if way := wayOf(differs); differs != "" && !ways[way] && len(ways) < show {
			ways[way] = true
			details = append(details, describe(c, a, differs))
		}
	}
	return f, details, nil
}

// judge counts one input, and tells what differs.
func (f *figures) judge(c *oracle.Case, a *oracle.Answer) (string, error) {
	f.inputs++
	v, err := a.Verdict(c)
	if err != nil {
		return "", err
	}
	result, errs := oracle.Compose(c)
	differs := ""
	if len(errs) == 0 {
		f.composedByUs++
		switch {
		case a.Unread == "":
			f.readers++
		case a.OwnUnread != "":
			f.ownUnread++
		default:
			differs = "unreadable: " + a.Unread
		}
		if err := plantest.Unplanned(result.SupergraphSDL, rand.New(rand.NewPCG(uint64(f.inputs), 3)), walks); err != nil {
			differs = "composes, but has no plan: " + err.Error()
		} else {
			f.planned++
		}
	}
	if !v.OK() && v.Errors[0] == oracle.Crashed {
		f.crashes++
		return differs, nil
	}
	got := oracle.Compare(v, result, errs)
	count(&f.verdicts, got.Verdict)
	count(&f.first, got.First)
	if v.OK() && len(errs) == 0 {
		f.composed++
		count(&f.api, got.API)
		count(&f.join, got.Join)
	}
	if !got.Equal() {
		differs = strings.Join(got.Detail, "\n  ") + "\n" + differs
	}
	return differs, nil
}

func count(n *int, yes bool) {
	if yes {
		*n++
	}
}

// wayOf is the first line, without the names in it: what makes two differences the same way to differ.
func wayOf(differs string) string {
	line, _, _ := strings.Cut(differs, "\n")
	if strings.HasPrefix(line, "the reference says") || strings.HasPrefix(line, "unreadable") {
		return line
	}
	words := strings.Fields(line)
	return strings.Join(words[:min(3, len(words))], " ")
}

func describe(c *oracle.Case, a *oracle.Answer, differs string) string {
	text := "\n==== " + c.ID() + "\n  " + differs + "\n"
	for i, p := range a.Errors {
		if i < 3 {
			text += "  reference: " + p.Code + ": " + firstLines(p.Message) + "\n"
		}
	}
	for _, s := range c.Subgraphs {
		text += "-- " + s.Name + " --\n" + s.SDL + "\n"
	}
	return text
}

func firstLines(text string) string {
	lines := strings.SplitN(text, "\n", 4)
	return strings.Join(lines[:min(3, len(lines))], " / ")
}
