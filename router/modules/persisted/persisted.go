package persisted

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/server"
)

// state is what a generation has of the module.
type state struct {
	logger    *slog.Logger
	automatic *registry
	// library has the documents of the files; nil when none are configured.
	library atomic.Pointer[library]
	files   *config.FileWatch
	prepare func(ctx context.Context, document, operationName string) error
	stop    context.CancelFunc
	running sync.WaitGroup
	// resolved counts what became of requests that named a document, or sent one that is not listed.
	resolved *prometheus.CounterVec
}

// Provision implements module.Module.
func (p *Persisted) Provision(host module.Host) error {
	p.logger = host.Logger()
	p.resolved = host.Metrics().Counter("weft_persisted_documents_total",
		"Requests that named a document, or sent one that is not listed, by what became of them.", "result")
	if p.Automatic.Enabled {
		key, err := json.Marshal(p.Automatic)
		if err != nil {
			return err
		}
		shared, err := host.Shared("automatic/"+string(key), func() (any, func(), error) {
			r, err := newRegistry(&p.Automatic, host.Logger())
			return r, r.close, err
		})
		if err != nil {
			return err
		}
		p.automatic = shared.(*registry)
	}
	if !p.Documents.listed() {
		return nil
	}
	// Whatever changes while the files are read is noticed after that.
	p.files = config.NewFileWatch(nil)
	l, err := p.load()
	if err != nil {
		return err
	}
	p.library.Store(l)
	return nil
}

// load reads the library, and follows the files it was read from.
func (p *Persisted) load() (*library, error) {
	l := newLibrary()
	files, err := l.find(&p.Documents)
	p.files.Follow(files)
	if err != nil {
		return nil, err
	}
	return l, l.read(&p.Documents)
}

// KeepDocuments implements module.DocumentKeeper.
func (p *Persisted) KeepDocuments(prepare func(ctx context.Context, document, operationName string) error) {
	l := p.library.Load()
	if l == nil {
		return
	}
	p.prepare = prepare
	ctx, cancel := context.WithCancel(context.Background())
	p.stop = cancel
	p.prepareAll(ctx, l)
	if p.Documents.PollInterval > 0 {
		p.running.Go(func() { p.watch(ctx) })
	}
}

// watch takes over changed files until ctx ends. Requests go on with what was there before until all of it is ready.
func (p *Persisted) watch(ctx context.Context) {
	for p.files.Wait(ctx, p.Documents.PollInterval) {
		l, err := p.load()
		if err != nil {
			p.logger.Error("the changed persisted documents are not in use: those from before go on", "err", err)
			continue
		}
		p.prepareAll(ctx, l)
		p.library.Store(l)
		p.logger.Info("the changed persisted documents are in use", "documents", len(l.documents))
	}
}

// told is how many documents that do not fit the graph are named in the log.
const told = 10

// prepareAll prepares the documents of a library.
func (p *Persisted) prepareAll(ctx context.Context, l *library) {
	if !p.Documents.Prepare {
		return
	}
	bad := 0
	for _, d := range l.documents {
		if ctx.Err() != nil {
			return
		}
		if err := p.prepare(ctx, d.text, d.name); err != nil {
			if bad++; bad <= told {
				p.logger.Warn(
					"a persisted document does not fit the graph",
					"file",
					d.file,
					"id",
					d.ids[0],
					"operation",
					d.name,
					"err",
					err,
				)
			}
		}
	}
	if bad > told {
		p.logger.Warn("more persisted documents do not fit the graph", "all", bad)
	}
}

// Cleanup implements module.Cleaner.
func (p *Persisted) Cleanup() {
	if p.stop != nil {
		p.stop()
	}
	p.running.Wait()
}

// ResolveDocument implements module.DocumentResolver.
func (p *Persisted) ResolveDocument(ctx context.Context, req *server.Request) *server.Refusal {
	id, refusal := sentID(req)
	if refusal != nil {
		return refusal
	}
	l := p.library.Load()
	switch {
	case id == "" && l != nil:
		return p.checkSent(l, req)
	case id == "":
		return nil
	case len(req.Query) > 0:
		return p.checkBoth(l, id, req)
	}
	if l != nil {
		if d := l.byID[id]; d != nil {
			p.resolved.WithLabelValues("listed").Inc()
			d.use(req)
			return nil
		}
	}
	if p.automatic != nil {
		if document, ok := p.automatic.get(ctx, id); ok {
			p.resolved.WithLabelValues("automatic").Inc()
			req.Query = []byte(document)
			return p.checkSent(l, req)
		}
		p.resolved.WithLabelValues("not_found").Inc()
		return notFound
	}
	p.resolved.WithLabelValues("not_in_list").Inc()
	return rejected(codeNotInList, "The persisted document "+quote(id)+" is not in the list of this router.")
}

// checkSent checks a document that was sent as text.
func (p *Persisted) checkSent(l *library, req *server.Request) *server.Refusal {
	if l == nil || p.Documents.Mode == modeAllow {
		return nil
	}
	if p.Documents.Mode == modeIDs {
		p.resolved.WithLabelValues("id_required").Inc()
		return rejected(
			codeIDRequired,
			"This router only runs listed documents that are named: send documentId or extensions.persistedQuery instead of query.",
		)
	}
	if d := l.byText(req.Query); d != nil {
		if p.Documents.Mode == modeListed {
			// What is run is the text in the list, however the client spaced it.
			d.use(req)
		}
		return nil
	}
	p.resolved.WithLabelValues("not_listed").Inc()
	if p.Documents.Mode == modeListed {
		return rejected(codeNotSafe, "This document is not in the list of documents that this router runs.")
	}
	sum := sha256.Sum256(req.Query)
	p.logger.Warn(
		"a document is not listed",
		"operation",
		quote(string(req.OperationName)),
		"sha256",
		hex.EncodeToString(sum[:]),
		"client",
		quote(req.Header.Get("Apollographql-Client-Name")),
	)
	return nil
}

// checkBoth checks a request that has a document and an id: it registers the document, if that is possible.
func (p *Persisted) checkBoth(l *library, id string, req *server.Request) *server.Refusal {
	if p.automatic == nil {
		p.resolved.WithLabelValues("id_and_body").Inc()
		return rejected(
			codeIDAndBody,
			"The request has a document and the id of one; send the id alone, or the document alone.",
		)
	}
	if sum := sha256.Sum256(req.Query); hex.EncodeToString(sum[:]) != id {
		p.resolved.WithLabelValues("hash_mismatch").Inc()
		return rejected(codeHashMismatch, "The id is not the SHA-256 hash of the document, in lower-case hexadecimal digits.")
	}
	return p.checkSent(l, req)
}

// Admit implements module.Admitter: a document that fits the graph is remembered, and no other.
func (p *Persisted) Admit(_ context.Context, op *module.Operation) *server.Refusal {
	if p.automatic == nil || len(op.Request.Extensions)+len(op.Request.DocumentID) == 0 {
		return nil
	}
	id, _ := sentID(op.Request)
	if id == "" {
		return nil
	}
	if l := p.library.Load(); l != nil && l.byID[id] != nil {
		return nil
	}
	p.automatic.keep(id, op.Request.Query)
	return nil
}

// quote is the part of something a client sent that is told to people.
func quote(text string) string {
	const most = 100
	if len(text) > most {
		text = text[:most] + "…"
	}
	return text
}
