package persisted_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/weft-graphql/weft/router/cache/redistest"
	"github.com/weft-graphql/weft/router/modules/moduletest"
)

const ada = `{"data":{"person":{"name":"Ada"}}}`

const query = "query Ada { person(id: 1) { name } }"

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// body is a request with what is not empty of these.
func body(query, hash, documentID string) string {
	members := map[string]any{}
	if query != "" {
		members["query"] = query
	}
	if hash != "" {
		members["extensions"] = map[string]any{"persistedQuery": map[string]any{"version": 1, "sha256Hash": hash}}
	}
	if documentID != "" {
		members["documentId"] = documentID
	}
	text, err := json.Marshal(members)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func expect(t *testing.T, what string, got moduletest.Answer, status int, code string) {
	t.Helper()
	if got.Status != status || got.Code() != code || code == "" && got.Body != ada {
		t.Errorf("%s: %d %s, want %d %s", what, got.Status, got.Body, status, code)
	}
}

func TestDocumentsAreRegisteredAtTheirFirstUse(t *testing.T) {
	r := moduletest.New(t, "persisted: {automatic: {enabled: true}}\n", nil)
	hash := hashOf(query)
	expect(t, "unknown", r.Post(body("", hash, "")), 200, "PERSISTED_QUERY_NOT_FOUND")
	if got := r.Post(body("", hash, "")); !strings.Contains(got.Body, `"message":"PersistedQueryNotFound"`) {
		t.Errorf("clients know it by its message: %s", got.Body)
	}
	expect(t, "other hash", r.Post(body(query, hashOf("x"), "")), 200, "PERSISTED_QUERY_HASH_MISMATCH")
	expect(t, "other hash", r.Post(body(query, hashOf("x"), ""), "Accept", "application/graphql-response+json"), 400, "PERSISTED_QUERY_HASH_MISMATCH")
	expect(t, "not registered by a wrong hash", r.Post(body("", hashOf("x"), "")), 200, "PERSISTED_QUERY_NOT_FOUND")
	expect(t, "registered", r.Post(body(query, hash, "")), 200, "")
	expect(t, "named", r.Post(body("", hash, "")), 200, "")
	expect(t, "named by documentId", r.Post(body("", "", "sha256:"+hash)), 200, "")
	get := func(parameters url.Values) moduletest.Answer {
		return r.Do(httptest.NewRequest(http.MethodGet, "/graphql?"+parameters.Encode(), nil))
	}
	extensions := func(hash string) url.Values {
		return url.Values{"extensions": {`{"persistedQuery":{"version":1,"sha256Hash":"` + hash + `"}}`}}
	}
	expect(t, "named over GET", get(extensions(hash)), 200, "")
	expect(t, "named by documentId over GET", get(url.Values{"documentId": {"sha256:" + hash}}), 200, "")
	unknown := get(extensions(hashOf("y")))
	expect(t, "unknown over GET", unknown, 200, "PERSISTED_QUERY_NOT_FOUND")
	if got := unknown.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("caches may keep that a document is not known: Cache-Control %q", got)
	}
	expect(t, "version 2", r.Post(`{"extensions":{"persistedQuery":{"version":2,"sha256Hash":"`+hash+`"}}}`), 200, "PERSISTED_QUERY_NOT_SUPPORTED")
	expect(t, "malformed", r.Post(`{"extensions":{"persistedQuery":{"version":1,"sha256Hash":7}}}`), 200, "BAD_REQUEST")
	expect(t, "two ids", r.Post(body("", hash, hashOf("z"))), 200, "BAD_REQUEST")
	mutation := `mutation { rename(id: 1, name: "Bea") { name } }`
	if got := r.Post(body(mutation, hashOf(mutation), "")); !strings.Contains(got.Body, "Bea") {
		t.Error(got.Body)
	}
	if got := get(extensions(hashOf(mutation))); got.Status != http.StatusMethodNotAllowed {
		t.Errorf("a mutation by its name over GET: %d %s", got.Status, got.Body)
	}
}

// Documents that do not fit the graph take no memory.
func TestOnlyDocumentsThatFitTheGraphAreRegistered(t *testing.T) {
	r := moduletest.New(t, "persisted: {automatic: {enabled: true}}\n", nil)
	bad := "{ nobody }"
	expect(t, "sent", r.Post(body(bad, hashOf(bad), "")), 200, "GRAPHQL_VALIDATION_FAILED")
	expect(t, "named", r.Post(body("", hashOf(bad), "")), 200, "PERSISTED_QUERY_NOT_FOUND")
}

func TestWithoutTheModuleClientsAreToldToSendDocuments(t *testing.T) {
	r := moduletest.New(t, "", nil)
	expect(t, "hash", r.Post(body("", hashOf(query), "")), 200, "PERSISTED_QUERY_NOT_SUPPORTED")
	expect(t, "documentId", r.Post(body("", "", "x")), 200, "PERSISTED_QUERY_NOT_SUPPORTED")
	expect(t, "hash and document", r.Post(body(query, hashOf(query), "")), 200, "")
}

func TestReplicasShareDocumentsByRedis(t *testing.T) {
	server := redistest.Start(t)
	settings := "persisted: {automatic: {enabled: true, redis: {addresses: ['" + server.Addr + "']}}}\n"
	first, second := moduletest.New(t, settings, nil), moduletest.New(t, settings, nil)
	hash := hashOf(query)
	expect(t, "registered", first.Post(body(query, hash, "")), 200, "")
	redistest.Eventually(t, "the other replica knows the document", func() bool {
		return second.Post(body("", hash, "")).Body == ada
	})
	// Whoever writes to Redis cannot make a document another one.
	client := server.Client()
	defer client.Close()
	other := hashOf("{ people { name } }")
	if err := client.Set(t.Context(), "weft:apq:"+other, query, 0).Err(); err != nil {
		t.Fatal(err)
	}
	expect(t, "forged", second.Post(body("", other, "")), 200, "PERSISTED_QUERY_NOT_FOUND")
	server.Stop()
	expect(t, "known without Redis", second.Post(body("", hash, "")), 200, "")
	expect(t, "unknown without Redis", second.Post(body("", other, "")), 200, "PERSISTED_QUERY_NOT_FOUND")
	people := "query P { person(id: 1) { name } }"
	expect(t, "registered without Redis", first.Post(body(people, hashOf(people), "")), 200, "")
	expect(t, "named without Redis", first.Post(body("", hashOf(people), "")), 200, "")
	if got := strings.Count(second.Log.String(), "Redis does not answer"); got != 1 {
		t.Errorf("the outage was told %d times:\n%s", got, second.Log)
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	// At once, as a deployment does it.
	if err := os.WriteFile(file+".new", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		t.Fatal(err)
	}
}

// manifest is one as generate-persisted-query-manifest writes it.
func manifest(pairs ...string) string {
	var operations []map[string]string
	for i := 0; i+1 < len(pairs); i += 2 {
		operations = append(operations, map[string]string{"id": pairs[i], "name": "Ada", "type": "query", "body": pairs[i+1]})
	}
	text, err := json.MarshalIndent(map[string]any{
		"format": "apollo-persisted-query-manifest", "version": 1, "operations": operations,
	}, "", "  ")
	if err != nil {
		panic(err)
	}
	return string(text)
}

// listed makes a router that knows one document, in a mode.
func listed(t *testing.T, mode, more string) (r *moduletest.Rig, file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "manifest.json")
	write(t, file, manifest("ada", query))
	return moduletest.New(t, fmt.Sprintf(
		"persisted: {documents: {manifests: [%q], mode: %s, poll_interval: 5ms}%s}\nadmin: {listen: 'localhost:0'}\n", file, mode, more), nil), file
}

func TestModes(t *testing.T) {
	spaced := "# the same\nquery Ada{person(id:1,){name}}"
	other := "query Other { person(id: 1) { name } }"
	for mode, want := range map[string]struct{ sent, spaced, other string }{
		"allow":  {"", "", ""},
		"log":    {"", "", ""},
		"listed": {"", "", "QUERY_NOT_IN_SAFELIST"},
		"ids":    {"PERSISTED_QUERY_ID_REQUIRED", "PERSISTED_QUERY_ID_REQUIRED", "PERSISTED_QUERY_ID_REQUIRED"},
	} {
		r, _ := listed(t, mode, "")
		expect(t, mode+": named", r.Post(body("", "ada", "")), 200, "")
		expect(t, mode+": named by documentId", r.Post(body("", "", "ada")), 200, "")
		expect(t, mode+": not in the list", r.Post(body("", "bea", "")), 200, "PERSISTED_QUERY_NOT_IN_LIST")
		expect(t, mode+": both", r.Post(body(query, "ada", "")), 200, "CANNOT_SEND_PQ_ID_AND_BODY")
		expect(t, mode+": sent", r.Ask(query), 200, want.sent)
		expect(t, mode+": sent with other spaces", r.Ask(spaced), 200, want.spaced)
		expect(t, mode+": another one", r.Ask(other), 200, want.other)
		if got, want := strings.Contains(r.Log.String(), "a document is not listed"), mode == "log"; got != want {
			t.Errorf("%s: it was logged: %v", mode, got)
		}
		batch := r.Post(`[` + body("", "ada", "") + `]`)
		if batch.Code() != "" && !strings.Contains(batch.Body, "BATCHING_NOT_ENABLED") {
			t.Error(batch.Body)
		}
		if got := r.Metrics(); !strings.Contains(got, `weft_persisted_documents_total{result="listed"} 2`) {
			t.Errorf("%s: the metric does not count:\n%s", mode, got)
		}
	}
	// Registered documents beside those of a manifest.
	r, _ := listed(t, "allow", ", automatic: {enabled: true}")
	expect(t, "listed", r.Post(body("", "ada", "")), 200, "")
	expect(t, "unknown", r.Post(body("", hashOf(other), "")), 200, "PERSISTED_QUERY_NOT_FOUND")
	expect(t, "registered", r.Post(body(other, hashOf(other), "")), 200, "")
	expect(t, "named", r.Post(body("", hashOf(other), "")), 200, "")
}

func TestAllKindsOfLists(t *testing.T) {
	dir := t.TempDir()
	object, pairs, folder := filepath.Join(dir, "relay.json"), filepath.Join(dir, "pairs.json"), filepath.Join(dir, "documents")
	write(t, object, `{"r1": "query R { person(id: 1) { name } }"}`)
	write(t, pairs, `[["r2", "query S { person(id: 1) { name } }"]]`)
	if err := os.MkdirAll(filepath.Join(folder, "below"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(folder, "below", "ada.graphql"), query)
	r := moduletest.New(t, fmt.Sprintf("persisted: {documents: {manifests: [%q, %q], folders: [%q], mode: ids}}\n", object, pairs, folder), nil)
	for _, id := range []string{"r1", "r2", "ada", hashOf(query), "sha256:" + hashOf(query)} {
		expect(t, id, r.Post(body("", "", id)), 200, "")
	}
}

// The files change under load: no request fails, and the new documents are there.
func TestChangedListsAreTakenOver(t *testing.T) {
	r, file := listed(t, "ids", "")
	var stop atomic.Bool
	var busy sync.WaitGroup
	for range 4 {
		busy.Go(func() {
			for !stop.Load() {
				if got := r.Post(body("", "ada", "")); got.Body != ada {
					t.Errorf("while the list changed: %s", got.Body)
					return
				}
			}
		})
	}
	for i := range 20 {
		// Each list has another size: times of files can be too coarse to tell two changes apart.
		id := strings.Repeat("v", i+2)
		write(t, file, manifest("ada", query, id, fmt.Sprintf("query V%d { person(id: 1) { name } }", i)))
		redistest.Eventually(t, "the new list is in use", func() bool {
			return r.Post(`{"documentId":"`+id+`","operationName":"V`+fmt.Sprint(i)+`"}`).Body == ada
		})
	}
	write(t, file, `{"format": "something"}`)
	redistest.Eventually(t, "the broken list is told of", func() bool {
		return strings.Contains(r.Log.String(), "those from before go on")
	})
	stop.Store(true)
	busy.Wait()
	expect(t, "with a broken list", r.Post(body("", "ada", "")), 200, "")
	expect(t, "gone with its list", r.Post(body("", "vv", "")), 200, "PERSISTED_QUERY_NOT_IN_LIST")
}

// The first request with a listed document finds it prepared and planned.
func TestListedDocumentsArePlannedBeforeTheyAreAskedFor(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "manifest.json")
	write(t, file, manifest("ada", "query Ada($a: Boolean!) { person(id: 1) { name id @include(if: $a) } }", "bad", "query Bad { nobody }"))
	for prepare, want := range map[string]string{"true": "0", "false": "1"} {
		r := moduletest.New(t, fmt.Sprintf(
			"persisted: {documents: {manifests: [%q], prepare: %s}}\nadmin: {listen: 'localhost:0'}\n", file, prepare), nil)
		misses := func(what string) string {
			_, rest, _ := strings.Cut(r.Metrics(), `weft_operation_cache_lookups_total{result="miss",what="`+what+`"} `)
			n, _, _ := strings.Cut(rest, "\n")
			return n
		}
		operations, plans := misses("operation"), misses("plan")
		for _, a := range []string{"true", "false"} {
			if got := r.Post(`{"documentId":"ada","variables":{"a":` + a + `}}`); !strings.Contains(got.Body, "Ada") {
				t.Fatal(got.Body)
			}
		}
		if got := fmt.Sprint(misses("operation") != operations || misses("plan") != plans); got != fmt.Sprint(want == "1") {
			t.Errorf("prepare %s: documents were prepared by requests: %s", prepare, got)
		}
		if got := strings.Contains(r.Log.String(), "does not fit the graph"); got != (prepare == "true") {
			t.Errorf("prepare %s: what does not fit is told: %v", prepare, got)
		}
	}
}

func TestSettingsThatCannotWork(t *testing.T) {
	for settings, want := range map[string]string{
		"{documents: {mode: ids}}":     "persisted.documents.mode: would refuse every request",
		"{documents: {mode: log}}":     "persisted.documents.mode: needs documents",
		"{documents: {mode: perhaps}}": `"perhaps" is not possible; choose allow, log, listed, ids`,
		"{automatic: {enabled: true}, documents: {mode: listed, folders: [.]}}": "clients would register what is not listed",
		"{automatic: {enabled: true, memory_bytes: 3}}":                         "persisted.automatic.memory_bytes: 3 is too little",
		"{automatic: {enabled: true, ttl: 3ms, redis: {addresses: [a:1]}}}":     "persisted.automatic.ttl: 3ms is too short",
	} {
		if got := moduletest.Problems(t, "persisted: "+settings+"\n"); !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", settings, got, want)
		}
	}
	dir := t.TempDir()
	for text, want := range map[string]string{
		`nothing`:                        "this is not a manifest, which is JSON",
		`{"format": "x", "version": 1}`:  `only "apollo-persisted-query-manifest", version 1, can be read`,
		`{"a": 1}`:                       `"a" must be the text of a document`,
		`[["a"]]`:                        "entry 1 has 1 elements",
		manifest("a", "{x}", "a", "{y}"): "ids must be unique",
		manifest("", "{x}"):              `a document has the id ""`,
		manifest("a", ""):                "is empty",
	} {
		file := filepath.Join(dir, "manifest.json")
		write(t, file, text)
		_, err := moduletest.Try(t, fmt.Sprintf("persisted: {documents: {manifests: [%q]}}\n", file), nil)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	if _, err := moduletest.Try(t, "persisted: {documents: {manifests: [/nowhere.json]}}\n", nil); err == nil {
		t.Error("a manifest that is not there")
	}
}
