// Package command has what operators type: backups, restores, checks, and what moderators do in the dashboard.
//
// A command of the first kind (Detached) opens the data folder by itself, and so neither creates one nor runs
// migrations. One of the second kind runs on the app, as PocketBase's own commands do: the same hooks hold for it as for
// the dashboard, and a server that runs beside it is told of what has changed.
package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// detached is the annotation of commands that open the data folder by themselves.
const detached = "privet.detached"

// IsDetached reports whether a command, or the one that it belongs to, opens the data folder by itself, if at all.
func IsDetached(c *cobra.Command) bool {
	for ; c != nil; c = c.Parent() {
		if _, is := c.Annotations[detached]; is {
			return true
		}
	}
	return false
}

// Detach marks a command as one that opens the data folder by itself, if at all.
func Detach(c *cobra.Command) *cobra.Command {
	c.Annotations = map[string]string{detached: ""}
	return c
}

// RunDetached runs the command that the arguments of the process name, until it has ended or the process is asked to.
func RunDetached(root *cobra.Command) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := root.ExecuteContext(ctx)
	if err != nil && ctx.Err() != nil {
		return errors.New("interrupted: nothing is left of it")
	}
	return err
}

// exactly returns a cobra.PositionalArgs for a number of arguments, whose error says what they are.
func exactly(count int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) == count {
			return nil
		}
		return fmt.Errorf("usage: %s; see %s --help", strings.TrimSuffix(c.UseLine(), " [flags]"), c.CommandPath())
	}
}

// IsGroup reports whether the arguments of the process name a command that does nothing but hold others, such as
// "privet user". The error is about an argument that is none of these. Neither needs a data folder.
func IsGroup(root *cobra.Command, arguments []string) (bool, error) {
	chosen, rest, err := root.Find(arguments)
	if err != nil || chosen == root || chosen.Runnable() {
		return false, nil //nolint:nilerr // cobra itself reports it
	}
	if err := chosen.ParseFlags(rest); err != nil {
		return true, nil //nolint:nilerr // so does it this
	}
	if left := chosen.Flags().Args(); len(left) > 0 {
		return true, fmt.Errorf("unknown command %q for %q; see %s --help", left[0], chosen.CommandPath(), chosen.CommandPath())
	}
	return true, nil
}

// Status is an error that has been reported: the process ends with a status and prints nothing more.
type Status int

// Error implements error.
func (Status) Error() string { return "the command has reported what is wrong" }
