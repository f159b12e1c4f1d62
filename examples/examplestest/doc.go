// Package examplestest runs the examples beside the router, and holds them against its schemas.
package examplestest
