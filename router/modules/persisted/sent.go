package persisted

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/weft-graphql/weft/router/server"
)

// Codes of refusals; they are those of the field.
const (
	codeNotFound     = "PERSISTED_QUERY_NOT_FOUND"
	codeHashMismatch = "PERSISTED_QUERY_HASH_MISMATCH"
	codeNotInList    = "PERSISTED_QUERY_NOT_IN_LIST"
	codeNotSafe      = "QUERY_NOT_IN_SAFELIST"
	codeIDRequired   = "PERSISTED_QUERY_ID_REQUIRED"
	codeIDAndBody    = "CANNOT_SEND_PQ_ID_AND_BODY"
)

func rejected(code, message string) *server.Refusal {
	return &server.Refusal{Outcome: server.Rejected, Code: code, Message: message}
}

// notFound makes clients send the document; they know it by its message.
var notFound = &server.Refusal{Outcome: server.Unknown, Code: codeNotFound, Message: "PersistedQueryNotFound"}

// maxID bounds the length of the id of a document.
const maxID = 512

// sentID is the id of a document that a request names, without the mark of a hash; empty when it names none.
func sentID(req *server.Request) (string, *server.Refusal) {
	id := strings.TrimPrefix(string(req.DocumentID), "sha256:")
	if bytes.Contains(req.Extensions, []byte(`"persistedQuery"`)) {
		var extensions struct {
			PersistedQuery *struct {
				Version int    `json:"version"`
				Hash    string `json:"sha256Hash"`
			} `json:"persistedQuery"`
		}
		if err := json.Unmarshal(req.Extensions, &extensions); err != nil {
			return "", rejected(server.CodeBadRequest,
				`extensions.persistedQuery must be an object like {"version": 1, "sha256Hash": "…"}.`)
		}
		if pq := extensions.PersistedQuery; pq != nil {
			switch {
			case pq.Version != 1:
				return "", rejected(server.CodePersistedQuery, "Only version 1 of extensions.persistedQuery is supported.")
			case id != "" && id != pq.Hash:
				return "", rejected(server.CodeBadRequest,
					"documentId and extensions.persistedQuery name different documents; send one of them.")
			}
			id = pq.Hash
		}
	}
	if len(id) > maxID {
		return "", rejected(server.CodeBadRequest, "The id of the document is too long.")
	}
	return id, nil
}
