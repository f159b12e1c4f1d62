package deploy

import (
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v3"
)

// TestTheComposeFileLoads loads docker-compose.yml with the library of Docker Compose, with each of its profiles.
func TestTheComposeFileLoads(t *testing.T) {
	passwords := []string{"POSTGRES_PASSWORD=a", "REDIS_PASSWORD=b", "NATS_PASSWORD=c",
		"ACCOUNTS_DB_PASSWORD=e", "CATALOG_DB_PASSWORD=e", "INSIGHTS_DB_PASSWORD=e", "INVENTORY_DB_PASSWORD=e", "ORDERS_DB_PASSWORD=e", "REVIEWS_DB_PASSWORD=e"}
	rabbit := append(slices.Clone(passwords), "RABBITMQ_PASSWORD=d", "EVENTS_URL=amqp://weft:d@rabbitmq:5672")
	for name, c := range map[string]struct {
		profiles, env []string
		events        string
	}{
		"nats":     {nil, passwords, "nats://weft:c@nats:4222"},
		"rabbitmq": {[]string{"rabbitmq"}, rabbit, "amqp://weft:d@rabbitmq:5672"},
	} {
		files := []string{"../docker-compose.yml"}
		options, err := cli.NewProjectOptions(files, cli.WithEnv(c.env), cli.WithProfiles(c.profiles))
		if err != nil {
			t.Fatal(err)
		}
		project, err := options.LoadProject(t.Context())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, started := project.Services["rabbitmq"]; started != (name == "rabbitmq") {
			t.Errorf("%s: the services are %v", name, project.ServiceNames())
		}
		for _, service := range []string{"accounts", "catalog", "insights", "inventory", "orders", "reviews"} {
			got := project.Services[service].Environment["WEFT_DATABASE_URL"]
			if got == nil || *got != "postgres://"+service+":e@postgres:5432/weft?sslmode=disable" {
				t.Errorf("%s: the database of %s is at %v", name, service, got)
			}
		}
		for service, variable := range map[string]string{"router": "EVENTS_URL", "catalog": "WEFT_EVENTS_URL"} {
			if got := project.Services[service].Environment[variable]; got == nil || *got != c.events {
				t.Errorf("%s: events of %s are at %v, want %s", name, service, got, c.events)
			}
		}
	}
	suppliersInCompose(t, rabbit)
	for missing := range passwords {
		env := slices.Delete(slices.Clone(passwords), missing, missing+1)
		options, err := cli.NewProjectOptions([]string{"../docker-compose.yml"}, cli.WithEnv(env))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := options.LoadProject(t.Context()); err == nil {
			t.Errorf("without %s it loads all the same", passwords[missing])
		}
	}
}

// suppliersInCompose is about the subgraph in Python: the router serves its part of the graph when it is asked for, and
// knows nothing of it otherwise.
func suppliersInCompose(t *testing.T, env []string) {
	t.Helper()
	for _, c := range []struct {
		profiles, env []string
		subgraphs     int
	}{
		{[]string{"rabbitmq"}, env, 6},
		{[]string{"rabbitmq", "suppliers"}, append(slices.Clone(env), "SUPPLIERS=yes"), 7},
	} {
		options, err := cli.NewProjectOptions([]string{"../docker-compose.yml"}, cli.WithEnv(c.env), cli.WithProfiles(c.profiles))
		if err != nil {
			t.Fatal(err)
		}
		project, err := options.LoadProject(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var settings struct {
			Supergraph struct {
				Subgraphs []struct{ Name, URL, Schema string }
			}
		}
		if err := yaml.Unmarshal([]byte(project.Configs["router"].Content), &settings); err != nil {
			t.Fatal(err)
		}
		list := settings.Supergraph.Subgraphs
		if len(list) != c.subgraphs {
			t.Fatalf("%v: the router has %+v", c.profiles, list)
		}
		service, started := project.Services["suppliers"]
		if started != (c.subgraphs == 7) {
			t.Errorf("%v: the services are %v", c.profiles, project.ServiceNames())
		}
		if !started {
			continue
		}
		last := list[6]
		if last.Name != "suppliers" || last.URL != "http://suppliers:4006/graphql" {
			t.Errorf("the router has %+v", last)
		}
		mounted := slices.ContainsFunc(project.Services["router"].Volumes, func(v types.ServiceVolumeConfig) bool {
			return v.Target == last.Schema && strings.HasSuffix(v.Source, "/examples/python/suppliers/schema.graphql")
		})
		if url := service.Environment["WEFT_EVENTS_URL"]; !mounted || url == nil || *url != "amqp://weft:d@rabbitmq:5672" {
			t.Errorf("the schema is mounted: %v, and events are at %v", mounted, url)
		}
	}
}
