package conformancetest

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestWebSocketHandshake opens WebSockets as one may and as one may not.
//
// Specification: RFC 6455, section 4.2.1 "Reading the Client's Opening Handshake".
func TestWebSocketHandshake(t *testing.T) {
	const key, version, upgrade, connection = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13",
		"Upgrade: websocket", "Connection: Upgrade"
	const get = "GET /graphql HTTP/1.1"
	for _, standard := range []bool{false, true} {
		addr := serve(t, settings{standard: standard})
		for _, c := range []struct {
			name, line string
			headers    []string
			status     int
			header     [2]string
		}{
			{"as it should be", get, []string{connection, upgrade, version, key}, 101, [2]string{"Sec-Websocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="}},
			{"in other letters", get, []string{"connection: keep-alive, UPGRADE", "UPGRADE: WebSocket", version, key}, 101, [2]string{}},
			{"a protocol", get, []string{connection, upgrade, version, key, "Sec-WebSocket-Protocol: mqtt, graphql-transport-ws"}, 101,
				[2]string{"Sec-Websocket-Protocol", "graphql-transport-ws"}},
			{"two protocols", get, []string{connection, upgrade, version, key, "Sec-WebSocket-Protocol: graphql-transport-ws", "Sec-WebSocket-Protocol: graphql-ws"}, 101,
				[2]string{"Sec-Websocket-Protocol", "graphql-transport-ws"}},
			{"a protocol that nobody knows", get, []string{connection, upgrade, version, key, "Sec-WebSocket-Protocol: mqtt"}, 101, [2]string{"Sec-Websocket-Protocol", ""}},
			{"no key", get, []string{connection, upgrade, version}, 400, [2]string{}},
			{"two keys", get, []string{connection, upgrade, version, key, key}, 400, [2]string{}},
			{"a short key", get, []string{connection, upgrade, version, "Sec-WebSocket-Key: eA=="}, 400, [2]string{}},
			{"a key that is no base64", get, []string{connection, upgrade, version, "Sec-WebSocket-Key: !!!!"}, 400, [2]string{}},
			{"another version", get, []string{connection, upgrade, "Sec-WebSocket-Version: 8", key}, 400, [2]string{"Sec-Websocket-Version", "13"}},
			{"no version", get, []string{connection, upgrade, key}, 400, [2]string{"Sec-Websocket-Version", "13"}},
			{"no Connection", get, []string{upgrade, version, key}, 426, [2]string{"Upgrade", "websocket"}},
			{"another method", "POST /graphql HTTP/1.1", []string{connection, upgrade, version, key, "Content-Length: 0"}, 405, [2]string{}},
			{"an old protocol", "GET /graphql HTTP/1.0", []string{connection, upgrade, version, key}, 426, [2]string{}},
			{"another path", "GET /other HTTP/1.1", []string{connection, upgrade, version, key}, 404, [2]string{}},
			// Compression is declined, however it is offered: Autobahn's sections 12 and 13.
			{"compression", get, []string{connection, upgrade, version, key, "Sec-WebSocket-Extensions: permessage-deflate"}, 101, [2]string{"Sec-Websocket-Extensions", ""}},
			{"compression with windows", get, []string{connection, upgrade, version, key,
				"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits; server_max_window_bits=9, permessage-deflate; server_no_context_takeover"}, 101, [2]string{"Sec-Websocket-Extensions", ""}},
			{"a wrong window", get, []string{connection, upgrade, version, key, "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99"}, 101, [2]string{"Sec-Websocket-Extensions", ""}},
			{"extensions that nobody knows", get, []string{connection, upgrade, version, key, "Sec-WebSocket-Extensions: x-webkit-deflate-frame, foo; bar=\"b\\\"az\""}, 101, [2]string{"Sec-Websocket-Extensions", ""}},
			{"extensions that are none", get, []string{connection, upgrade, version, key, "Sec-WebSocket-Extensions: ;;,=,"}, 101, [2]string{"Sec-Websocket-Extensions", ""}},
		} {
			conn, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(conn, c.line+"\r\nHost: a\r\n"+strings.Join(c.headers, "\r\n")+"\r\n\r\n"); err != nil {
				t.Fatal(err)
			}
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			_ = conn.Close()
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
				continue
			}
			if resp.StatusCode != c.status || c.header[0] != "" && resp.Header.Get(c.header[0]) != c.header[1] {
				t.Errorf("%s: %s %v, want %d with %v", c.name, resp.Status, resp.Header, c.status, c.header)
			}
		}
	}
}

// TestWebSocketCompressionThatWasDeclined sends compressed messages all the same.
func TestWebSocketCompressionThatWasDeclined(t *testing.T) {
	addr := serve(t, settings{})
	conn, from, resp := handshake(t, addr, "Sec-WebSocket-Extensions: permessage-deflate\r\n")
	if resp.Header.Get("Sec-WebSocket-Extensions") != "" {
		t.Fatal("compression was not declined")
	}
	_, _ = io.WriteString(conn, frame(final|rsv1|textFrame, "\xf2\x48\xcd\xc9\xc9\x07\x00")) // "Hello" of RFC 7692
	var all []string
	for {
		what, err := readFrame(from)
		if err != nil {
			break
		}
		all = append(all, what)
	}
	if len(all) != 1 || !strings.HasPrefix(all[0], protocolError) || slices.Contains(all, "text") {
		t.Errorf("heard %q", all)
	}
}

// TestWebSocketMessagesBehindTheHandshake sends everything in one piece: the server has read messages before it has
// answered the handshake.
func TestWebSocketMessagesBehindTheHandshake(t *testing.T) {
	addr := serve(t, settings{})
	for behind, want := range map[string]string{
		text(said("x")) + closing(1000, "fine"): back("x") + "|close 1000 fine", closing(1000, "\xff"): "close 1007 ",
	} {
		_, from, resp := handshake(t, addr, "\r\n"+behind)
		if resp.StatusCode != http.StatusSwitchingProtocols {
			t.Fatal(resp.Status)
		}
		var all []string
		for {
			what, err := readFrame(from)
			if err != nil {
				break
			}
			all = append(all, what)
		}
		if got := strings.Join(all, "|"); got != want {
			t.Errorf("%q: heard %q, want %q", behind, got, want)
		}
	}
}
