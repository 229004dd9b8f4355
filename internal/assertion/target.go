package assertion

// Target is what a request was sent to. A text that cannot be a claim is empty.
type Target struct {
	// Method and Host are those of the request; Host is the value of its header. Path has its
	// escapes and no query.
	Method, Host, Path string
}

// Method, host and path are claims up to these lengths, in bytes. Caddy answers longer
// methods itself. A host is at most a name of 255 bytes with a port.
const (
	maxMethod = 32
	maxHost   = 255 + len(":65535")
	maxPath   = 512
)

// NewTarget keeps what can be claimed: a text that is short enough and each of whose bytes is one
// byte of JSON, too.
func NewTarget(method, host, path string) Target {
	return Target{Method: claimable(method, maxMethod), Host: claimable(host, maxHost), Path: claimable(path, maxPath)}
}

func claimable(text string, most int) string {
	if len(text) > most {
		return ""
	}
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c > '~' || c == '"' || c == '\\' {
			return ""
		}
	}
	return text
}
