package social

import (
	"github.com/privet/privet/hooks/admission"
	"github.com/privet/privet/hooks/settings"
)

// calls bounds the verifications at a provider: one takes up to 8 seconds when the provider is slow. A client's network
// has a quarter of them.
var calls = admission.Limits{Slots: 32, SlotsPerKey: 8, Waiters: 64, MaxWait: callTimeout}

// Provider is a provider of identities, by which users sign in.
type Provider struct {
	Name     string   // as stored with a user's links: ProviderGoogle or ProviderVK
	Title    string   // as shown to people
	Verifier Verifier // nil if the provider is not configured

	Calls *admission.Queue // where a verification waits for its turn, by the client's network
}

// NewProviders returns the providers by the API's number of them, social_type.
func NewProviders(g settings.Google, v settings.VK) map[int]Provider {
	google := Provider{Name: ProviderGoogle, Title: "Google", Calls: admission.New(calls)}
	vk := Provider{Name: ProviderVK, Title: "VK", Calls: admission.New(calls)}
	if len(g.ClientIDs) > 0 {
		google.Verifier = NewGoogle(g)
	}
	if len(v.Apps) > 0 {
		vk.Verifier = NewVK(v)
	}
	return map[int]Provider{1: google, 2: vk}
}
