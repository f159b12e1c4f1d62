# One image for every role: weft router, weft subgraph NAME, weft compose, ...
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/weft ./cmd/weft \
    && mkdir -p /out/data

# Nothing but the binary and the certificates of the public authorities, run by a user without rights.
FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/weft /weft
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
ENV WEFT_DATA_DIR=/data
EXPOSE 4000
ENTRYPOINT ["/weft"]
CMD ["router"]
