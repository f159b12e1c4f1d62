package router_test

import (
	"bytes"
	"log/slog"
	"regexp"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/config"
)

const ageOfAda = `{ person(id: 1) { name age } }`

// secretive is an answer with an error that says more than everybody should know.
const secretive = `{"data":{"_entities":[{"age":null}]},"extensions":{"cost":3},"errors":[{"message":"no row in table ages_v2",
	"path":["_entities",0,"age"],"extensions":{"code":"NOT_FOUND","hint":"ask again","host":"db7"}}]}`

// TestClientsSeeTheErrorsTheyMaySee checks what the errors section of the configuration changes in an answer.
func TestClientsSeeTheErrorsTheyMaySee(t *testing.T) {
	const opening = `{"data":{"person":{"name":"Ada","age":null}},"errors":[{"message":`
	const place = `,"locations":[{"line":1,"column":24}],"path":["person","age"],"extensions":{`
	for _, test := range []struct {
		name   string
		change func(*config.Config)
		answer string
		want   string
	}{
		{"by default", nil, secretive,
			opening + `"no row in table ages_v2"` + place + `"code":"NOT_FOUND","service":"ages"}}]}`},
		{"extensions", func(c *config.Config) { c.Errors.Extensions = []string{"hint"} }, secretive,
			opening + `"no row in table ages_v2"` + place + `"code":"NOT_FOUND","service":"ages","hint":"ask again"}}]}`},
		{"all extensions", func(c *config.Config) { c.Errors.Extensions = []string{"*"} }, secretive,
			opening + `"no row in table ages_v2"` + place + `"code":"NOT_FOUND","service":"ages","hint":"ask again","host":"db7"}}]}`},
		{"redacted", func(c *config.Config) { c.Errors.Redact, c.Errors.Extensions = true, []string{"*"} }, secretive,
			opening + `"A subgraph could not answer."` + place + `"code":"NOT_FOUND"}}]}`},
		{"redacted values", func(c *config.Config) { c.Errors.Redact = true }, `{"data":{"_entities":[{"age":"db7"}]}}`,
			opening + `"A subgraph could not answer."` + place + `"code":"INVALID_VALUE"}}]}`},
		{"redacted failures", func(c *config.Config) { c.Errors.Redact = true }, `db7 is down`,
			opening + `"A subgraph could not answer."` + place + `"code":"SUBREQUEST_MALFORMED_RESPONSE"}}]}`},
		{"subgraph extensions", func(c *config.Config) { c.GraphQL.SubgraphExtensions, c.Errors.Redact = true, true }, secretive,
			opening + `"A subgraph could not answer."` + place + `"code":"NOT_FOUND"}}],"extensions":{"subgraphs":[{"name":"ages","extensions":{"cost":3}}]}}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFixture(t, test.change)
			f.ages.answers["_entities"] = test.answer
			if _, body := f.ask(t, ageOfAda); reference.ReplaceAllString(body, "") != test.want {
				t.Errorf("got  %s\nwant %s", body, test.want)
			}
		})
	}
}

func TestTheNumberOfErrorsIsBounded(t *testing.T) {
	f := newFixture(t, func(c *config.Config) { c.Errors.Max = 2 })
	f.ages.answers["_entities"] = `db7 is down`
	_, body := f.ask(t, `{ person(id: 1) { age old: age older: age } }`)
	if n := strings.Count(body, `"message"`); n != 2 {
		t.Errorf("%d errors, expected the 2 that are allowed: %s", n, body)
	}
}

// reference is what a client gets instead of a message.
var reference = regexp.MustCompile(`,"reference":"([0-9a-f]{16})"`)

// TestTheLogHasWhatClientsMustNotSee: what is kept from clients is not lost to operators, who find it by what clients
// got.
func TestTheLogHasWhatClientsMustNotSee(t *testing.T) {
	for _, level := range []slog.Level{slog.LevelWarn, slog.LevelError} {
		var log bytes.Buffer
		logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: level}))
		f := newFixtureWithLog(t, logger, func(c *config.Config) { c.Errors.Redact = true })
		f.ages.answers["_entities"] = secretive
		_, body := f.ask(t, ageOfAda)
		told := strings.Contains(log.String(), `subgraph=ages code=NOT_FOUND error="no row in table ages_v2"`)
		if told != (level == slog.LevelWarn) {
			t.Errorf("at the level %s the log says %s", level, log.String())
		}
		got := reference.FindStringSubmatch(body)
		if (got != nil) != told || told && !strings.Contains(log.String(), "reference="+got[1]) {
			t.Errorf("the client got %s, the log says %s", body, log.String())
		}
	}
}
