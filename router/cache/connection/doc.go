// Package connection is the way to Redis: its settings and client, scripts in the form that the server understands,
// and the breaker that keeps requests away from a server that is slow or gone. It knows nothing of what is stored.
package connection
