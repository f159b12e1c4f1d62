package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// completeWord begins the command lines by which the shells' scripts ask what could come next; what follows are the
// words so far, the last of which is being written and may be empty.
const completeWord = "__complete"

// What a shell should complete by itself, in the place of proposals.
const (
	completeFiles       = ":files"
	completeDirectories = ":directories"
)

// complete prints what the last word can be, one proposal per line with a tab before its description, and returns the
// exit status. Proposals that do not begin with the word are left out.
func complete(out io.Writer, app *kong.Node, words []string) int {
	if len(words) == 0 {
		words = []string{""}
	}
	w := &completion{node: app}
	last := len(words) - 1
	for _, word := range words[:last] {
		w.pass(word)
	}
	for _, p := range w.propose(words[last]) {
		if _, err := fmt.Fprintln(out, p); err != nil {
			return 1
		}
	}
	return 0
}

// completion is how far a command line has come.
type completion struct {
	node *kong.Node
	// flag waits for its value; nil when none does.
	flag *kong.Flag
	// given counts the positional arguments so far; plain is set after "--", when no flags follow.
	given int
	plain bool
}

// pass takes a word that is complete.
func (c *completion) pass(word string) {
	switch {
	case c.flag != nil:
		c.flag = nil
	case word == "--" && !c.plain:
		c.plain = true
	case strings.HasPrefix(word, "-") && !c.plain:
		name, _, hasValue := strings.Cut(word, "=")
		if flag := c.find(name); flag != nil && !hasValue && !flag.IsBool() {
			c.flag = flag
		}
	default:
		if child := childOf(c.node, word); child != nil {
			c.node, c.given = child, 0
			return
		}
		c.given++
	}
}

// find returns the flag that is written like this, or nil.
func (c *completion) find(name string) *kong.Flag {
	for _, group := range c.node.AllFlags(false) {
		for _, flag := range group {
			if name == "--"+flag.Name || flag.Short != 0 && name == "-"+string(flag.Short) {
				return flag
			}
		}
	}
	return nil
}

func childOf(node *kong.Node, name string) *kong.Node {
	for _, child := range node.Children {
		if child.Name == name && !child.Hidden {
			return child
		}
	}
	return nil
}

// propose lists what the word can become.
func (c *completion) propose(word string) []string {
	if c.flag != nil {
		return valuesOf(c.flag.Value, "", word)
	}
	if strings.HasPrefix(word, "-") && !c.plain {
		if name, value, ok := strings.Cut(word, "="); ok {
			if flag := c.find(name); flag != nil {
				return valuesOf(flag.Value, name+"=", value)
			}
			return nil
		}
		return c.flags(word)
	}
	if len(c.node.Children) > 0 {
		var found []string
		for _, child := range c.node.Children {
			if !child.Hidden && strings.HasPrefix(child.Name, word) {
				found = append(found, child.Name+"\t"+oneLine(child.Help))
			}
		}
		return found
	}
	switch n := len(c.node.Positional); {
	case c.node.Name == "help":
		return c.commands(word)
	case c.given < n:
		return valuesOf(c.node.Positional[c.given], "", word)
	case n > 0 && c.node.Positional[n-1].IsCumulative():
		return valuesOf(c.node.Positional[n-1], "", word)
	default:
		return c.flags(word)
	}
}

// commands proposes what weft help explains. The words before have been taken as its arguments.
func (c *completion) commands(word string) []string {
	if c.given > 0 {
		return nil
	}
	return (&completion{node: c.node.Parent}).propose(word)
}

func (c *completion) flags(word string) []string {
	var found []string
	for _, group := range c.node.AllFlags(true) {
		for _, flag := range group {
			if strings.HasPrefix("--"+flag.Name, word) {
				found = append(found, "--"+flag.Name+"\t"+oneLine(flag.Help))
			}
		}
	}
	slices.Sort(found)
	return found
}

// valuesOf lists the values of a flag or argument, each with the prefix. The tag files marks those that can be a file,
// besides what else they can be.
func valuesOf(value *kong.Value, prefix, word string) []string {
	if value.Enum != "" {
		var found []string
		for _, one := range strings.Split(value.Enum, ",") {
			if one = strings.TrimSpace(one); strings.HasPrefix(one, word) {
				found = append(found, prefix+one)
			}
		}
		return found
	}
	switch {
	case value.Tag.Type == "existingdir":
		return []string{completeDirectories}
	case value.Tag.Type == "existingfile", value.Tag.Type == "path", value.Tag.Has("files"):
		return []string{completeFiles}
	default:
		return nil
	}
}

// oneLine is the first sentence of a help text, for lists.
func oneLine(help string) string {
	sentence, _, _ := strings.Cut(help, ". ")
	return strings.TrimSuffix(strings.ReplaceAll(sentence, "\n", " "), ".")
}
