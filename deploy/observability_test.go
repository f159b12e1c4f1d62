package deploy

import (
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v3"
)

// observability is docker-compose.yml with the profile.
func observability(t *testing.T, env ...string) *types.Project {
	t.Helper()
	env = append(env, "POSTGRES_PASSWORD=a", "REDIS_PASSWORD=b", "NATS_PASSWORD=c",
		"ACCOUNTS_DB_PASSWORD=e", "CATALOG_DB_PASSWORD=e", "INSIGHTS_DB_PASSWORD=e", "INVENTORY_DB_PASSWORD=e", "ORDERS_DB_PASSWORD=e", "REVIEWS_DB_PASSWORD=e")
	options, err := cli.NewProjectOptions([]string{"../docker-compose.yml"}, cli.WithEnv(env), cli.WithProfiles([]string{"observability"}))
	if err != nil {
		t.Fatal(err)
	}
	project, err := options.LoadProject(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return project
}

// read reads a file of observability.
func read(t *testing.T, file string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("observability", file))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// TestTheObservabilityProfileFitsTogether follows metrics and traces from the router to Grafana.
func TestTheObservabilityProfileFitsTogether(t *testing.T) {
	project := observability(t, "ADMIN_TOKEN=0123456789abcdef0123456789abcdef", "GRAFANA_PASSWORD=d")
	reaches := func(from, address string) {
		t.Helper()
		u, err := url.Parse(address)
		if err != nil || u.Host == "" {
			u = &url.URL{Host: address}
		}
		to, ok := project.Services[u.Hostname()]
		if !ok {
			t.Errorf("%s asks %s, and there is no service %s", from, address, u.Hostname())
			return
		}
		for network := range project.Services[from].Networks {
			if _, both := to.Networks[network]; both {
				return
			}
		}
		t.Errorf("%s cannot reach %s: they have no network in common", from, address)
	}
	for _, service := range project.Services {
		for _, v := range service.Volumes {
			if v.Type != "bind" {
				continue
			}
			if _, err := os.Stat(v.Source); err != nil {
				t.Errorf("%s mounts %v", service.Name, err)
			}
		}
		for _, secret := range service.Secrets {
			if project.Secrets[secret.Source].Environment == "" {
				t.Errorf("%s has no secret %s", service.Name, secret.Source)
			}
		}
	}

	router := project.Services["router"].Environment
	reaches("router", *router["WEFT_TRACING_ENDPOINT"])
	var prometheus struct {
		Scrape []struct {
			Job           string `yaml:"job_name"`
			Authorization struct {
				File string `yaml:"credentials_file"`
			} `yaml:"authorization"`
			Static []struct{ Targets []string } `yaml:"static_configs"`
		} `yaml:"scrape_configs"`
		Rules []string `yaml:"rule_files"`
	}
	read(t, "prometheus.yaml", &prometheus)
	scrape := prometheus.Scrape[0]
	target := scrape.Static[0].Targets[0]
	reaches("prometheus", target)
	if !strings.HasSuffix(target, *router["WEFT_ADMIN_LISTEN"]) || !strings.Contains(scrape.Job, "weft-router") {
		t.Errorf("Prometheus asks %s as %s, the router listens at %s", target, scrape.Job, *router["WEFT_ADMIN_LISTEN"])
	}
	for _, target := range prometheus.Scrape[1].Static[0].Targets {
		reaches("prometheus", target)
		name, port, _ := strings.Cut(target, ":")
		env := project.Services[name].Environment
		if metrics, listen := env["WEFT_METRICS"], env["WEFT_LISTEN"]; metrics == nil || *metrics != "true" || *listen != ":"+port {
			t.Errorf("Prometheus asks %s, which listens at %v", target, listen)
		}
	}
	if secrets := project.Services["prometheus"].Secrets; "/run/secrets/"+secrets[0].Source != scrape.Authorization.File {
		t.Errorf("Prometheus reads its token at %s and has %v", scrape.Authorization.File, secrets)
	}
	promtool(t, "check", "config", "--syntax-only", "observability/prometheus.yaml")

	var grafana struct {
		Datasources []struct {
			UID, Type, URL string
			Settings       struct {
				Exemplars []struct {
					Name       string
					Datasource string `yaml:"datasourceUid"`
				} `yaml:"exemplarTraceIdDestinations"`
			} `yaml:"jsonData"`
		}
	}
	read(t, "grafana/provisioning/datasources/weft.yaml", &grafana)
	uids := map[string]bool{}
	for _, d := range grafana.Datasources {
		reaches("grafana", d.URL)
		uids[d.UID] = true
	}
	for _, d := range grafana.Datasources {
		for _, e := range d.Settings.Exemplars {
			if !uids[e.Datasource] || e.Name != "trace_id" {
				t.Errorf("exemplars lead to %s by %s", e.Datasource, e.Name)
			}
		}
	}
	var provider struct {
		Providers []struct{ Options struct{ Path string } }
	}
	read(t, "grafana/provisioning/dashboards/weft.yaml", &provider)
	if !slices.ContainsFunc(project.Services["grafana"].Volumes, func(v types.ServiceVolumeConfig) bool {
		return v.Target == provider.Providers[0].Options.Path && strings.HasSuffix(v.Source, "observability/grafana/dashboards")
	}) {
		t.Errorf("the dashboards are not at %s", provider.Providers[0].Options.Path)
	}
	if got := project.Services["grafana"].Environment["GF_SECURITY_ADMIN_PASSWORD__FILE"]; *got != "/run/secrets/grafana_password" {
		t.Errorf("Grafana's password is in %s", *got)
	}

	var collector struct {
		Receivers, Processors map[string]any
		Exporters             map[string]struct{ Endpoint string }
		Service               struct {
			Pipelines map[string]struct{ Receivers, Processors, Exporters []string }
		}
	}
	read(t, "collector.yaml", &collector)
	for name, p := range collector.Service.Pipelines {
		for _, e := range p.Exporters {
			reaches("collector", collector.Exporters[e].Endpoint)
		}
		for _, part := range append(p.Receivers, p.Processors...) {
			if _, receives := collector.Receivers[part]; !receives && collector.Processors[part] == nil {
				t.Errorf("the collector's pipeline %s has no %s", name, part)
			}
		}
	}
}

// TestWithoutATokenNothingIsTold has no administration listener in the compose file unless there is a token for it.
func TestWithoutATokenNothingIsTold(t *testing.T) {
	for name, value := range observability(t).Services["router"].Environment {
		if strings.HasPrefix(name, "WEFT_") && *value != "" {
			t.Errorf("%s is %q", name, *value)
		}
	}
}
