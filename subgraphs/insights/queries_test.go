package insights_test

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/kittest"
	"github.com/weft-graphql/weft/subgraphs/seed"
)

// TestQueriesDoNotGrow asks for few and for many: the number of SQL statements is the same.
func TestQueriesDoNotGrow(t *testing.T) {
	onBoth(t, false, func(t *testing.T, s *shop) {
		for i := range 50 {
			note(t, s, fmt.Sprint("a", i), begin.Add(time.Duration(i)*time.Hour))
		}
		s.sql.Take()
		upcs := make([]string, 50)
		for i := range upcs {
			upcs[i] = seed.ProductID(i)
		}
		aliases := func(n int) string {
			var document strings.Builder
			for i := range n {
				fmt.Fprintf(&document, " a%d: anomaly(id: \"a%d\") { id why }", i, i)
			}
			return "{" + document.String() + " }"
		}
		const companions = entities + `{ ... on Product { upc alsoBought { totalCount nodes { upc } } } } }`
		for name, c := range map[string]struct {
			few, many     string
			fewOf, manyOf map[string]any
			statements    int
		}{
			"companions": {few: companions, many: companions, fewOf: of(upcs[0]), manyOf: of(upcs...), statements: 3},
			"anomalies": {
				few:        `{ anomalies(first: 1) { totalCount nodes { why } } }`,
				many:       `{ anomalies(first: 50) { totalCount nodes { why } } }`,
				statements: 2,
			},
			"an anomaly": {few: aliases(1), many: aliases(50), statements: 1},
		} {
			for _, asked := range []struct {
				query     string
				variables map[string]any
			}{{c.few, c.fewOf}, {c.many, c.manyOf}} {
				// A busy machine may let fields ask so late that their loader has left: then it is asked again.
				var counts []int
				for range 50 {
					s.sql.Take()
					kittest.MustAsk(t, s.handler, operator, asked.query, asked.variables, nil)
					counts = append(counts, s.sql.Take())
					if counts[len(counts)-1] <= c.statements {
						break
					}
				}
				if got := slices.Min(counts); got != c.statements {
					t.Errorf("%s: %.60s took %d SQL statements, want %d", name, asked.query, got, c.statements)
				}
			}
		}
	})
}

// texts are those of the SQL statements.
type texts struct {
	mu  sync.Mutex
	all []string
}

func (s *texts) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context { return ctx }

func (s *texts) AfterQuery(_ context.Context, event *bun.QueryEvent) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, event.Query)
}

// much is what a large shop has after a year: everything is bought along with 200 other things.
const much = `
	INSERT INTO products SELECT 'p' || i, TRUE, 400 FROM generate_series(1, 200000) AS i;
	INSERT INTO pairs SELECT 'p' || i, 'p' || (i * 7 + j) % 200000 + 1, 2 + j % 50
		FROM generate_series(1, 500) AS i, generate_series(1, 200) AS j;
	INSERT INTO anomalies SELECT 'a' || i, 'signal ' || i % 50, '/s', 'SHIFT', TRUE, 1, 1, 1, 9, 9, 5, 'because',
		now() - i * INTERVAL '1 minute', now(), CASE WHEN i % 500 > 0 THEN now() END, '', 1
		FROM generate_series(1, 20000) AS i;
	ANALYZE products, pairs, anomalies`

// readWhole are tables that must not be read from end to end.
var readWhole = regexp.MustCompile(`Seq Scan on (products|pairs|anomalies)\b`)

// TestQueriesUseIndices looks at PostgreSQL's plans of what people ask.
func TestQueriesUseIndices(t *testing.T) {
	t.Parallel()
	address, err := postgres.NewDatabase()
	if err != nil {
		t.Fatal(err)
	}
	noted := &texts{}
	s := open(t, kit.Config{DatabaseURL: address, Empty: true, QueryHooks: []bun.QueryHook{noted}})
	db, err := sql.Open("pgx", address+"&search_path=insights&default_query_exec_mode=simple_protocol")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.Exec(much); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{
		`{ anomalies { nodes { why } pageInfo { endCursor } } }`, `{ anomalies(last: 5) { nodes { why } } }`,
		`{ anomalies(filter: {open: true}) { nodes { why } } }`,
		`{ anomalies(filter: {signal: "signal 7"}) { nodes { why } } }`,
		`{ anomaly(id: "a77") { why } }`, entities + `{ ... on Product { alsoBought { totalCount nodes { upc } } } } }`,
	} {
		noted.all = nil
		var variables map[string]any
		if strings.HasPrefix(query, "query(") {
			variables = of("p1", "p2", "p3")
		}
		kittest.MustAsk(t, s.handler, operator, query, variables, nil)
		if len(noted.all) == 0 {
			t.Errorf("%s asks nothing", query)
		}
		for _, statement := range noted.all {
			if plan := explain(t, db, statement); readWhole.MatchString(plan) {
				t.Errorf("%s: %s\n%s", query, statement, plan)
			}
		}
	}
}

func explain(t *testing.T, db *sql.DB, statement string) string {
	t.Helper()
	rows, err := db.Query("EXPLAIN " + statement)
	if err != nil {
		t.Fatalf("explain %s: %v", statement, err)
	}
	defer rows.Close()
	var plan strings.Builder
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&plan, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return plan.String()
}
