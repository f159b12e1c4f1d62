package oracle

// Differences lists the cases on which we knowingly answer otherwise than the reference, with the reason. The same
// list, with more words, is in docs/composition.md.
var Differences = map[string]string{}
