package oracle

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
)

// Answer is what the reference says about a case.
type Answer struct {
	ID         string    `json:"id"`
	Errors     []Problem `json:"errors"`
	Hints      []Problem `json:"hints"`
	Supergraph string    `json:"supergraph"`
	API        string    `json:"api"`
	// Unread is why the reference's reader refuses our supergraph, and OwnUnread its own; empty if it reads it.
	Unread    string `json:"unread"`
	OwnUnread string `json:"ownUnread"`
}

// Problem is an error or a hint.
type Problem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Ask asks the reference about cases. modules is a folder with its node_modules, script the path of reference.cjs, ours
// has our supergraphs by case ID, for the reference's reader to read.
func Ask(modules, script string, cases []*Case, ours map[string]string) (map[string]*Answer, error) {
	script, err := filepath.Abs(script)
	if err != nil {
		return nil, err
	}
	var in bytes.Buffer
	encode := json.NewEncoder(&in)
	for _, c := range cases {
		if err := encode.Encode(map[string]any{"id": c.ID(), "subgraphs": c.Subgraphs, "ours": ours[c.ID()]}); err != nil {
			return nil, err
		}
	}
	cmd := exec.Command("node", script)
	cmd.Dir, cmd.Stdin, cmd.Stderr = modules, &in, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("node: %w", err)
	}
	answers := make(map[string]*Answer, len(cases))
	scan := bufio.NewScanner(bytes.NewReader(out))
	scan.Buffer(nil, 64<<20)
	for scan.Scan() {
		a := &Answer{}
		if err := json.Unmarshal(scan.Bytes(), a); err != nil {
			return nil, err
		}
		answers[a.ID] = a
	}
	return answers, scan.Err()
}

// Verdict is the answer in the form that is compared and cached.
func (a *Answer) Verdict(c *Case) (*Verdict, error) {
	v := &Verdict{Digest: c.Digest()}
	for _, p := range a.Errors {
		v.Errors = append(v.Errors, p.Code)
	}
	for _, p := range a.Hints {
		v.Hints = append(v.Hints, p.Code)
	}
	sort.Strings(v.Hints)
	if len(a.Errors) > 0 {
		return v, nil
	}
	var err error
	if v.API, err = APILines(a.API); err != nil {
		return nil, err
	}
	v.Join, err = SupergraphLines(a.Supergraph)
	return v, err
}
