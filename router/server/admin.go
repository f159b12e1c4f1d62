package server

import (
	"net/http"
	"net/http/pprof"
)

// Admin is the handler of an administration listener: health and, when asked for, profiles. It has no authentication
// and belongs on an address that only operators reach.
func Admin(health *Health, profiles bool) http.Handler {
	mux := http.NewServeMux()
	if profiles {
		mux.HandleFunc("GET /debug/pprof/", pprof.Index)
		mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
		mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
		mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if health == nil || !health.serve(w, r, true) {
			mux.ServeHTTP(w, r)
		}
	})
}
