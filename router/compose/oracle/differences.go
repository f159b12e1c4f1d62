package oracle

// visited is why the reference accepts graphs in which something cannot be answered once there are shared mutation
// fields: it notes what it has visited on behalf of one subgraph that shares a field, and what is wrong there with
// that subgraph alone; whoever comes there again, on behalf of another subgraph or in a query, is taken to have been
// checked.
const visited = "the reference takes for checked what it found wanting on behalf of another subgraph that shares a mutation field"

// Differences lists the cases on which we knowingly answer otherwise than the reference, with the reason. The same
// list, with more words, is in docs/composition.md.
var Differences = map[string]string{
	"satisfiability/satisfy-requires-with-key-of-requires": "the reference overflows its stack; a key that needs a required field is resolvable",
	"cost/list-size-argument-missing-in-one-subgraph": "the reference cannot read back its own supergraph, whose @listSize names an argument that " +
		"not all subgraphs have",
	"auth/implicit-upgrade-by-auth-spec-in-old-federation": "the reference joins the specification's own scalar to a subgraph when the " +
		"feature is linked beside an older federation; here the machinery of a specification never joins subgraphs",
	"mutations/mutation-hides-what-a-query-misses": visited,
	"generated-mutations/graph-17":                 visited,
	"generated-mutations/graph-34":                 visited,
	"generated-mutations/graph-42":                 visited,
	"generated-mutations/graph-58":                 visited,
	"links/link-directive-renamed":                 "the reference lets the federation scalar _FieldSet leak into the API schema when @link has another name",
	"links/core-only":                              "the reference throws; a schema that links nothing but the old core feature is a Federation 1 schema",
}

// Unreachable lists the error codes and hints that no composition of the reference gives, with the reason.
var Unreachable = map[string]string{
	"UNSUPPORTED_LINKED_FEATURE":                    "given when a gateway loads a supergraph, not by composition",
	"INVALID_FEDERATION_SUPERGRAPH":                 "given when a gateway loads a supergraph, not by composition",
	"DOWNSTREAM_SERVICE_ERROR":                      "given while a gateway executes, not by composition",
	"UNSUPPORTED_FEATURE":                           "declared but never used",
	"MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED":        "given when a limit on paths is set, and paths are not what our check enumerates; it has a test of its own",
	"INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_REPEATABLE": "declared but never used",
	"INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_LOCATIONS":  "declared but never used",
}
