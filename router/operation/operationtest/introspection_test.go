package operationtest

// introspections ask for all there is to know of a schema.
var introspections = []string{`
query All($yes: Boolean = true) {
  __schema {
    __typename description
    queryType { name } mutationType { name kind } subscriptionType { name }
    types { ...Type }
    directives(includeDeprecated: true) {
      __typename name description isRepeatable locations isDeprecated deprecationReason
      args(includeDeprecated: $yes) { ...Input }
    }
  }
}
fragment Type on __Type {
  __typename kind name description specifiedByURL isOneOf
  fields(includeDeprecated: $yes) {
    __typename name description isDeprecated deprecationReason
    args(includeDeprecated: $yes) { ...Input }
    type { ...Reference }
  }
  inputFields(includeDeprecated: $yes) { ...Input }
  interfaces { ...Reference }
  enumValues(includeDeprecated: $yes) { __typename name description isDeprecated deprecationReason }
  possibleTypes { ...Reference }
  ofType { name }
}
fragment Input on __InputValue {
  __typename name description defaultValue isDeprecated deprecationReason
  type { ...Reference }
}
fragment Reference on __Type {
  kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } }
}`, `
query One($name: String! = "Interface0", $yes: Boolean! = false) {
  named: __type(name: $name) {
    name interfaces { name interfaces { name } } possibleTypes { name interfaces { name } }
    fields {
      name @include(if: $yes) type { kind ofType { name } } args { name @skip(if: $yes) }
      ... on __Field { old: isDeprecated }
    }
    inputFields { name defaultValue } enumValues { name }
    fields { description }
  }
  ... on Query { __schema { types { name } ... @skip(if: $yes) { types { kind } } } }
  __schema { queryType { fields(includeDeprecated: null) { name } } }
  nothing: __type(name: "Nothing") { name }
}`}

// introspectionVariables are values for both.
var introspectionVariables = []string{
	`{"yes": true}`, `{"yes": false, "name": "Query"}`, `{"name": "\u004fbject0"}`,
}
