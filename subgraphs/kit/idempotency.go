package kit

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

// idempotencyKept is how long a key is remembered: longer than anybody repeats a request.
const idempotencyKept = 7 * 24 * time.Hour

// keyRow is a change that was made under a name.
type keyRow struct {
	bun.BaseModel `bun:"table:weft_idempotency,alias:k"`

	Key string    `bun:"key,pk"`
	At  time.Time `bun:"at"`
}

// Again notes the key in the transaction and reports whether that was done before, within a week: then the change was
// made already and must not be made again. An empty key is never noted.
func Again(ctx context.Context, tx bun.Tx, key string) (bool, error) {
	if key == "" {
		return false, nil
	}
	now := time.Now().UTC()
	result, err := tx.NewInsert().Model(&keyRow{Key: key, At: now}).On("CONFLICT DO NOTHING").Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("note an idempotency key: %w", err)
	}
	noted, err := result.RowsAffected()
	if err != nil || noted == 0 {
		return err == nil, err
	}
	_, err = tx.NewDelete().Model((*keyRow)(nil)).Where("at < ?", now.Add(-idempotencyKept)).Exec(ctx)
	return false, err
}
