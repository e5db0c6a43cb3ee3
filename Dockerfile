# syntax=docker/dockerfile:1

# With the arguments that .ci/release prints, the binary is the released one, byte by byte.
FROM --platform=$BUILDPLATFORM golang:1.27.3 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION COMMIT DATE TARGETOS TARGETARCH
RUN GOOS=$TARGETOS GOARCH=$TARGETARCH VERSION=$VERSION COMMIT=$COMMIT DATE=$DATE .github/deploy/build /privet \
 && mkdir /data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /privet /privet
# Never another user: the data folders that exist belong to this one.
COPY --from=build --chown=65532:65532 /data /data
COPY LICENSE /LICENSE
USER 65532:65532
VOLUME /data
EXPOSE 8090
# Uploads that PocketBase's dashboard takes are buffered here.
ENV TMPDIR=/data
HEALTHCHECK --interval=30s --timeout=6s --start-period=10s CMD ["/privet", "health"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/privet"]
CMD ["serve", "--http=0.0.0.0:8090", "--dir=/data"]
