package main

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules"
	"github.com/weft-graphql/weft/router/modules/identity"
	"github.com/weft-graphql/weft/subgraphs"
)

// chartObject is what these tests look at in an object that the Helm chart makes.
type chartObject struct {
	Kind     string `yaml:"kind"`
	Metadata struct {
		Name string `yaml:"name"`
	} `yaml:"metadata"`
	Data map[string]string `yaml:"data"`
	Spec struct {
		Template struct {
			Spec struct {
				Grace      int              `yaml:"terminationGracePeriodSeconds"`
				Containers []chartContainer `yaml:"containers"`
			} `yaml:"spec"`
		} `yaml:"template"`
		// Ports are those of a Service.
		Ports []struct {
			Port       int    `yaml:"port"`
			TargetPort string `yaml:"targetPort"`
		} `yaml:"ports"`
	} `yaml:"spec"`
}

type chartContainer struct {
	Name  string                         `yaml:"name"`
	Args  []string                       `yaml:"args"`
	Env   []struct{ Name, Value string } `yaml:"env"`
	Ports []struct {
		Name          string `yaml:"name"`
		ContainerPort int    `yaml:"containerPort"`
	} `yaml:"ports"`
	Startup   chartProbe `yaml:"startupProbe"`
	Liveness  chartProbe `yaml:"livenessProbe"`
	Readiness chartProbe `yaml:"readinessProbe"`
}

type chartProbe struct {
	HTTPGet struct{ Path, Port, Scheme string } `yaml:"httpGet"`
}

// chart renders the Helm chart with the shop's graph.
func chart(t *testing.T, args ...string) map[string]chartObject {
	t.Helper()
	args = append([]string{"template", "weft", "../../deploy/helm/weft", "--namespace", "shop", "--kube-version", "1.34.0",
		"--set-file", "router.supergraph=../../schema/supergraph.graphql"}, args...)
	text, err := exec.CommandContext(t.Context(), "../../.weft/bin/helm", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("helm (make tools installs it): %v\n%s", err, text)
	}
	objects := map[string]chartObject{}
	for decoder := yaml.NewDecoder(strings.NewReader(string(text))); ; {
		var o chartObject
		if err := decoder.Decode(&o); err == io.EOF {
			return objects
		} else if err != nil {
			t.Fatal(err)
		}
		objects[o.Kind+" "+o.Metadata.Name] = o
	}
}

// port is the number of a container's port.
func (c chartContainer) port(name string) int {
	for _, p := range c.Ports {
		if p.Name == name {
			return p.ContainerPort
		}
	}
	return 0
}

// mounted writes what the chart mounts into a directory, in place of /etc/weft, and returns the router's configuration.
func mounted(t *testing.T, objects map[string]chartObject) (configuration string, move func(string) string) {
	t.Helper()
	dir := t.TempDir()
	move = func(text string) string { return strings.ReplaceAll(text, "/etc/weft/", dir+"/") }
	for _, name := range []string{"config", "supergraph", "identity"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	_, private, public := identityFiles(t)
	for from, to := range map[string]string{private: "identity/identity.pem", public: "identity/keys.json"} {
		if err := os.Rename(from, filepath.Join(dir, to)); err != nil {
			t.Fatal(err)
		}
	}
	writeText(t, filepath.Join(dir, "supergraph/supergraph.graphql"),
		objects["ConfigMap weft-supergraph"].Data["supergraph.graphql"])
	return writeText(t, filepath.Join(dir, "config/weft.yaml"), move(objects["ConfigMap weft-router"].Data["weft.yaml"])), move
}

// TestTheChartFitsTheBinary parses every command line and variable that the chart makes, and loads the router's settings.
func TestTheChartFitsTheBinary(t *testing.T) {
	for name, args := range map[string][]string{
		"defaults": nil, "everything": {"--values", "../../deploy/testdata/everything.yaml"},
	} {
		objects := chart(t, args...)
		file, move := mounted(t, objects)
		cfg, err := config.Load(config.Source{File: file, Sections: modules.Sections(modules.List()), Environ: []string{
			"REDIS_PASSWORD=a", "EVENTS_URL=nats://nats:4222", "ADMIN_TOKEN=0123456789abcdef0123456789abcdef",
		}})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		told := modules.In[*identity.Identity](cfg, identity.Info)
		if !cfg.Production || !told.On || len(told.KeyFiles) != 1 || (cfg.Cache.Redis.Password == "a") != (args != nil) {
			t.Errorf("%s: the router's settings are %+v", name, cfg)
		}
		routers := objects["Deployment weft-router"].Spec.Template.Spec
		if got := time.Duration(routers.Grace) * time.Second; got <= cfg.Shutdown.DrainDelay+cfg.Shutdown.Timeout {
			t.Errorf("%s: the router is killed after %s, before its end (%+v)", name, got, cfg.Shutdown)
		}
		c := routers.Containers[0]
		if cfg.Listen != fmt.Sprint(":", c.port("http")) || cfg.Admin.Listen != fmt.Sprint(":", c.port("admin")) {
			t.Errorf("%s: the router listens at %s and %s, its ports are %v", name, cfg.Listen, cfg.Admin.Listen, c.Ports)
		}
		for i := range c.Args {
			c.Args[i] = move(c.Args[i])
		}
		environmentOf(t, name+": router", append([]string{"router"}, c.Args...))
		for _, subgraph := range subgraphs.Names() {
			fitsTheSubgraph(t, name, subgraph, objects, cfg, move)
		}
	}
}

// fitsTheSubgraph holds a service's Deployment, Service and Job against the command line, and the address that the router
// asks it at against all of them.
func fitsTheSubgraph(
	t *testing.T, name, subgraph string, objects map[string]chartObject, cfg *config.Config, move func(string) string,
) {
	t.Helper()
	pods := objects["Deployment weft-"+subgraph].Spec.Template.Spec
	if len(pods.Containers) != 1 {
		t.Errorf("%s: the chart does not run %s", name, subgraph)
		return
	}
	c := pods.Containers[0]
	known := environmentOf(t, name+": "+subgraph, c.Args)
	for _, variable := range c.Env {
		if strings.HasPrefix(variable.Name, "WEFT_") && !known[variable.Name] {
			t.Errorf("%s: %s: nothing reads %s", name, subgraph, variable.Name)
		}
		if want := fmt.Sprint(":", c.port("http")); variable.Name == "WEFT_LISTEN" && variable.Value != want {
			t.Errorf("%s: %s listens at %s, its port is %s", name, subgraph, variable.Value, want)
		}
	}
	if job, ok := objects["Job weft-"+subgraph+"-migration"]; ok {
		environmentOf(t, name+": migration of "+subgraph, job.Spec.Template.Spec.Containers[0].Args)
	} else if name == "everything" {
		t.Errorf("nothing migrates %s", subgraph)
	}
	address, err := url.Parse(cfg.Upstream.Subgraphs[subgraph].URL)
	ports := objects["Service weft-"+subgraph].Spec.Ports
	if err != nil || len(ports) != 1 || address.Host != fmt.Sprintf("weft-%s.shop.svc:%d", subgraph, ports[0].Port) ||
		c.port(ports[0].TargetPort) == 0 || !strings.EqualFold(address.Scheme, c.Readiness.HTTPGet.Scheme) {
		t.Errorf("%s: the router asks %s at %s, its Service has %v", name, subgraph, address, ports)
	}
	if (address.Scheme == "https") != (cfg.Upstream.All.TLS.CertFile != "") {
		t.Errorf("%s: the router shows %s who it is with %+v", name, subgraph, cfg.Upstream.All.TLS)
	}
}

// TestProbesOfTheChartAreAnswered starts what the chart starts, and asks it what Kubernetes and Prometheus ask.
func TestProbesOfTheChartAreAnswered(t *testing.T) {
	objects := chart(t)
	file, move := mounted(t, objects)
	cfg, err := config.Load(config.Source{File: file, Sections: modules.Sections(modules.List()), Environ: []string{}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := router.New(cfg, router.Options{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	clients, operators := httptest.NewServer(r), httptest.NewServer(r.Admin())
	defer clients.Close()
	defer operators.Close()
	c := objects["Deployment weft-router"].Spec.Template.Spec.Containers[0]
	answersProbes(t, c, clients.URL)
	for url, want := range map[string]int{operators.URL + "/metrics": http.StatusOK, clients.URL + "/metrics": http.StatusNotFound} {
		if got := statusOf(t, url); got != want {
			t.Errorf("%s answers %d, want %d", url, got, want)
		}
	}

	address := freeAddress(t)
	c = objects["Deployment weft-accounts"].Spec.Template.Spec.Containers[0]
	env := []string{"WEFT_DATA_DIR=" + t.TempDir()}
	for _, v := range c.Env {
		if v.Name == "WEFT_LISTEN" {
			v.Value = address
		}
		env = append(env, v.Name+"="+move(v.Value))
	}
	service := start(t, env, binary, c.Args...)
	service.awaitReady(t, "http://"+address+c.Startup.HTTPGet.Path)
	answersProbes(t, c, "http://"+address)
	service.stop(t)
}

func answersProbes(t *testing.T, c chartContainer, url string) {
	t.Helper()
	for _, probe := range []chartProbe{c.Startup, c.Liveness, c.Readiness} {
		if get := probe.HTTPGet; get.Port != "http" || statusOf(t, url+get.Path) != http.StatusOK {
			t.Errorf("%s: %+v is not answered", c.Name, get)
		}
	}
	if !slices.ContainsFunc(c.Env, func(v struct{ Name, Value string }) bool { return v.Name == "GOMEMLIMIT" }) {
		t.Errorf("%s: nothing tells Go of the memory limit", c.Name)
	}
}

func statusOf(t *testing.T, url string) int {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode
}
