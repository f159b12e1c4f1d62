package deploy

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules"
	"github.com/weft-graphql/weft/router/modules/identity"
	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs"
)

// weft is the program that the images have.
var weft string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "weft-deploy-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	weft = filepath.Join(dir, "weft")
	if out, err := exec.Command("go", "build", "-o", weft, "../cmd/weft").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		os.Exit(1)
	}
	status := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(status)
}

// running is what the program is told by an object of the chart, and by what it is asked.
type running struct {
	Spec struct {
		Template struct {
			Spec struct {
				Grace      int         `yaml:"terminationGracePeriodSeconds"`
				Containers []container `yaml:"containers"`
			} `yaml:"spec"`
		} `yaml:"template"`
		// Ports are those of a Service.
		Ports []struct {
			Port       int    `yaml:"port"`
			TargetPort string `yaml:"targetPort"`
		} `yaml:"ports"`
	} `yaml:"spec"`
	Data map[string]string `yaml:"data"`
}

type container struct {
	Name  string                         `yaml:"name"`
	Args  []string                       `yaml:"args"`
	Env   []struct{ Name, Value string } `yaml:"env"`
	Ports []struct {
		Name          string `yaml:"name"`
		ContainerPort int    `yaml:"containerPort"`
	} `yaml:"ports"`
	Startup   probe `yaml:"startupProbe"`
	Liveness  probe `yaml:"livenessProbe"`
	Readiness probe `yaml:"readinessProbe"`
}

type probe struct {
	HTTPGet struct{ Path, Port, Scheme string } `yaml:"httpGet"`
}

// port is the number of a container's port.
func (c container) port(name string) int {
	for _, p := range c.Ports {
		if p.Name == name {
			return p.ContainerPort
		}
	}
	return 0
}

// chart is what the chart makes of one of settings, by kind and name.
func chart(t *testing.T, values string) map[string]running {
	t.Helper()
	file, _ := rendered(t, values)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	objects := map[string]running{}
	for decoder := yaml.NewDecoder(bytes.NewReader(text)); ; {
		var node yaml.Node
		var named object
		var o running
		if err := decoder.Decode(&node); err == io.EOF {
			return objects
		} else if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(node.Decode(&named), node.Decode(&o)); err != nil {
			t.Fatal(err)
		}
		objects[named.Kind+" "+named.Metadata.Name] = o
	}
}

// mounted writes what the chart mounts into a directory. move puts it in place of /etc/weft in a text.
func mounted(t *testing.T, objects map[string]running) (move func(string) string) {
	t.Helper()
	dir := t.TempDir()
	move = func(text string) string { return strings.ReplaceAll(text, "/etc/weft/", dir+"/") }
	_, secret, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"config/weft.yaml":              move(objects["ConfigMap weft-router"].Data["weft.yaml"]),
		"supergraph/supergraph.graphql": objects["ConfigMap weft-supergraph"].Data["supergraph.graphql"],
		"identity/identity.pem":         string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"identity/keys.json":            string(wire.PublicKeys([]*wire.IdentityKey{wire.NewIdentityKey(secret)})),
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return move
}

// TestTheChartFitsTheBinary loads the router's settings as the router does, and holds Deployments, Services and Jobs
// against them and against the command line.
func TestTheChartFitsTheBinary(t *testing.T) {
	help := output(t, weft, "help", "subgraph")
	for name, values := range settings {
		objects := chart(t, values)
		move := mounted(t, objects)
		cfg, err := config.Load(config.Source{
			File: move("/etc/weft/config/weft.yaml"), Sections: modules.Sections(modules.List()), Environ: []string{
				"REDIS_PASSWORD=a", "EVENTS_URL=nats://nats:4222", "ADMIN_TOKEN=0123456789abcdef0123456789abcdef",
			},
		})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		told := modules.In[*identity.Identity](cfg, identity.Info)
		if !cfg.Production || !told.On || len(told.KeyFiles) != 1 || (cfg.Cache.Redis.Password == "a") != (values != "") {
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
		for _, subgraph := range subgraphs.Names() {
			fitsTheSubgraph(t, name+": "+subgraph, subgraph, objects, cfg, help)
		}
	}
}

// fitsTheSubgraph holds a service's Deployment and Service against what the command line reads, and against the address
// that the router asks.
func fitsTheSubgraph(t *testing.T, name, subgraph string, objects map[string]running, cfg *config.Config, help string) {
	t.Helper()
	pods := objects["Deployment weft-"+subgraph].Spec.Template.Spec
	if len(pods.Containers) != 1 {
		t.Errorf("%s: the chart does not run it", name)
		return
	}
	c := pods.Containers[0]
	for _, variable := range c.Env {
		if strings.HasPrefix(variable.Name, "WEFT_") && !strings.Contains(help, "$"+variable.Name) {
			t.Errorf("%s: nothing reads %s", name, variable.Name)
		}
		if want := fmt.Sprint(":", c.port("http")); variable.Name == "WEFT_LISTEN" && variable.Value != want {
			t.Errorf("%s: it listens at %s, its port is %s", name, variable.Value, want)
		}
	}
	address, err := url.Parse(cfg.Upstream.Subgraphs[subgraph].URL)
	ports := objects["Service weft-"+subgraph].Spec.Ports
	if err != nil || len(ports) != 1 || address.Host != fmt.Sprintf("weft-%s.shop.svc:%d", subgraph, ports[0].Port) ||
		c.port(ports[0].TargetPort) == 0 || !strings.EqualFold(address.Scheme, c.Readiness.HTTPGet.Scheme) {
		t.Errorf("%s: the router asks %s, the Service has %v", name, address, ports)
	}
	if (address.Scheme == "https") != (cfg.Upstream.All.TLS.CertFile != "") {
		t.Errorf("%s: the router shows who it is with %+v", name, cfg.Upstream.All.TLS)
	}
}

// TestWhatTheChartStartsIsReady migrates and starts what the chart does, and asks what Kubernetes and Prometheus ask.
func TestWhatTheChartStartsIsReady(t *testing.T) {
	objects, data := chart(t, ""), "WEFT_DATA_DIR="+t.TempDir()
	move := mounted(t, objects)
	jobs := chart(t, settings["everything"])
	for _, subgraph := range subgraphs.Names() {
		job := jobs["Job weft-"+subgraph+"-migration"].Spec.Template.Spec.Containers
		if len(job) != 1 {
			t.Fatalf("nothing migrates %s", subgraph)
		}
		migrate := exec.CommandContext(t.Context(), weft, job[0].Args...)
		migrate.Env = append(os.Environ(), data)
		if out, err := migrate.CombinedOutput(); err != nil {
			t.Errorf("weft %s: %v\n%s", strings.Join(job[0].Args, " "), err, out)
		}
		c := objects["Deployment weft-"+subgraph].Spec.Template.Spec.Containers[0]
		address := freeAddress(t)
		started(t, c, c.Args, move, address, data, "WEFT_LISTEN="+address)
	}
	// The image for the router has a program of its own, with the command line of weft router.
	c := objects["Deployment weft-router"].Spec.Template.Spec.Containers[0]
	address, admin := freeAddress(t), freeAddress(t)
	args := append([]string{"router"}, c.Args...)
	started(t, c, args, move, address, "WEFT_LISTEN="+address, "WEFT_ADMIN_LISTEN="+admin, "WEFT_SHUTDOWN_DRAIN_DELAY=0s")
	for url, want := range map[string]int{"http://" + admin + "/metrics": 200, "http://" + address + "/metrics": 404} {
		if got, err := statusOf(url); got != want {
			t.Errorf("%s answers %d (%v), want %d", url, got, err, want)
		}
	}
}

// started starts a container's program at an address until the test ends, and sends it the probes.
func started(t *testing.T, c container, args []string, move func(string) string, address string, env ...string) {
	t.Helper()
	for i := range args {
		args[i] = move(args[i])
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	program := exec.Command(weft, args...)
	program.Env = os.Environ()
	for _, v := range c.Env {
		program.Env = append(program.Env, v.Name+"="+move(v.Value))
	}
	program.Env = append(program.Env, env...)
	var out bytes.Buffer
	program.Stdout, program.Stderr = &out, &out
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- program.Wait() }()
	t.Cleanup(func() {
		cancel()
		_ = program.Process.Signal(syscall.SIGTERM)
		if err := <-ended; err != nil {
			t.Errorf("weft %s ended with %v:\n%s", strings.Join(args, " "), err, &out)
		}
	})
	for _, p := range []probe{c.Startup, c.Liveness, c.Readiness} {
		if p.HTTPGet.Port != "http" {
			t.Errorf("%s: a probe asks port %q", c.Name, p.HTTPGet.Port)
		}
		await(ctx, t, "http://"+address+p.HTTPGet.Path)
	}
}

// await asks until the answer is 200.
func await(ctx context.Context, t *testing.T, url string) {
	t.Helper()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		status, err := statusOf(url)
		if status == http.StatusOK {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s answers %d (%v)", url, status, err)
		case <-again.C:
		}
	}
}

func statusOf(url string) (int, error) {
	resp, err := http.Get(url)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}

// freeAddress is one where nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
