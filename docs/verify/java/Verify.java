import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Checks the X-Discount-Assertion of a request, as an order service in Java would. Nothing but a
 * JDK (17 or later) is needed. A service takes the file in under its own package.
 *
 * <pre>java Verify.java TOKEN KEYFILE ISSUER AUDIENCE BODYFILE [HEADERFILE [METHOD HOST PATH]]</pre>
 *
 * KEYFILE holds the public key in PEM, for EdDSA, or the secret of HS256 as the gateway has it.
 * HEADERFILE holds the headers of the request, one "Name: value" a line. METHOD, HOST and PATH are
 * those of the request; an empty one is not checked. It prints the claims and ends with 0 if
 * everything is in order, otherwise it prints why not and ends with 1.
 */
public final class Verify {
    /** How many seconds the clocks of gateway and order service may be apart. */
    private static final long LEEWAY = 5;

    /** Why a token is not good, or not about this request. */
    public static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        Refused(String reason) {
            super(reason);
        }
    }

    private final Key key;
    private final String algorithm; // pinned: what the token says decides nothing
    private final String issuer;
    private final String audience;

    public Verify(Key key, String issuer, String audience) {
        this.key = key;
        this.algorithm = key instanceof PublicKey ? "EdDSA" : "HS256";
        this.issuer = issuer;
        this.audience = audience;
    }

    public static void main(String[] args) {
        try {
            refuseIf(
                    args.length != 5 && args.length != 6 && args.length != 9,
                    "usage: TOKEN KEYFILE ISSUER AUDIENCE BODYFILE [HEADERFILE [METHOD HOST PATH]]");
            Verify verifier = new Verify(readKey(Path.of(args[1])), args[2], args[3]);
            byte[] body = Files.readAllBytes(Path.of(args[4]));
            Map<String, String> headers = args.length >= 6 ? readHeaders(Path.of(args[5])) : null;
            Map<String, String> target =
                    args.length == 9 ? Map.of("method", args[6], "host", args[7], "path", args[8]) : Map.of();
            verifier.verify(args[0], body, headers, target, Instant.now().getEpochSecond());
            System.out.write(decode(args[0].split("\\.")[1]));
            System.out.println();
        } catch (Refused | IOException | GeneralSecurityException | IllegalArgumentException e) {
            System.err.println("refused: " + e.getMessage());
            System.exit(1);
        }
    }

    /**
     * Returns the claims of a token that is good and about this request: strings, and numbers as
     * Long. Headers are by lower-case name; without them nothing in them may be used.
     */
    public Map<String, Object> verify(String token, byte[] body, Map<String, String> headers, long now)
            throws Refused, GeneralSecurityException {
        return verify(token, body, headers, Map.of(), now);
    }

    /**
     * Does the same for a request whose target is known: what it was sent to, by the names method,
     * host and path, the path as getRequestURI of a servlet has it. What it has not is not checked.
     */
    public Map<String, Object> verify(
            String token, byte[] body, Map<String, String> headers, Map<String, String> target, long now)
            throws Refused, GeneralSecurityException {
        String[] parts = token.split("\\.", -1);
        refuseIf(parts.length != 3, "the token has not three parts");
        byte[] signed = (parts[0] + "." + parts[1]).getBytes(StandardCharsets.UTF_8);
        refuseIf(!signatureIsGood(signed, decode(parts[2])), "the signature is not good");

        // The key said how to verify, so nothing was read before it was known
        // to be the gateway's.
        Map<String, Object> header = object(decode(parts[0]));
        refuseIf(!algorithm.equals(header.get("alg")), "the token is not signed with " + algorithm);
        refuseIf(!"discount+jwt".equals(header.get("typ")), "the token is not an assertion");
        refuseIf(header.containsKey("crit"), "the token needs an extension that is not known here");

        Map<String, Object> claims = object(decode(parts[1]));
        refuseIf(!issuer.equals(claims.get("iss")), "the token is from another issuer");
        refuseIf(!audience.equals(claims.get("aud")), "the token is for another audience");
        refuseIf(now >= number(claims, "exp") + LEEWAY, "the token has expired");
        refuseIf(now < number(claims, "iat") - LEEWAY, "the token is from the future");
        checkTarget(claims, target);
        checkRequest(claims, body, headers);
        return claims;
    }

    private boolean signatureIsGood(byte[] signed, byte[] signature) throws GeneralSecurityException {
        if (key instanceof PublicKey) {
            Signature ed25519 = Signature.getInstance("Ed25519");
            ed25519.initVerify((PublicKey) key);
            ed25519.update(signed);
            return signature.length == 64 && ed25519.verify(signature);
        }
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(key);
        return MessageDigest.isEqual(mac.doFinal(signed), signature); // in constant time
    }

    private static void checkTarget(Map<String, Object> claims, Map<String, String> target) throws Refused {
        for (String name : List.of("method", "host", "path")) {
            String wanted = target.getOrDefault(name, "");
            refuseIf(
                    !wanted.isEmpty() && !wanted.equals(claims.get(name)),
                    "the " + name + " is not that of the request that was priced");
        }
    }

    private static void checkRequest(Map<String, Object> claims, byte[] body, Map<String, String> headers)
            throws Refused, GeneralSecurityException {
        refuseIf(claims.containsKey("body") && !isDigest(claims.get("body"), body), "the body is not the one that was priced");
        refuseIf(
                claims.containsKey("cart") && !isDigest(claims.get("cart"), canonicalCart(headers)),
                "the cart's headers are not the ones that were priced");
        refuseIf(
                claims.containsKey("amount") && !claims.containsKey("body") && !claims.containsKey("cart"),
                "the amounts are not bound to a request");
        if (headers == null) {
            return;
        }
        for (String name : List.of("rules", "lines", "gifts")) {
            String value = String.join(", ", listOf(headers, name));
            boolean good = value.isEmpty()
                    ? !claims.containsKey(name)
                    : isDigest(claims.get(name), value.getBytes(StandardCharsets.ISO_8859_1));
            refuseIf(!good, "the header X-Discount-" + name + " is not the gateway's");
        }
    }

    /**
     * The list in a header of its own or, with `headers compact`, in a member of X-Discount. It is
     * as the header of its own would be, which is what the assertion has the digest of.
     */
    private static List<String> listOf(Map<String, String> headers, String name) {
        List<String> values = new ArrayList<>();
        if (headers.containsKey("x-discount-" + name)) {
            values.add(headers.get("x-discount-" + name));
        }
        for (String part : split(headers.getOrDefault("x-discount", ""), ',')) {
            String member = part.replaceAll("^ +| +$", "");
            if (!member.startsWith(name + "=")) {
                continue;
            }
            String value = member.substring(name.length() + 1);
            boolean inner = !name.equals("lines") && value.startsWith("(") && value.endsWith(")");
            values.add(inner ? String.join(", ", split(value.substring(1, value.length() - 1), ' ')) : value);
        }
        return values;
    }

    /**
     * Cuts at a separator outside of Strings and of Display Strings, which begin with % and have
     * no escape by a backslash.
     */
    private static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        boolean quoted = false;
        boolean display = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted && c == '\\' && !display) {
                i++;
            } else if (c == '"') {
                display = !quoted && i > 0 && text.charAt(i - 1) == '%';
                quoted = !quoted;
            } else if (c == separator && !quoted) {
                parts.add(text.substring(start, i));
                start = i + 1;
            }
        }
        parts.add(text.substring(start));
        return parts;
    }

    private static boolean isDigest(Object claim, byte[] bytes) throws GeneralSecurityException {
        byte[] sum = MessageDigest.getInstance("SHA-256").digest(bytes);
        String want = Base64.getUrlEncoder().withoutPadding().encodeToString(sum);
        return claim instanceof String && MessageDigest.isEqual(ascii((String) claim), ascii(want));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static final List<String> CART_HEADERS = List.of(
            "channel", "completed-orders", "coupons", "currency", "customer", "expected-payable", "items",
            "order-id", "quantity", "region", "segments", "shipping", "subtotal", "tier");

    private static byte[] canonicalCart(Map<String, String> headers) {
        StringBuilder text = new StringBuilder();
        for (String name : CART_HEADERS) {
            String value = headers == null ? "" : headers.getOrDefault("x-cart-" + name, "");
            if (!value.isEmpty()) {
                text.append("x-cart-").append(name).append(':').append(value).append('\n');
            }
        }
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Headers by lower-case name, the values of several fields joined as RFC 9110 has it. */
    private static Map<String, String> readHeaders(Path file) throws IOException {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
            int colon = line.indexOf(':');
            if (colon >= 0) {
                String value = line.substring(colon + 1).replaceAll("^[ \\t]+|[ \\t]+$", "");
                fields.computeIfAbsent(line.substring(0, colon).toLowerCase(Locale.ROOT), n -> new ArrayList<>()).add(value);
            }
        }
        Map<String, String> headers = new LinkedHashMap<>();
        fields.forEach((name, values) -> headers.put(name, String.join(", ", values)));
        return headers;
    }

    /** The kind of key tells the algorithm. */
    public static Key readKey(Path file) throws Refused, IOException, GeneralSecurityException {
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        if (text.startsWith("-----BEGIN ")) {
            String der = text.replaceAll("-----(BEGIN|END) PUBLIC KEY-----|\\s", "");
            return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(der)));
        }
        text = text.replaceAll("\\r?\\n\\z", "");
        byte[] secret = text.getBytes(StandardCharsets.ISO_8859_1);
        if (text.startsWith("base64:")) {
            secret = Base64.getUrlDecoder().decode(text.substring(7).replace('+', '-').replace('/', '_'));
        } else if (text.startsWith("hex:")) {
            secret = HexFormat.of().parseHex(text.substring(4));
        }
        refuseIf(secret.length < 32, "the secret is shorter than 32 bytes");
        return new SecretKeySpec(secret, "HmacSHA256");
    }

    private static byte[] decode(String part) throws Refused {
        refuseIf(!part.matches("[A-Za-z0-9_-]+"), "the token is not in base64url");
        return Base64.getUrlDecoder().decode(part);
    }

    // The JDK reads no JSON. The objects in a token are flat, which this is
    // enough for; a service will take the JSON library it has.
    private static final String PLAIN = "[^\"\\\\\\x00-\\x1f]*+";
    private static final String STRING =
            "\"(" + PLAIN + "(?:\\\\(?:[\"\\\\/bfnrt]|u[0-9a-fA-F]{4})" + PLAIN + ")*+)\"";
    private static final Pattern MEMBER = Pattern.compile("\\s*" + STRING + "\\s*:\\s*(?:" + STRING + "|(-?\\d{1,19}))\\s*");

    private static Map<String, Object> object(byte[] json) throws Refused {
        String text = new String(json, StandardCharsets.UTF_8).strip();
        refuseIf(!text.startsWith("{") || !text.endsWith("}"), "the token holds no JSON object");
        Map<String, Object> members = new LinkedHashMap<>();
        Matcher member = MEMBER.matcher(text).region(1, text.length() - 1);
        while (member.lookingAt()) {
            Object value = member.group(3) == null ? unescape(member.group(2)) : (Object) Long.valueOf(member.group(3));
            refuseIf(members.put(unescape(member.group(1)), value) != null, "the token has a member twice");
            if (member.end() == text.length() - 1) {
                return members;
            }
            refuseIf(text.charAt(member.end()) != ',', "the token holds something else than strings and whole numbers");
            member.region(member.end() + 1, text.length() - 1);
        }
        throw new Refused("the token holds something else than strings and whole numbers");
    }

    private static String unescape(String text) {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                c = text.charAt(++i);
                int at = "bfnrt".indexOf(c);
                if (c == 'u') {
                    c = (char) Integer.parseInt(text.substring(i + 1, i + 5), 16);
                    i += 4;
                } else if (at >= 0) {
                    c = "\b\f\n\r\t".charAt(at);
                }
            }
            plain.append(c);
        }
        return plain.toString();
    }

    private static long number(Map<String, Object> claims, String name) throws Refused {
        refuseIf(!(claims.get(name) instanceof Long), "the " + name + " is not a whole number");
        return (Long) claims.get(name);
    }

    private static void refuseIf(boolean condition, String reason) throws Refused {
        if (condition) {
            throw new Refused(reason);
        }
    }
}
