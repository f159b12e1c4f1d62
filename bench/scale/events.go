package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/weft-graphql/weft/schema/wire"
)

// kept are the events that the bus has.
type kept struct {
	// sequences are those that each subgraph has given its events.
	sequences map[string][]int64
	// places are where in the bus's stream the news of each product's stock is.
	places map[string][]uint64
}

// keptEvents reads everything the bus keeps.
func (c *natsCluster) keptEvents(ctx context.Context) (*kept, error) {
	b, err := c.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	js, err := jetstream.New(b.NATS())
	if err != nil {
		return nil, err
	}
	stream, err := js.Stream(ctx, wire.EventStream)
	if err != nil {
		return nil, err
	}
	consumer, err := stream.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{})
	if err != nil {
		return nil, err
	}
	info, err := stream.Info(ctx)
	if err != nil {
		return nil, err
	}
	k := &kept{sequences: map[string][]int64{}, places: map[string][]uint64{}}
	for read := uint64(0); read < info.State.LastSeq; {
		message, err := consumer.Next(jetstream.FetchMaxWait(5 * time.Second))
		if err != nil {
			return nil, fmt.Errorf("read the events: %w", err)
		}
		meta, err := message.Metadata()
		if err != nil {
			return nil, err
		}
		read = meta.Sequence.Stream
		event, err := wire.DecodeEntityChanged(message.Data())
		if err != nil {
			return nil, fmt.Errorf("event %d: %w", read, err)
		}
		k.sequences[event.Subgraph] = append(k.sequences[event.Subgraph], event.Sequence)
		if upc, ok := event.Key["upc"].(string); ok && event.Subgraph == "inventory" && event.Type == "Product" {
			k.places[upc] = append(k.places[upc], read)
		}
	}
	return k, nil
}

// gaps tells what is missing of the events of each subgraph, which count them without gaps.
func (k *kept) gaps() error {
	var errs []error
	for _, subgraph := range slices.Sorted(maps.Keys(k.sequences)) {
		numbers := slices.Compact(slices.Sorted(slices.Values(k.sequences[subgraph])))
		for i := 1; i < len(numbers); i++ {
			if numbers[i] != numbers[i-1]+1 {
				errs = append(errs, fmt.Errorf("events %d to %d of %s are missing", numbers[i-1]+1, numbers[i]-1, subgraph))
			}
		}
	}
	return errors.Join(errs...)
}

// verifyEvents holds the events of the bus against what was acknowledged, and subscriptions against the events.
func (l *traffic) verifyEvents(ctx context.Context, streams []*stream) error {
	var k *kept
	err := eventually(ctx, "every subscription has had all events", func(ctx context.Context) (err error) {
		if k, err = l.cluster.nats.keptEvents(ctx); err != nil {
			return err
		}
		if err := k.gaps(); err != nil {
			return err
		}
		for _, p := range l.products {
			least, _ := p.stock.bounds()
			if events := int64(len(k.places[p.upc])); events < least-p.stock.initial {
				return fmt.Errorf("%d events of %d acknowledged changes of %s", events, least-p.stock.initial, p.upc)
			}
		}
		for _, s := range streams {
			if err := s.check(k.places[s.product.upc]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, s := range streams {
		if least, _ := s.product.stock.bounds(); s.failed == "" && s.shown < least {
			return fmt.Errorf("the stream of %s ended with a stock of %d; acknowledged is %d", s.product.upc, s.shown, least)
		}
	}
	return nil
}
