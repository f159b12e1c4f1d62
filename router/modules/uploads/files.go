package uploads

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/textproto"
	"sync"
)

// files are the files of a request, most of them still on their way. Each is sent to one subgraph, once. Who needs one
// that is not the next to come, takes what comes before it into memory, up to uploads.buffer_bytes.
type files struct {
	settings *Uploads
	meter    *meter
	parts    *multipart.Reader
	// marks is what all marks begin with; the number of the file follows.
	marks string

	mu   sync.Mutex
	turn sync.Cond
	list []file
	// busy tells that somebody reads the body, next is the file that comes next, and buffered what is in memory.
	busy     bool
	next     int
	buffered int64
	ended    bool
}

// file is a file of a request.
type file struct {
	// field is the name of its part.
	field string
	head  textproto.MIMEHeader
	// kept is its content when it was taken into memory.
	kept  []byte
	state fileState
}

type fileState uint8

const (
	// coming files have not been read, kept ones are in memory, sent ones are, or were, on their way to a subgraph.
	coming fileState = iota
	kept
	sent
)

// open returns a file's head and content, which must be read to its end or closed. It waits until nobody else reads.
func (f *files) open(number int) (textproto.MIMEHeader, io.ReadCloser, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	at := &f.list[number]
	if at.state == sent {
		return nil, nil, fmt.Errorf("the file %q was sent to another subgraph, or for another field, already", at.field)
	}
	for f.busy && at.state == coming && !f.ended {
		f.turn.Wait()
	}
	switch {
	case f.ended:
		return nil, nil, io.ErrClosedPipe
	case at.state == kept:
		at.state = sent
		return at.head, io.NopCloser(bytes.NewReader(at.kept)), nil
	}
	f.busy = true
	for f.next < number {
		if err := f.keep(); err != nil {
			f.release()
			return nil, nil, err
		}
	}
	part, err := f.part()
	if err != nil {
		f.release()
		return nil, nil, err
	}
	at.state, at.head = sent, part.Header
	most := int64(f.settings.MaxFileBytes)
	return part.Header, &content{files: f, next: part, field: at.field, left: most, most: most}, nil
}

// part goes to the next file.
func (f *files) part() (*multipart.Part, error) {
	want := f.list[f.next].field
	f.meter.left = maxHead
	part, err := f.parts.NextRawPart()
	switch {
	case errors.Is(err, io.EOF):
		return nil, fmt.Errorf("the file %q is missing: the request has fewer files than its map", want)
	case err != nil:
		return nil, fmt.Errorf("the file %q did not arrive: %w", want, err)
	case part.FormName() != want:
		return nil, fmt.Errorf("the file %q is missing: files must come in the order of the map", want)
	}
	f.next++
	f.meter.left = int64(f.settings.MaxFileBytes) + maxHead
	return part, nil
}

// keep takes the next file into memory.
func (f *files) keep() error {
	at := &f.list[f.next]
	part, err := f.part()
	if err != nil {
		return err
	}
	room := int64(f.settings.BufferBytes) - f.buffered
	text, err := io.ReadAll(io.LimitReader(part, room+1))
	switch {
	case err != nil:
		return fmt.Errorf("the file %q did not arrive: %w", at.field, err)
	case int64(len(text)) > room:
		return fmt.Errorf("the file %q comes before one that is needed first, and is too large to be kept "+
			"(uploads.buffer_bytes)", at.field)
	}
	f.buffered += int64(len(text))
	at.state, at.head, at.kept = kept, part.Header, text
	return nil
}

// release lets others read. The lock is held.
func (f *files) release() {
	f.busy = false
	f.turn.Broadcast()
}

// end tells who waits that the request is over.
func (f *files) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ended = true
	f.release()
}

// content is a file that is being received.
type content struct {
	files      *files
	next       io.Reader
	field      string
	left, most int64
	closed     bool
}

// Read implements io.Reader.
func (c *content) Read(p []byte) (int, error) {
	n, err := c.next.Read(p)
	c.left -= int64(n)
	switch {
	case c.left < 0:
		err = fmt.Errorf("the file %q has more than the allowed %d bytes (uploads.max_file_bytes)", c.field, c.most)
	case err != nil && !errors.Is(err, io.EOF):
		err = fmt.Errorf("the file %q did not arrive: %w", c.field, err)
	}
	return n, err
}

// Close implements io.Closer. What is left of the file is of no use to anybody.
func (c *content) Close() error {
	if c.closed {
		return nil
	}
	c.closed = true
	c.files.mu.Lock()
	defer c.files.mu.Unlock()
	c.files.release()
	return nil
}
