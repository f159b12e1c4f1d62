package wire

// InvalidationExtension is the key, in the extensions of a subgraph's answer, of a list of Invalidation.
const InvalidationExtension = "invalidation"

// InvalidateEntity is the kind of an Invalidation of one entity.
const InvalidateEntity = "entity"

// Invalidation asks the router to forget what it remembers of an entity. The router's invalidation endpoint takes the
// same form.
type Invalidation struct {
	// Kind is InvalidateEntity.
	Kind string `json:"kind"`
	// Subgraph is the subgraph whose fields of the entity are to be forgotten.
	Subgraph string `json:"subgraph"`
	// Type is the entity's type name, and Key the fields of one of its keys.
	Type string         `json:"type"`
	Key  map[string]any `json:"key"`
}
