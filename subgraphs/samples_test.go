package subgraphs_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/kit"
)

// sampleSet keeps databases that are filled with sample data, one for each service: filling one takes a second, and
// nearly every test wants one of its own.
type sampleSet struct {
	mu sync.Mutex
	// dir has the SQLite files; empty before the first.
	dir string
	// databases are the addresses of the PostgreSQL databases.
	databases map[string]string
}

var samples = sampleSet{databases: map[string]string{}}

// file is the SQLite file of the service.
func (s *sampleSet) file(name string) (path string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dir == "" {
		if s.dir, err = os.MkdirTemp("", "weft-samples-"); err != nil {
			return "", err
		}
	}
	path = filepath.Join(s.dir, name+".db")
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	return path, subgraphs.Seed(context.Background(), name, 1, kit.Config{DataDir: s.dir})
}

// database is the address of a PostgreSQL database of the service.
func (s *sampleSet) database(name string) (address string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if address := s.databases[name]; address != "" {
		return address, nil
	}
	if address, err = postgres.NewDatabase(); err != nil {
		return "", err
	}
	s.databases[name] = address
	return address, subgraphs.Seed(context.Background(), name, 1, kit.Config{DatabaseURL: address})
}

func (s *sampleSet) remove() error {
	if s.dir == "" {
		return nil
	}
	return os.RemoveAll(s.dir)
}

// copySample puts a filled SQLite file of the service into the directory, unless there is one. A directory that is
// missing is left to the service, which makes and fills everything by itself then.
func copySample(t *testing.T, name, dir string) {
	t.Helper()
	target := filepath.Join(dir, name+".db")
	if _, err := os.Stat(target); err == nil {
		return
	}
	sample, err := samples.file(name)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(sample)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(target, text, 0o600); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
}

// sampleDatabase makes a PostgreSQL database that is filled for the service.
func sampleDatabase(t *testing.T, name string) string {
	t.Helper()
	sample, err := samples.database(name)
	if err != nil {
		t.Fatal(err)
	}
	address, err := postgres.CopyDatabase(sample)
	if err != nil {
		t.Fatal(err)
	}
	return address
}
