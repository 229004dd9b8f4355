// An order service that imports the verifier.
import { readFileSync } from 'node:fs'
import { readKey, verify } from '../../node/verify.mjs'

const [token, keyFile, issuer, audience, bodyFile] = process.argv.slice(2)
const claims = verify(token, readKey(readFileSync(keyFile)), issuer, audience, readFileSync(bodyFile))
console.log(claims.amount)
