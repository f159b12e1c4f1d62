package subgraphlog

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"unicode/utf8"

	"github.com/weft-graphql/weft/router/upstream"
)

// client is a subgraph whose failures are logged.
type client struct {
	log  *SubgraphLog
	name string
	next upstream.Subgraph
}

// Do implements upstream.Subgraph.
func (c *client) Do(ctx context.Context, req *upstream.Request, resp *upstream.Response) error {
	err := c.next.Do(ctx, req, resp)
	switch {
	case err != nil:
		c.tell(ctx, req, slog.String("err", err.Error()))
	case resp.Attempts == 0:
		// It was answered by what another request asked, which has told.
	case resp.Status/100 != 2:
		c.tell(ctx, req, slog.Int("status", resp.Status), slog.Any("said", c.quoted(resp.Body)))
	default:
		if errors := errorsOf(resp.Body); errors != nil {
			c.tell(ctx, req, slog.Int("status", resp.Status), slog.Any("said", c.quoted(errors)))
		}
	}
	return err
}

// largest is the largest answer that errors are looked for in, in bytes.
const largest = 4 << 20

// errorsOf are the errors of an answer; nil when there are none. Nearly all answers are only searched.
func errorsOf(body []byte) json.RawMessage {
	if len(body) > largest || !bytes.Contains(body, []byte(`"errors"`)) {
		return nil
	}
	var answer struct {
		Errors json.RawMessage `json:"errors"`
	}
	if json.Unmarshal(body, &answer) != nil || len(answer.Errors) == 0 || answer.Errors[0] != '[' ||
		len(answer.Errors) == len("[]") {
		return nil
	}
	return answer.Errors
}

func (c *client) tell(ctx context.Context, req *upstream.Request, why ...slog.Attr) {
	if !c.log.logger.Enabled(ctx, slog.LevelWarn) {
		return
	}
	attrs := append([]slog.Attr{slog.String("subgraph", c.name)}, why...)
	var sent struct {
		Query     string          `json:"query"`
		Variables json.RawMessage `json:"variables"`
	}
	if json.Unmarshal(req.Body, &sent) == nil {
		attrs = append(attrs, slog.Any("query", c.quoted([]byte(sent.Query))))
		if c.log.Variables && len(sent.Variables) > 0 {
			attrs = append(attrs, slog.Any("variables", c.quoted(sent.Variables)))
		}
	}
	if of, ok := ctx.Value(contextKey{}).(request); ok {
		if of.operation != "" {
			attrs = append(attrs, slog.String("operation", of.operation))
		}
		if of.id != "" {
			attrs = append(attrs, slog.String("request_id", of.id))
		}
	}
	c.log.logger.LogAttrs(ctx, slog.LevelWarn, "a subgraph could not answer", attrs...)
}

// quoted is a text of others in a line of the log. It is bounded here, and not taken apart where long words are.
type quoted string

// MarshalText implements encoding.TextMarshaler.
func (q quoted) MarshalText() ([]byte, error) { return []byte(q), nil }

func (c *client) quoted(text []byte) quoted {
	most := c.log.MaxBytes
	if len(text) <= most {
		return quoted(text)
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return quoted(text[:most]) + "…"
}
