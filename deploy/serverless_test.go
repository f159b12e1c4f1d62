package deploy

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/weft-graphql/weft/deploy/serverless/runtimetest"
	"github.com/weft-graphql/weft/subgraphs"
)

// functions builds the functions as one does to deploy them.
func functions(t testing.TB) (router, subgraph string) {
	t.Helper()
	dir := t.TempDir()
	// With cgo as it is for everything else that is built here, or all of it would be compiled again.
	build := exec.CommandContext(t.Context(), "make", "-C", "..", "functions", "FUNCTIONS="+dir, "ARCH="+runtime.GOARCH, "CGO_ENABLED=")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("make functions: %v\n%s", err, out)
	}
	return filepath.Join(dir, "router", "bootstrap"), filepath.Join(dir, "subgraph", "bootstrap")
}

// functionURL answers requests with a function, as its URL would: one at a time.
func functionURL(t *testing.T, f *runtimetest.Function) string {
	turn := make(chan struct{}, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		turn <- struct{}{}
		defer func() { <-turn }()
		body, _ := io.ReadAll(r.Body)
		headers := map[string]string{}
		for name := range r.Header {
			headers[strings.ToLower(name)] = strings.Join(r.Header[name], ",")
		}
		event, err := json.Marshal(map[string]any{
			"version": "2.0", "rawPath": r.URL.Path, "rawQueryString": r.URL.RawQuery, "headers": headers, "body": string(body),
			"requestContext": map[string]any{
				"domainName": "a.lambda-url.eu-central-1.on.aws", "http": map[string]string{"method": r.Method, "sourceIp": "127.0.0.1"},
			},
		})
		if err != nil {
			t.Error(err)
			return
		}
		status, header, text := answered(t, f.Invoke(t, event))
		for name, value := range header {
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func answered(t *testing.T, answer runtimetest.Answer) (status int, header map[string]string, body string) {
	t.Helper()
	var response struct {
		Status  int               `json:"statusCode"`
		Headers map[string]string `json:"headers"`
		Body    string            `json:"body"`
	}
	if err := json.Unmarshal(answer.Body, &response); err != nil || answer.Failed {
		t.Errorf("the function answered %s (%v)", answer.Body, err)
	}
	return response.Status, response.Headers, response.Body
}

// TestFunctionsServeTheGraph starts router and catalog as Lambda would, and asks the router for what the catalog has.
func TestFunctionsServeTheGraph(t *testing.T) {
	routers, services := functions(t)
	data := t.TempDir()
	catalog := runtimetest.Start(t, services, data, "WEFT_SUBGRAPH=catalog", "WEFT_DATA_DIR="+data)
	dir := t.TempDir()
	graph, err := filepath.Abs("../schema/supergraph.graphql")
	if err != nil {
		t.Fatal(err)
	}
	settings, err := os.ReadFile("serverless/weft.yaml") // which is deployed with the router
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "weft.yaml"), settings, 0o600); err != nil {
		t.Fatal(err)
	}
	env := []string{"AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=b", "AWS_SESSION_TOKEN=c", "WEFT_SUPERGRAPH_PATH=" + graph}
	for name, value := range template(t)["RouterFunction"].Properties.Environment.Variables {
		if text, ok := value.(string); ok && name != "WEFT_LAMBDA_STREAMING" {
			env = append(env, name+"="+text)
		}
	}
	env = append(env, "CATALOG_URL="+functionURL(t, catalog)+"/graphql")
	router := runtimetest.Start(t, routers, dir, env...)
	const query = `{ topProducts(first: 1) { upc name } }`
	for range 2 {
		if status, header, body := answered(t, router.Invoke(t, runtimetest.URL(query, ""))); status != 200 ||
			!strings.HasPrefix(body, `{"data":{"topProducts":[{"upc":"`) || !strings.Contains(header["Content-Type"], "json") {
			t.Errorf("%s is answered %d %v: %s", query, status, header, body)
		}
	}
	t.Run("without subscriptions", func(t *testing.T) {
		subscribe := runtimetest.URL(`subscription { orderStatusChanged(id: "o1") { id } }`, `"accept":"text/event-stream"`)
		if _, _, body := answered(t, router.Invoke(t, subscribe)); !strings.Contains(body, "SUBSCRIPTION_NOT_SUPPORTED") {
			t.Errorf("a subscription is answered %s", body)
		}
		if status, _, body := answered(t, catalog.Invoke(t, subscribe)); status != 501 || !strings.Contains(body, "SUBSCRIPTION_NOT_SUPPORTED") {
			t.Errorf("the service answers a subscription with %d: %s", status, body)
		}
	})
	t.Run("streamed", func(t *testing.T) {
		streaming := runtimetest.Start(t, routers, dir, append(env, "WEFT_LAMBDA_STREAMING=true")...)
		answer := streaming.Invoke(t, runtimetest.URL(query, ""))
		head, body, found := strings.Cut(string(answer.Body), "\x00\x00\x00\x00\x00\x00\x00\x00")
		if !found || answer.Failed || answer.ContentType != "application/vnd.awslambda.http-integration-response" ||
			!strings.HasPrefix(head, `{"statusCode":200,`) || !strings.HasPrefix(body, `{"data":{"topProducts":[`) {
			t.Errorf("the answer is %+v: %s", answer, answer.Body)
		}
	})
	t.Run("what is wrong", func(t *testing.T) {
		for want, said := range map[string]string{
			"WEFT_DATABASE_URL is missing":   runtimetest.Failure(t, services, data, "WEFT_SUBGRAPH=catalog"),
			"--subgraph":                     runtimetest.Failure(t, services, data),
			"WEFT_LAMBDA_STREAMING is":       runtimetest.Failure(t, routers, dir, append(env, "WEFT_LAMBDA_STREAMING=perhaps")...),
			"supergraph":                     runtimetest.Failure(t, routers, data),
			`there is no setting "nonsense"`: runtimetest.Failure(t, routers, broken(t)),
		} {
			if !strings.Contains(said, want) {
				t.Errorf("it says %q, nothing of %q", said, want)
			}
		}
	})
}

// broken is a directory with a configuration that has a mistake.
func broken(t *testing.T) string {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "weft.yaml"), []byte("nonsense: true\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// function is a function of the template.
type function struct {
	Type       string `yaml:"Type"`
	Properties struct {
		CodeURI     string `yaml:"CodeUri"`
		Environment struct {
			Variables map[string]any `yaml:"Variables"`
		} `yaml:"Environment"`
		URL struct {
			AuthType   string `yaml:"AuthType"`
			InvokeMode string `yaml:"InvokeMode"`
		} `yaml:"FunctionUrlConfig"`
	} `yaml:"Properties"`
}

// template is what serverless/template.yaml makes.
func template(t *testing.T) map[string]function {
	t.Helper()
	text, err := os.ReadFile("serverless/template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Globals struct {
			Function struct {
				Runtime string `yaml:"Runtime"`
				Handler string `yaml:"Handler"`
			} `yaml:"Function"`
		} `yaml:"Globals"`
		Resources map[string]function `yaml:"Resources"`
	}
	// References are tags of CloudFormation's own, which stay nodes.
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if f := file.Globals.Function; f.Runtime != "provided.al2023" || f.Handler != "bootstrap" {
		t.Errorf("the functions are %+v", f)
	}
	return file.Resources
}

// TestTheTemplateFitsTheFunctions has cfn-lint judge the template, and finds the code and the variables that it names.
func TestTheTemplateFitsTheFunctions(t *testing.T) {
	lint := tool(t, "python/bin/cfn-lint")
	output(t, lint, "serverless/template.yaml")
	wrong := filepath.Join(t.TempDir(), "wrong.yaml")
	text := "Resources: {A: {Type: 'AWS::Lambda::Function', Properties: {Code: {ZipFile: a}, Rôle: b}}}\n"
	if err := os.WriteFile(wrong, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), lint, wrong).CombinedOutput(); err == nil {
		t.Errorf("cfn-lint has nothing against a property that there is not:\n%s", out)
	}
	makes := output(t, "make", "-n", "-C", "..", "functions")
	services := 0
	for name, f := range template(t) {
		dir, ok := strings.CutPrefix(f.Properties.CodeURI, "../../bin/functions/")
		if !ok || !strings.Contains(makes, "bin/functions/"+dir) {
			t.Errorf("%s: make functions makes no %s", name, f.Properties.CodeURI)
		}
		if name == "RouterFunction" {
			// Only a function URL in this mode takes what is streamed.
			if streaming := f.Properties.Environment.Variables["WEFT_LAMBDA_STREAMING"] == "true"; streaming != (f.Properties.URL.InvokeMode == "RESPONSE_STREAM") {
				t.Errorf("the router streams: %v, its URL: %s", streaming, f.Properties.URL.InvokeMode)
			}
			continue
		}
		services++
		if which, _ := f.Properties.Environment.Variables["WEFT_SUBGRAPH"].(string); !slices.Contains(subgraphs.Names(), which) || f.Properties.URL.AuthType != "AWS_IAM" {
			t.Errorf("%s is %q, and lets in %s", name, which, f.Properties.URL.AuthType)
		}
	}
	if services == 0 {
		t.Error("the template has no service")
	}
}

// BenchmarkColdStart measures from the start of the process until it asks for its first event, and until the first
// answer: router, and each service on SQLite whose database is there.
func BenchmarkColdStart(b *testing.B) {
	routers, services := functions(b)
	graph, err := filepath.Abs("../schema/supergraph.graphql")
	if err != nil {
		b.Fatal(err)
	}
	measure := func(name, program, query string, env ...string) {
		b.Run(name, func(b *testing.B) {
			dir := b.TempDir()
			env := append(env, "WEFT_DATA_DIR="+dir)
			runtimetest.Start(b, program, dir, env...) // makes the database
			var ready, first []time.Duration
			for b.Loop() {
				f := runtimetest.Start(b, program, dir, env...)
				answer := f.Invoke(b, runtimetest.URL(query, ""))
				if answer.Failed || !strings.Contains(string(answer.Body), `\"data\":{`) {
					b.Fatalf("the answer is %s", answer.Body)
				}
				ready, first = append(ready, f.Ready), append(first, answer.Took)
			}
			slices.Sort(ready)
			slices.Sort(first)
			b.ReportMetric(float64(ready[len(ready)/2].Microseconds())/1000, "ms-ready")
			b.ReportMetric(float64(ready[len(ready)-1].Microseconds())/1000, "ms-ready-max")
			b.ReportMetric(float64(first[len(first)/2].Microseconds())/1000, "ms-first-answer")
			b.ReportMetric(0, "ns/op")
		})
	}
	measure("router", routers, "{ __typename }", "WEFT_SUPERGRAPH_PATH="+graph)
	for _, name := range subgraphs.Names() {
		measure(name, services, "{ __typename }", "WEFT_SUBGRAPH="+name)
	}
}
