package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/weft-graphql/weft/schema/wire"
)

// ErrNobodyAnswers says that the owner of a subgraph's entities cannot be reached at the moment.
var ErrNobodyAnswers = errors.New("nobody answers for the subgraph at the moment")

// CatchUp asks the owner of the subgraph's entities for what changed after a place. The error is ErrNobodyAnswers when
// the owner is away.
func (b *Bus) CatchUp(ctx context.Context, subgraph string, question wire.CatchUp) (wire.CaughtUp, error) {
	var got wire.CaughtUp
	text, err := json.Marshal(question)
	if err != nil {
		return got, err
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	answer, err := b.broker.ask(ctx, subgraph, text)
	if err != nil {
		return got, fmt.Errorf("ask %s what has changed: %w", subgraph, err)
	}
	var raw struct {
		wire.CaughtUp
		Events []json.RawMessage `json:"events"`
	}
	if err := json.Unmarshal(answer, &raw); err != nil {
		return got, fmt.Errorf("read what %s answers: %w", subgraph, err)
	}
	if raw.Error != "" {
		return got, fmt.Errorf("%s cannot tell what has changed: %s", subgraph, raw.Error)
	}
	got = raw.CaughtUp
	got.Events = make([]wire.EntityChanged, len(raw.Events))
	for i, text := range raw.Events {
		if got.Events[i], err = wire.DecodeEntityChanged(text); err != nil {
			return got, fmt.Errorf("read what %s answers: %w", subgraph, err)
		}
	}
	return got, nil
}

// Answer lets respond tell what changed in the subgraph's entities. Processes that answer for one subgraph take turns.
// The returned function stops it.
func (b *Bus) Answer(
	subgraph string, respond func(context.Context, wire.CatchUp) (wire.CaughtUp, error),
) (stop func(), err error) {
	return b.broker.answer(subgraph, func(ctx context.Context, text []byte) []byte {
		var answer wire.CaughtUp
		var question wire.CatchUp
		err := json.Unmarshal(text, &question)
		if err == nil {
			ctx, cancel := context.WithTimeout(ctx, callTimeout)
			defer cancel()
			answer, err = respond(ctx, question)
		}
		if err != nil {
			b.logger.Warn("a question for what has changed was not answered", "subgraph", subgraph, "error", err)
			answer = wire.CaughtUp{Error: err.Error()}
		}
		told, err := json.Marshal(answer)
		if err != nil {
			b.logger.Error("an answer to what has changed cannot be written", "subgraph", subgraph, "error", err)
		}
		return told
	})
}
