package discount

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/promogate/caddy-discount/internal/cartoptions"
	"github.com/promogate/caddy-discount/internal/cors"
	"github.com/promogate/caddy-discount/internal/directive"
	"github.com/promogate/caddy-discount/internal/httpbody"
	"github.com/promogate/caddy-discount/internal/httpheader"
	"github.com/promogate/caddy-discount/strategy/document"
)

// UnmarshalCaddyfile sets up the handler from Caddyfile tokens. Syntax:
//
//	discount [<matcher>] <strategy> {
//	    env           <name>
//	    source        auto|json|headers
//	    prices        minor|major
//	    customer      [body|headers] [<placeholder>]
//	    map [<preset>] {
//	        <field> <path>…
//	    }
//	    fractional    line
//	    exact_ids     on|off
//	    text_flags    on|off
//	    content_types <type>…
//	    max_body      <size>
//	    decode        on|off
//	    max_lines     <count>
//	    on_invalid    pass|reject
//	    on_oversize   pass|reject
//	    ledger        embedded|redis|off …
//	    order_key     <placeholder>
//	    code_key      <set> <key>
//	    reserve       on|off
//	    on_price_change pass|reject
//	    header_prefix <prefix>
//	    headers       fields|compact
//	    lines         on|off
//	    respond       off|on|upstream
//	    explain       off|on|next
//	    origins       <origin>… {
//	        credentials on|off
//	    }
//	    sign          HS256|EdDSA <key> {
//	        kid      <name>
//	        ttl      <duration>
//	        audience <name>
//	        issuer   <name>
//	        publish  <key> [<kid>]
//	    }
//	    reload {
//	        settle <duration>
//	        poll   <duration>
//	    }
//	    guard {
//	        max_mean_change <factor>
//	        max_free_orders <share>
//	        max_evaluation  <duration>
//	        min_sample      <count>
//	    }
//	    state off|<directory> {
//	        keep     <count>
//	        key      <signer key>
//	        rollback on|off
//	    }
//	}
//
// discount_quote takes the same options. Only discount_quote takes origins. The block of map is
// optional if map names a preset.
func (o *Options) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next()
	directive := d.Val()
	if !d.NextArg() {
		return d.Err("the path of the strategy is missing, such as: discount /orders* config/discount.toml")
	}
	o.Strategy = d.Val()
	if strings.Contains(o.Strategy, "*") {
		return d.Errf("the path of the strategy is missing: %s is a matcher, such as in: discount %[1]s config/discount.toml", o.Strategy)
	}
	if err := noTests(o.Strategy); err != nil {
		return d.WrapErr(err)
	}
	if d.NextArg() {
		hint := ""
		if strings.HasPrefix(d.Val(), "/") || strings.HasPrefix(d.Val(), "@") || d.Val() == "*" {
			hint = fmt.Sprintf(": a matcher goes before it, such as in: discount %s %s", d.Val(), o.Strategy)
		}
		return d.Errf("unexpected argument %q after the path of the strategy%s", d.Val(), hint)
	}
	seen := make(map[string]bool)
	for d.NextBlock(0) {
		name := d.Val()
		if seen[name] && name != "code_key" {
			return d.Errf("%s is given twice", name)
		}
		seen[name] = true
		if name == "origins" && directive == "discount" {
			return d.WrapErr(errOriginsOfOrders)
		}
		if err := o.option(d, name); err != nil {
			return err
		}
	}
	return nil
}

func (o *Options) option(d *caddyfile.Dispenser, name string) error {
	switch {
	case name == "customer":
		return o.customer(d)
	case slices.Contains(cartoptions.Names, name):
		return o.Options.Option(d, name)
	case slices.Contains(orderOptionNames, name):
		return o.OrderOptions.option(d, name)
	}
	for _, c := range o.choices() {
		if c.Name() == name {
			return c.Unmarshal(d)
		}
	}
	switch name {
	case "env":
		return directive.Word(d, &o.Env)
	case "header_prefix":
		return prefix(d, &o.HeaderPrefix)
	case "max_body":
		return directive.Size(d, &o.MaxBody, maxMaxBody)
	case "decode":
		return directive.OnOff(d, &o.Decode)
	case "lines":
		o.Lines = new(bool)
		return directive.OnOff(d, o.Lines)
	case "origins":
		return o.unmarshalOrigins(d)
	case "sign":
		o.Sign = new(SignOptions)
		return o.Sign.unmarshal(d)
	case "content_types":
		return contentTypes(d, &o.ContentTypes)
	case "reload":
		return directive.Block(d, func(name string) error { return o.Reload.option(d, name) })
	case "guard":
		return directive.Block(d, func(name string) error { return o.Guard.option(d, name) })
	case "state":
		return o.State.unmarshal(d)
	default:
		if meant := document.Closest(name, optionNames); meant != "" {
			return d.Errf("unknown option %q, did you mean %s?", name, meant)
		}
		return d.Errf("unknown option %q, there are %s", name, strings.Join(optionNames, ", "))
	}
}

// optionNames lists the options that [Options.option] reads.
var optionNames = []string{
	"env", "source", "prices", "customer", "on_invalid", "on_oversize", "header_prefix", "headers", "max_body", "decode", "max_lines",
	"lines", "respond", "explain", "origins", "sign", "map", "fractional", "exact_ids", "text_flags", "content_types",
	"ledger", "order_key", "code_key", "reserve", "on_price_change",
	"reload", "guard", "state",
}

// unmarshalOrigins reads the origins and a block.
func (o *Options) unmarshalOrigins(d *caddyfile.Dispenser) error {
	o.Origins.Allow = d.RemainingArgs()
	if len(o.Origins.Allow) == 0 {
		return d.Err("origins takes one origin or more, such as: origins https://shop.example")
	}
	for i, text := range o.Origins.Allow {
		if strings.Contains(text, "{") {
			continue // a placeholder, whose value is read when the configuration is loaded
		}
		origin, err := cors.ParseOrigin(text)
		if err != nil {
			return d.Errf("origins: %v", err)
		}
		if slices.Contains(o.Origins.Allow[:i], origin) {
			return d.Errf("origins: %s is given twice", origin)
		}
		o.Origins.Allow[i] = origin
	}
	_, err := directive.Names(d, "origins", func(name string) error {
		if name != "credentials" {
			return d.Errf("unknown origins option %q, credentials is known", name)
		}
		return directive.OnOff(d, &o.Origins.Credentials)
	})
	if err != nil {
		return err
	}
	return directive.AtLine(d, o.Origins.validate())
}

func (o *ReloadOptions) option(d *caddyfile.Dispenser, name string) error {
	switch name {
	case "settle":
		return directive.Duration(d, &o.Settle, caddy.Duration(time.Millisecond), maxSettle)
	case "poll":
		return directive.Duration(d, &o.Poll, minPoll, maxPoll)
	default:
		return d.Errf("unknown reload option %q, settle and poll are known", name)
	}
}

func (g *GuardrailOptions) option(d *caddyfile.Dispenser, name string) error {
	switch name {
	case "max_mean_change":
		return directive.Factor(d, &g.MaxMeanChange, maxFactor)
	case "max_free_orders":
		g.MaxFreeOrders = new(float64)
		return directive.Share(d, g.MaxFreeOrders)
	case "max_evaluation":
		return directive.Duration(d, &g.MaxEvaluation, caddy.Duration(time.Microsecond), caddy.Duration(time.Minute))
	case "min_sample":
		return directive.Count(d, &g.MinSample, mostSample)
	default:
		return d.Errf("unknown guard option %q, max_mean_change, max_free_orders, max_evaluation and min_sample are known", name)
	}
}

// unmarshal reads the directory, a block, or both.
func (s *StateOptions) unmarshal(d *caddyfile.Dispenser) error {
	given := d.NextArg()
	if given {
		s.Dir = d.Val()
		if err := checkStateDir(s.Dir); err != nil {
			return d.WrapErr(err)
		}
	}
	if d.CountRemainingArgs() > 0 {
		return d.Err("state takes one directory, or off")
	}
	seen, err := directive.Names(d, "state", func(name string) error { return s.option(d, name) })
	if err == nil && !given && !seen {
		return d.Err("state needs a directory, off, or a block")
	}
	return err
}

func (s *StateOptions) option(d *caddyfile.Dispenser, name string) error {
	switch name {
	case "keep":
		return directive.Count(d, &s.Keep, mostKeep)
	case "key":
		return directive.Word(d, &s.Key)
	case "rollback":
		var on bool
		err := directive.OnOff(d, &on)
		s.NoRollback = new(!on)
		return err
	default:
		return d.Errf("unknown state option %q, keep, key and rollback are known", name)
	}
}

// unmarshal reads the algorithm, the key and a block.
func (s *SignOptions) unmarshal(d *caddyfile.Dispenser) error {
	if !d.Args(&s.Algorithm, &s.Key) || d.CountRemainingArgs() > 0 {
		return d.Err("sign takes an algorithm and a key, such as: sign HS256 {env.DISCOUNT_KEY}")
	}
	if _, err := directive.Names(d, "sign", func(name string) error { return s.option(d, name) }, "publish"); err != nil {
		return err
	}
	return directive.AtLine(d, s.validate())
}

func (s *SignOptions) option(d *caddyfile.Dispenser, name string) error {
	switch name {
	case "kid":
		return directive.Word(d, &s.KeyID)
	case "ttl":
		return directive.Duration(d, &s.TTL, minTTL, maxTTL)
	case "audience":
		return directive.Word(d, &s.Audience)
	case "issuer":
		return directive.Word(d, &s.Issuer)
	case "publish":
		args := append(d.RemainingArgs(), "") // the kid may be left out
		if len(args) < 2 || len(args) > 3 {
			return d.Err("publish takes a key and optionally its kid")
		}
		s.Publish = append(s.Publish, SigningKey{Key: args[0], KeyID: args[1]})
		return nil
	default:
		return d.Errf("unknown sign option %q, kid, ttl, audience, issuer and publish are known", name)
	}
}

// contentTypes reads at least one media type.
func contentTypes(d *caddyfile.Dispenser, into *[]string) error {
	*into = d.RemainingArgs()
	if len(*into) == 0 {
		return d.Err("content_types takes media types, such as: content_types text/plain")
	}
	return directive.AtLine(d, directive.InOption("content_types", httpbody.CheckJSONTypes(*into)))
}

func prefix(d *caddyfile.Dispenser, into *string) error {
	if err := directive.Word(d, into); err != nil {
		return err
	}
	if err := httpheader.CheckPrefix(*into); err != nil {
		return d.Errf("header_prefix: %v", err)
	}
	return nil
}
