const BYTES = 16

/** A key that no other request has, for `Idempotency-Key`. `crypto.randomUUID` is missing where the page is plain HTTP. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES))
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
