// Package scrape reads metrics in the format of Prometheus, and makes values of signals of what they say since it
// read them last: requests per second, mean times, shares of cache hits, counts of errors.
package scrape

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

const (
	// timeout bounds how long a target is waited for.
	timeout = 5 * time.Second
	// maxBody bounds what a target may say, in bytes, and maxSeries how many series of it are looked at.
	maxBody, maxSeries = 8 << 20, 50_000
)

// Target is a process that tells metrics.
type Target struct {
	// URL is where, for example http://router:9090/metrics.
	URL string
	// Token is sent as Authorization: Bearer, if there is one.
	Token string
	// Handler answers in the place of the URL, in this process.
	Handler http.Handler
}

// Check reports what is wrong with a target's address.
func (t Target) Check() error {
	if t.Handler != nil {
		return nil
	}
	u, err := url.Parse(t.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("%q is not the address of metrics; it is to be like http://router:9090/metrics", t.URL)
	}
	return nil
}

// client follows no redirects: the token is for the target.
var client = &http.Client{
	Timeout: timeout,
	CheckRedirect: func(*http.Request, []*http.Request) error {
		return errors.New("it answers with a redirect, which is not followed")
	},
}

// read returns what a target tells.
func (t Target) read(ctx context.Context) (map[string]*dto.MetricFamily, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, t.URL, nil)
	if err != nil {
		return nil, fmt.Errorf("read metrics: %w", err)
	}
	request.Header.Set("Accept", "text/plain; version=0.0.4")
	if t.Token != "" {
		request.Header.Set("Authorization", "Bearer "+t.Token)
	}
	var response *http.Response
	if t.Handler != nil {
		response = answer(t.Handler, request)
	} else if response, err = client.Do(request); err != nil {
		return nil, fmt.Errorf("read metrics: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("read metrics: %s answers with status %d", t.URL, response.StatusCode)
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	if err != nil {
		return nil, fmt.Errorf("read metrics of %s: %w", t.URL, err)
	}
	if len(text) > maxBody {
		return nil, fmt.Errorf("read metrics: %s tells more than %d bytes", t.URL, maxBody)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("read metrics of %s: %w", t.URL, err)
	}
	series := 0
	for _, family := range families {
		series += len(family.GetMetric())
	}
	if series > maxSeries {
		return nil, fmt.Errorf("read metrics: %s tells %d series; the limit is %d", t.URL, series, maxSeries)
	}
	return families, nil
}

// answer asks a handler of this process.
func answer(handler http.Handler, request *http.Request) *http.Response {
	w := &writer{header: http.Header{}, status: http.StatusOK}
	handler.ServeHTTP(w, request)
	return &http.Response{StatusCode: w.status, Body: io.NopCloser(&w.body)}
}

type writer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *writer) Header() http.Header { return w.header }

func (w *writer) WriteHeader(status int) { w.status = status }

func (w *writer) Write(text []byte) (int, error) {
	if w.body.Len() > maxBody {
		return 0, errors.New("there are too many metrics")
	}
	return w.body.Write(text)
}
