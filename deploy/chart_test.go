package deploy

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// kubernetesVersions are those that the chart's output is held against: the oldest that it supports to the newest.
var kubernetesVersions = []string{"1.34", "1.36", "1.37"}

// object is what these tests look at in an object of Kubernetes.
type object struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string `yaml:"kind"`
	Metadata   struct {
		Name, Namespace string
		Labels          map[string]string
	} `yaml:"metadata"`
	Data map[string]string `yaml:"data"`
	Spec yaml.Node         `yaml:"spec"`
}

// settings are the values that a chart is rendered with: its defaults, everything there is, and the example in Python.
var settings = map[string]string{
	"defaults": "", "everything": "testdata/everything.yaml", "suppliers": "testdata/suppliers.yaml",
}

// render renders the chart as release weft in namespace shop and returns its output as text, with the error of helm.
func render(t *testing.T, args ...string) (string, error) {
	t.Helper()
	args = append([]string{"template", "weft", "helm/weft", "--namespace", "shop", "--kube-version", "1.34.0"}, args...)
	out, err := exec.CommandContext(t.Context(), tool(t, "bin/helm"), args...).CombinedOutput()
	return string(out), err
}

// rendered is the chart with the shop's graph and one of settings, and the name of a file that has it.
func rendered(t *testing.T, values string) (file string, objects []object) {
	t.Helper()
	args := []string{"--set-file", "router.supergraph=../schema/supergraph.graphql"}
	if values != "" {
		args = append(args, "--values", values)
	}
	text, err := render(t, args...)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	file = filepath.Join(t.TempDir(), "chart.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	decoder := yaml.NewDecoder(strings.NewReader(text))
	for {
		var o object
		if err := decoder.Decode(&o); err != nil {
			return file, objects
		}
		if o.Kind != "" {
			objects = append(objects, o)
		}
	}
}

// TestTheChartFitsKubernetes holds everything that the chart renders against the schemas of several versions.
func TestTheChartFitsKubernetes(t *testing.T) {
	// Operators bring these kinds; TestObjectsOfOperators looks at them.
	foreign := regexp.MustCompile(`^WARN \S+ Couldn't find schema for kind (Certificate|ExternalSecret|ServiceMonitor) `)
	for name, values := range settings {
		file, objects := rendered(t, values)
		for _, version := range kubernetesVersions {
			out := output(t, tool(t, "python/bin/kubernetes-validate"), "--strict", "-k", version, file)
			passed := 0
			for line := range strings.Lines(out) {
				switch {
				case strings.HasPrefix(line, "INFO "):
					passed++
				case foreign.MatchString(line):
				default:
					t.Errorf("%s, %s: %s", name, version, line)
				}
			}
			known := slices.DeleteFunc(slices.Clone(objects), func(o object) bool { return fromOperator(o) })
			if passed != len(known) || passed < 20 {
				t.Errorf("%s, %s: %d objects were looked at, of %d", name, version, passed, len(known))
			}
		}
	}
}

func fromOperator(o object) bool {
	return slices.Contains([]string{"Certificate", "ExternalSecret", "ServiceMonitor"}, o.Kind)
}

// workload is a Deployment's or Job's pods.
type workload struct {
	Replicas *int `yaml:"replicas"`
	Selector struct {
		MatchLabels map[string]string `yaml:"matchLabels"`
	} `yaml:"selector"`
	Template struct {
		Metadata struct {
			Labels map[string]string `yaml:"labels"`
		} `yaml:"metadata"`
		Spec struct {
			AutomountServiceAccountToken  *bool `yaml:"automountServiceAccountToken"`
			EnableServiceLinks            *bool `yaml:"enableServiceLinks"`
			TerminationGracePeriodSeconds int   `yaml:"terminationGracePeriodSeconds"`
			SecurityContext               struct {
				RunAsNonRoot   bool
				RunAsUser      int                   `yaml:"runAsUser"`
				SeccompProfile struct{ Type string } `yaml:"seccompProfile"`
			} `yaml:"securityContext"`
			Containers []struct {
				Image           string
				SecurityContext struct {
					AllowPrivilegeEscalation *bool                   `yaml:"allowPrivilegeEscalation"`
					ReadOnlyRootFilesystem   bool                    `yaml:"readOnlyRootFilesystem"`
					Capabilities             struct{ Drop []string } `yaml:"capabilities"`
				} `yaml:"securityContext"`
				VolumeMounts []struct{ Name, MountPath, SubPath string } `yaml:"volumeMounts"`
			} `yaml:"containers"`
			Volumes []struct{ Name string } `yaml:"volumes"`
		} `yaml:"spec"`
	} `yaml:"template"`
}

func spec[T any](t *testing.T, o object) T {
	t.Helper()
	var v T
	if err := o.Spec.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestPodsHaveNoRights looks at what pods may do, and that what they mount is there and followed when it changes.
func TestPodsHaveNoRights(t *testing.T) {
	for name, values := range settings {
		_, objects := rendered(t, values)
		for _, o := range objects {
			if o.Kind != "Deployment" && o.Kind != "Job" {
				continue
			}
			w := spec[workload](t, o)
			pod := w.Template.Spec
			if pod.AutomountServiceAccountToken == nil || *pod.AutomountServiceAccountToken ||
				pod.EnableServiceLinks == nil || *pod.EnableServiceLinks || pod.SecurityContext.RunAsUser != 65532 ||
				pod.SecurityContext.SeccompProfile.Type != "RuntimeDefault" {
				t.Errorf("%s: pods of %s may more than they need: %+v", name, o.Metadata.Name, pod)
			}
			for _, c := range pod.Containers {
				s := c.SecurityContext
				if s.AllowPrivilegeEscalation == nil || *s.AllowPrivilegeEscalation || !s.ReadOnlyRootFilesystem ||
					!slices.Equal(s.Capabilities.Drop, []string{"ALL"}) {
					t.Errorf("%s: the container of %s may more than it needs: %+v", name, o.Metadata.Name, s)
				}
				if strings.Contains(c.Image, "/") {
					t.Errorf("%s: %s comes from a registry that users may not have: %s", name, o.Metadata.Name, c.Image)
				}
				for _, m := range c.VolumeMounts {
					if m.SubPath != "" {
						t.Errorf("%s: changes never reach %s of %s", name, m.SubPath, o.Metadata.Name)
					}
					if !slices.ContainsFunc(pod.Volumes, func(v struct{ Name string }) bool { return v.Name == m.Name }) {
						t.Errorf("%s: %s has no volume %s", name, o.Metadata.Name, m.Name)
					}
				}
			}
		}
	}
}

// TestObjectsFindTheirPods: Services and PodDisruptionBudgets select the pods of one Deployment.
func TestObjectsFindTheirPods(t *testing.T) {
	_, objects := rendered(t, settings["everything"])
	pods := map[string]map[string]string{}
	for _, o := range objects {
		if o.Kind == "Deployment" {
			w := spec[workload](t, o)
			pods[o.Metadata.Name] = w.Template.Metadata.Labels
			if !within(w.Selector.MatchLabels, w.Template.Metadata.Labels) {
				t.Errorf("%s does not select its pods", o.Metadata.Name)
			}
			if w.Replicas != nil {
				t.Errorf("%s: an upgrade would undo what the autoscaler chose", o.Metadata.Name)
			}
		}
	}
	scaled := map[string]bool{}
	for _, o := range objects {
		var selects map[string]string
		want := strings.TrimSuffix(o.Metadata.Name, "-admin")
		switch o.Kind {
		case "Service":
			selects = spec[struct{ Selector map[string]string }](t, o).Selector
		case "PodDisruptionBudget":
			selects = spec[workload](t, o).Selector.MatchLabels
		case "HorizontalPodAutoscaler":
			scaled[spec[struct {
				ScaleTargetRef struct{ Name string } `yaml:"scaleTargetRef"`
			}](t, o).ScaleTargetRef.Name] = true
			continue
		default:
			continue
		}
		for deployment, labels := range pods {
			if within(selects, labels) != (deployment == want) {
				t.Errorf("%s %s selects %v, and pods of %s are %v", o.Kind, o.Metadata.Name, selects, deployment, labels)
			}
		}
	}
	for deployment := range pods {
		if !scaled[deployment] {
			t.Errorf("nothing scales %s", deployment)
		}
	}
}

// within tells whether labels have everything that a selector asks for.
func within(selector, labels map[string]string) bool {
	for k, v := range selector {
		if labels[k] != v {
			return false
		}
	}
	return len(selector) > 0
}

// peer is who a rule of a NetworkPolicy lets in or out to.
type peer struct {
	PodSelector struct {
		MatchLabels map[string]string `yaml:"matchLabels"`
	} `yaml:"podSelector"`
}

// TestSubgraphsAreForTheRouterAlone reads the NetworkPolicies as a cluster does.
func TestSubgraphsAreForTheRouterAlone(t *testing.T) {
	for name, values := range settings {
		_, objects := rendered(t, values)
		policies := 0
		var policy struct {
			PodSelector struct {
				MatchLabels map[string]string `yaml:"matchLabels"`
			} `yaml:"podSelector"`
			PolicyTypes []string `yaml:"policyTypes"`
			Ingress     []struct {
				From  []peer
				Ports []struct{ Port int }
			} `yaml:"ingress"`
		}
		for _, o := range objects {
			if o.Kind != "NetworkPolicy" || o.Metadata.Name != "weft-subgraphs" {
				continue
			}
			policies++
			if err := o.Spec.Decode(&policy); err != nil {
				t.Fatal(err)
			}
		}
		if policies != 1 || !slices.Equal(policy.PolicyTypes, []string{"Ingress", "Egress"}) || len(policy.Ingress) != 1 ||
			len(policy.Ingress[0].From) != 1 {
			t.Fatalf("%s: the policy of subgraphs is %+v", name, policy)
		}
		from := policy.Ingress[0].From[0].PodSelector.MatchLabels
		for _, o := range objects {
			if o.Kind != "Deployment" {
				continue
			}
			labels, router := spec[workload](t, o).Template.Metadata.Labels, o.Metadata.Name == "weft-router"
			if within(from, labels) != router || within(policy.PodSelector.MatchLabels, labels) == router {
				t.Errorf("%s: %s: pods that are let in: %v, to: %v", name, o.Metadata.Name, from, policy.PodSelector.MatchLabels)
			}
		}
		if len(policy.Ingress[0].Ports) < 4 {
			t.Errorf("%s: the router reaches ports %v", name, policy.Ingress[0].Ports)
		}
	}
}

// TestObjectsOfOperators looks at what other operators read: there are no schemas of these where tests run.
func TestObjectsOfOperators(t *testing.T) {
	_, objects := rendered(t, settings["everything"])
	seen := map[string]int{}
	secrets := map[string]bool{}
	for _, o := range objects {
		seen[o.Kind]++
		switch o.Kind {
		case "Certificate":
			c := spec[struct {
				SecretName string `yaml:"secretName"`
				Usages     []string
				DNSNames   []string                           `yaml:"dnsNames"`
				IssuerRef  struct{ Name, Kind, Group string } `yaml:"issuerRef"`
			}](t, o)
			secrets[c.SecretName] = true
			usage := "server auth"
			if o.Metadata.Name == "weft-router" {
				usage = "client auth"
			}
			if !slices.Equal(c.Usages, []string{"digital signature", usage}) || c.IssuerRef.Name != "authority" ||
				!slices.Equal(c.DNSNames, []string{o.Metadata.Name + ".shop.svc"}) {
				t.Errorf("the certificate %s is %+v", o.Metadata.Name, c)
			}
		case "ServiceMonitor":
			m := spec[struct {
				Selector struct {
					MatchLabels map[string]string `yaml:"matchLabels"`
				} `yaml:"selector"`
				Endpoints []struct{ Port, Path string } `yaml:"endpoints"`
			}](t, o)
			found := 0
			for _, s := range objects {
				if s.Kind == "Service" && within(m.Selector.MatchLabels, s.Metadata.Labels) {
					found++
					if s.Metadata.Name != "weft-router-admin" {
						t.Errorf("Prometheus asks %s", s.Metadata.Name)
					}
				}
			}
			if found != 1 || len(m.Endpoints) != 1 || m.Endpoints[0].Port != "admin" || m.Endpoints[0].Path != "/metrics" {
				t.Errorf("%d Services are asked, at %+v", found, m.Endpoints)
			}
		case "ExternalSecret":
			s := spec[struct {
				Data []struct {
					SecretKey string                         `yaml:"secretKey"`
					RemoteRef struct{ Key, Property string } `yaml:"remoteRef"`
				}
			}](t, o)
			if len(s.Data) == 0 || s.Data[0].SecretKey == "" || s.Data[0].RemoteRef.Key == "" {
				t.Errorf("the secret %s is %+v", o.Metadata.Name, s)
			}
		}
	}
	if seen["Certificate"] != seen["Deployment"] || len(secrets) != seen["Deployment"] || seen["ServiceMonitor"] != 1 ||
		seen["ExternalSecret"] == 0 {
		t.Errorf("there are %v, with certificates in %v", seen, secrets)
	}
}

// TestTheChartRefusesMistakes renders values that cannot be meant.
func TestTheChartRefusesMistakes(t *testing.T) {
	for values, want := range map[string]string{
		"router.replica=2":                                               "additional properties 'replica' not allowed",
		"router.config.listen=:80":                                       "probes and ports go by it",
		"router.config.shutdown.timeout=1m":                              "probes and ports go by it",
		"router.resources.limits.memory=1Pi":                             "give it in k, M, G, Ki, Mi or Gi",
		"subgraphs.router.port=4000":                                     "'not' failed",
		"subgraphs.more.replicas=1":                                      "missing property 'port'",
		"mtls.enabled=true":                                              "who makes the certificates?",
		"events.enabled=perhaps":                                         "want boolean",
		"images.router.digest=sha256:1":                                  "does not match pattern",
		"externalSecrets.enabled=true,externalSecrets.secrets.a.b.key=c": "where are the secrets?",
	} {
		out, err := render(t, "--set", values, "--set-file", "router.supergraph=../schema/supergraph.graphql")
		if err == nil || !strings.Contains(out, want) {
			t.Errorf("--set %s: %v, want %q in:\n%.2000s", values, err, want, out)
		}
	}
	if out, err := render(t); err == nil || !strings.Contains(out, "there is no graph") {
		t.Errorf("without a graph: %v\n%.2000s", err, out)
	}
}

// TestMemoryLimitsReachTheCollector: GOMEMLIMIT is 80 % of what a container may have, in bytes.
func TestMemoryLimitsReachTheCollector(t *testing.T) {
	for limit, want := range map[string]int64{
		"1Gi": 858993459, "512Mi": 429496729, "1.5G": 1200000000, "900M": 720000000, "1000000Ki": 819200000,
		"500000000": 400000000,
	} {
		out, err := render(t, "--set-string", "router.resources.limits.memory="+limit, "--set-file",
			"router.supergraph=../schema/supergraph.graphql", "--show-only", "templates/router.yaml")
		if err != nil || !strings.Contains(out, fmt.Sprintf("name: GOMEMLIMIT\n              value: %q", fmt.Sprint(want))) {
			t.Errorf("limits.memory %s: %v, want %d", limit, err, want)
		}
	}
}
