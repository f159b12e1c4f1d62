// The token that the router signs for this service, and for no other.
import { createPublicKey, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'

const skew = 10
const lifetime = 60 // seconds

/** Reads the router's public keys (JWKS) and returns a function that tells who is asking, or throws. */
export function identities(file, service) {
  const keys = new Map(JSON.parse(readFileSync(file)).keys.map((key) => [key.kid, createPublicKey({ key, format: 'jwk' })]))
  const read = (text) => JSON.parse(Buffer.from(text, 'base64url'))
  return (token) => {
    const [head, body, signature, more] = String(token).split('.')
    if (!signature || more !== undefined) throw new Error('the identity is missing')
    const { alg, kid, crit } = read(head)
    const key = keys.get(kid)
    if (alg !== 'EdDSA' || crit !== undefined || !key) throw new Error('the identity is signed with a key that is not known')
    if (!verify(null, Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))) {
      throw new Error('the signature of the identity is wrong')
    }
    const { iss, aud, iat, exp, sub, roles = [] } = read(body)
    const now = Date.now() / 1000
    if (iss !== 'weft-router' || aud !== service) throw new Error('the identity is for another service')
    if (!(now < exp + skew && now >= iat - skew && exp - iat <= lifetime)) throw new Error('the identity has expired')
    return { id: sub, roles }
  }
}
