package deploy

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/BurntSushi/toml"
	"go.yaml.in/yaml/v3"
)

// platform is what a file tells a platform to start: a command of the image, or of a shell, its variables, and whom to ask.
type platform struct {
	shell  string
	env    map[string]string
	port   int
	health []string
	image  string
}

func strict(t *testing.T, file string, into any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	switch filepath.Ext(file) {
	case ".toml":
		var rest toml.MetaData
		if rest, err = toml.Decode(string(text), into); err == nil && len(rest.Undecoded()) > 0 {
			err = fmt.Errorf("unknown: %v", rest.Undecoded())
		}
	case ".json":
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		err = decoder.Decode(into)
	default:
		decoder := yaml.NewDecoder(bytes.NewReader(text))
		decoder.KnownFields(true)
		err = decoder.Decode(into)
	}
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

func heroku(t *testing.T) platform {
	t.Helper()
	text, err := os.ReadFile("../Procfile")
	if err != nil {
		t.Fatal(err)
	}
	web, ok := strings.CutPrefix(strings.TrimSpace(string(text)), "web: ")
	if !ok {
		t.Fatalf("the Procfile has no web process: %s", text)
	}
	var app struct {
		Name, Description, Repository, Stack string
		Keywords                             []string
		Buildpacks                           []struct{ URL string }
		Env                                  map[string]struct {
			Description, Value string
			Required           *bool
		}
		Formation map[string]struct {
			Quantity int
			Size     string
		}
	}
	strict(t, "../app.json", &app)
	if app.Env["GO_INSTALL_PACKAGE_SPEC"].Value != "./cmd/weft" || app.Formation["web"].Quantity == 0 {
		t.Errorf("app.json makes no bin/weft, or does not start it: %+v", app)
	}
	// Heroku chooses the port.
	_, port, _ := net.SplitHostPort(freeAddress(t))
	p := platform{shell: web, env: map[string]string{"PORT": port}, health: []string{"/readyz"}}
	for name, v := range app.Env {
		if v.Value != "" {
			p.env[name] = v.Value
		}
	}
	_, _ = fmt.Sscan(port, &p.port)
	return p
}

func fly(t *testing.T) platform {
	t.Helper()
	type check struct {
		Method, Path, Interval, Timeout string
		GracePeriod                     string `toml:"grace_period"`
	}
	var f struct {
		App           string
		PrimaryRegion string `toml:"primary_region"`
		KillSignal    string `toml:"kill_signal"`
		KillTimeout   string `toml:"kill_timeout"`
		Build         struct {
			Dockerfile string
			Target     string `toml:"build-target"`
		}
		Env  map[string]string
		HTTP struct {
			Port        int    `toml:"internal_port"`
			HTTPS       bool   `toml:"force_https"`
			Min         int    `toml:"min_machines_running"`
			Stop        string `toml:"auto_stop_machines"`
			Concurrency struct {
				Type string
				Soft int `toml:"soft_limit"`
			}
			Checks []check
		} `toml:"http_service"`
		VM []struct{ Size, Memory string }
	}
	strict(t, "paas/fly.toml", &f)
	if f.Build.Dockerfile != "../../Dockerfile" || f.Build.Target != "router" || f.KillSignal != "SIGTERM" || len(f.HTTP.Checks) != 1 {
		t.Errorf("fly.toml is %+v", f)
	}
	return platform{env: f.Env, port: f.HTTP.Port, health: []string{f.HTTP.Checks[0].Path}, image: "router"}
}

func onRender(t *testing.T) platform {
	t.Helper()
	var f struct {
		Services []struct {
			Type, Name, Runtime, Plan string
			Dockerfile                string `yaml:"dockerfilePath"`
			Context                   string `yaml:"dockerContext"`
			Instances                 int    `yaml:"numInstances"`
			Health                    string `yaml:"healthCheckPath"`
			Delay                     int    `yaml:"maxShutdownDelaySeconds"`
			Env                       []struct {
				Key, Value string
				Sync       *bool
			} `yaml:"envVars"`
		}
	}
	strict(t, "paas/render.yaml", &f)
	p := platform{env: map[string]string{}, health: []string{f.Services[0].Health}, image: "weft"}
	for _, v := range f.Services[0].Env {
		p.env[v.Key] = v.Value
	}
	_, _ = fmt.Sscan(p.env["PORT"], &p.port)
	return p
}

func digitalocean(t *testing.T) platform {
	t.Helper()
	var f struct {
		Name, Region string
		Services     []struct {
			Name       string
			Dockerfile string `yaml:"dockerfile_path"`
			Source     string `yaml:"source_dir"`
			GitHub     struct{ Repo, Branch string }
			Count      int    `yaml:"instance_count"`
			Size       string `yaml:"instance_size_slug"`
			Port       int    `yaml:"http_port"`
			Health     struct {
				Path    string `yaml:"http_path"`
				Initial int    `yaml:"initial_delay_seconds"`
				Period  int    `yaml:"period_seconds"`
			} `yaml:"health_check"`
			Termination struct {
				Drain int `yaml:"drain_seconds"`
				Grace int `yaml:"grace_period_seconds"`
			}
			Envs []struct{ Key, Value, Scope string }
		}
	}
	strict(t, "paas/digitalocean.yaml", &f)
	s := f.Services[0]
	p := platform{env: map[string]string{"PORT": fmt.Sprint(s.Port)}, port: s.Port, health: []string{s.Health.Path}, image: "weft"}
	for _, v := range s.Envs {
		p.env[v.Key] = v.Value
	}
	return p
}

func appEngine(t *testing.T) platform {
	t.Helper()
	type check struct {
		Path     string
		Interval int `yaml:"check_interval_sec"`
		Timeout  int `yaml:"timeout_sec"`
		Failure  int `yaml:"failure_threshold"`
		Success  int `yaml:"success_threshold"`
		Start    int `yaml:"app_start_timeout_sec"`
	}
	var f struct {
		Runtime, Env, Service string
		Variables             map[string]string `yaml:"env_variables"`
		Scaling               struct {
			Min int `yaml:"min_num_instances"`
			Max int `yaml:"max_num_instances"`
			CPU struct {
				Target float64 `yaml:"target_utilization"`
			} `yaml:"cpu_utilization"`
		} `yaml:"automatic_scaling"`
		Resources struct {
			CPU    int
			Memory float64 `yaml:"memory_gb"`
		}
		Liveness  check `yaml:"liveness_check"`
		Readiness check `yaml:"readiness_check"`
	}
	strict(t, "paas/app.yaml", &f)
	f.Variables["PORT"] = "8080" // where the flexible environment always asks
	return platform{env: f.Variables, port: 8080, health: []string{f.Liveness.Path, f.Readiness.Path}, image: "router"}
}

// TestWhatPlatformsStartIsHealthy reads each file, starts what it names with its variables, and asks its health checks at
// its port. Ports that are not free here are replaced.
func TestWhatPlatformsStartIsHealthy(t *testing.T) {
	graph, err := os.ReadFile("../schema/supergraph.graphql")
	if err != nil {
		t.Fatal(err)
	}
	graphs := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(graph) }))
	defer graphs.Close()
	dockerfile, err := os.ReadFile("../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range map[string]platform{
		"heroku": heroku(t), "fly": fly(t), "render": onRender(t), "digitalocean": digitalocean(t), "app engine": appEngine(t),
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			if err := os.MkdirAll(filepath.Join(root, "bin"), 0o700); err != nil {
				t.Fatal(err)
			}
			schema, err := filepath.Abs("../schema")
			if err != nil {
				t.Fatal(err)
			}
			for link, target := range map[string]string{"bin/weft": weft, "schema": schema} {
				if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
					t.Fatal(err)
				}
			}
			if p.env["PORT"] != fmt.Sprint(p.port) && p.shell == "" {
				t.Errorf("it is asked at %d, and told %s", p.port, p.env["PORT"])
			}
			if p.image != "" && strings.Contains(string(dockerfile), "WEFT_LISTEN=") {
				t.Error("the image says where to listen, which counts more than PORT")
			}
			if _, remote := p.env["WEFT_SUPERGRAPH_HTTP_URL"]; remote || p.image != "" {
				p.env["WEFT_SUPERGRAPH_HTTP_URL"] = graphs.URL
			}
			address := freeAddress(t)
			_, p.env["PORT"], _ = net.SplitHostPort(address)
			command := []string{weft, "router"}
			if p.shell != "" {
				command = []string{"sh", "-c", p.shell}
			}
			program := exec.Command(command[0], command[1:]...)
			program.Dir = root
			program.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "WEFT_") })
			for name, value := range p.env {
				program.Env = append(program.Env, name+"="+value)
			}
			var out bytes.Buffer
			program.Stdout, program.Stderr = &out, &out
			if err := program.Start(); err != nil {
				t.Fatal(err)
			}
			defer func() {
				_ = program.Process.Signal(syscall.SIGTERM)
				if err := program.Wait(); err != nil || t.Failed() {
					t.Errorf("it ended with %v:\n%s", err, &out)
				}
			}()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			for _, path := range p.health {
				await(ctx, t, "http://"+address+path)
			}
			// As it is for the public.
			if got := ask(t, "http://"+address+"/graphql", `{"query":"{ __schema { queryType { name } } }"}`); !strings.Contains(got, "INTROSPECTION_DISABLED") {
				t.Errorf("introspection is answered %s", got)
			}
			health := exec.CommandContext(ctx, weft, "health")
			health.Env = append(os.Environ(), "PORT="+p.env["PORT"])
			if said, err := health.CombinedOutput(); err != nil {
				t.Errorf("weft health: %v: %s", err, said)
			}
		})
	}
}

// TestServicesListenAtThePort starts a service as an app of its own.
func TestServicesListenAtThePort(t *testing.T) {
	address := freeAddress(t)
	_, port, _ := net.SplitHostPort(address)
	program := exec.Command(weft, "subgraph", "catalog", "--data-dir", t.TempDir())
	program.Env = append(os.Environ(), "PORT="+port)
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = program.Process.Signal(syscall.SIGTERM)
		if err := program.Wait(); err != nil {
			t.Error(err)
		}
	}()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	await(ctx, t, "http://"+address+"/readyz")
	wrong := exec.CommandContext(ctx, weft, "subgraph", "catalog", "--data-dir", t.TempDir())
	wrong.Env = append(os.Environ(), "PORT=many")
	if said, err := wrong.CombinedOutput(); err == nil || !strings.Contains(string(said), "PORT: \"many\" is no port") {
		t.Errorf("with a port that is none it says %s (%v)", said, err)
	}
}
