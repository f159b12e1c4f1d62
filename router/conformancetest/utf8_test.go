package conformancetest

import (
	"fmt"
	"strings"
	"testing"
)

// Section 6 of the Autobahn test suite, with all the kinds of sequences of its sources: Markus Kuhn's stress test, the
// Unicode standard's table 3-7, and noncharacters. A text comes back as it is; what is not UTF-8 ends the connection
// with 1007, at the latest when the message is complete.

// Texts that are UTF-8, by the section that has them.
var goodTexts = map[string][]string{
	"6.2.1":  {"Hello-µ@ßöäüàá-UTF-8!!"},
	"6.5":    {"κ", "κό", "κόσ", "κόσμ", "κόσμε"},
	"6.7":    {"\u0080", "\u0800", "\U00010000"},
	"6.9":    {"\u007f", "\u07ff", "\uffff", "\U0010ffff"},
	"6.11":   {"\ud7ff", "\ue000", "\ufffd", "\U0010ffff"},
	"6.22.1": noncharacters(),
	"6.23":   {"\ufff9", "\ufffa", "\ufffb", "\ufffc", "\ufffd", "\ufffe", "\uffff"},
}

// noncharacters are code points that no character will ever have; they are valid in UTF-8.
func noncharacters() (texts []string) {
	for plane := range 17 {
		texts = append(texts, string(rune(plane<<16|0xfffe)), string(rune(plane<<16|0xffff)))
	}
	return texts
}

// Texts that are not UTF-8.
var badTexts = map[string][]string{
	"6.3.1": {"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited"},
	"6.6":   prefixes("κόσμε"),
	"6.8":   {"\xf8\x88\x80\x80\x80", "\xfc\x84\x80\x80\x80\x80"},
	"6.10":  {"\xf7\xbf\xbf\xbf", "\xfb\xbf\xbf\xbf\xbf", "\xfd\xbf\xbf\xbf\xbf\xbf"},
	"6.11":  {"\xf4\x90\x80\x80"},
	// Bytes that only go on, and bytes that only begin, alone, in rows and with a blank behind each.
	"6.12": append(rows("\x80", 7), "\xbf", run(0x80, 0xbf, "")),
	"6.13": {run(0xc0, 0xdf, " "), run(0xe0, 0xef, " "), run(0xf0, 0xf7, " "), run(0xf8, 0xfb, " "), run(0xfc, 0xfd, " ")},
	"6.14": unfinished,
	"6.15": {strings.Join(unfinished, "")},
	"6.16": {"\xfe", "\xff", "\xfe\xfe\xff\xff"},
	// Too many bytes: for a slash, for the last code point that has fewer, and for nothing.
	"6.17": {"\xc0\xaf", "\xe0\x80\xaf", "\xf0\x80\x80\xaf", "\xf8\x80\x80\x80\xaf", "\xfc\x80\x80\x80\x80\xaf"},
	"6.18": {"\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xf8\x87\xbf\xbf\xbf", "\xfc\x83\xbf\xbf\xbf\xbf"},
	"6.19": {"\xc0\x80", "\xe0\x80\x80", "\xf0\x80\x80\x80", "\xf8\x80\x80\x80\x80", "\xfc\x80\x80\x80\x80\x80"},
	"6.20": surrogates[:],
	"6.21": pairs(),
}

var unfinished = []string{
	"\xc0", "\xe0\x80", "\xf0\x80\x80", "\xf8\x80\x80\x80", "\xfc\x80\x80\x80\x80",
	"\xdf", "\xef\xbf", "\xf7\xbf\xbf", "\xfb\xbf\xbf\xbf", "\xfd\xbf\xbf\xbf\xbf",
}

// surrogates are the halves of pairs of UTF-16: the first and last of each half.
var surrogates = [...]string{
	"\xed\xa0\x80", "\xed\xad\xbf", "\xed\xae\x80", "\xed\xaf\xbf", "\xed\xb0\x80", "\xed\xbe\x80", "\xed\xbf\xbf",
}

func pairs() (texts []string) {
	for _, high := range surrogates[:4] {
		for _, low := range surrogates[4:] {
			texts = append(texts, high+low)
		}
	}
	return texts
}

// prefixes are the beginnings of a text that end within a character.
func prefixes(text string) (list []string) {
	starts := map[int]bool{len(text): true}
	for i := range text {
		starts[i] = true
	}
	for i := range len(text) {
		if !starts[i] {
			list = append(list, text[:i])
		}
	}
	return list
}

func rows(text string, most int) (list []string) {
	for n := 1; n <= most; n++ {
		list = append(list, strings.Repeat(text, n))
	}
	return list
}

func run(from, to byte, between string) string {
	var out strings.Builder
	for c := int(from); c <= int(to); c++ {
		out.WriteByte(byte(c))
		out.WriteString(between)
	}
	return out.String()
}

// ways are the ways in which a message can come.
func ways(message string) map[string][]string {
	return map[string][]string{
		"whole": {text(message)}, "in chops": each(1, text(message)),
		"a piece for each byte": {fragments(each(1, message)...)}, "two pieces": {fragments(message[:len(message)-3], message[len(message)-3:])},
	}
}

func TestWebSocketUTF8(t *testing.T) {
	cases := []conversation{
		heard("6.1.1", "an empty text", []string{back("")}, text(said(""))),
		heard("6.1.2", "empty pieces", []string{back("")}, fragments("", said(""), "")),
		failed("6.7.1", "a NUL, which is UTF-8 and no JSON", notGraphQL, text(said("\x00"))),
		// Autobahn calls the next ones strict if the connection ends before all of the message is there. It need not.
		failed("6.4.1", "not UTF-8 in the first of three pieces", notUTF8, fragments(said("κόσμε\xf4\x90"), "\x80\x80", "edited")),
		failed("6.4.2", "not UTF-8 in the second of three pieces", notUTF8, fragments(said("κόσμε\xf4"), "\x90\x80\x80", "edited")),
		failed("6.4.3", "the same, in chops", notUTF8, each(3, fragments(said("κόσμε\xf4\x90"), "\x80\x80", "edited"))...),
	}
	count := 0
	for number, texts := range goodTexts {
		for _, s := range texts {
			for way, send := range ways(said(s)) {
				cases = append(cases, heard(number, fmt.Sprintf("%q %s", s, way), []string{back(s)}, send...))
				count++
			}
		}
	}
	for number, texts := range badTexts {
		for _, s := range texts {
			for way, send := range ways(said(s)) {
				cases = append(cases, failed(number, fmt.Sprintf("%q %s", s, way), notUTF8, send...))
				count++
			}
		}
	}
	if count < 400 {
		t.Errorf("there are %d cases only", count)
	}
	checkAll(t, cases)
}
