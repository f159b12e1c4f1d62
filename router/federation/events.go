package federation

// The feature of subscription fields that are fed from messages of an event bus. It is ours, and composed as any other
// (https://specs.apollo.dev/federation/v2.1#@composeDirective).
const (
	EventsIdentity = "https://github.com/weft-graphql/weft/events"
	EventsURL      = EventsIdentity + "/v1.0"
	// EventsDefinition is its directive as schemas define it; %s is its name.
	EventsDefinition = `directive @%s(
  subjects: [String!]!
  stream: String
  provider: String = "default"
  value: String
  where: [String!]
) on FIELD_DEFINITION`
)
