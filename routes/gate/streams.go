package gate

import (
	"slices"
	"sync"
	"time"

	"github.com/privet/privet/hooks/store/superuser"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/subscriptions"
)

// Limits of anonymous event streams: those of which it is not known yet whose they are. A browser opens a stream without a header
// that says so (EventSource has none), and sends its token with the topics, in a request of its own.
const (
	maxAnonymous  = 256
	anonymousTime = 10 * time.Second
)

// streams bounds the anonymous event streams. It is safe for concurrent use.
type streams struct {
	mu        sync.Mutex
	anonymous []subscriptions.Client // the oldest first
}

// register binds the hooks of event streams to the app.
func (s *streams) register(app core.App) {
	app.OnRealtimeConnectRequest().BindFunc(func(e *core.RealtimeConnectRequestEvent) error {
		s.add(e.Client)
		late := time.AfterFunc(anonymousTime, func() {
			if s.remove(e.Client) {
				e.Client.Discard() // which ends the stream
			}
		})
		defer func() { late.Stop(); s.remove(e.Client) }()
		return e.Next()
	})
	app.OnRealtimeSubscribeRequest().BindFunc(func(e *core.RealtimeSubscribeRequestEvent) error {
		s.remove(e.Client)
		return e.Next()
	})
	app.OnRealtimeMessageSend().BindFunc(func(e *core.RealtimeMessageEvent) error {
		if !mayReceive(e) {
			return nil
		}
		return e.Next()
	})
}

// add adds an anonymous stream. Where there are too many the oldest one ends: a browser's has its topics long before.
func (s *streams) add(client subscriptions.Client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.anonymous) == maxAnonymous {
		s.anonymous[0].Discard()
		s.anonymous = slices.Delete(s.anonymous, 0, 1)
	}
	s.anonymous = append(s.anonymous, client)
}

// remove removes a stream that has ended or is anonymous no more, and reports whether it was there.
func (s *streams) remove(client subscriptions.Client) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := len(s.anonymous)
	s.anonymous = slices.DeleteFunc(s.anonymous, func(c subscriptions.Client) bool { return c == client })
	return len(s.anonymous) < before
}

// mayReceive reports whether a message may be sent on a stream, by the role that its superuser has at this moment: an owner may
// have become a moderator, or have got another password, since they subscribed.
func mayReceive(e *core.RealtimeMessageEvent) bool {
	if e.Message.Name == "PB_CONNECT" {
		return true
	}
	subscriber, ok := e.Client.Get(apis.RealtimeClientAuthKey).(*core.Record)
	if !ok || subscriber == nil || !subscriber.IsSuperuser() {
		return false
	}
	current, err := e.App.FindRecordById(core.CollectionNameSuperusers, subscriber.Id)
	if err != nil || current.TokenKey() != subscriber.TokenKey() {
		return false
	}
	return superuser.IsOwner(current) || deskTopic.MatchString(e.Message.Name)
}
