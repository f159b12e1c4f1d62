// Package contracts holds what the storefront needs of each service, as pacts, and the services against them.
package contracts
