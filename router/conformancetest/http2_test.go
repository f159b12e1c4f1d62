package conformancetest

import (
	"crypto/tls"
	"encoding/xml"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// h2spec is where make test installs it.
const h2spec = "../../.weft/bin/h2spec"

// http2Cases is how many cases h2spec has, the strict ones included.
const http2Cases = 146

// Cases that a router does not pass, and why that is right or cannot be helped, by the section and the beginning of the
// description. Over TLS there is nothing but HTTP/2 on a connection, so the first one is of those without TLS only.
var deviations = map[string]string{
	"http2/3.5: Sends invalid connection preface":                                     "without TLS it is a request of HTTP/1.1, which is answered 400",
	"http2/6.5.3: Sends multiple values of SETTINGS_INITIAL_WINDOW_SIZE":              "net/http takes a setting twice in a frame for an attack",
	"http2/8.1.2.2: Sends a HEADERS frame that contains the connection-specific":      "answered 400, as RFC 9113 allows in 8.1.1",
	"http2/8.1.2.2: Sends a HEADERS frame that contains the TE header field with any": "answered 400, as RFC 9113 allows in 8.1.1",
}

// TestHTTP2 runs all cases of h2spec against a router that speaks HTTP/2 over TLS, and against one that speaks it
// without.
func TestHTTP2(t *testing.T) {
	certified := httptest.NewTLSServer(nil)
	certified.Close()
	for name, secure := range map[string]*tls.Config{"TLS": {Certificates: certified.TLS.Certificates}, "without TLS": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			addr := serve(t, settings{tls: secure})
			failed, count := runH2spec(t, addr, secure != nil)
			if count != http2Cases {
				t.Errorf("%d cases were run, expected %d", count, http2Cases)
			}
			for deviation := range deviations {
				found := takeCase(failed, deviation)
				if unlikely := secure != nil && strings.HasPrefix(deviation, "http2/3.5"); found == unlikely {
					t.Errorf("%s: failed %v, expected %v", deviation, found, !unlikely)
				}
			}
			// Some cases send something wrong behind a request that is answered at once: only if that comes before the answer is
			// done can they be judged.
			for name, why := range failed {
				if !passesOnce(t, addr, secure != nil, name) {
					t.Errorf("%s\n%s", name, why)
				}
			}
		})
	}
}

// takeCase removes the case whose name begins so; false when there is none.
func takeCase(failed map[string]string, beginning string) bool {
	for name := range failed {
		if strings.HasPrefix(name, beginning) {
			delete(failed, name)
			return true
		}
	}
	return false
}

// passesOnce runs the section of a case again until it is passed.
func passesOnce(t *testing.T, addr string, secure bool, name string) bool {
	section, _, _ := strings.Cut(name, ":")
	for range 5 {
		if failed, _ := runH2spec(t, addr, secure, section); failed[name] == "" {
			return true
		}
	}
	return false
}

// runH2spec runs all cases, or those of sections, and returns those that failed, with the reason, and how many there
// were.
func runH2spec(t *testing.T, addr string, secure bool, sections ...string) (failed map[string]string, count int) {
	t.Helper()
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	report := filepath.Join(t.TempDir(), "report.xml")
	args := []string{"-h", host, "-p", port, "-P", "/graphql?query=%7B__typename%7D", "--strict", "-j", report}
	if secure {
		args = append(args, "--tls", "--insecure")
	}
	out, err := exec.CommandContext(t.Context(), h2spec, append(args, sections...)...).CombinedOutput()
	text, missing := os.ReadFile(report)
	if missing != nil {
		t.Fatalf("%v (make tools installs what this needs)\n%s", err, out)
	}
	var suites struct {
		Suites []struct {
			Package string `xml:"package,attr"`
			Cases   []struct {
				Name    string `xml:"classname,attr"`
				Failure *fault `xml:"failure"`
				Error   *fault `xml:"error"`
				Skipped *fault `xml:"skipped"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(text, &suites); err != nil {
		t.Fatal(err)
	}
	failed = map[string]string{}
	for _, suite := range suites.Suites {
		for _, c := range suite.Cases {
			count++
			for _, f := range []*fault{c.Failure, c.Error, c.Skipped} {
				if f != nil {
					failed[suite.Package+": "+c.Name] = "not passed: " + f.Text
				}
			}
		}
	}
	return failed, count
}

// fault is what was asked for, and what was heard instead.
type fault struct {
	Text string `xml:",chardata"`
}
