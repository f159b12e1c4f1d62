# syntax=docker/dockerfile:1
# Two images. `docker build --target router .` is the router alone, for production; the last one is every role in one
# binary: weft router, weft subgraph NAME, weft compose, ...
# The compiler runs on the machine that builds, for whatever platform the image is for.
FROM --platform=$BUILDPLATFORM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
ARG VERSION=dev TARGETOS=linux TARGETARCH
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 GOOS=${TARGETOS} GOARCH=${TARGETARCH} go build -trimpath \
    -ldflags "-s -w -X github.com/weft-graphql/weft/router/standalone.version=${VERSION}" \
    -o /out/ ./cmd/weft ./cmd/weft-router \
    && mkdir -p /out/data /out/identity

FROM scratch AS router
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/weft-router /weft-router
# Where identity.jwks_file can be written: a volume takes over who owns it.
COPY --from=build --chown=65532:65532 /out/identity /identity
USER 65532:65532
# Loopback, the default, would be the container's own. Platforms say another port.
ENV PORT=4000
EXPOSE 4000
ENTRYPOINT ["/weft-router"]

# Nothing but the binary and the certificates of the public authorities, run by a user without rights.
FROM scratch AS weft
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/weft /weft
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build --chown=65532:65532 /out/identity /identity
USER 65532:65532
ENV WEFT_DATA_DIR=/data PORT=4000
EXPOSE 4000
HEALTHCHECK --start-period=30s --interval=10s CMD ["/weft", "health"]
ENTRYPOINT ["/weft"]
CMD ["router"]
