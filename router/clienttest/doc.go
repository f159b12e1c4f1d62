// Package clienttest asks routers with clients of others, as they are.
package clienttest
