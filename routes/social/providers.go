package social

import (
	"github.com/privet/privet/hooks/admission"
	"github.com/privet/privet/hooks/settings"
)

// calls bounds the verifications at a provider: one takes up to 8 seconds when the provider is slow. A client's network
// has a quarter of them.
var calls = admission.Limits{Slots: 32, SlotsPerKey: 8, Waiters: 64, MaxWait: callTimeout}

// TypeApple is the API's number of Apple.
const TypeApple = 3

// Provider is a provider of identities, by which users sign in.
type Provider struct {
	Name     string   // as stored with a user's links: ProviderGoogle and the others
	Title    string   // as shown to people
	Verifier Verifier // nil if the provider is not configured

	Calls *admission.Queue // where a verification waits for its turn, by the client's network
}

// NewProviders returns the providers by the API's number of them, social_type. Apple is none unless it is configured
// (contract, section 3).
func NewProviders(g settings.Google, v settings.VK, a settings.Apple) map[int]Provider {
	google := Provider{Name: ProviderGoogle, Title: "Google", Calls: admission.New(calls)}
	vk := Provider{Name: ProviderVK, Title: "VK", Calls: admission.New(calls)}
	if len(g.ClientIDs) > 0 {
		google.Verifier = NewGoogle(g)
	}
	if len(v.Apps) > 0 {
		vk.Verifier = NewVK(v)
	}
	providers := map[int]Provider{1: google, 2: vk}
	if len(a.ClientIDs) > 0 {
		providers[TypeApple] = Provider{Name: ProviderApple, Title: "Apple", Verifier: NewApple(a), Calls: admission.New(calls)}
	}
	return providers
}
