package httpheader

import (
	"fmt"
	"net/textproto"
	"strings"
)

// registeredFields are the names in the HTTP Field Name Registry of the IANA (RFC 9110,
// section 16.3.1), without those that are obsoleted.
const registeredFields = `
A-IM Accept Accept-Additions Accept-CH Accept-Charset Accept-Datetime Accept-Encoding Accept-Features
Accept-Language Accept-Patch Accept-Post Accept-Query Accept-Ranges Accept-Signature Access-Control-Allow-Credentials
Access-Control-Allow-Headers Access-Control-Allow-Methods Access-Control-Allow-Origin Access-Control-Expose-Headers
Access-Control-Max-Age Access-Control-Request-Headers Access-Control-Request-Method Activate-Storage-Access Age Allow
ALPN Alt-Svc Alt-Used Alternates AMP-Cache-Transform Apply-To-Redirect-Ref Authentication-Control Authentication-Info
Authorization Available-Dictionary Cache-Control Cache-Group-Invalidation Cache-Groups Cache-Status Cal-Managed-ID
CalDAV-Timezones Capsule-Protocol CDN-Cache-Control CDN-Loop Cert-Not-After Cert-Not-Before Clear-Site-Data Client-Cert
Client-Cert-Chain Close CMCD-Object CMCD-Request CMCD-Session CMCD-Status CMSD-Dynamic CMSD-Static Concealed-Auth-Export
Configuration-Context Connection Content-Digest Content-Disposition Content-Encoding Content-Language Content-Length
Content-Location Content-Range Content-Security-Policy Content-Security-Policy-Report-Only Content-Type Cookie
Cross-Origin-Embedder-Policy Cross-Origin-Embedder-Policy-Report-Only Cross-Origin-Opener-Policy
Cross-Origin-Opener-Policy-Report-Only Cross-Origin-Resource-Policy CTA-Common-Access-Token DASL Date DAV Delta-Base
Deprecation Depth Destination Detached-JWS Dictionary-ID Differential-ID Digest DNT DPoP DPoP-Nonce Early-Data
EDIINT-Features ETag Expect Expires Forwarded From Hobareg Host HTTP2-Settings Idempotency-Key If If-Match
If-Modified-Since If-None-Match If-Range If-Schedule-Tag-Match If-Unmodified-Since IM
Include-Referred-Token-Binding-ID Isolation Keep-Alive Label Last-Event-ID Last-Modified Link Link-Template Location
Lock-Token Max-Forwards Memento-Datetime Meter MIME-Version Negotiate NEL No-Vary-Search OData-EntityId OData-Isolation
OData-MaxVersion OData-Version Optional-WWW-Authenticate Ordering-Type Origin Origin-Agent-Cluster OSCORE
OSLC-Core-Version Overwrite Permissions-Policy Ping-From Ping-To Position Prefer Preference-Applied Priority
Proxy-Authenticate Proxy-Authentication-Info Proxy-Authorization Proxy-Status Public-Key-Pins Range Redirect-Ref
Referer Referrer-Policy Refresh Repeatability-Client-ID Repeatability-First-Sent Repeatability-Request-ID
Repeatability-Result Replay-Nonce Reporting-Endpoints Repr-Digest Retry-After Schedule-Reply Schedule-Tag Sec-CH-UA
Sec-Fetch-Dest Sec-Fetch-Mode Sec-Fetch-Site Sec-Fetch-Storage-Access Sec-Fetch-User Sec-GPC Sec-Purpose
Sec-Token-Binding Sec-WebSocket-Accept Sec-WebSocket-Extensions Sec-WebSocket-Key Sec-WebSocket-Protocol
Sec-WebSocket-Version Server Server-Timing Set-Cookie Set-Txn Signature Signature-Input SLUG SoapAction
Status-URI Strict-Transport-Security Sunset Surrogate-Capability Surrogate-Control TCN TE Timeout Timing-Allow-Origin
Topic Traceparent Tracestate Trailer Transfer-Encoding TTL Unencoded-Digest Upgrade Urgency Use-As-Dictionary User-Agent
Variant-Vary Vary Via Want-Content-Digest Want-Repr-Digest Want-Unencoded-Digest WWW-Authenticate X-Content-Type-Options
X-Frame-Options`

// checkRegistered refuses a prefix that is a registered field with a hyphen or begins the
// names of registered fields.
func checkRegistered(prefix string) error {
	bare := strings.TrimSuffix(prefix, "-")
	began := ""
	for name := range strings.FieldsSeq(registeredFields) {
		if strings.EqualFold(name, bare) {
			return fmt.Errorf("%q is the registered HTTP field %s with a hyphen, choose a name of your own such as %s",
				textproto.CanonicalMIMEHeaderKey(prefix), name, DefaultPrefix)
		}
		if began == "" && len(name) > len(prefix) && strings.EqualFold(name[:len(prefix)], prefix) {
			began = name
		}
	}
	if began != "" {
		return fmt.Errorf("%q begins the names of other headers too, such as %s", textproto.CanonicalMIMEHeaderKey(prefix), began)
	}
	return nil
}
