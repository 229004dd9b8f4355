package cli

import (
	"fmt"

	"github.com/spf13/cobra"
	"golang.org/x/text/language"

	"github.com/promogate/caddy-discount/strategy"
)

func addLangFlag(c *cobra.Command) {
	c.Flags().String("lang", "", "The languages of titles, the best first, such as zh-Hant or en,zh; default: the first\nof each title")
}

// wordingOf returns the texts of a strategy in the languages of the flag --lang.
func wordingOf(cmd *cobra.Command, s *strategy.Strategy) (*strategy.Wording, error) {
	var prefer []language.Tag
	if text := flag(cmd, "lang"); text != "" {
		var err error
		if prefer, err = strategy.ParseLanguages(text); err != nil {
			return nil, fmt.Errorf("--lang: %w", err)
		}
	}
	return s.Wording(prefer...), nil
}
