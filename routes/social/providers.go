package social

import "github.com/privet/privet/hooks/settings"

// Provider is a provider of identities, by which users sign in.
type Provider struct {
	Name     string   // as stored with a user's links: ProviderGoogle or ProviderVK
	Title    string   // as shown to people
	Verifier Verifier // nil if the provider is not configured
}

// NewProviders returns the providers by the API's number of them, social_type.
func NewProviders(g settings.Google, v settings.VK) map[int]Provider {
	google, vk := Provider{Name: ProviderGoogle, Title: "Google"}, Provider{Name: ProviderVK, Title: "VK"}
	if len(g.ClientIDs) > 0 {
		google.Verifier = NewGoogle(g)
	}
	if len(v.Apps) > 0 {
		vk.Verifier = NewVK(v)
	}
	return map[int]Provider{1: google, 2: vk}
}
