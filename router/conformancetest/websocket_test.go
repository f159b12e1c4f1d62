package conformancetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/config"
)

// The cases are those of the Autobahn test suite, whose numbers they have. Its server has to send everything back;
// here a text is in the payload of a ping of graphql-transport-ws, which comes back in a pong.

// said is a message with a text in it, and back what is said to that.
func said(text string) string { return `{"type":"ping","payload":"` + text + `"}` }

func back(text string) string { return `text {"type":"pong","payload":"` + text + `"}` }

// sized is a message of so many bytes, and sizedBack what is said to it.
func sized(size int) string     { return said(strings.Repeat("*", size-len(said("")))) }
func sizedBack(size int) string { return back(strings.Repeat("*", size-len(said("")))) }

// Codes of failures, as they begin what the server says.
const (
	protocolError, notUTF8, tooBig, notGraphQL = "close 1002", "close 1007", "close 1009", "close 4400"
	bye                                        = "close 1000 "
)

// conversation is a case: what the client sends, piece by piece, and what it is to hear; the last is the beginning of
// what is said.
type conversation struct {
	number, name string
	send         []string
	want         []string
}

func (c conversation) check(t *testing.T, addr string) {
	t.Helper()
	got := converse(t, addr, c.send...)
	want := slices.Clone(c.want)
	if len(got) == len(want) && len(got) > 0 && strings.HasPrefix(got[len(got)-1], want[len(want)-1]) {
		got[len(got)-1] = want[len(want)-1]
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s %s: heard %.300q, want %.300q", c.number, c.name, got, want)
	}
}

// heard ends a conversation in good order.
func heard(number, name string, want []string, send ...string) conversation {
	return conversation{number, name, append(send, closing(1000, "")), append(slices.Clone(want), bye)}
}

// failed is a conversation that the server ends.
func failed(number, name, with string, send ...string) conversation {
	return conversation{number, name, append(send, text(said("never heard"))), []string{with}}
}

func checkAll(t *testing.T, cases []conversation) {
	t.Helper()
	addr := serve(t, settings{config: func(c *config.Config) { c.Subscription.WebSocket.MaxMessageBytes = maxMessage }})
	for _, c := range cases {
		c.check(t, addr)
	}
}

const maxMessage = 256 << 10

func TestWebSocketFraming(t *testing.T) {
	cases := []conversation{
		failed("1.1.1", "an empty text", notGraphQL, text("")),
		failed("1.2.1", "an empty binary message", notGraphQL, frame(final|binaryFrame, "")),
		failed("1.2.2", "a binary message", notGraphQL, frame(final|binaryFrame, said("x"))),
		heard("1.1.8", "in chops", []string{sizedBack(65536)}, each(997, text(sized(65536)))...),
	}
	for i, size := range []int{125, 126, 127, 128, 65535, 65536} {
		cases = append(cases, heard(fmt.Sprintf("1.1.%d", i+2), fmt.Sprint(size, " bytes"), []string{sizedBack(size)}, text(sized(size))))
	}
	checkAll(t, cases)
}

func TestWebSocketPings(t *testing.T) {
	ping, pong := func(payload string) string { return frame(final|pingFrame, payload) }, func(payload string) string { return frame(final|pongFrame, payload) }
	bytes := "\x00\xff\xfe\xfd\xfc\xfb\x00\xff"
	long := strings.Repeat("\xfe", 125)
	var ten, tenBack []string
	for i := range 10 {
		ten, tenBack = append(ten, ping(fmt.Sprint("payload-", i))), append(tenBack, fmt.Sprint("pong payload-", i))
	}
	checkAll(t, []conversation{
		heard("2.1", "without a payload", []string{"pong "}, ping("")),
		heard("2.2", "with a text", []string{"pong Hello, world!"}, ping("Hello, world!")),
		heard("2.3", "with bytes", []string{"pong " + bytes}, ping(bytes)),
		heard("2.4", "with the longest payload", []string{"pong " + long}, ping(long)),
		failed("2.5", "with a longer payload", protocolError, ping(long+"x")),
		heard("2.6", "in chops", []string{"pong " + long}, each(1, ping(long))...),
		heard("2.7", "a pong that nobody asked for", nil, pong("")),
		heard("2.8", "the same, with a payload", nil, pong("unsolicited")),
		heard("2.9", "the same, and a ping", []string{"pong x"}, pong("unsolicited"), ping("x")),
		heard("2.10", "ten pings", tenBack, ten...),
		heard("2.11", "ten pings in chops", tenBack, each(1, strings.Join(ten, ""))...),
	})
}

func TestWebSocketReservedBits(t *testing.T) {
	before, beforeBack := text(said("*")), back("*")
	cases := []conversation{
		{"3.1", "a text", []string{frame(final|rsv3|textFrame, said("x"))}, []string{protocolError}},
		{"3.2", "between texts", []string{before, frame(final|rsv2|textFrame, said("x")), before}, []string{beforeBack, protocolError}},
		{"3.3", "between texts, at once", []string{before + frame(final|rsv2|rsv3|textFrame, said("x")) + before}, []string{beforeBack, protocolError}},
		{"3.4", "in chops", each(1, before+frame(final|rsv1|textFrame, said("x"))), []string{beforeBack, protocolError}},
		{"3.5", "bytes", []string{frame(final|rsv1|rsv3|binaryFrame, "\x00")}, []string{protocolError}},
		{"3.6", "a ping", []string{frame(final|rsv1|rsv2|pingFrame, "x")}, []string{protocolError}},
		{"3.7", "a close", []string{frame(final|rsv1|rsv2|rsv3|closeFrame, "")}, []string{protocolError}},
	}
	checkAll(t, cases)
}

func TestWebSocketOpcodes(t *testing.T) {
	var cases []conversation
	for i, opcode := range []byte{3, 4, 5, 6, 7} {
		cases = append(cases,
			failed(fmt.Sprintf("4.1.%d", i+1), "a reserved opcode", protocolError, frame(final|opcode, "x")),
			conversation{fmt.Sprintf("4.1.%d", i+1), "behind a text", []string{text(said("*")) + frame(final|opcode, "x")}, []string{back("*"), protocolError}})
	}
	for i, opcode := range []byte{11, 12, 13, 14, 15} {
		cases = append(cases, failed(fmt.Sprintf("4.2.%d", i+1), "a reserved opcode of control frames", protocolError, frame(final|opcode, "x")))
	}
	checkAll(t, cases)
}

func TestWebSocketFragmentation(t *testing.T) {
	const a, b = `{"type":"ping",`, `"payload":"x"}`
	first, last, middle := frame(textFrame, a), frame(final|continuation, b), frame(continuation, "")
	ping := frame(final|pingFrame, "p")
	all := each(1, said("x"))
	stray := []conversation{}
	for i, f := range []byte{final, 0} {
		stray = append(stray,
			failed(fmt.Sprintf("5.%d", 9+3*i), "nothing to go on with", protocolError, frame(f|continuation, said("x"))),
			failed(fmt.Sprintf("5.%d", 10+3*i), "the same, at once", protocolError, frame(f|continuation, said("x"))+text(said("x"))),
			failed(fmt.Sprintf("5.%d", 11+3*i), "the same, in chops", protocolError, each(1, frame(f|continuation, said("x")))...))
	}
	checkAll(t, append(stray,
		failed("5.1", "a ping in two", protocolError, frame(pingFrame, "x"), frame(final|continuation, "y")),
		failed("5.2", "a pong in two", protocolError, frame(pongFrame, "x"), frame(final|continuation, "y")),
		failed("5.2", "a close in two", protocolError, frame(closeFrame, ""), frame(final|continuation, "")),
		heard("5.3", "a text in two", []string{back("x")}, first, last),
		heard("5.4", "at once", []string{back("x")}, first+last),
		heard("5.5", "in chops", []string{back("x")}, each(1, first+last)...),
		heard("5.6", "a ping between", []string{"pong p", back("x")}, first, ping, last),
		heard("5.7", "the same, at once", []string{"pong p", back("x")}, first+ping+last),
		heard("5.8", "the same, in chops", []string{"pong p", back("x")}, each(1, first+ping+last)...),
		conversation{"5.15", "something behind the end", []string{first + last + frame(continuation, "z") + text(said("y"))}, []string{back("x"), protocolError}},
		failed("5.16", "a continuation before a text", protocolError, frame(continuation, a)+first+last),
		failed("5.17", "a whole continuation before a text", protocolError, frame(final|continuation, a)+first+last),
		failed("5.18", "two beginnings", protocolError, first+frame(final|textFrame, b)),
		heard("5.19", "five pieces and two pings", []string{"pong p", "pong p", back("x")}, first, middle, ping, middle, middle, ping, last),
		heard("5.20", "the same, in chops", []string{"pong p", "pong p", back("x")}, each(1, first+middle+ping+middle+middle+ping+last)...),
		heard("5.21", "empty pieces", []string{back("x")}, frame(textFrame, "")+frame(continuation, said("x"))+frame(final|continuation, "")),
		heard("10.1", "a piece for each byte", []string{back("x")}, fragments(all...)),
		conversation{"5.22", "an end between pieces", []string{first + closing(1000, "")}, []string{bye}},
		conversation{"5.23", "a close between pieces that has a code nobody may send", []string{first + closing(1005, "")}, []string{protocolError}},
	))
}

func TestWebSocketLimits(t *testing.T) {
	huge := string([]byte{final | textFrame, masked | length64, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4})
	negative := string([]byte{final | textFrame, masked | length64, 0xff, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 4})
	unmasked := string([]byte{final | textFrame, byte(len(said("x")))}) + said("x")
	checkAll(t, []conversation{
		heard("9.1", "the longest message", []string{sizedBack(maxMessage)}, text(sized(maxMessage))),
		heard("9.3", "the longest message, in pieces", []string{sizedBack(maxMessage)}, fragments(each(1<<10, sized(maxMessage))...)),
		heard("9.5", "the longest message, in chops", []string{sizedBack(maxMessage)}, each(64, text(sized(maxMessage)))...),
		failed("9.1", "one byte more", tooBig, text(sized(maxMessage+1))),
		failed("9.3", "one byte more, in pieces", tooBig, fragments(each(1<<10, sized(maxMessage+1))...)),
		failed("9.7", "a length that nobody can send", tooBig, huge+strings.Repeat("x", maxMessage*2)),
		// The connection just ends, as it may: RFC 6455, sections 5.1 and 7.1.7.
		conversation{"9.8", "a negative length", []string{negative}, nil},
		conversation{"9.9", "no mask", []string{unmasked}, nil},
	})
}

func TestWebSocketClosing(t *testing.T) {
	cases := []conversation{
		heard("7.1.1", "a text, and a close", []string{back("x")}, text(said("x"))),
		{"7.1.2", "two closes", []string{closing(1000, "") + closing(1000, "")}, []string{bye}},
		{"7.1.3", "a ping behind the close", []string{closing(1000, "") + frame(final|pingFrame, "")}, []string{bye}},
		{"7.1.4", "a text behind the close", []string{closing(1000, "") + text(said("x"))}, []string{bye}},
		{"7.1.5", "a piece, a close and a piece", []string{frame(textFrame, "{") + closing(1000, "") + frame(final|continuation, "}")}, []string{bye}},
		{"7.1.6", "a large message, a close, and a ping", []string{text(sized(maxMessage)) + closing(1000, "") + frame(final|pingFrame, "")}, []string{sizedBack(maxMessage), bye}},
		{"7.3.1", "no code", []string{frame(final|closeFrame, "")}, []string{"close"}},
		{"7.3.2", "half a code", []string{frame(final|closeFrame, "\x03")}, []string{protocolError}},
		{"7.3.3", "a code", []string{closing(1000, "")}, []string{bye}},
		{"7.3.4", "a reason", []string{closing(1000, "Hello World!")}, []string{bye}},
		{"7.3.5", "the longest reason", []string{closing(1000, strings.Repeat("*", 123))}, []string{bye}},
		{"7.3.6", "a longer reason", []string{closing(1000, strings.Repeat("*", 124))}, []string{protocolError}},
		{"7.5.1", "the same in chops", each(1, closing(1000, "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited")), []string{notUTF8}},
		{"7.5.1", "the same behind much else", []string{text(sized(65536)) + text(sized(300)) + frame(final|pingFrame, "x") + fragments("", said("x")) + closing(3000, "\xff")},
			[]string{sizedBack(65536), sizedBack(300), "pong x", back("x"), notUTF8}},
		{"7.5.2", "a reason that is UTF-8, in chops", each(1, text(said("x"))+closing(3000, "κόσμε")), []string{back("x"), "close 3000 κόσμε"}},
		{"7.5.1", "a reason that is not UTF-8", []string{closing(1000, "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited")}, []string{notUTF8}},
	}
	for i, code := range []int{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999} {
		cases = append(cases, conversation{fmt.Sprintf("7.7.%d", i+1), "a code", []string{closing(code, "")}, []string{fmt.Sprintf("close %d ", code)}})
	}
	for i, code := range []int{0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999} {
		cases = append(cases, conversation{fmt.Sprintf("7.9.%d", i+1), fmt.Sprint("the code ", code), []string{closing(code, "")}, []string{protocolError}})
	}
	for i, code := range []int{5000, 65535} {
		cases = append(cases, conversation{fmt.Sprintf("7.13.%d", i+1), fmt.Sprint("the code ", code), []string{closing(code, "")}, []string{protocolError}})
	}
	checkAll(t, cases)
}
