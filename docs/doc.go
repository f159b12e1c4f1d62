// Package docs checks what the documents say of the code.
package docs
