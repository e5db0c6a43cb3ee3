# syntax=docker/dockerfile:1
FROM golang:1.27 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /privet . \
 && mkdir /data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /privet /privet
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
