// Package fulltext finds texts by the words they contain, alike in SQLite (FTS5) and PostgreSQL (tsvector): words are
// made here, when a text is written and when somebody searches, and the databases only compare them.
package fulltext

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// letters have a usual Latin spelling that Unicode does not know of.
var letters = strings.NewReplacer("ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "æ", "ae", "œ", "oe", "ı", "i")

// Words are the words of a text in the order they come: case and accents of Latin, Greek and Cyrillic letters do not
// count, nor do compatibility forms (NFKD). A character of a script that is written without spaces is a word of its
// own.
func Words(text string) []string {
	var words []string
	var word strings.Builder
	end := func() {
		if word.Len() > 0 {
			words = append(words, word.String())
			word.Reset()
		}
	}
	for _, r := range fold(text) {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana):
			end()
			word.WriteRune(r)
			end()
		case unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) && word.Len() > 0:
			word.WriteRune(r)
		default:
			end()
		}
	}
	end()
	return words
}

// fold makes texts the same that a person would take for the same.
func fold(text string) string {
	folded := norm.NFKD.String(cases.Fold().String(norm.NFKD.String(text)))
	return letters.Replace(strings.Map(func(r rune) rune {
		if r >= 0x300 && r <= 0x36f { // accents
			return -1
		}
		return r
	}, folded))
}

// Normalize is the words of a text with one space between: the form in which texts are compared and put in order.
func Normalize(text string) string { return strings.Join(Words(text), " ") }

// maxSlug bounds a slug, in characters.
const maxSlug = 80

// Slug makes the last part of an address from a name: its words with hyphens between, in the letters of their script.
// It is empty when there is no word.
func Slug(name string) string {
	slug := []rune(strings.Join(Words(name), "-"))
	return strings.TrimSuffix(string(slug[:min(len(slug), maxSlug)]), "-")
}

// Terms are words in the form in which databases store and compare them: ASCII letters and digits as they are, and
// every other character as an underscore and its number, so that no database has an opinion about it. What begins like
// a word has a term that begins like the word's.
func Terms(words []string) []string {
	terms := make([]string, len(words))
	for i, word := range words {
		var b strings.Builder
		for _, r := range word {
			if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
				b.WriteRune(r)
			} else {
				fmt.Fprintf(&b, "_%05x", r)
			}
		}
		terms[i] = b.String()
	}
	return terms
}

// Word is the text that a term of Terms stands for; ok is false for what is none.
func Word(term string) (word string, ok bool) {
	var b strings.Builder
	for rest := term; rest != ""; {
		if rest[0] != '_' {
			b.WriteByte(rest[0])
			rest = rest[1:]
			continue
		}
		if len(rest) < 6 {
			return "", false
		}
		r, err := strconv.ParseUint(rest[1:6], 16, 32)
		if err != nil {
			return "", false
		}
		b.WriteRune(rune(r))
		rest = rest[6:]
	}
	return b.String(), true
}

// Stored is what a column of terms holds for a text.
func Stored(text string) string { return strings.Join(Terms(Words(text)), " ") }
