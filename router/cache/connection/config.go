package connection

import (
	"crypto/tls"
	"errors"
	"fmt"
)

// Config says how to reach Redis.
type Config struct {
	// Addresses are host:port of the server, of some cluster nodes, or of the sentinels; or one URL
	// redis[s]://user:password@host:port/db.
	Addresses []string
	// Mode is "standalone", "cluster" or "sentinel". Default: sentinel when MasterName is set, cluster when there are
	// several addresses, standalone otherwise.
	Mode string
	// MasterName is the name the sentinels know the primary by.
	MasterName string
	// Username and Password are the ACL user; SentinelUsername and SentinelPassword that of the sentinels.
	Username, Password                 string
	SentinelUsername, SentinelPassword string
	// DB is the database number (standalone and sentinel).
	DB int
	// TLS switches TLS on.
	TLS *tls.Config
	// PoolSize is the number of connections per node. Default 10 per CPU.
	PoolSize int
}

// Check says what is wrong with the settings.
func (r Config) Check() error {
	switch r.Mode {
	case "", "standalone", "cluster", "sentinel":
	default:
		return fmt.Errorf("cache: redis mode %q is unknown; it is standalone, cluster or sentinel", r.Mode)
	}
	if r.Mode == "sentinel" && r.MasterName == "" {
		return errors.New("cache: redis mode sentinel needs the name of the primary (master name)")
	}
	return nil
}
