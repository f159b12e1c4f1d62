package serverless

import (
	"io"
	"net/http"

	"github.com/aws/aws-lambda-go/events"
)

// streamed is an answer that leaves while it is written.
type streamed struct {
	header http.Header
	begun  chan struct{}
	status int
	body   *io.PipeWriter
}

func (s *streamed) Header() http.Header { return s.header }

func (s *streamed) WriteHeader(status int) {
	if s.status == 0 && status >= http.StatusOK {
		s.status = status
		close(s.begun)
	}
}

func (s *streamed) Write(text []byte) (int, error) {
	s.WriteHeader(http.StatusOK)
	return s.body.Write(text)
}

// Flush sends the head, if nothing has left yet; what is written leaves at once.
func (s *streamed) Flush() { s.WriteHeader(http.StatusOK) }

// stream lets a handler answer a request and returns when its head is known. What breaks off ends with an error, so that
// it does not look complete. closed is called when nobody reads any more.
func stream(handler http.Handler, r *http.Request, closed func()) *events.LambdaFunctionURLStreamingResponse {
	body, writer := io.Pipe()
	s := &streamed{header: http.Header{}, begun: make(chan struct{}), body: writer}
	go func() {
		defer func() {
			cause := recover()
			if cause != nil {
				complain(cause)
			}
			switch {
			case s.status == 0 && r.Context().Err() != nil:
				write(s, http.StatusGatewayTimeout, tooLate)
			case s.status == 0 && cause != nil:
				write(s, http.StatusInternalServerError, broken)
			case cause != nil:
				_ = writer.CloseWithError(io.ErrUnexpectedEOF)
			}
			s.WriteHeader(http.StatusOK)
			_ = writer.Close()
		}()
		handler.ServeHTTP(s, r)
	}()
	<-s.begun
	s.header.Del("Content-Length") // the platform sends chunks
	headers, cookies := single(s.header)
	return &events.LambdaFunctionURLStreamingResponse{
		StatusCode: s.status, Headers: headers, Cookies: cookies, Body: &reader{body, closed},
	}
}

// reader is the body of an answer, as the platform reads it.
type reader struct {
	*io.PipeReader
	closed func()
}

// Close ends the request: nobody reads its answer any more.
func (r *reader) Close() error {
	r.closed()
	return r.PipeReader.Close()
}
