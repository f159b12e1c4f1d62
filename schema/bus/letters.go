package bus

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/weft-graphql/weft/schema/wire"
)

// lettersTimeout bounds how long all dead letters of a consumer may take to read.
const lettersTimeout = time.Minute

// Bury stores a dead letter. It gives the letter its time, and an ID when it has none.
func (b *Bus) Bury(ctx context.Context, letter wire.DeadLetter) error {
	letter.At = time.Now().UTC()
	if letter.ID == "" {
		letter.ID = letterID(letter.Event)
	}
	letter.Reason = letter.Reason[:min(len(letter.Reason), maxReason)]
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if err := b.broker.bury(ctx, letter); err != nil {
		return fmt.Errorf("store a dead letter of %s: %w", letter.Consumer, err)
	}
	b.logger.Error("an event was given up and is a dead letter now", "consumer", letter.Consumer, "letter", letter.ID,
		"attempts", letter.Attempts, "error", letter.Reason)
	return nil
}

// letterID names what has no readable id by its content.
func letterID(event []byte) string {
	sum := sha256.Sum256(event)
	return "x" + hex.EncodeToString(sum[:8])
}

// Consumers are the names of those that the server keeps events or dead letters for.
func (b *Bus) Consumers(ctx context.Context) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return b.broker.consumers(ctx)
}

// DeadLetters are those of the consumer, oldest first, at most limit. An event that was given up twice is one letter.
func (b *Bus) DeadLetters(ctx context.Context, consumer string, limit int) ([]wire.DeadLetter, error) {
	ctx, cancel := context.WithTimeout(ctx, lettersTimeout)
	defer cancel()
	var found []wire.DeadLetter
	known := map[string]bool{}
	err := b.broker.letters(ctx, consumer, func(letter wire.DeadLetter) (bool, error) {
		if !known[letter.ID] {
			found, known[letter.ID] = append(found, letter), true
		}
		if len(found) >= limit {
			return false, errEnough
		}
		return false, nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return nil, fmt.Errorf("read the dead letters of %s: %w", consumer, err)
	}
	return found, nil
}

// errEnough ends the reading of letters.
var errEnough = errors.New("enough")

// DeadLetterCount is how many dead letters the consumer has.
func (b *Bus) DeadLetterCount(ctx context.Context, consumer string) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return b.broker.buried(ctx, consumer)
}

// Redrive gives dead letters back to their consumer, and to nobody else; no ids means all of them. It returns how many.
func (b *Bus) Redrive(ctx context.Context, consumer string, ids ...string) (int, error) {
	return b.remove(ctx, consumer, ids, func(ctx context.Context, letter wire.DeadLetter) error {
		return b.broker.redeliver(ctx, consumer, letter.Subject, letter.Event)
	})
}

// Drop removes dead letters for good; no ids means all of them. It returns how many.
func (b *Bus) Drop(ctx context.Context, consumer string, ids ...string) (int, error) {
	return b.remove(ctx, consumer, ids, func(context.Context, wire.DeadLetter) error { return nil })
}

// remove removes letters after doing something with each.
func (b *Bus) remove(
	ctx context.Context, consumer string, ids []string, do func(context.Context, wire.DeadLetter) error,
) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, lettersTimeout)
	defer cancel()
	wanted := map[string]bool{}
	for _, id := range ids {
		wanted[id] = true
	}
	done := map[string]bool{}
	// What comes to the dead letters from now on, such as what fails once more, is not meant.
	begin := time.Now()
	err := b.broker.letters(ctx, consumer, func(letter wire.DeadLetter) (bool, error) {
		if len(ids) > 0 && !wanted[letter.ID] || letter.At.After(begin) {
			return false, nil
		}
		if !done[letter.ID] {
			if err := do(ctx, letter); err != nil {
				return false, err
			}
			done[letter.ID] = true
		}
		return true, nil
	})
	if err != nil {
		return len(done), fmt.Errorf("go through the dead letters of %s: %w", consumer, err)
	}
	for _, id := range ids {
		if !done[id] {
			return len(done), fmt.Errorf("%s has no dead letter %q", consumer, id)
		}
	}
	return len(done), nil
}
