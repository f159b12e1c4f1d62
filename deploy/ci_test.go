package deploy

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestWorkflowsAreCleanToActionlint checks the workflows, and that actionlint can say no.
func TestWorkflowsAreCleanToActionlint(t *testing.T) {
	workflows, err := filepath.Glob("../.github/workflows/*.yml")
	if err != nil || len(workflows) < 2 {
		t.Fatalf("the workflows are %v (%v)", workflows, err)
	}
	// Without the linters of other languages, which are not on every machine.
	lint := []string{"-shellcheck=", "-pyflakes="}
	output(t, tool(t, "bin/actionlint"), append(lint, workflows...)...)
	wrong := filepath.Join(t.TempDir(), "wrong.yml")
	text := "on: push\njobs: {a: {runs-on: ubuntu-24.04, steps: [{run: 'echo ${{ nothing.here }}'}]}}\n"
	if err := os.WriteFile(wrong, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), tool(t, "bin/actionlint"), append(lint, wrong)...).CombinedOutput()
	if err == nil {
		t.Errorf("actionlint has nothing against a context that there is not:\n%s", out)
	}
}

// TestSubgraphsOfOthersAreChecked runs the last step of the composite action and of the GitLab template, which call the
// program, with schemas that change nothing and that break clients.
func TestSubgraphsOfOthersAreChecked(t *testing.T) {
	schema, err := os.ReadFile("../schema/reviews.graphql")
	if err != nil {
		t.Fatal(err)
	}
	changed := filepath.Join(t.TempDir(), "reviews.graphql")
	without := bytes.Replace(schema, []byte("rating: Int!"), []byte("stars: Int!"), 1)
	if bytes.Equal(schema, without) || os.WriteFile(changed, without, 0o600) != nil {
		t.Fatal("the schema of reviews has no rating")
	}
	gopath := t.TempDir()
	if err := os.Mkdir(filepath.Join(gopath, "bin"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(weft, filepath.Join(gopath, "bin", "weft")); err != nil {
		t.Fatal(err)
	}
	for name, step := range map[string]scriptStep{"action": actionStep(t), "gitlab": gitlabStep(t)} {
		for schema, want := range map[string]int{"../schema/reviews.graphql": 0, changed: 1} {
			inputs := map[string]string{
				"name": "reviews", "schema": schema, "subgraphs": "../schema/subgraphs.json",
				"against": "../schema/supergraph.graphql",
			}
			script := exec.CommandContext(t.Context(), step.shell[0], append(step.shell[1:], step.script)...)
			script.Env = append(os.Environ(), "GOPATH="+gopath, "GITHUB_STEP_SUMMARY="+filepath.Join(t.TempDir(), "summary"))
			for variable, value := range step.variables {
				script.Env = append(script.Env, variable+"="+step.fill(value, inputs))
			}
			out, _ := script.CombinedOutput()
			if got := script.ProcessState.ExitCode(); got != want {
				t.Errorf("%s: %s ends with %d, want %d:\n%s", name, schema, got, want, out)
			}
		}
	}
}

// scriptStep is a script of a CI system with the variables that it reads, which name inputs.
type scriptStep struct {
	shell     []string
	script    string
	variables map[string]string
	fill      func(text string, inputs map[string]string) string
}

type input struct {
	Default string `yaml:"default"`
}

// filling replaces an input's mention, in the way a CI system writes it, by what was given or its default.
func filling(format string, known map[string]input) func(string, map[string]string) string {
	return func(text string, given map[string]string) string {
		for name, in := range known {
			value, ok := given[name]
			if !ok {
				value = in.Default
			}
			text = strings.ReplaceAll(text, fmt.Sprintf(format, name), value)
		}
		return text
	}
}

func actionStep(t *testing.T) scriptStep {
	t.Helper()
	text, err := os.ReadFile("../.github/actions/weft-check/action.yml")
	if err != nil {
		t.Fatal(err)
	}
	var action struct {
		Inputs map[string]input `yaml:"inputs"`
		Runs   struct {
			Steps []struct {
				Run string            `yaml:"run"`
				Env map[string]string `yaml:"env"`
			} `yaml:"steps"`
		} `yaml:"runs"`
	}
	if err := yaml.Unmarshal(text, &action); err != nil {
		t.Fatal(err)
	}
	last := action.Runs.Steps[len(action.Runs.Steps)-1]
	shell := []string{"bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"}
	return scriptStep{shell, last.Run, last.Env, filling("${{ inputs.%s }}", action.Inputs)}
}

func gitlabStep(t *testing.T) scriptStep {
	t.Helper()
	text, err := os.ReadFile("gitlab/weft-check.yml")
	if err != nil {
		t.Fatal(err)
	}
	var header struct {
		Spec struct {
			Inputs map[string]input `yaml:"inputs"`
		} `yaml:"spec"`
	}
	var jobs map[string]struct {
		Script    []string          `yaml:"script"`
		Variables map[string]string `yaml:"variables"`
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&header); err != nil {
		t.Fatal(err)
	}
	if err := decoder.Decode(&jobs); err != nil {
		t.Fatal(err)
	}
	job := jobs["weft-check"]
	last := job.Script[len(job.Script)-1]
	return scriptStep{[]string{"sh", "-ec"}, last, job.Variables, filling("$[[ inputs.%s ]]", header.Spec.Inputs)}
}
