package deploy

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules"
)

// kustomized builds the example, with the shop's graph in it, or the base.
func kustomized(t *testing.T, what string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("kustomize")); err != nil {
		t.Fatal(err)
	}
	graph, err := os.ReadFile("../schema/supergraph.graphql")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "overlays", "example", "supergraph.graphql"), graph, 0o600); err != nil {
		t.Fatal(err)
	}
	made, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), filepath.Join(dir, what))
	if err != nil {
		t.Fatal(err)
	}
	text, err := made.AsYaml()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// objectsIn are objects by kind and name, without what the chart adds for Helm.
func objectsIn(t *testing.T, text string) map[string]map[string]any {
	t.Helper()
	objects := map[string]map[string]any{}
	decoder := yaml.NewDecoder(strings.NewReader(text))
	for {
		var o map[string]any
		if err := decoder.Decode(&o); err != nil {
			return objects
		}
		if o == nil {
			continue
		}
		withoutHelm(o)
		metadata := o["metadata"].(map[string]any)
		delete(metadata, "namespace")
		objects[o["kind"].(string)+" "+metadata["name"].(string)] = o
	}
}

func withoutHelm(value any) {
	switch v := value.(type) {
	case map[string]any:
		for _, label := range []string{"helm.sh/chart", "app.kubernetes.io/managed-by", "app.kubernetes.io/version"} {
			delete(v, label)
		}
		for _, below := range v {
			withoutHelm(below)
		}
	case []any:
		for _, below := range v {
			withoutHelm(below)
		}
	}
}

// TestTheBaseIsTheChart holds the base against what the chart makes with its defaults: every object, probe and policy. So
// what other tests say of the chart is true of the base.
func TestTheBaseIsTheChart(t *testing.T) {
	file, _ := rendered(t, "")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	chart, base := objectsIn(t, string(text)), objectsIn(t, kustomized(t, "base"))
	delete(chart, "ConfigMap weft-supergraph") // which overlays bring
	for name, want := range chart {
		got, ok := base[name]
		if !ok {
			t.Errorf("the base has no %s", name)
			continue
		}
		delete(base, name)
		if name == "ConfigMap weft-router" {
			settings := strings.ReplaceAll(want["data"].(map[string]any)["weft.yaml"].(string), ".shop.svc", "")
			if got := got["data"].(map[string]any)["weft.yaml"]; got != settings {
				t.Errorf("the base's settings are\n%s\nthe chart's are\n%s", got, settings)
			}
			continue
		}
		if !reflect.DeepEqual(got, want) {
			a, _ := yaml.Marshal(got)
			b, _ := yaml.Marshal(want)
			t.Errorf("%s of the base is\n%s\nof the chart\n%s", name, a, b)
		}
	}
	for name := range base {
		t.Errorf("the chart has no %s", name)
	}
}

// TestTheOverlayFitsKubernetes holds the example against the schemas of several versions, and looks for what it changes.
func TestTheOverlayFitsKubernetes(t *testing.T) {
	text := kustomized(t, "overlays/example")
	file := filepath.Join(t.TempDir(), "example.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	objects := objectsIn(t, text)
	for _, version := range kubernetesVersions {
		out := output(t, tool(t, "python/bin/kubernetes-validate"), "--strict", "-k", version, file)
		if passed := strings.Count(out, "INFO "); passed != len(objects) || passed < 20 || strings.Count(out, "\n") != passed {
			t.Errorf("%s: %d of %d objects passed:\n%s", version, passed, len(objects), out)
		}
	}
	for _, want := range []string{
		"image: registry.example.com/weft-router:1\n", "image: registry.example.com/weft:1\n", "minReplicas: 3\n", "replicas: 4\n",
		"namespace: shop\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the example has no %q", want)
		}
	}
	if strings.Contains(text, "image: weft") {
		t.Error("an image has not been replaced")
	}
	// What the router is told is what the router reads.
	settings := filepath.Join(t.TempDir(), "weft.yaml")
	data := objects["ConfigMap weft-router"]["data"].(map[string]any)
	if err := os.WriteFile(settings, []byte(data["weft.yaml"].(string)), 0o600); err != nil {
		t.Fatal(err)
	}
	source := config.Source{File: settings, Sections: modules.Sections(modules.List()), Environ: []string{}}
	if _, err := config.Load(source); err != nil && !strings.Contains(err.Error(), "/etc/weft/") {
		t.Error(err)
	}
	if graph := objects["ConfigMap weft-supergraph"]["data"].(map[string]any)["supergraph.graphql"]; !strings.Contains(graph.(string), "@join__graph") {
		t.Error("the example has no graph")
	}
}
