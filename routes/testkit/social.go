package testkit

import (
	"testing"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit/fakes"
)

// Answers of the social endpoints.
const (
	UserExists    = `{"status":"error","message":"User already exists"}` // the social account or the address has a user
	UserNotExists = `{"status":"error","message":"User not exists"}`     // the social account has none
	InvalidToken  = `{"status":"error","message":"Invalid token"}`
)

// StartSocial runs a server that accepts tokens of both social providers, which are fakes.
func StartSocial(t testing.TB, changes ...func(*settings.Settings)) (*Server, *fakes.Google, *fakes.VK) {
	t.Helper()
	google, vk := fakes.NewGoogle(t), fakes.NewVK(t)
	google.PictureBytes = PNG()
	s := Start(t, append(changes, func(s *settings.Settings) { s.Google, s.VK = google.Settings(), vk.Settings() })...)
	return s, google, vk
}

// StartApple runs a server that accepts tokens of Apple, which is a fake, and of Google, which is another.
func StartApple(t testing.TB) (*Server, *fakes.Apple, *fakes.Google) {
	t.Helper()
	apple, google := fakes.NewApple(t), fakes.NewGoogle(t)
	s := Start(t, func(s *settings.Settings) { s.Apple, s.Google = apple.Settings(), google.Settings() })
	return s, apple, google
}

// SocialSignIn signs in by a provider's token; socialType is 1 for Google, 2 for VK, 3 for Apple.
func (s *Server) SocialSignIn(token string, socialType any) *Answer {
	return s.Post("auth/social/sign-in").JSON(map[string]any{"token": token, "social_type": socialType}).Do()
}
