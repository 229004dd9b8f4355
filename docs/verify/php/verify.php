<?php

// Checks the X-Discount-Assertion of a request, as an order service in PHP
// would. PHP 8.1 or later is needed, and its extension sodium for EdDSA.
//
//   php verify.php TOKEN KEYFILE ISSUER AUDIENCE BODYFILE [HEADERFILE [METHOD HOST PATH]]
//
// KEYFILE holds the public key in PEM, for EdDSA, or the secret of HS256 as the
// gateway has it. HEADERFILE holds the headers of the request, one "Name: value"
// a line. METHOD, HOST and PATH are those of the request; an empty one is not
// checked. It prints the claims and ends with 0 if everything is in order,
// otherwise it prints why not and ends with 1.

declare(strict_types=1);

// How many seconds the clocks of gateway and order service may be apart.
const LEEWAY = 5;

final class Refused extends Exception
{
}

function refuse_if(bool $condition, string $reason): void
{
    if ($condition) {
        throw new Refused($reason);
    }
}

// The algorithm and the key. The algorithm goes with the key, never with the token.
function read_key(string $text): array
{
    if (str_starts_with($text, '-----BEGIN ')) {
        return ['EdDSA', read_public_key($text)];
    }
    $secret = preg_replace('/\r?\n\z/', '', $text);
    if (str_starts_with($secret, 'base64:')) {
        $secret = base64_decode(strtr(substr($secret, 7), '-_', '+/'), true);
    } elseif (str_starts_with($secret, 'hex:')) {
        $secret = @hex2bin(substr($secret, 4));
    }
    refuse_if($secret === false || strlen($secret) < 32, 'the secret is shorter than 32 bytes');
    return ['HS256', $secret];
}

// What comes before the 32 bytes of the key in PKIX says that it is one of
// Ed25519 (RFC 8410).
function read_public_key(string $pem): string
{
    $der = base64_decode(preg_replace('/-----(BEGIN|END) PUBLIC KEY-----|\s/', '', $pem), true);
    refuse_if(
        $der === false || strlen($der) !== 44 || !str_starts_with($der, "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"),
        'the public key is not an Ed25519 key'
    );
    return substr($der, 12);
}

// The claims of a token that is good and about this request. Headers are strings
// by lower-case name; without them nothing in them may be used. The target is what
// the request was sent to, by the names method, host and path: the path is
// $_SERVER['REQUEST_URI'] up to its question mark. What it has not is not checked.
function verify(string $token, string $algorithm, string $key, string $issuer, string $audience, string $body, ?array $headers, int $now, array $target = []): array
{
    $parts = explode('.', $token);
    refuse_if(count($parts) !== 3, 'the token has not three parts');
    refuse_if(!signature_is_good($algorithm, $key, "$parts[0].$parts[1]", unbase64($parts[2])), 'the signature is not good');

    // The key said how to verify, so nothing was read before it was known to be
    // the gateway's.
    $header = json_decode(unbase64($parts[0]), true, 8, JSON_THROW_ON_ERROR);
    refuse_if(!is_array($header), 'the token has no header');
    refuse_if(($header['alg'] ?? null) !== $algorithm, "the token is not signed with $algorithm");
    refuse_if(($header['typ'] ?? null) !== 'discount+jwt', 'the token is not an assertion');
    refuse_if(array_key_exists('crit', $header), 'the token needs an extension that is not known here');

    $claims = json_decode(unbase64($parts[1]), true, 8, JSON_THROW_ON_ERROR);
    refuse_if(($claims['iss'] ?? null) !== $issuer, 'the token is from another issuer');
    refuse_if(($claims['aud'] ?? null) !== $audience, 'the token is for another audience');
    foreach (['exp', 'iat', 'amount', 'shipping', 'subtotal', 'payable'] as $name) {
        refuse_if(isset($claims[$name]) && !is_int($claims[$name]), "the $name is not a whole number");
    }
    refuse_if(!isset($claims['exp']) || $now >= $claims['exp'] + LEEWAY, 'the token has expired');
    refuse_if(!isset($claims['iat']) || $now < $claims['iat'] - LEEWAY, 'the token is from the future');
    check_target($claims, $target);
    check_request($claims, $body, $headers);
    return $claims;
}

function signature_is_good(string $algorithm, string $key, string $signed, string $signature): bool
{
    if ($algorithm === 'HS256') {
        return hash_equals(hash_hmac('sha256', $signed, $key, true), $signature);
    }
    return strlen($signature) === 64 && sodium_crypto_sign_verify_detached($signature, $signed, $key);
}

function check_target(array $claims, array $target): void
{
    foreach (['method', 'host', 'path'] as $name) {
        $wanted = $target[$name] ?? '';
        refuse_if($wanted !== '' && ($claims[$name] ?? null) !== $wanted, "the $name is not that of the request that was priced");
    }
}

function check_request(array $claims, string $body, ?array $headers): void
{
    refuse_if(isset($claims['body']) && !is_digest($claims['body'], $body), 'the body is not the one that was priced');
    refuse_if(
        isset($claims['cart']) && !is_digest($claims['cart'], canonical_cart($headers ?? [])),
        "the cart's headers are not the ones that were priced"
    );
    refuse_if(
        isset($claims['amount']) && !isset($claims['body']) && !isset($claims['cart']),
        'the amounts are not bound to a request'
    );
    if ($headers === null) {
        return;
    }
    foreach (['rules', 'lines', 'gifts'] as $name) {
        $value = list_of($headers, $name);
        $good = $value === '' ? !isset($claims[$name]) : is_digest($claims[$name] ?? null, $value);
        refuse_if(!$good, "the header X-Discount-$name is not the gateway's");
    }
}

// The list in a header of its own or, with `headers compact`, in a member of X-Discount. It is
// as the header of its own would be, which is what the assertion has the digest of.
function list_of(array $headers, string $name): string
{
    $values = isset($headers["x-discount-$name"]) ? [$headers["x-discount-$name"]] : [];
    foreach (split($headers['x-discount'] ?? '', ',') as $part) {
        $member = trim($part, ' ');
        if (!str_starts_with($member, "$name=")) {
            continue;
        }
        $value = substr($member, strlen($name) + 1);
        $inner = $name !== 'lines' && str_starts_with($value, '(') && str_ends_with($value, ')');
        $values[] = $inner ? implode(', ', split(substr($value, 1, -1), ' ')) : $value;
    }
    return implode(', ', $values);
}

// Cuts at a separator outside of Strings and of Display Strings, which begin with % and have no
// escape by a backslash.
function split(string $text, string $separator): array
{
    $parts = [];
    $start = 0;
    $quoted = $display = false;
    for ($i = 0; $i < strlen($text); $i++) {
        $c = $text[$i];
        if ($quoted && $c === '\\' && !$display) {
            $i++;
        } elseif ($c === '"') {
            $display = !$quoted && $i > 0 && $text[$i - 1] === '%';
            $quoted = !$quoted;
        } elseif ($c === $separator && !$quoted) {
            $parts[] = substr($text, $start, $i - $start);
            $start = $i + 1;
        }
    }
    return [...$parts, substr($text, $start)];
}

function is_digest(mixed $claim, string $data): bool
{
    $want = rtrim(strtr(base64_encode(hash('sha256', $data, true)), '+/', '-_'), '=');
    return is_string($claim) && hash_equals($want, $claim);
}

function unbase64(string $text): string
{
    refuse_if(!preg_match('/\A[A-Za-z0-9_-]+\z/', $text), 'the token is not in base64url');
    $decoded = base64_decode(strtr($text, '-_', '+/'), true);
    refuse_if($decoded === false, 'the token is not in base64url');
    return $decoded;
}

const CART_HEADERS = [
    'channel', 'completed-orders', 'coupons', 'currency', 'customer', 'expected-payable', 'items',
    'order-id', 'quantity', 'region', 'segments', 'shipping', 'subtotal', 'tier',
];

function canonical_cart(array $headers): string
{
    $text = '';
    foreach (CART_HEADERS as $name) {
        $value = $headers["x-cart-$name"] ?? '';
        if ($value !== '') {
            $text .= "x-cart-$name:$value\n";
        }
    }
    return $text;
}

function read(string $path): string
{
    $text = @file_get_contents($path);
    refuse_if($text === false, "cannot read $path");
    return $text;
}

// Headers by lower-case name, the values of several fields joined as RFC 9110 has it.
function read_headers(string $path): array
{
    $headers = [];
    foreach (preg_split('/\r?\n/', read($path)) as $line) {
        $colon = strpos($line, ':');
        if ($colon === false) {
            continue;
        }
        $name = strtolower(substr($line, 0, $colon));
        $value = trim(substr($line, $colon + 1), " \t");
        $headers[$name] = isset($headers[$name]) ? "$headers[$name], $value" : $value;
    }
    return $headers;
}

function main(array $arguments): void
{
    refuse_if(!in_array(count($arguments), [5, 6, 9], true), 'usage: TOKEN KEYFILE ISSUER AUDIENCE BODYFILE [HEADERFILE [METHOD HOST PATH]]');
    [$algorithm, $key] = read_key(read($arguments[1]));
    $headers = count($arguments) >= 6 ? read_headers($arguments[5]) : null;
    $target = count($arguments) === 9 ? array_combine(['method', 'host', 'path'], array_slice($arguments, 6)) : [];
    $claims = verify($arguments[0], $algorithm, $key, $arguments[2], $arguments[3], read($arguments[4]), $headers, time(), $target);
    echo json_encode($claims, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_THROW_ON_ERROR), "\n";
}

// Only where this file is the program: an order service requires it and calls verify.
if (PHP_SAPI === 'cli' && realpath($_SERVER['SCRIPT_FILENAME']) === __FILE__) {
    try {
        main(array_slice($argv, 1));
    } catch (Refused | JsonException | SodiumException $e) {
        fwrite(STDERR, "refused: {$e->getMessage()}\n");
        exit(1);
    }
}
