// Package storage is the form of what is stored, and the places for it: a value and its bytes (value.go), the records
// held in process (local.go), the keys and scripts of the hashes in Redis (key.go, scripts.go) and what has to go when
// one of these has grown too large (eviction.go). Nothing here decides what is stored, or whether it still counts.
package storage
