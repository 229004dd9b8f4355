package quota_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/quota"
)

// The table of the outcomes, line by line.
func TestOutcome(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		answer quota.Answer
		want   quota.Outcome
	}{
		"accepted":                          {answer: quota.Answer{Upstream: 200}, want: quota.Commit},
		"created":                           {answer: quota.Answer{Upstream: 201}, want: quota.Commit},
		"accepted, with retries":            {answer: quota.Answer{Upstream: 200, Retries: true}, want: quota.Commit},
		"accepted, replayable":              {answer: quota.Answer{Upstream: 200, Replayable: true}, want: quota.Commit},
		"accepted, then the client hung up": {answer: quota.Answer{Upstream: 200, Failure: quota.ClientGone}, want: quota.Commit},
		"accepted, then the body broke off": {answer: quota.Answer{Upstream: 200, Failure: quota.Broken}, want: quota.Commit},
		"see other":                         {answer: quota.Answer{Upstream: 303}, want: quota.Commit},
		"another redirect":                  {answer: quota.Answer{Upstream: 307}, want: quota.Unknown},
		"refused":                           {answer: quota.Answer{Upstream: 422}, want: quota.Release},
		"refused, with retries":             {answer: quota.Answer{Upstream: 422, Retries: true}, want: quota.Unknown},
		"refused, replayable":               {answer: quota.Answer{Upstream: 422, Replayable: true}, want: quota.Unknown},
		"refused, and handle_response wrote another": {answer: quota.Answer{Upstream: 400, Written: 200}, want: quota.Release},
		"refused by another handler":                 {answer: quota.Answer{Written: 403}, want: quota.Release},
		"another handler sent it on":                 {answer: quota.Answer{Written: 303}, want: quota.Release},
		"another handler failed":                     {answer: quota.Answer{Written: 500}, want: quota.Release},
		"another handler accepted it":                {answer: quota.Answer{Written: 204}, want: quota.Commit},
		"nobody wrote anything":                      {answer: quota.Answer{}, want: quota.Release},
		"failed before any upstream":                 {answer: quota.Answer{Failure: quota.NeverSent}, want: quota.Release},
		"not connected":                              {answer: quota.Answer{Failure: quota.NotConnected}, want: quota.Release},
		"not connected, replayable":                  {answer: quota.Answer{Failure: quota.NotConnected, Replayable: true}, want: quota.Unknown},
		"not connected, with retries":                {answer: quota.Answer{Failure: quota.NotConnected, Retries: true}, want: quota.Unknown},
		"the client hung up":                         {answer: quota.Answer{Failure: quota.ClientGone}, want: quota.Unknown},
		"the client hung up, and Caddy wrote so":     {answer: quota.Answer{Failure: quota.ClientGone, Written: 499}, want: quota.Unknown},
		"Caddy wrote that the client hung up":        {answer: quota.Answer{Written: 499}, want: quota.Unknown},
		"of a proxy before, then hung up":            {answer: quota.Answer{Upstream: 200, Written: 499}, want: quota.Unknown},
		"broke off before the header":                {answer: quota.Answer{Failure: quota.Broken}, want: quota.Unknown},
		"timed out":                                  {answer: quota.Answer{Failure: quota.OtherFailure}, want: quota.Unknown},
		"timed out, and an error page was written":   {answer: quota.Answer{Failure: quota.OtherFailure, Written: 200}, want: quota.Unknown},
	}
	for _, status := range []int{101, 301, 302, 304, 408, 409, 425, 429, 499, 500, 502, 503, 504} {
		tests[fmt.Sprint("status ", status)] = struct {
			answer quota.Answer
			want   quota.Outcome
		}{answer: quota.Answer{Upstream: status}, want: quota.Unknown}
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got, _ := tt.answer.Outcome(); got != tt.want {
				t.Errorf("%+v is %s, want %s", tt.answer, got, tt.want)
			}
			for _, word := range []quota.Word{{Said: true, Outcome: quota.Commit}, {Said: true, Outcome: quota.Release},
				{Said: true, Outcome: quota.Hold, For: time.Hour}} {
				tt.answer.Word = word
				if got, held := tt.answer.Outcome(); got != word.Outcome || held != word.For {
					t.Errorf("%+v is %s for %s, but the order service said %s for %s", tt.answer, got, held, word.Outcome, word.For)
				}
			}
		})
	}
}
