package introspection

// Capability is something that the service can do beside its schema.
//
// Specification: GraphQL, service capabilities (a proposal): https://github.com/graphql/graphql-spec/pull/1208
type Capability struct{ Identifier, Description, Value string }

// capabilityRow is a row of the list of capabilities.
type capabilityRow struct{ identifier, description, value text }

var (
	serviceColumns = &columns{"__Service", `"__Service"`, map[string]code{"capabilities": codeCapabilities}}

	capabilityColumns = &columns{"__Capability", `"__Capability"`, map[string]code{
		"identifier": codeIdentifier, "description": codeDescription, "value": codeValue,
	}}
)

// Announce makes the answer to __service tell of a capability. It must be called before the schema is used.
func (s *Schema) Announce(c Capability) {
	s.capabilities = append(s.capabilities, capabilityRow{
		quoted(c.Identifier), optional(c.Description), optional(c.Value),
	})
}

func (w *writer) service(s *selection) {
	for i := range s.fields {
		if w.stopped {
			return
		}
		f := &s.fields[i]
		w.begin(f, i)
		if f.code == codeCapabilities {
			list(w, w.s.capabilities, nil, func(c *capabilityRow) { w.capability(f.selection(), c) })
		} else {
			w.common(s, f, null, null, "")
		}
	}
	w.end(len(s.fields))
}

func (w *writer) capability(s *selection, c *capabilityRow) {
	for i := range s.fields {
		if w.stopped {
			return
		}
		f := &s.fields[i]
		w.begin(f, i)
		switch f.code {
		case codeIdentifier:
			w.text(c.identifier)
		case codeValue:
			w.text(c.value)
		default:
			w.common(s, f, null, c.description, "")
		}
	}
	w.end(len(s.fields))
}
