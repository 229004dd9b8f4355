package discount

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/promogate/caddy-discount/cart"
)

// fractionalLine is the one way to take quantities that are no whole numbers.
const fractionalLine = "line"

// reader reads carts as the options have them written.
func (o *Options) reader() (*cart.Reader, error) {
	options, err := o.cartOptions()
	if err != nil {
		return nil, err
	}
	return cart.NewReader(options)
}

// cartOptions are those of the map's preset, with what the options give beside it. It
// is an error if both say something and not the same.
func (o *Options) cartOptions() (cart.Options, error) {
	options, err := o.Map.Options()
	if err != nil {
		return cart.Options{}, fmt.Errorf("map: %w", err)
	}
	if err := o.over(&options); err != nil {
		return cart.Options{}, err
	}
	options.MaxLines = o.MaxLines
	if options.CustomerInHeaders = o.Customer == customerHeaders; options.CustomerInHeaders {
		err = o.noCustomerMapped()
	}
	return options, err
}

// The choices of the option customer.
const (
	customerBody    = "body"
	customerHeaders = "headers"
)

// noCustomerMapped refuses paths to a customer in the body that is not read. Those of a
// preset are its own.
func (o *Options) noCustomerMapped() error {
	m := &o.Map.Mapping
	for _, field := range []struct {
		name  string
		paths cart.Paths
	}{
		{"customer_id", m.CustomerID}, {"customer_tier", m.CustomerTier},
		{"customer_segments", m.CustomerSegments}, {"completed_orders", m.CompletedOrders},
	} {
		if len(field.paths) > 0 && !slices.Equal(field.paths, cart.Paths{cart.Unread}) {
			return fmt.Errorf("customer: headers is given and the map has %s %s, which would not be read", field.name, field.paths)
		}
	}
	return nil
}

// over lays the options over those of the preset.
func (o *Options) over(preset *cart.Options) error {
	switch o.Prices {
	case "":
	case "minor", "major":
		prices := pricesIn(o.Prices)
		if o.Map.Preset != "" && prices != preset.Prices {
			return o.contradicts("prices", strconv.Quote(o.Prices), preset.Prices.String())
		}
		preset.Prices = prices
	default:
		return fmt.Errorf("prices: %q is none of minor, major", o.Prices)
	}
	switch o.Fractional {
	case "":
	case fractionalLine:
		preset.Fractional = true
	default:
		return fmt.Errorf("fractional: %q is not %s", o.Fractional, fractionalLine)
	}
	return errors.Join(
		o.switched("exact_ids", o.ExactIDs, &preset.ExactIDs),
		o.switched("text_flags", o.TextFlags, &preset.TextFlags),
	)
}

// pricesIn is the unit of amounts of that name.
func pricesIn(unit string) cart.Prices {
	if unit == "major" {
		return cart.Major
	}
	return cart.Minor
}

// switched sets what is on or off. A preset that has it on cannot do without.
func (o *Options) switched(name string, given, preset *bool) error {
	switch {
	case given == nil:
	case *preset && !*given:
		return o.contradicts(name, "off", "on")
	default:
		*preset = *given
	}
	return nil
}

func (o *Options) contradicts(name, given, preset string) error {
	return fmt.Errorf("%s: %s is given and the preset %s has %s", name, given, o.Map.Preset, preset)
}

// mostContentTypes bounds what a Content-Type is compared with.
const mostContentTypes = 16

// checkContentTypes wants media types whose bodies can be JSON, each once.
func checkContentTypes(types []string) error {
	if len(types) > mostContentTypes {
		return fmt.Errorf("content_types: %d are given, at most %d can be", len(types), mostContentTypes)
	}
	for i, media := range types {
		if err := checkContentType(media); err != nil {
			return fmt.Errorf("content_types: %w", err)
		}
		if slices.ContainsFunc(types[:i], func(other string) bool { return strings.EqualFold(other, media) }) {
			return fmt.Errorf("content_types: %s is given twice", media)
		}
	}
	return nil
}

// lowered are texts in lower case.
func lowered(texts []string) []string {
	low := make([]string, len(texts))
	for i, text := range texts {
		low[i] = strings.ToLower(text)
	}
	return low
}

func checkContentType(media string) error {
	if name, _, has := strings.Cut(media, ";"); has {
		return fmt.Errorf("%q has parameters, want the type alone: %s", media, strings.TrimSpace(name))
	}
	kind, sub, _ := strings.Cut(media, "/")
	// Both are tokens, as names of headers are.
	if !httpguts.ValidHeaderFieldName(kind) || !httpguts.ValidHeaderFieldName(sub) {
		return fmt.Errorf("%q is no media type such as text/plain", media)
	}
	if strings.Contains(media, "*") {
		return fmt.Errorf("%q stands for many types, want each by its name", media)
	}
	if what := otherFormat(strings.ToLower(media)); what != "" {
		return fmt.Errorf("%s cannot be read as JSON: it is the type of %s", media, what)
	}
	return nil
}

// otherFormat is what bodies of a media type in lower case are, if they cannot be JSON.
func otherFormat(media string) string {
	kind, _, _ := strings.Cut(media, "/")
	switch {
	case media == "application/x-www-form-urlencoded":
		return "forms"
	case kind == "multipart":
		return "messages of several parts, such as forms with files"
	case strings.HasPrefix(media, typeGRPC):
		return "gRPC"
	case kind == "image", kind == "audio", kind == "video", kind == "font":
		return "media files"
	}
	return ""
}
