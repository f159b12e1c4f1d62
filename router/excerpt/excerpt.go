// Package excerpt shortens what messages quote. An error that repeats its input is as long as that, and a name of a
// hundred megabytes in a schema would be a line of a hundred megabytes in a log.
package excerpt

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	// maxWord is the longest word that is left as it is, wordHead and wordTail what is left of a longer one.
	maxWord, wordHead, wordTail = 300, 120, 40
	// maxText is the longest text that is left as it is, textHead and textTail what is left of a longer one.
	maxText, textHead, textTail = 32_000, 24_000, 6_000
)

// Of returns a message whose longest words, and which itself, are shortened in the middle.
func Of(message string) string {
	if len(message) <= maxWord {
		return message
	}
	return middle(words(message), maxText, textHead, textTail)
}

// words shortens the words of a text.
func words(text string) string {
	var out strings.Builder
	kept := 0
	for at := 0; at < len(text); {
		end := len(text)
		if i := strings.IndexAny(text[at:], " \t\r\n"); i >= 0 {
			end = at + i
		}
		if end-at > maxWord {
			out.WriteString(text[kept:at])
			out.WriteString(middle(text[at:end], maxWord, wordHead, wordTail))
			kept = end
		}
		at = end + 1
	}
	if kept == 0 {
		return text
	}
	out.WriteString(text[kept:])
	return out.String()
}

// middle leaves out the middle of a text that is too long, and tells of how many bytes.
func middle(text string, longest, head, tail int) string {
	if len(text) <= longest {
		return text
	}
	from, to := head, len(text)-tail
	for from > 0 && !utf8.RuneStart(text[from]) {
		from--
	}
	for to < len(text) && !utf8.RuneStart(text[to]) {
		to++
	}
	return fmt.Sprintf("%s…(%d bytes)…%s", text[:from], to-from, text[to:])
}

// Error returns an error whose message is shortened and that wraps err; err itself when its message is short.
func Error(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	if short := Of(text); short != text {
		return &shortened{short, err}
	}
	return err
}

type shortened struct {
	text  string
	cause error
}

func (s *shortened) Error() string { return s.text }

func (s *shortened) Unwrap() error { return s.cause }
