// Checks the X-Discount-Assertion of a request, as an order service in Node.js
// would. Nothing but Node.js (20 or later) is needed.
//
//   node verify.mjs TOKEN KEYFILE ISSUER AUDIENCE BODYFILE [HEADERFILE [METHOD HOST PATH]]
//
// KEYFILE holds the public key in PEM, for EdDSA, or the secret of HS256 as the
// gateway has it. HEADERFILE holds the headers of the request, one "Name: value"
// a line. METHOD, HOST and PATH are those of the request; an empty one is not
// checked. It prints the claims and ends with 0 if everything is in order,
// otherwise it prints why not and ends with 1.
import { createHash, createHmac, createPublicKey, timingSafeEqual, verify as verifySignature } from 'node:crypto'
import { readFileSync, realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

// How many seconds the clocks of gateway and order service may be apart.
const leeway = 5

export class Refused extends Error {}

function refuseIf(condition, reason) {
  if (condition) throw new Refused(reason)
}

// The algorithm goes with the key, never with the token.
export function readKey(bytes) {
  const text = bytes.toString('latin1')
  if (text.startsWith('-----BEGIN ')) {
    const key = createPublicKey(bytes)
    refuseIf(key.asymmetricKeyType !== 'ed25519', 'the public key is not an Ed25519 key')
    return { algorithm: 'EdDSA', key }
  }
  const trimmed = text.replace(/\r?\n$/, '')
  let key = Buffer.from(trimmed, 'latin1')
  if (trimmed.startsWith('base64:')) key = Buffer.from(trimmed.slice(7), 'base64')
  else if (trimmed.startsWith('hex:')) key = Buffer.from(trimmed.slice(4), 'hex')
  refuseIf(key.length < 32, 'the secret is shorter than 32 bytes')
  return { algorithm: 'HS256', key }
}

// verify returns the claims of a token that is good and about this request.
// Headers are an object of arrays by lower-case name, as in
// IncomingMessage.headersDistinct; without them nothing in them may be used.
// The target is what the request was sent to, as { method, host, path }: the path
// is IncomingMessage.url up to its question mark. What it has not is not checked.
export function verify(token, { algorithm, key }, issuer, audience, body, headers, now = Date.now() / 1000, target = {}) {
  refuseIf(!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token), 'the token is not three parts in base64url')
  const [protect, payload, signature] = token.split('.')
  const signed = Buffer.from(`${protect}.${payload}`)
  refuseIf(!signatureIsGood(algorithm, key, signed, Buffer.from(signature, 'base64url')), 'the signature is not good')

  // The key said how to verify, so nothing was read before it was known to be
  // the gateway's.
  const header = JSON.parse(Buffer.from(protect, 'base64url'))
  refuseIf(header.alg !== algorithm, `the token is not signed with ${algorithm}`)
  refuseIf(header.typ !== 'discount+jwt', 'the token is not an assertion')
  refuseIf('crit' in header, 'the token needs an extension that is not known here')

  const claims = JSON.parse(Buffer.from(payload, 'base64url'))
  refuseIf(claims.iss !== issuer, 'the token is from another issuer')
  refuseIf(claims.aud !== audience, 'the token is for another audience')
  refuseIf(!Number.isSafeInteger(claims.exp) || now >= claims.exp + leeway, 'the token has expired')
  refuseIf(!Number.isSafeInteger(claims.iat) || now < claims.iat - leeway, 'the token is from the future')
  for (const amount of ['amount', 'shipping', 'subtotal', 'payable']) {
    refuseIf(amount in claims && !Number.isSafeInteger(claims[amount]), `the ${amount} is not an exact number`)
  }
  checkTarget(claims, target)
  checkRequest(claims, body, headers)
  return claims
}

function signatureIsGood(algorithm, key, signed, signature) {
  if (algorithm === 'EdDSA') return verifySignature(null, signed, key, signature)
  const want = createHmac('sha256', key).update(signed).digest()
  return signature.length === want.length && timingSafeEqual(signature, want)
}

function checkTarget(claims, target) {
  for (const name of ['method', 'host', 'path']) {
    refuseIf(target[name] && claims[name] !== target[name], `the ${name} is not that of the request that was priced`)
  }
}

function checkRequest(claims, body, headers) {
  refuseIf('body' in claims && !equal(claims.body, digest(body)), 'the body is not the one that was priced')
  refuseIf('cart' in claims && !equal(claims.cart, digest(canonicalCart(headers ?? {}))),
    "the cart's headers are not the ones that were priced")
  refuseIf('amount' in claims && !('body' in claims) && !('cart' in claims), 'the amounts are not bound to a request')
  if (!headers) return
  for (const name of ['rules', 'lines', 'gifts']) {
    const value = listOf(headers, name).join(', ')
    const good = value === '' ? !(name in claims) : equal(claims[name], digest(Buffer.from(value, 'latin1')))
    refuseIf(!good, `the header X-Discount-${name} is not the gateway's`)
  }
}

// listOf is the list in a header of its own or, with `headers compact`, in a member of X-Discount.
// It is as the header of its own would be, which is what the assertion has the digest of.
function listOf(headers, name) {
  const values = [...(headers[`x-discount-${name}`] ?? [])]
  for (const part of split((headers['x-discount'] ?? []).join(', '), ',')) {
    const member = part.replace(/^ +| +$/g, '')
    if (!member.startsWith(`${name}=`)) continue
    const value = member.slice(name.length + 1)
    const inner = name !== 'lines' && value.startsWith('(') && value.endsWith(')')
    values.push(inner ? split(value.slice(1, -1), ' ').join(', ') : value)
  }
  return values
}

// split cuts at a separator outside of Strings and of Display Strings, which begin with % and have
// no escape by a backslash.
function split(text, separator) {
  const parts = []
  let start = 0, quoted = false, display = false
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (quoted && c === '\\' && !display) i++
    else if (c === '"') {
      display = !quoted && text[i - 1] === '%'
      quoted = !quoted
    } else if (c === separator && !quoted) {
      parts.push(text.slice(start, i))
      start = i + 1
    }
  }
  return [...parts, text.slice(start)]
}

function equal(a, b) {
  const x = Buffer.from(String(a)), y = Buffer.from(b)
  return x.length === y.length && timingSafeEqual(x, y)
}

function digest(bytes) {
  return createHash('sha256').update(bytes).digest('base64url')
}

const cartHeaders = ['channel', 'completed-orders', 'coupons', 'currency', 'customer', 'expected-payable', 'items',
  'order-id', 'quantity', 'region', 'segments', 'shipping', 'subtotal', 'tier']

function canonicalCart(headers) {
  let text = ''
  for (const name of cartHeaders) {
    const value = (headers[`x-cart-${name}`] ?? []).join(', ')
    if (value !== '') text += `x-cart-${name}:${value}\n`
  }
  return Buffer.from(text, 'latin1') // as Node.js reads headers
}

function readHeaders(file) {
  const headers = {}
  for (const line of readFileSync(file, 'latin1').split(/\r?\n/)) {
    const colon = line.indexOf(':')
    if (colon < 0) continue
    const name = line.slice(0, colon).toLowerCase()
    ;(headers[name] ??= []).push(line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, ''))
  }
  return headers
}

function main([token, keyFile, issuer, audience, bodyFile, headerFile, method, host, path]) {
  refuseIf(!bodyFile, 'usage: TOKEN KEYFILE ISSUER AUDIENCE BODYFILE [HEADERFILE [METHOD HOST PATH]]')
  const headers = headerFile && readHeaders(headerFile)
  const claims = verify(token, readKey(readFileSync(keyFile)), issuer, audience, readFileSync(bodyFile), headers, undefined, { method, host, path })
  console.log(JSON.stringify(claims))
}

// Only where this file is the program: an order service imports verify and readKey.
function isProgram() {
  try {
    return realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)
  } catch {
    return false // no program's file, as with node --eval
  }
}

if (isProgram()) {
  try {
    main(process.argv.slice(2))
  } catch (error) {
    console.error('refused:', error.message)
    process.exitCode = 1
  }
}
