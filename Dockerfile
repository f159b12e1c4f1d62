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
# Loopback, the default, would be the container's own.
ENV WEFT_DATA_DIR=/data WEFT_LISTEN=:4000
EXPOSE 4000
HEALTHCHECK --start-period=30s --interval=10s CMD ["/weft", "health"]
ENTRYPOINT ["/weft"]
CMD ["router"]
