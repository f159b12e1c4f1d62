package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/template"
	"go.yaml.in/yaml/v3"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules"
	"github.com/weft-graphql/weft/router/modules/identity"
	"github.com/weft-graphql/weft/router/modules/tracing"
	"github.com/weft-graphql/weft/subgraphs"
)

// composeFile is what these tests look at in docker-compose.yml.
type composeFile struct {
	Services map[string]composeService `yaml:"services"`
	Configs  map[string]struct {
		Content string `yaml:"content"`
	} `yaml:"configs"`
}

type composeService struct {
	Image       string            `yaml:"image"`
	Command     []string          `yaml:"command"`
	Environment map[string]string `yaml:"environment"`
	Ports       []string          `yaml:"ports"`
	Profiles    []string          `yaml:"profiles"`
	ReadOnly    bool              `yaml:"read_only"`
	CapDrop     []string          `yaml:"cap_drop"`
	Health      struct {
		Test []string `yaml:"test"`
	} `yaml:"healthcheck"`
}

// TestTheComposeFileFitsTheBinary parses every command line, health check and environment of docker-compose.yml, and
// loads the router's configuration in it: there is no Docker where tests run.
func TestTheComposeFileFitsTheBinary(t *testing.T) {
	text, err := os.ReadFile("../../docker-compose.yml")
	if err != nil {
		t.Fatal(err)
	}
	var file composeFile
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	schemas, err := filepath.Abs("../../schema")
	if err != nil {
		t.Fatal(err)
	}
	example, err := filepath.Abs("../../examples/python/suppliers/schema.graphql")
	if err != nil {
		t.Fatal(err)
	}
	content := file.Configs["router"].Content
	// written is the router's configuration as compose writes it where SUPPLIERS has a value.
	written := func(suppliers string) string {
		text, err := template.Substitute(content, func(name string) (string, bool) { return suppliers, name == "SUPPLIERS" })
		if err != nil {
			t.Fatal(err)
		}
		text = strings.NewReplacer("/examples/suppliers.graphql", example, "/schema/", schemas+"/").Replace(text)
		return writeText(t, filepath.Join(t.TempDir(), "weft.yaml"), text)
	}
	routerConfig := written("")

	ours := 0
	for name, service := range file.Services {
		// Those who look at the rest are started on purpose, nobody waits for them, and their images have nothing to
		// check themselves with.
		observes := slices.Contains(service.Profiles, "observability")
		for _, port := range service.Ports {
			if name != "router" && !(observes && strings.HasPrefix(port, "127.0.0.1:")) {
				t.Errorf("%s can be reached from outside: %v", name, service.Ports)
			}
		}
		if len(service.Health.Test) == 0 && !observes {
			t.Errorf("%s has no health check", name)
		}
		if service.Image != "weft" {
			continue
		}
		ours++
		if !service.ReadOnly || !slices.Equal(service.CapDrop, []string{"ALL"}) {
			t.Errorf("%s has more rights than it needs", name)
		}
		for i, arg := range service.Command {
			service.Command[i] = strings.Replace(arg, "/etc/weft.yaml", routerConfig, 1)
		}
		known := environmentOf(t, name, service.Command)
		for variable := range service.Environment {
			if strings.HasPrefix(variable, "WEFT_") && !known[variable] && !strings.Contains(content, "${"+variable+"}") &&
				!(name == "router" && routerSettings[variable]) {
				t.Errorf("%s: nothing reads %s", name, variable)
			}
		}
		if len(service.Health.Test) < 2 || service.Health.Test[1] != "/weft" {
			t.Fatalf("%s: the health check is %v", name, service.Health.Test)
		}
		environmentOf(t, name+"'s health check", service.Health.Test[2:])
	}
	if ours != 1+len(subgraphs.Names()) {
		t.Errorf("%d services run weft, want the router and %d subgraphs", ours, len(subgraphs.Names()))
	}
	cfg := loadWith(t, routerConfig, "", "", "")
	if traces := modules.In[*tracing.Tracing](cfg, tracing.Info); cfg.Admin.Listen != "" || traces.Endpoint != "" {
		t.Errorf("without a token there are an administration listener at %q and traces to %q", cfg.Admin.Listen, traces.Endpoint)
	}
	cfg = loadWith(t, routerConfig, ":9090", "a-token-of-some-length-for-operators", "http://collector:4318")
	traces := modules.In[*tracing.Tracing](cfg, tracing.Info)
	if cfg.Admin.Listen != ":9090" || cfg.Admin.Token == "" || traces.Endpoint != "http://collector:4318" {
		t.Errorf("the administration listener is at %q, and traces go to %q", cfg.Admin.Listen, traces.Endpoint)
	}
	told := modules.In[*identity.Identity](cfg, identity.Info)
	if len(cfg.Supergraph.Subgraphs) != len(subgraphs.Names()) || cfg.Cache.Redis.Password != "a" || !told.On {
		t.Errorf("the router's configuration is %+v", cfg)
	}
	cfg = loadWith(t, written("yes"), "", "", "")
	if n := len(cfg.Supergraph.Subgraphs); n != len(subgraphs.Names())+1 || cfg.Supergraph.Subgraphs[n-1].Name != "suppliers" {
		t.Errorf("with SUPPLIERS the subgraphs are %+v", cfg.Supergraph.Subgraphs)
	}
}

// routerSettings are the settings that the compose file makes by environment variables; loadWith has them, too.
var routerSettings = map[string]bool{"WEFT_ADMIN_LISTEN": true, "WEFT_ADMIN_TOKEN": true, "WEFT_TRACING_ENDPOINT": true}

// loadWith loads the router's configuration with the variables of routerSettings.
func loadWith(t *testing.T, file, listen, token, endpoint string) *config.Config {
	t.Helper()
	cfg, err := config.Load(config.Source{File: file, Sections: modules.Sections(modules.List()), Environ: []string{
		"REDIS_PASSWORD=a", "EVENTS_URL=nats://weft:a@nats:4222",
		"WEFT_ADMIN_LISTEN=" + listen, "WEFT_ADMIN_TOKEN=" + token, "WEFT_TRACING_ENDPOINT=" + endpoint,
	}})
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// environmentOf parses a command line and returns the environment variables that its command reads.
func environmentOf(t *testing.T, name string, args []string) map[string]bool {
	t.Helper()
	parser, err := newParser(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		t.Errorf("%s: weft %s: %v", name, strings.Join(args, " "), err)
		return nil
	}
	known := map[string]bool{}
	for _, flag := range parsed.Selected().Flags {
		for _, variable := range flag.Envs {
			known[variable] = true
		}
	}
	return known
}
