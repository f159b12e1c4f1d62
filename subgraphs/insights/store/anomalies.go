package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/insights"
	"github.com/weft-graphql/weft/subgraphs/insights/anomaly"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/page"
)

type anomalyRow struct {
	bun.BaseModel `bun:"table:anomalies,alias:a"`

	ID           string     `bun:"id,pk"`
	Signal       string     `bun:"signal"`
	Unit         string     `bun:"unit"`
	Reason       string     `bun:"reason"`
	Above        bool       `bun:"above"`
	Expected     float64    `bun:"expected"`
	ExpectedLow  float64    `bun:"expected_low"`
	ExpectedHigh float64    `bun:"expected_high"`
	Observed     float64    `bun:"observed"`
	Peak         float64    `bun:"peak"`
	Score        float64    `bun:"score"`
	Why          string     `bun:"why"`
	StartedAt    time.Time  `bun:"started_at"`
	FoundAt      time.Time  `bun:"found_at"`
	EndedAt      *time.Time `bun:"ended_at"`
	Ending       string     `bun:"ending"`
	Version      int        `bun:"version"`
}

func rowOf(a *insights.Anomaly) *anomalyRow {
	f := a.Finding
	return &anomalyRow{
		ID: a.ID, Signal: a.Signal, Unit: a.Unit, Reason: string(f.Reason), Above: f.Above,
		Expected: f.Expected.Value, ExpectedLow: f.Expected.Low, ExpectedHigh: f.Expected.High,
		Observed: f.Observed, Peak: f.Peak, Score: f.Score, Why: f.Why,
		StartedAt: f.Began.UTC(), FoundAt: f.Found.UTC(), EndedAt: a.EndedAt(), Ending: string(f.Ending), Version: a.Version,
	}
}

func (r *anomalyRow) anomaly() *insights.Anomaly {
	f := anomaly.Finding{
		Began: r.StartedAt.UTC(), Found: r.FoundAt.UTC(), Ending: anomaly.Ending(r.Ending), Reason: anomaly.Reason(r.Reason),
		Above: r.Above, Expected: anomaly.Expectation{Value: r.Expected, Low: r.ExpectedLow, High: r.ExpectedHigh},
		Observed: r.Observed, Peak: r.Peak, Score: r.Score, Why: r.Why,
	}
	if r.EndedAt != nil {
		f.EndedAt = r.EndedAt.UTC()
	}
	return &insights.Anomaly{ID: r.ID, Signal: r.Signal, Unit: r.Unit, Finding: f, Version: r.Version}
}

// Anomalies returns those that exist.
func (s *Store) Anomalies(ctx context.Context, ids []string) (map[string]*insights.Anomaly, error) {
	found := make(map[string]*insights.Anomaly, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	var rows []anomalyRow
	if err := s.db.NewSelect().Model(&rows).Where("a.id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read anomalies: %w", err)
	}
	for i := range rows {
		found[rows[i].ID] = rows[i].anomaly()
	}
	return found, nil
}

// columns are those that the list is ordered by, with their values at a place.
func columns(at insights.Position) []kit.OrderColumn {
	return []kit.OrderColumn{{Column: "started_at", Descending: true, Value: at.Started}, {Column: "id", Value: at.ID}}
}

// AnomalyPage returns the anomalies of a page, and the next.
func (s *Store) AnomalyPage(
	ctx context.Context, ask page.Ask[insights.Position], filter insights.AnomalyFilter,
) ([]*insights.Anomaly, error) {
	if ask.Count == 0 {
		return nil, nil
	}
	var rows []anomalyRow
	query := filtered(s.db.NewSelect().Model(&rows), filter).Limit(int64(ask.Limit())).
		OrderExpr(kit.OrderBy(columns(insights.Position{}), ask.Backward))
	for place, before := range map[*insights.Position]bool{ask.After: false, ask.Before: true} {
		if place != nil {
			beyond, values := kit.Beyond(columns(*place), before)
			query = query.Where(beyond, values...)
		}
	}
	if err := query.Scan(ctx); err != nil {
		return nil, fmt.Errorf("read a page of anomalies: %w", err)
	}
	list := make([]*insights.Anomaly, len(rows))
	for i := range rows {
		list[i] = rows[i].anomaly()
	}
	if ask.Backward {
		slices.Reverse(list)
	}
	return list, nil
}

// filtered leaves those that pass the filter.
func filtered(query *bun.SelectQuery, filter insights.AnomalyFilter) *bun.SelectQuery {
	if filter.Open != nil {
		if *filter.Open {
			query = query.Where("ended_at IS NULL")
		} else {
			query = query.Where("ended_at IS NOT NULL")
		}
	}
	if filter.Signal != nil {
		query = query.Where("signal = ?", *filter.Signal)
	}
	if filter.Reason != nil {
		query = query.Where("reason = ?", insights.DetectorReason(*filter.Reason))
	}
	if filter.StartedSince != nil {
		query = query.Where("started_at >= ?", filter.StartedSince.UTC())
	}
	return query
}

// CountAnomalies counts those that pass the filter, up to 10,000.
func (s *Store) CountAnomalies(ctx context.Context, filter insights.AnomalyFilter) (int, error) {
	n, err := kit.CountUpTo(ctx, s.db, filtered(s.db.NewSelect().Table("anomalies"), filter))
	if err != nil {
		return 0, fmt.Errorf("count anomalies: %w", err)
	}
	return n, nil
}

// PutAnomaly writes an anomaly and the event about it.
func (s *Store) PutAnomaly(ctx context.Context, a *insights.Anomaly) error {
	err := s.outbox.Commit(ctx, func(ctx context.Context, tx bun.Tx) ([]wire.EntityChanged, error) {
		row := rowOf(a)
		row.Version = 1
		query := tx.NewInsert().Model(row).On("CONFLICT (id) DO UPDATE").Set("version = a.version + 1")
		for _, column := range []string{
			"reason", "above", "expected", "expected_low", "expected_high", "observed", "peak", "score", "why", "ended_at",
			"ending",
		} {
			query = query.Set("? = EXCLUDED.?", bun.Ident(column), bun.Ident(column))
		}
		if err := query.Returning("version").Scan(ctx, &a.Version); err != nil {
			return nil, err
		}
		change := wire.Updated
		if a.Version == 1 {
			change = wire.Created
		}
		return []wire.EntityChanged{{
			Type: "Anomaly", Key: map[string]any{"id": a.ID}, Subgraph: "insights", Change: change,
		}}, nil
	})
	if err != nil {
		return fmt.Errorf("note an anomaly: %w", err)
	}
	return nil
}

// ForgetAnomalies removes those that ended before a moment.
func (s *Store) ForgetAnomalies(ctx context.Context, before time.Time) error {
	if _, err := s.db.NewDelete().Model((*anomalyRow)(nil)).Where("a.ended_at < ?", before.UTC()).Exec(ctx); err != nil {
		return fmt.Errorf("forget old anomalies: %w", err)
	}
	return nil
}

type signalRow struct {
	bun.BaseModel `bun:"table:signals,alias:s"`

	Name  string `bun:"name,pk"`
	State []byte `bun:"state"`
}

// Signals returns what was saved of signals.
func (s *Store) Signals(ctx context.Context) (map[string][]byte, error) {
	var rows []signalRow
	if err := s.db.NewSelect().Model(&rows).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read what is known of signals: %w", err)
	}
	states := make(map[string][]byte, len(rows))
	for _, row := range rows {
		states[row.Name] = row.State
	}
	return states, nil
}

// SaveSignals saves what is known of signals.
func (s *Store) SaveSignals(ctx context.Context, states map[string][]byte) error {
	if len(states) == 0 {
		return nil
	}
	rows := make([]signalRow, 0, len(states))
	for name, state := range states {
		rows = append(rows, signalRow{Name: name, State: state})
	}
	_, err := s.db.NewInsert().Model(&rows).On("CONFLICT (name) DO UPDATE").Set("state = EXCLUDED.state").Exec(ctx)
	if err != nil {
		return fmt.Errorf("save what is known of signals: %w", err)
	}
	return nil
}
