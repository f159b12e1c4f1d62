package validation

import "github.com/vektah/gqlparser/v2/ast"

// deferStreamDirectiveLabel: labels of @defer are strings in the document, each there once.
// https://github.com/graphql/graphql-spec/pull/1110, "Defer And Stream Directive Labels Are Unique"
func (c *checker) deferStreamDirectiveLabel(d *ast.Directive) {
	label := d.Arguments.ForName("label")
	if label == nil || label.Value.Kind == ast.NullValue {
		return
	}
	if label.Value.Kind != ast.StringValue && label.Value.Kind != ast.BlockValue {
		c.report("DeferStreamDirectiveLabel", d.Position, "Argument \"@defer(label:)\" must be a static string.")
		return
	}
	if c.labels[label.Value.Raw] {
		c.report("DeferStreamDirectiveLabel", d.Position, "Value for arguments \"defer(label:)\" and \"stream(label:)\" "+
			"must be unique across all Defer/Stream directive usages.")
	}
	if c.labels == nil {
		c.labels = map[string]bool{}
	}
	c.labels[label.Value.Raw] = true
}
