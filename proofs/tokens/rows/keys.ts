/** T6: keys that signed once and are believed no more, and keys that never were. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { bearers, type Hostile, kidOf, type Material, signed } from '../forge.ts'

export function keys({ header, claims, ours, rotatedOut, theirs }: Material): Hostile[] {
  const tokens: Record<string, string> = {}
  const fresh = Array.from({ length: 10 }, () => generateKeyPairSync('ed25519').privateKey)
  const signers: (readonly [string, KeyObject])[] = [
    ['the key that was rotated out', rotatedOut],
    [`another deployment's key`, theirs],
    ...fresh.map((key, at) => [`a fresh key (${at})`, key] as const),
  ]
  for (const [name, key] of signers) {
    const ids = {
      ours: header['kid'],
      'its own': kidOf(key),
      absent: undefined,
      "the rotated-out one's": kidOf(rotatedOut),
    }
    for (const [whose, kid] of Object.entries(ids)) {
      tokens[`${name}, kid ${whose}`] = signed({ ...header, kid }, claims, key)
      tokens[`${name}, kid ${whose}, for an owner`] = signed({ ...header, kid }, { ...claims, role: 'owner' }, key)
    }
  }
  tokens['our key, the kid of the rotated-out one'] = signed({ ...header, kid: kidOf(rotatedOut) }, claims, ours)
  tokens['our key, no kid'] = signed({ ...header, kid: undefined }, claims, ours)
  return bearers('T6', tokens)
}
