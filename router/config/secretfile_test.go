package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSettingsComeFromFiles(t *testing.T) {
	dir := t.TempDir()
	secret, missing := filepath.Join(dir, "password"), filepath.Join(dir, "missing")
	if err := os.WriteFile(secret, []byte("hush hush\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	load := func(text string, environ ...string) (*Config, string) {
		file := filepath.Join(dir, "weft.yaml")
		if err := os.WriteFile(file, []byte("supergraph: {path: a}\n"+text), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := Load(Source{File: file, Environ: append(environ, "SECRET="+secret)})
		if err != nil {
			return nil, err.Error()
		}
		return c, ""
	}
	for _, c := range []struct {
		text    string
		environ []string
	}{
		{text: "cache: {redis: {password_file: " + secret + "}}"},
		{text: "cache: {redis: {password_file: '${SECRET}'}}"},
		{environ: []string{"WEFT_CACHE_REDIS_PASSWORD_FILE=" + secret}},
	} {
		got, problems := load(c.text, c.environ...)
		if problems != "" || got.Cache.Redis.Password != "hush hush" {
			t.Errorf("%s %s: %s", c.text, c.environ, problems)
		}
	}
	for text, want := range map[string]string{
		"cache: {redis: {password_file: " + missing + "}}":             "weft.yaml:2:32: cache.redis.password_file: ",
		"cache: {redis: {password: a, password_file: " + secret + "}}": "stands beside password",
		"cache: {redis: {db_file: " + secret + "}}":                    `there is no setting "db_file"`,
		"cache: {redis: {pasword_file: " + secret + "}}":               `there is no setting "pasword_file"`,
	} {
		if _, problems := load(text); !strings.Contains(problems, want) || strings.Contains(problems, "hush") {
			t.Errorf("%s: %s", text, problems)
		}
	}
	if _, problems := load("", "WEFT_CACHE_REDIS_PASSWORD_FILE="+missing); !strings.Contains(problems, "WEFT_CACHE_REDIS_PASSWORD_FILE") {
		t.Error(problems)
	}
}
