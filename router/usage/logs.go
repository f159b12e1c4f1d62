package usage

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
)

// LogScope is the instrumentation scope of the log records that routers send.
const LogScope = "github.com/weft-graphql/weft/router/usage"

// logs are what OpenTelemetry's collector writes of logs: an export request of OTLP as JSON. Only what is read of it is
// here.
type logs struct {
	Resources []struct {
		Scopes []struct {
			Scope struct {
				Name string `json:"name"`
			} `json:"scope"`
			Records []logRecord `json:"logRecords"`
		} `json:"scopeLogs"`
	} `json:"resourceLogs"`
}

type logRecord struct {
	Body       logValue `json:"body"`
	Attributes []struct {
		Key   string   `json:"key"`
		Value logValue `json:"value"`
	} `json:"attributes"`
}

type logValue struct {
	Text string `json:"stringValue"`
}

// takeLogs adds the lines among log records: what routers sent, and what a collector read of their files.
func (in *reader) takeLogs(l *logs) error {
	for _, resource := range l.Resources {
		for _, scope := range resource.Scopes {
			for i := range scope.Records {
				record := &scope.Records[i]
				if scope.Scope.Name != LogScope && !record.ofFile() {
					continue
				}
				if err := in.takeRecord(record.Body.Text); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (in *reader) takeRecord(text string) error {
	var l struct {
		head
		line
	}
	if err := json.Unmarshal([]byte(text), &l); err != nil {
		return fmt.Errorf("a log record is no part of a report: %w", err)
	}
	err := in.take(&l.head, &l.line)
	if errors.Is(err, errUnknown) {
		in.waiting = append(in.waiting, l.line)
		return nil
	}
	return err
}

// ofFile tells that a collector read the record from a report in a file.
func (r *logRecord) ofFile() bool {
	for _, a := range r.Attributes {
		if a.Key == "log.file.name" {
			is, _ := path.Match("usage-*.jsonl", a.Value.Text)
			return is
		}
	}
	return false
}
