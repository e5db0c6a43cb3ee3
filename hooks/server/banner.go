package server

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/privet/privet/hooks/disk"
	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
)

// PrintBanner prints, once the server listens, the URLs of its parts and which features are on or off, and why.
// apiPath is the path of the API, as "/api/v1/".
func PrintBanner(app core.App, s *settings.Settings, version, apiPath string, to io.Writer) {
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		dir := disk.Absolute(e.App.DataDir()) // for commands that are pasted elsewhere
		e.InstallerFunc = func(_ core.App, first *core.Record, base string) error {
			token, err := first.NewStaticAuthToken(30 * time.Minute)
			if err != nil {
				return err
			}
			const text = "\nThere is no owner yet. Create the first account here within half an hour:\n%s/_/#/pbinstall/%s\n" +
				"or with: privet superuser upsert EMAIL PASSWORD --dir %s\n"
			_, err = fmt.Fprintf(to, text, strings.TrimRight(base, "/"), token, disk.Quote(dir))
			return err
		}
		if err := e.Next(); err != nil {
			return err
		}
		base := s.PublicURL
		if base == "" {
			base = localURL(e)
		}
		fmt.Fprintf(to, "privet %s\n", version)
		table := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
		fmt.Fprintf(table, "  API\t%s\n  reference\t%s\n  dashboard\t%s\n  guide\t%s\n  documents\t%s\n  data\t%s\n",
			base+strings.TrimSuffix(apiPath, "/"), base+"/", base+"/_/", base+"/guide", base+"/docs", dir)
		if held, err := store.CountHeld(context.Background(), e.App); err == nil && held > 0 {
			fmt.Fprintf(table, "  held\t%d pushes and mails that waited in a restored backup: privet outbox release --dir %s, or discard\n", held, disk.Quote(dir))
		}
		for _, line := range s.Status() {
			fmt.Fprintf(table, "  %s\t%s\n", line[0], line[1])
		}
		return table.Flush()
	})
}

// localURL returns the URL by which a browser on this machine reaches the server.
func localURL(e *core.ServeEvent) string {
	host, port, err := net.SplitHostPort(e.Server.Addr)
	if err != nil {
		return "http://" + e.Server.Addr
	}
	host = localHost(host)
	switch port {
	case "443", "https":
		return "https://" + host
	case "80", "http":
		return "http://" + host
	}
	return "http://" + net.JoinHostPort(host, port)
}

// localHost returns the host by which this machine reaches a server that listens on host: loopback if that is every
// address.
func localHost(host string) string {
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		return "127.0.0.1"
	}
	return host
}
