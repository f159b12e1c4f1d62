// Package eventbus feeds subscriptions from messages of NATS: with JetStream, where a client that comes back gets what
// it missed, or without. A subscription field says with the directive @events from which subjects its events come:
//
//	type Subscription {
//	  stockChanged(upc: ID!): Product
//	    @events(subjects: ["weft.entity.inventory.Product"], value: "key", where: ["key.upc={{args.upc}}"])
//	}
//
// The subgraph of such a field needs no service: a message holds what the field returns, for entities that is their
// key, and what else clients select is fetched from the other subgraphs as for any entity.
//
// The directive is one of a feature of its own, federation.EventsURL, which schemas link and compose like any other
// (https://specs.apollo.dev/federation/v2.1#@composeDirective), so that every composer carries it.
package eventbus
