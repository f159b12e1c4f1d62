package validation

// executableDefinitions: a document that is executed has operations and fragments, and nothing that defines a schema.
// https://spec.graphql.org/September2025/#sec-Executable-Definitions
func (c *checker) executableDefinitions() {
	for _, d := range c.doc.TypeSystem {
		name := "schema"
		if d.Name != "" {
			name = "\"" + d.Name + "\""
		}
		c.report("ExecutableDefinitions", d.Position, "The %s definition is not executable.", name)
	}
}
