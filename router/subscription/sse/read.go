package sse

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/weft-graphql/weft/router/upstream"
)

// ErrStop is that who takes the events wants no more.
var ErrStop = errors.New("no more events are wanted")

// Read calls take for each event of a stream, with its name and its data, which is valid until take returns. It ends
// with ErrStop when take returns false, with upstream.ErrTooLarge when an event has more than so many bytes, and with
// another error when the stream ends or breaks off.
//
// Specification: HTML, section 9.2.6 "Interpreting an event stream".
func Read(from io.Reader, most int, take func(name string, data []byte) bool) error {
	r := bufio.NewReaderSize(from, 4<<10)
	var name string
	var data []byte
	size := 0
	begun := false
	for {
		line, err := readLine(r, most)
		if err != nil {
			if errors.Is(err, upstream.ErrTooLarge) {
				return err
			}
			return upstream.Unreachable("the stream of events broke off", err)
		}
		if size += len(line); size > most {
			return upstream.ErrTooLarge
		}
		if len(line) == 0 {
			if begun && !take(name, data) {
				return ErrStop
			}
			name, data, size, begun = "", data[:0], 0, false
			continue
		}
		field, value, _ := bytes.Cut(line, []byte{':'})
		value = bytes.TrimPrefix(value, []byte{' '})
		switch string(field) {
		case "event":
			name, begun = string(value), true
		case "data":
			if len(data) > 0 {
				data = append(data, '\n')
			}
			data, begun = append(data, value...), true
			if name == "" {
				name = "message"
			}
		}
	}
}

// readLine reads a line of at most so many bytes, without its end.
func readLine(r *bufio.Reader, most int) ([]byte, error) {
	var line []byte
	for {
		piece, err := r.ReadSlice('\n')
		if err == nil && line == nil {
			return trimEnd(piece), nil
		}
		line = append(line, piece...)
		switch {
		case err == nil:
			return trimEnd(line), nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		case len(line) > most:
			return nil, upstream.ErrTooLarge
		}
	}
}

func trimEnd(line []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte{'\n'}), []byte{'\r'})
}
