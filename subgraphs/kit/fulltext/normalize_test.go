package fulltext_test

import (
	"testing"

	"github.com/weft-graphql/weft/subgraphs/kit/fulltext"
)

func TestNormalize(t *testing.T) {
	for text, want := range map[string]string{
		"Über-Stuhl":      "uber stuhl",
		"  CAFÉ  crème ":  "cafe creme",
		"Straße":          "strasse",
		"Åse Bjørn Łódź":  "ase bjorn lodz",
		"ﬁne ２０２６":        "fine 2026",
		"Стул Ёлка":       "стул елка",
		"椅子 Chair":        "椅 子 chair",
		"कुर्सी":          "कुर्सी",
		"50% off_now":     "50 off now",
		"\u0301 !?":       "",
		"İstanbul ışık":   "istanbul isik",
		"Ὀδυσσεύς ΌΣΟΣ":   "οδυσσευσ οσοσ",
		"a\u0000b\u200bc": "a b c",
	} {
		if got := fulltext.Normalize(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestSlug(t *testing.T) {
	for name, want := range map[string]string{
		"Arlo Oak Chair": "arlo-oak-chair", "Über & Co.": "uber-co", "Стул": "стул", "椅子": "椅-子", "!?": "",
	} {
		if got := fulltext.Slug(name); got != want {
			t.Errorf("%q becomes %q, want %q", name, got, want)
		}
	}
}

func TestTermsBeginLikeTheirWords(t *testing.T) {
	got := fulltext.Terms([]string{"oak2", "сту", "стул"})
	if got[0] != "oak2" || got[1]+"_0043b" != got[2] {
		t.Errorf("terms: %q", got)
	}
}
