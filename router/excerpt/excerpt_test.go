package excerpt

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestWhatIsShortStaysAsItIs(t *testing.T) {
	for _, text := range []string{"", "a b", strings.Repeat("x", maxWord), strings.Repeat("word ", 6000)} {
		if got := Of(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
		err := errors.New(text)
		if Error(err) != err {
			t.Errorf("%q became another error", text)
		}
	}
	if Error(nil) != nil {
		t.Error("no error became one")
	}
}

func TestWhatIsLongIsShortened(t *testing.T) {
	for name, text := range map[string]string{
		"a word":      `Unexpected Name "` + strings.Repeat("x", 1<<20) + `" here`,
		"two words":   strings.Repeat("a", 1<<20) + " and\n" + strings.Repeat("b", 1<<20),
		"many words":  strings.Repeat("word ", 1<<20),
		"other runes": strings.Repeat("é", 1<<20) + " 1" + strings.Repeat("é", 1<<20),
	} {
		got := Of(text)
		if len(got) > maxText || !utf8.ValidString(got) || !strings.Contains(got, "bytes)") {
			t.Errorf("%s: %d bytes, valid %v: %.500q", name, len(got), utf8.ValidString(got), got)
		}
		if got[:100] != text[:100] || got[len(got)-10:] != text[len(text)-10:] {
			t.Errorf("%s: its ends have changed: %q", name, got)
		}
		cause := errors.New(text)
		if err := Error(cause); err.Error() != got || !errors.Is(err, cause) {
			t.Errorf("%s: the error is %.200v", name, err)
		}
	}
}
